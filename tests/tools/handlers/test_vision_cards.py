"""The cards of the vision models tell the truth about their files."""

from __future__ import annotations

import pytest

from jarvis.artifacts import file_digest
from jarvis.model_registry.packaged import package_file
from jarvis.tools.image import SPECS

from .vision_bench import cards


@pytest.mark.parametrize("model_id", cards())
def test_every_file_of_a_card_is_the_one_that_is_installed(model_id: str) -> None:
    for file in cards()[model_id].packaged:
        path = package_file(file.package, file.path)

        assert (path.stat().st_size, file_digest(path)) == (file.bytes, file.sha256), file.path


@pytest.mark.parametrize("model_id", cards())
def test_a_card_does_known_tasks_and_has_figures(model_id: str) -> None:
    card = cards()[model_id]

    assert set(card.tasks) <= {spec.name for spec in SPECS}
    assert card.measured is not None
    assert card.measured.seconds > 0
    assert card.extra == "vision"
