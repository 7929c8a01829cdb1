"""The cards of the packaged text models and the suggestions for the Hub."""

from __future__ import annotations

from importlib import import_module
from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import locate
from jarvis.model_registry.registry import Registry
from jarvis.tools.handler import Handler, Inputs, RuntimeOptions, Sink
from jarvis.tools.toolset import builtin_tools

_TEXT = "Alice likes the new library in Paris. It opens at nine."
_VALUES: dict[str, Value] = {
    "text": _TEXT,
    "other": "The library opens at 9.",
    "labels": "books, cars",
    "question": "When does the library open?",
    "context": _TEXT,
    "table": "Place,Opens\nLibrary,9\nPool,10\n",
    "instruction": "extract the keywords",
}
_CARDS = [
    card
    for card in Registry.load()
    if card.handler.split(":")[0]
    in {"similarity", "entities", "sentiment", "languages", "summaries", "answers", "tables", "text_edits"}
]
_WITHOUT_A_MODEL = {
    "canny-control",
    "video-to-audio",
    "video-to-image",
    "video-editing",
    "web-search",
    "download",
    "weather",
    "home-control",
    "home-state",
    "camera-snapshot",
    "timer",
    "list-item",
}


@pytest.mark.parametrize("card", _CARDS, ids=lambda card: card.id)
def test_a_card_names_files_and_a_handler_that_do_its_task(card: ModelCard, tmp_path: Path) -> None:
    module, name = card.handler.split(":")
    files = locate(card, tmp_path / "checked.json")
    loaded: Any = getattr(import_module(f"jarvis.tools.handlers.{module}"), name)
    handler: Handler = loaded(files, RuntimeOptions(parameters=card.parameters))
    sink = Sink(ArtifactFolder(tmp_path), Provenance(0, card.tasks[0], card.id))

    value = handler.run(Inputs(card.tasks[0], _VALUES), sink)

    assert value


def test_every_text_task_but_translation_and_writing_has_a_card_here() -> None:
    tasks = {task for card in _CARDS for task in card.tasks}
    assert tasks == {
        "sentence-similarity",
        "zero-shot-classification",
        "token-classification",
        "text-classification",
        "language-identification",
        "summarization",
        "question-answering",
        "table-question-answering",
        "text2text-generation",
    }


def test_every_task_that_a_model_can_do_has_a_suggestion_from_the_hub() -> None:
    registry = Registry.load()
    suggested = {task for task in builtin_tools() if registry.suggestions(task)}
    assert suggested == set(builtin_tools()) - _WITHOUT_A_MODEL
    for task in suggested:
        assert 1 <= len(registry.suggestions(task)) <= 3
        assert all(s.license and s.notes and s.id.count("/") == 1 for s in registry.suggestions(task))


def test_no_suggestion_has_a_licence_that_forbids_commercial_use() -> None:
    registry = Registry.load()
    licenses = {s.license for task in builtin_tools() for s in registry.suggestions(task)}
    assert not {name for name in licenses if "NC" in name or "GPL" in name}
