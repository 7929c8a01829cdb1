"""The registry holds every card that ships, and says clearly what is wrong with one that does not fit."""

from __future__ import annotations

import json

import pytest

from jarvis.errors import ModelError
from jarvis.execution.local import handler_class
from jarvis.model_registry.card import ModelCard, WeightFile
from jarvis.model_registry.packaged import missing
from jarvis.model_registry.registry import Registry, cards_from_json
from jarvis.tools import extra, standing
from jarvis.tools.toolset import builtin_tools

SHIPPED = Registry.load()


def card(name: str, *tasks: str, files: tuple[WeightFile, ...] = ()) -> ModelCard:
    row = {
        "name": name,
        "handler": "x:Y",
        "license": "MIT",
        "extra": "text",
        "quality": 0.5,
        "quality_source": "a test",
    }
    return ModelCard.model_validate(row | {"id": name, "tasks": tasks, "files": files})


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: shipped.id)
def test_every_card_that_ships_is_for_known_tasks_under_a_permissive_license(shipped: ModelCard) -> None:
    assert set(shipped.tasks) <= {*builtin_tools(), *(spec.name for spec in (*extra.SPECS, *standing.SPECS))}
    assert not any(word in shipped.license for word in ("GPL", "NC", "UNKNOWN"))
    assert all(len(file.sha256) == 64 and file.bytes > 0 for file in shipped.files)
    assert set(shipped.composition_of) <= {other.id for other in SHIPPED}


@pytest.mark.parametrize("shipped", SHIPPED, ids=lambda shipped: shipped.id)
def test_every_card_that_ships_names_a_handler_that_exists(shipped: ModelCard) -> None:
    if not missing(shipped):
        assert callable(handler_class(shipped))


def test_suggestions_are_for_known_tasks() -> None:
    suggested = [task for task in builtin_tools() if SHIPPED.suggestions(task)]

    assert all(s.id.count("/") == 1 for task in suggested for s in SHIPPED.suggestions(task))
    assert SHIPPED.suggestions("no-such-task") == ()


def test_cards_are_found_by_task_and_by_id() -> None:
    registry = Registry([card("a", "summarization"), card("b", "summarization", "translation")])

    assert [found.id for found in registry.for_task("summarization")] == ["a", "b"]
    assert [found.id for found in registry.for_task("translation")] == ["b"]
    assert registry.for_task("weather") == ()
    assert registry.get("b").tasks == ("summarization", "translation")
    with pytest.raises(ModelError, match="no model is called 'c'"):
        registry.get("c")


def test_added_cards_take_the_place_of_those_with_the_same_id() -> None:
    old = Registry([card("a", "summarization"), card("b", "translation")])
    new = old.with_cards([card("b", "weather"), card("c", "weather")])

    assert [c.id for c in new.for_task("weather")] == ["b", "c"]
    assert (len(old), len(new)) == (2, 3)


def test_two_cards_with_one_id_are_refused() -> None:
    with pytest.raises(ModelError, match="two model cards have the id 'a'"):
        Registry([card("a"), card("a")])


def test_two_files_with_one_role_are_refused() -> None:
    file = WeightFile(role="model", package="p", version="1", path="m", sha256="0" * 64, bytes=1)
    with pytest.raises(ModelError, match="same role"):
        Registry([card("a", files=(file, file))])


@pytest.mark.parametrize("text", ["{", "{}", "[1]", '[{"id": "a"}]', json.dumps([{"id": "a", "surprise": 1}])])
def test_a_broken_catalog_file_is_named(text: str) -> None:
    if text == "{}":
        assert cards_from_json(text, "mine.json") == []
        return
    with pytest.raises(ModelError, match=r"mine\.json is not a list of model cards"):
        cards_from_json(text, "mine.json")
