"""`jarvis models`, `jarvis doctor` and `jarvis setup`: the registry and this machine, told plainly."""

from __future__ import annotations

import os
import socket
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.cli.doctor import Finding, Health, core_packages, endpoint, findings, model, python, storage, verdict
from jarvis.cli.services import Services
from jarvis.cli.setup import wanted
from jarvis.model_registry.card import ModelCard, WeightFile
from jarvis.model_registry.registry import Registry
from jarvis.settings import Settings
from tests.jarvis.cli.runs import CommandLine

_ABSENT = WeightFile(
    role="model", package="no-such-package", version="1.0", path="m.onnx", sha256="0" * 64, bytes=5_000_000
)


def card(
    model_id: str, *, tasks: tuple[str, ...] = ("summarization",), files: tuple[WeightFile, ...] = ()
) -> ModelCard:
    return ModelCard(
        id=model_id,
        name=f"{model_id}, for tests",
        tasks=tasks,
        handler="sentences:Extract",
        license="MIT",
        files=files,
        extra="text",
        languages=("en", "de"),
        quality=0.5,
        quality_source="made up",
    )


@pytest.fixture
def two_models() -> Services:
    registry = Registry([card("here"), card("away", tasks=("translation", "summarization"), files=(_ABSENT,))])
    return replace(Services(), registry=lambda: registry)


def test_models_are_listed_with_what_can_run_here(jarvis_command: CommandLine, two_models: Services) -> None:
    done = jarvis_command("models", "list", jarvis=two_models)

    assert done.code == 0
    assert done.out.splitlines() == [
        "here\tsummarization\t0 bytes\tMIT\tready",
        "away\ttranslation,summarization\t5 MB\tMIT\tmissing",
    ]


def test_models_of_a_task_as_json(jarvis_command: CommandLine, two_models: Services) -> None:
    rows = jarvis_command("models", "list", "--task", "translation", "--json", jarvis=two_models).json

    assert [(row["id"], row["installed"], row["missing"]) for row in rows] == [
        ("away", False, ["package no-such-package is not installed"])
    ]


def test_a_task_without_models_is_an_answer(jarvis_command: CommandLine, two_models: Services) -> None:
    done = jarvis_command("models", "list", "--task", "text-to-video", jarvis=two_models)

    assert done.code == 0
    assert done.out.startswith("no model for text-to-video is registered")


def test_a_model_is_shown_with_the_way_to_get_it(jarvis_command: CommandLine, two_models: Services) -> None:
    done = jarvis_command("models", "show", "away", jarvis=two_models)

    assert "missing: package no-such-package is not installed; run `pip install 'jarvis[text]'`" in done.out
    assert "quality: 0.50 (made up)" in done.out
    shown = jarvis_command("models", "show", "away", "--json", jarvis=two_models).json
    assert (shown["id"], shown["installed"], shown["files"][0]["bytes"]) == ("away", False, 5_000_000)


def test_a_model_that_does_not_exist_is_an_error(jarvis_command: CommandLine, two_models: Services) -> None:
    done = jarvis_command("models", "show", "gpt", "--json", jarvis=two_models)

    assert (done.code, done.json["error"]["kind"]) == (1, "ModelError")


@pytest.mark.parametrize("command", [("models", "list"), ("models", "show", "away"), ("doctor",)])
def test_tables_fit_a_terminal(jarvis_command: CommandLine, two_models: Services, command: tuple[str, ...]) -> None:
    from rich.text import Text

    out = jarvis_command(*command, jarvis=two_models, terminal=True).out

    assert "away" in out
    assert max(Text.from_ansi(line).cell_len for line in out.splitlines()) <= 80


def test_the_doctor_says_whether_the_main_job_can_run(jarvis_command: CommandLine, two_models: Services) -> None:
    done = jarvis_command("doctor", jarvis=two_models)

    assert done.code == 0
    assert done.out.splitlines()[-1] == "Jarvis can work here, with 1 of 2 models."
    assert "note models: away: package no-such-package is not installed; run `pip install 'jarvis[text]'`" in done.out


def test_the_doctor_fails_when_not_one_model_is_here(jarvis_command: CommandLine) -> None:
    registry = Registry([card("away", files=(_ABSENT,))])

    done = jarvis_command("doctor", "--json", jarvis=replace(Services(), registry=lambda: registry))

    assert (done.code, done.json["ok"]) == (1, False)
    bad = [row["name"] for row in done.json["findings"] if row["health"] == "bad"]
    assert bad == ["models"]


@pytest.mark.parametrize(
    ("version", "health"),
    [((3, 10), Health.BAD), ((3, 11), Health.OK), ((3, 13), Health.OK), ((3, 14), Health.BAD)],
)
def test_pythons_that_are_not_tested_are_told(version: tuple[int, int], health: Health) -> None:
    assert python(version).health is health


def test_missing_packages_come_with_the_command_that_installs_them() -> None:
    finding = core_packages(["numpy"])

    assert (finding.health, finding.way_out) == (Health.BAD, "run `pip install jarvis`")


def test_a_folder_that_cannot_be_written_is_bad(tmp_path: Path) -> None:
    file = tmp_path / "file"
    file.write_text("x")

    assert storage(tmp_path / "new" / "folder", "cache").health is not Health.BAD
    assert storage(file / "folder", "cache").health is Health.BAD
    assert list(tmp_path.iterdir()) == [file]


def test_a_changed_file_is_found_when_hashes_are_checked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("XDG_CACHE_HOME", str(tmp_path))
    real = next(c for c in Registry.load() if c.files and model(c, verify=False).health is Health.OK)
    wrong = real.files[0].model_copy(update={"sha256": "0" * 64})
    changed = real.model_copy(update={"files": (wrong,)})

    assert model(changed, verify=False).health is Health.OK
    finding = model(changed, verify=True)
    assert finding.health is Health.NOTE
    assert "is not the file that was checked" in finding.detail


def test_an_endpoint_is_tried_and_its_key_is_never_shown(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("A_KEY", "secret-value")
    with socket.create_server(("127.0.0.1", 0)) as server:
        url = f"http://127.0.0.1:{server.getsockname()[1]}/v1"
        there = endpoint(Settings(planner=url, planner_key_variable="A_KEY"))
    gone = endpoint(Settings(planner=url, planner_key_variable="NO_SUCH_KEY"))

    assert there == Finding("planner", "endpoint", Health.OK, f"{url}, A_KEY is set")
    assert gone.health is Health.BAD
    assert "NO_SUCH_KEY is not set; cannot connect" in gone.detail


def test_this_machine_can_do_the_main_job(tmp_path: Path) -> None:
    found = list(findings(Settings(cache_dir=tmp_path, out=tmp_path), Registry.load(), verify=False))

    assert [finding for finding in found if finding.health is Health.BAD] == []
    assert verdict(found, well=True).startswith("Jarvis can work here, with ")


def test_setup_leaves_models_alone_whose_packages_pip_has_to_install(two_models: Services) -> None:
    assert wanted(two_models.registry(), everything=True) == wanted(two_models.registry(), everything=False)


def test_setup_with_everything_here_says_so(jarvis_command: CommandLine, two_models: Services) -> None:
    assert wanted(two_models.registry(), everything=False) == []
    done = jarvis_command("setup", jarvis=two_models)

    assert (done.code, done.out) == (0, "everything is here; `jarvis doctor` tells what can run\n")
    assert os.environ.get("PIP_NO_INDEX") == "1"
