"""Models of one's own folders, by the commands that a user types."""

from __future__ import annotations

import io
import json
from pathlib import Path
from typing import Any

import pytest

from jarvis.cli.add import AddOptions, add_model, remove_any
from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.errors import InputError, ModelError, UsageError
from jarvis.model_registry.here import registry_here
from jarvis.settings import Settings
from tests.hubserver.models import CONFIG, onnx_files


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "my-classifier"
    for name, content in onnx_files().items():
        (made / name).parent.mkdir(parents=True, exist_ok=True)
        (made / name).write_bytes(content)
    (made / "config.json").write_text(json.dumps(CONFIG))
    return made


def added(folder: Path, **options: Any) -> str:
    screen = Screen(io.StringIO(), out := io.StringIO(), io.StringIO())
    assert add_model(AddOptions(folder, **options), screen, Services()) == 0
    return out.getvalue()


def removed(model: str) -> str:
    screen = Screen(io.StringIO(), out := io.StringIO(), io.StringIO())
    assert remove_any(model, "", screen, Services(), as_json=False) == 0
    return out.getvalue()


def test_a_folder_becomes_a_model_that_can_be_chosen_and_its_files_stay(folder: Path) -> None:
    said = added(folder, task="text-classification", terms="MIT")
    model = said.split()[0]
    card = registry_here(Settings.from_env()).get(model)
    assert (card.tasks, card.license, card.repository) == (("text-classification",), "MIT", str(folder))
    assert all(Path(file.path).is_relative_to(folder) for file in card.files)

    assert "its files stay" in removed(model)
    assert model not in registry_here(Settings.from_env())
    assert (folder / "config.json").is_file()


def test_what_cannot_be_added_is_told(folder: Path, tmp_path: Path) -> None:
    with pytest.raises(InputError, match="is no folder"):
        added(tmp_path / "nowhere")
    with pytest.raises(UsageError, match="did you mean text-classification"):
        added(folder, task="text-clasification")
    (tmp_path / "empty").mkdir()
    with pytest.raises(ModelError, match="holds no model to run"):
        added(tmp_path / "empty")


def test_a_model_that_is_not_here_cannot_be_removed() -> None:
    with pytest.raises(ModelError, match="is not among the pulled models"):
        removed("acme/none")
