"""`jarvis doctor` on what is elsewhere: endpoints with and without their keys and models, and a cluster's head."""

from __future__ import annotations

import json
import socket
from importlib.util import find_spec
from pathlib import Path

import pytest

from jarvis.cli.doctor import Finding, Health, cluster, endpoints
from jarvis.settings import Settings
from tests.jarvis.execution.remote.rude import Rude, rude
from tests.jarvis.execution.remote.servers import free_port

SECRET = "very-secret-value"


def server(handler: Rude) -> None:
    """A chat server with two models, and a server of the Open Inference Protocol that still loads one of its two."""
    if handler.headers.get("Authorization") == "Bearer wrong-value":
        handler.reply(json.dumps({"error": "bad key wrong-value"}), 401)
    elif handler.path == "/v1/models":
        handler.reply(json.dumps({"data": [{"id": "qwen3"}, {"id": "gemma"}]}))
    elif handler.path == "/v2/models/loading/ready":
        handler.reply("{}", 503)
    elif handler.path.startswith("/v2/models/detector"):
        handler.reply(json.dumps({"name": "detector", "inputs": [], "outputs": []}))
    else:
        handler.reply(json.dumps({"extensions": []}))


def looked_at(folder: Path, *entries: dict[str, str]) -> list[Finding]:
    file = folder / "endpoints.toml"
    lines = [f"{name} = {json.dumps(value)}" if name else "" for entry in entries for name, value in entry.items()]
    file.write_text("\n".join(lines).replace('head = ""', '[[endpoint]]\ntasks = ["text-generation"]'))
    return list(endpoints(Settings(endpoints=file)))


def entry(protocol: str, url: str, model: str, key: str = "") -> dict[str, str]:
    return {"head": "", "protocol": protocol, "url": url, "model": model, "key_variable": key}


def test_each_endpoint_is_told_ready_or_not_and_no_key_is_shown(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("A_KEY", SECRET)
    monkeypatch.setenv("WRONG_KEY", "wrong-value")
    with rude(server) as there:
        found = looked_at(
            tmp_path,
            entry("openai", f"{there.url}/v1", "qwen3", "A_KEY"),
            entry("openai", f"{there.url}/v1", "llama"),
            entry("openai", f"{there.url}/v1", "gemma", "WRONG_KEY"),
            entry("openai", f"{there.url}/v1", "other", "NO_SUCH_KEY"),
            entry("open-inference", there.url, "detector"),
            entry("open-inference", there.url, "loading"),
            entry("hugging-face", there.url, "bert"),
            entry("openai", f"http://127.0.0.1:{free_port()}/v1", "gone"),
        )
    states = {finding.name: finding for finding in found}

    assert states["openai:qwen3"] == Finding(
        "endpoints", "openai:qwen3", Health.OK, f"{there.url}/v1: the model is ready, A_KEY is set"
    )
    well = [name for name, finding in states.items() if finding.health is Health.OK]
    assert well == ["openai:qwen3", "open-inference:detector", "hugging-face:bert"]
    assert "the server has no 'llama', but qwen3, gemma" in states["openai:llama"].detail
    assert "WRONG_KEY" in states["openai:gemma"].way_out
    assert "set NO_SUCH_KEY in the environment" in states["openai:other"].way_out
    assert "the model is not ready" in states["open-inference:loading"].detail
    assert states["openai:gone"].health is Health.NOTE
    assert not [finding for finding in found if SECRET in str(finding) or "wrong-value" in str(finding)]


def test_a_file_of_endpoints_that_cannot_be_used_is_told(tmp_path: Path) -> None:
    (finding,) = endpoints(Settings(endpoints=tmp_path / "missing.toml"))

    assert (finding.area, finding.health) == ("endpoints", Health.BAD)
    assert "cannot be read" in finding.detail


def test_without_endpoints_and_a_cluster_nothing_is_said() -> None:
    assert [*endpoints(Settings()), *cluster(Settings())] == []


def test_a_cluster_is_looked_for() -> None:
    with socket.create_server(("127.0.0.1", 0)) as head:
        address = f"127.0.0.1:{head.getsockname()[1]}"
        (there,) = cluster(Settings(cluster=address))
    (gone,) = cluster(Settings(cluster=address))

    if find_spec("ray"):
        assert there == Finding("cluster", address, Health.OK, "its head answers")
        assert f"no Ray cluster can be used at {address}" in gone.detail
    else:
        assert there.way_out == gone.way_out == "run `pip install 'jarvis[ray]'`, or unset JARVIS_CLUSTER"
    assert gone.health is Health.NOTE
