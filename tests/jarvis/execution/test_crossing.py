"""What crosses between processes: values come back as they were, errors keep their class, nothing else gets in."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.artifacts import Artifact, Provenance
from jarvis.errors import InputError, ModelError, PlanError, TaskError
from jarvis.execution.crossing import Packed, error_from_json, error_to_json, unpacked

NAMES = st.one_of(st.text(), st.sampled_from(["$file", "$data", "$floats", "$array", "$"]))
LEAVES = st.one_of(
    st.none(),
    st.booleans(),
    st.integers(),
    st.floats(allow_nan=False),
    st.text(),
    st.lists(st.floats(allow_nan=False), min_size=120, max_size=140),
)
VALUES = st.recursive(LEAVES, lambda inner: st.lists(inner) | st.dictionaries(NAMES, inner), max_leaves=20)
MADE = Artifact("mask", Path("out/mask.png"), "image/png", "ab" * 32, Provenance(3, "mask", "m", ("aa", "bb")))


def crossed(value: Any) -> Any:
    packed = Packed(value)
    memory = bytearray(packed.size)
    for start, piece in packed.pieces:
        memory[start : start + piece.nbytes] = piece
    return unpacked(json.loads(json.dumps(packed.plain)), memoryview(bytes(memory)))


@settings(deadline=None)
@given(VALUES)
def test_json_comes_back_as_it_went(value: Any) -> None:
    assert crossed(value) == value


@settings(deadline=None)
@given(st.sampled_from(["<f4", ">f8", "<i2", "u1", "?", "<c8", "<f2"]), st.lists(st.integers(0, 5), max_size=3))
def test_arrays_come_back_with_their_type_and_shape(kind: str, shape: list[int]) -> None:
    array = np.arange(np.prod(shape, dtype=int)).astype(kind).reshape(shape)
    back = crossed([array, {"turned": array.T}, 7])

    assert (back[0].dtype, back[0].shape) == (array.dtype, array.shape)
    assert np.array_equal(back[0], array) and np.array_equal(back[1]["turned"], array.T)


def test_files_come_back_with_what_made_them() -> None:
    given_file = Artifact("cat", Path("/tmp/cat.jpg"), "image/jpeg", "cd" * 32)

    assert crossed([MADE, given_file]) == [MADE, given_file]


def test_data_that_looks_like_a_file_stays_data() -> None:
    text: Any = {"$file": MADE.to_json()}

    assert crossed(text) == text
    assert crossed({"$data": {"$file": 1}, "more": text}) == {"$data": {"$file": 1}, "more": text}


@pytest.mark.parametrize(
    "value", [object(), {"a": [b"bytes"]}, np.array([object()]), np.longdouble(1), {1, 2}, MADE.path]
)
def test_nothing_else_crosses(value: object) -> None:
    with pytest.raises(TypeError, match="is neither text, JSON data nor a file"):
        Packed(value)


@pytest.mark.parametrize(
    "plain",
    [
        {"$array": ["O", [1], 0]},
        {"$array": ["<f8", [1000], 0]},
        {"$array": ["<f8", [-1], 0]},
        {"$array": ["<f8", [1], 99]},
        {"$floats": [9, 0]},
        {"$floats": "no"},
        {"$file": {"name": "x"}},
        {"$data": 3},
    ],
)
def test_what_was_not_packed_is_refused(plain: Any) -> None:
    with pytest.raises(ValueError):
        unpacked(plain, memoryview(b"\0" * 16))


@pytest.mark.parametrize(
    "error", [InputError("gone", path="a"), PlanError("bad", task_id=3, slot=None), TaskError("no"), OSError("full")]
)
def test_errors_come_back_with_class_message_and_fields(error: Exception) -> None:
    back = error_from_json(json.loads(json.dumps(error_to_json(error))))

    assert type(back) is type(error)
    assert str(back) == str(error)
    assert {name: value for name, value in vars(back).items() if name != "__notes__"} == vars(error)


def test_an_error_of_a_class_that_is_not_known_here_keeps_its_name_or_becomes_the_one_it_is_derived_from() -> None:
    class TooDarkError(ModelError):
        pass

    class OddError(Exception):
        pass

    decoding = UnicodeDecodeError("utf-8", b"\xff", 0, 1, "invalid start byte")
    back = [error_from_json(error_to_json(error)) for error in (TooDarkError("dark"), OddError("odd"), decoding)]

    assert [type(error).__name__ for error in back] == ["ModelError", "OddError", "UnicodeDecodeError"]
    assert [str(error) for error in back] == ["dark", "odd", str(decoding)]
