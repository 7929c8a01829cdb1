"""The cards of the edits, compositions and algorithms tell the truth about their files."""

from __future__ import annotations

import pytest

from jarvis.artifacts import file_digest
from jarvis.model_registry.packaged import package_file
from jarvis.tools import extra
from jarvis.tools.image import SPECS

from .vision_more_bench import more_cards


@pytest.mark.parametrize("model_id", more_cards())
def test_every_file_of_a_card_is_the_one_that_is_installed(model_id: str) -> None:
    for file in more_cards()[model_id].packaged:
        path = package_file(file.package, file.path)

        assert (path.stat().st_size, file_digest(path)) == (file.bytes, file.sha256), file.path


@pytest.mark.parametrize("model_id", more_cards())
def test_a_card_does_a_known_task_has_figures_and_says_its_limits(model_id: str) -> None:
    card = more_cards()[model_id]

    assert set(card.tasks) <= {spec.name for spec in (*SPECS, *extra.SPECS)}
    assert card.measured is not None
    assert card.measured.seconds > 0
    assert card.notes


@pytest.mark.parametrize("model_id", [model_id for model_id, card in more_cards().items() if card.composition_of])
def test_a_composition_is_named_for_what_it_is(model_id: str) -> None:
    name = more_cards()[model_id].name.lower()

    assert any(word in name for word in ("composed", "matched", "closest", "grabcut"))
