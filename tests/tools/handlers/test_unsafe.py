"""The unsafe-image check."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.errors import TaskError
from jarvis.tools import extra
from jarvis.tools.handlers.unsafe import unsafe_score
from jarvis.tools.toolset import builtin_tools

from .vision_bench import MEDIA, run
from .vision_more_bench import model, more_cards


@pytest.mark.parametrize("photo", ["cat.jpg", "coffee.jpg", "astronaut.jpg"])
def test_everyday_photos_score_as_safe(photo: str, tmp_path: Path) -> None:
    scores = run(model("open-nsfw"), "unsafe-image-check", photo, tmp_path)

    assert isinstance(scores, list)
    (first, second) = scores
    assert isinstance(first, dict)
    assert isinstance(second, dict)
    assert (first["label"], second["label"]) == ("safe", "unsafe")
    assert second["score"] == pytest.approx(unsafe_score(MEDIA / photo), abs=1e-3)
    assert float(str(second["score"])) < 0.1


def test_the_same_check_stands_as_a_function_and_says_what_is_no_image(tmp_path: Path) -> None:
    (tmp_path / "note.txt").write_text("no image")

    with pytest.raises(TaskError, match=r"note\.txt cannot be read as an image"):
        unsafe_score(tmp_path / "note.txt")


def test_the_task_is_there_for_python_users_but_not_for_planners() -> None:
    assert more_cards()["open-nsfw"].tasks == ("unsafe-image-check",)
    assert "unsafe-image-check" not in builtin_tools()
    assert "unsafe-image-check" in builtin_tools().with_specs(extra.SPECS)
