"""`jarvis models pull|rm|verify|sync`, against hubs on this machine."""

from __future__ import annotations

import io
import json
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any

import pytest

from jarvis.cli.pull import PullOptions, pull_model, remove_model, verify_models
from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.sync import SyncOptions, sync_models
from jarvis.errors import JarvisError, StorageError
from jarvis.transport.failures import TransportError
from tests.hubserver.hub import HubServer
from tests.hubserver.models import CONFIG, noise, onnx_files
from tests.hubserver.scope import ScopeServer
from tests.jarvis.cli.fakes import Terminal


@dataclass
class Said:
    code: int
    out: str
    err: str


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with HubServer() as server, ScopeServer() as scope:
        server.add("acme/tiny", onnx_files(), config=CONFIG)
        scope.add("acme/tiny", onnx_files(), config=CONFIG)
        monkeypatch.delenv("HF_HUB_OFFLINE")
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        monkeypatch.setenv("MODELSCOPE_ENDPOINT", scope.url)
        monkeypatch.setenv("JARVIS_HUB_HOSTS", server.cdn.url)
        yield server


def on(command: Callable[[Screen, Services], int], answer: str = "", *, terminal: bool = False) -> Said:
    made = Terminal if terminal else io.StringIO
    given, out, err = made(answer), made(), made()
    code = command(Screen(given, out, err), Services())
    return Said(code, out.getvalue(), err.getvalue())


def pulled(model: str, answer: str = "", *, terminal: bool = False, **options: Any) -> Said:
    return on(lambda s, v: pull_model(PullOptions(model, **options), s, v), answer, terminal=terminal)


def test_a_model_is_pulled_verified_and_removed(hub: HubServer) -> None:
    said = pulled("acme/tiny")
    assert (said.code, said.out) == (0, "acme/tiny is here: int8, 60 kB, Apache-2.0\n")
    assert "onnx/model_quantized.onnx" in said.err.splitlines()
    assert pulled("acme/tiny").out == "acme/tiny was here already: int8, 60 kB, Apache-2.0\n"
    assert on(lambda s, v: verify_models("", s, v, as_json=False)).out == "acme/tiny: right\n"
    gone = on(lambda s, v: remove_model("acme/tiny", "", s, v, as_json=False))
    assert gone.out == "acme/tiny is removed: int8, 60 kB freed\n"
    assert "no model is pulled" in on(lambda s, v: verify_models("", s, v, as_json=False)).out


def test_json_says_what_was_done(hub: HubServer) -> None:
    row = json.loads(pulled("acme/tiny", variant="fp32", as_json=True).out)
    assert (row["id"], row["variant"], row["fetched"]) == ("acme/tiny:fp32", "fp32", True)
    assert Path(row["folder"]).is_dir()
    assert json.loads(pulled("acme/tiny", variant="fp32", as_json=True).out)["fetched"] is False


def test_the_other_source_is_named_by_an_option_or_in_the_name(hub: HubServer) -> None:
    assert pulled("acme/tiny", source="modelscope").out.startswith("modelscope/acme/tiny is here")
    assert pulled("modelscope/acme/tiny").out.startswith("modelscope/acme/tiny was here already")
    assert on(lambda s, v: remove_model("modelscope/acme/tiny", "", s, v, as_json=True)).code == 0


def test_a_file_that_changed_is_named_with_what_to_run(hub: HubServer) -> None:
    folder = Path(json.loads(pulled("acme/tiny", as_json=True).out)["folder"])
    (folder / "files/config.json").write_bytes(b"x")
    said = on(lambda s, v: verify_models("acme/tiny", s, v, as_json=False))
    assert said.code == 1
    assert said.out == ("acme/tiny: config.json is not the file that was pulled; run `jarvis models pull acme/tiny`\n")


def test_a_person_is_shown_a_bar(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("TERM", "xterm")
    assert "acme/tiny is here" in pulled("acme/tiny", terminal=True).out


def test_a_person_is_asked_before_a_model_makes_room(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARVIS_MODELS_MB", "1")
    for name in "ab":
        hub.add(f"acme/{name}", {"config.json": json.dumps(CONFIG).encode(), "model.onnx": noise(700_000, ord(name))})
    pulled("acme/a")
    with pytest.raises(StorageError, match="say --yes"):
        pulled("acme/b")
    with pytest.raises(StorageError, match="say --yes"):
        pulled("acme/b", "n\n", terminal=True)
    assert "acme/b is here" in pulled("acme/b", "y\n", terminal=True).out
    assert "acme/b (700 kB)" in pulled("acme/a", yes=True).err


def test_a_name_that_is_almost_right_is_put_right_from_the_database(hub: HubServer) -> None:
    assert on(lambda s, v: sync_models(SyncOptions(tasks=["text-classification"]), s, v)).code == 0
    with pytest.raises(JarvisError, match=r"has no model 'acme/tinny'.*; did you mean acme/tiny\?"):
        pulled("acme/tinny")


def test_offline_is_said(hub: HubServer, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    with pytest.raises(TransportError, match="HF_HUB_OFFLINE is set; unset it to pull models"):
        pulled("acme/tiny")


def test_a_hub_that_cannot_be_reached_is_said(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_HUB_OFFLINE")
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    with pytest.raises(TransportError, match=r"127.0.0.1 cannot be reached .*; is the server running"):
        pulled("acme/tiny")


def test_a_sync_says_what_it_brought(hub: HubServer) -> None:
    options = SyncOptions(["huggingface", "modelscope"], ["text-classification", "fill-mask"])
    said = on(lambda s, v: sync_models(options, s, v))
    assert (said.code, said.out) == (0, "2 cards of 4 tasks, 2 of them new or changed; 2 known\n")
    assert said.err.splitlines()[0] == "huggingface, text-classification: 1 card, 1 new or changed"
    again = on(lambda s, v: sync_models(SyncOptions(tasks=["fill-mask"], as_json=True), s, v))
    assert json.loads(again.out) == {
        "cards": 0, "changed": 0, "tasks": 1, "known": 2, "stopped": False, "problems": [],
    }  # fmt: skip
