"""Tensors of the Open Inference Protocol: what goes out comes back the same, and what is wrong is refused."""

from __future__ import annotations

import json
import struct
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.execution.remote.tensors import (
    BYTES,
    DTYPES,
    LENGTH_HEADER,
    Tensor,
    TensorSpec,
    decode,
    encode,
    number_tensor,
    text_tensor,
)


def answered(tensors: list[Tensor], *, binary: bool) -> dict[str, Tensor]:
    """What comes back from a server that gives what it gets."""
    body, headers = encode(tensors, [], binary=binary)
    length = int(headers.get(LENGTH_HEADER, len(body)))
    head = json.loads(body[:length])
    head["outputs"] = head.pop("inputs")
    changed = json.dumps(head).encode()
    return decode(
        changed + body[length:], {LENGTH_HEADER.lower(): str(len(changed))} if LENGTH_HEADER in headers else {}
    )


@given(
    st.sampled_from(sorted(DTYPES)),
    st.lists(st.integers(0, 3), max_size=3),
    st.booleans(),
    st.integers(0, 2**32 - 1),
)
@settings(max_examples=150, deadline=None)
def test_numbers_come_back_as_they_went(datatype: str, shape: list[int], binary: bool, seed: int) -> None:
    numbers = np.random.default_rng(seed).integers(0, 2 if datatype == "BOOL" else 100, shape)
    tensor = number_tensor("x", numbers, datatype)
    back = answered([tensor, text_tensor("t", ["ä"], [1])], binary=binary)
    assert back["x"].numbers is not None and back["x"].shape == tuple(shape)
    np.testing.assert_array_equal(back["x"].numbers, numbers.astype(DTYPES[datatype]))
    assert back["t"].strings == ("ä".encode(),)


@given(st.lists(st.text(st.characters(exclude_categories=["Cs"])), max_size=4), st.booleans())
@settings(max_examples=100, deadline=None)
def test_texts_come_back_as_they_went(texts: list[str], binary: bool) -> None:
    tensor = text_tensor("t", texts, [len(texts)])
    assert answered([tensor], binary=binary)["t"].strings == tuple(text.encode() for text in texts)


def test_half_numbers_go_in_the_binary_form_even_when_the_rest_is_json() -> None:
    body, headers = encode([number_tensor("h", np.array([1.5]), "FP16")], ["y"], binary=False)
    head = json.loads(body[: int(headers[LENGTH_HEADER])])
    assert head["inputs"][0]["parameters"] == {"binary_data_size": 2} and "data" not in head["inputs"][0]
    assert head["outputs"] == [{"name": "y"}]


def test_bfloat16_is_read() -> None:
    raw = struct.pack("<HH", 0x3FC0, 0xC000)
    head = json.dumps(
        {"outputs": [{"name": "b", "datatype": "BF16", "shape": [2], "parameters": {"binary_data_size": 4}}]}
    ).encode()
    found = decode(head + raw, {LENGTH_HEADER: str(len(head))})["b"].numbers
    assert found is not None and found.tolist() == [1.5, -2.0]


def row(**fields: Any) -> dict[str, Any]:
    return {"name": "y", "datatype": "FP32", "shape": [2], "data": [1.0, 2.0], **fields}


@pytest.mark.parametrize(
    "outputs",
    [
        None,
        3,
        [3],
        [row(shape=[3])],
        [row(shape=[-1, -2])],
        [row(shape="2")],
        [row(shape=[1.0, 2])],
        [row(shape=[True, 2])],
        [row(shape=[10**9, 10**9, 10**9])],
        [row(shape=[1] * 40 + [2])],
        [row(datatype="FP128")],
        [row(datatype=None)],
        [row(data=None)],
        [row(data=[1, None])],
        [row(data=["1", "2"])],
        [row(data=[1, {}])],
        [row(datatype="UINT8", data=[1, 256])],
        [row(datatype="INT64", data=[1, 10**30])],
        [row(datatype=BYTES, data=[1, 2])],
        [row(parameters={"binary_data_size": 8})],
        [row(parameters={"binary_data_size": -1})],
        [row(parameters={"binary_data_size": "8"})],
    ],
)
def test_outputs_that_are_not_as_they_should_be_are_refused(outputs: Any) -> None:
    with pytest.raises((ValueError, OverflowError)):
        decode(json.dumps({"outputs": outputs}).encode(), {})


@pytest.mark.parametrize("body", [b"", b"[]", b"{}", b"{", b'{"outputs": [NaN]}', b"\xff"])
def test_a_body_that_is_none_is_refused(body: bytes) -> None:
    with pytest.raises(ValueError):
        decode(body, {})


@pytest.mark.parametrize("number", ["NaN", "Infinity", "1e999"])
def test_numbers_that_are_none_are_refused(number: str) -> None:
    body = f'{{"outputs": [{{"name": "y", "datatype": "FP32", "shape": [1], "data": [{number}]}}]}}'
    with pytest.raises(ValueError):
        decode(body.encode(), {})


@pytest.mark.parametrize(
    ("datatype", "shape", "tail"),
    [
        ("FP32", [1], struct.pack("<f", float("nan"))),
        ("FP32", [1], b"abc"),
        ("FP32", [2], b"abcd"),
        (BYTES, [1], b"\x05\0\0\0abc"),
        (BYTES, [1], b"\x05\0"),
        (BYTES, [2], b"\x01\0\0\0a"),
    ],
)
def test_a_binary_tail_that_does_not_fit_is_refused(datatype: str, shape: list[int], tail: bytes) -> None:
    said = [row(datatype=datatype, shape=shape, parameters={"binary_data_size": len(tail)})]
    head = json.dumps({"outputs": said}).encode()
    with pytest.raises(ValueError):
        decode(head + tail, {LENGTH_HEADER: str(len(head))})


@pytest.mark.parametrize("length", ["x", "-1", "99999", "१"])
def test_a_length_that_is_none_is_refused(length: str) -> None:
    with pytest.raises(ValueError, match="length"):
        decode(b'{"outputs": []}', {LENGTH_HEADER: length})


def test_bytes_left_over_are_told() -> None:
    head = b'{"outputs": []}'
    with pytest.raises(ValueError, match="left over"):
        decode(head + b"xx", {LENGTH_HEADER: str(len(head))})


def test_a_spec_takes_the_shapes_that_it_names() -> None:
    wanted = TensorSpec("x", "FP32", (-1, 3))
    assert wanted.takes([7, 3]) and not wanted.takes([7, 4]) and not wanted.takes([3]) and not wanted.takes([1, 3, 1])
