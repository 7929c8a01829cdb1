"""What may come out of a task, and what is told when it is something else."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.execution.outputs import checked
from jarvis.model_registry.card import ModelCard, WeightFile
from jarvis.spec import spec
from tests.jarvis.execution.cards import registry_of

STAND_IN = next(iter(registry_of(["m"], ["t"])))
FILE = WeightFile(role="model", package="p", version="1", path="p/m", sha256="aa", bytes=1)
MODEL = STAND_IN.model_copy(update={"files": (FILE,)})
SOUND = Artifact("speech", Path("speech.wav"), "audio/wav", "aa")


def check(output: str, value: Any, card: ModelCard = MODEL) -> Any:
    return checked(spec("t", [], output, "Something."), card, value)


@pytest.mark.parametrize(
    ("output", "value"),
    [
        ("text", "said"),
        ("text", ""),
        ("audio", SOUND),
        ("mask", [SOUND, SOUND]),
        ("data", {"rows": [{"label": "cat", "score": 0.5, "box": [1, 2.0, None, True]}]}),
        ("data", []),
        ("data", None),
        ("any", [SOUND]),
        ("labels", ["a", "b"]),
    ],
)
def test_what_a_tool_promises_passes_unchanged(output: str, value: Any) -> None:
    assert check(output, value) is value


@pytest.mark.parametrize(
    ("output", "value", "told"),
    [
        ("text", {"text": "said"}, "data"),
        ("text", None, "nothing"),
        ("text", SOUND, "a file"),
        ("audio", "speech.wav", "text"),
        ("image", 3, "data"),
        ("data", float("nan"), "the number nan"),
        ("data", [{"score": float("inf")}], "the number inf"),
        ("data", b"bytes", "a bytes"),
        ("data", {1: "one"}, "data with names that are no text"),
        ("any", {"deep": object()}, "a object"),
    ],
)
def test_everything_else_fails_and_is_named(output: str, value: Any, told: str) -> None:
    with pytest.raises(TaskError, match=f"m gave {told} for t instead of {output}; try another model"):
        check(output, value)


def test_data_without_end_is_no_data() -> None:
    circle: list[Any] = []
    circle.append(circle)

    with pytest.raises(TaskError, match="nested too deep"):
        check("data", circle)


def test_what_has_no_weights_may_describe_a_file_in_words() -> None:
    assert check("audio", "a voice", STAND_IN) == "a voice"
