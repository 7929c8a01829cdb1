"""Run lengths as COCO packs them."""

from __future__ import annotations

from typing import Any

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.errors import TaskError
from jarvis.tools.handlers.sam.rle import Rle, area, decode, encode

Mask = np.ndarray[Any, np.dtype[np.bool_]]


def _as_coco_counts(letters: str) -> list[int]:
    """The reading loop of pycocotools' maskApi.c (`rleFrString`), line by line."""
    counts: list[int] = []
    place = 0
    while place < len(letters):
        value = shift = 0
        more = True
        while more:
            part = ord(letters[place]) - 48
            value |= (part & 0x1F) << (5 * shift)
            more = bool(part & 0x20)
            place += 1
            shift += 1
            if not more and part & 0x10:
                value |= -1 << (5 * shift)
        if len(counts) > 2:
            value += counts[-2]
        counts.append(value)
    return counts


masks = st.tuples(st.integers(1, 40), st.integers(1, 40), st.integers(0, 2**32 - 1), st.floats(0, 1)).map(
    lambda row: np.random.default_rng(row[2]).random(row[:2]) < row[3]
)


@given(masks)
def test_coco_reads_the_mask_that_was_written(mask: Mask) -> None:
    counts = _as_coco_counts(encode(mask).counts)

    values = np.arange(len(counts)) % 2 == 1
    assert (np.repeat(values, counts).reshape(mask.shape, order="F") == mask).all()


@given(masks)
def test_what_is_packed_is_unpacked_again(mask: Mask) -> None:
    packed = encode(mask)

    assert (decode(packed) == mask).all()
    assert area(packed) == mask.sum()


def test_a_disc_is_packed_into_the_letters_that_pycocotools_gives() -> None:
    rows, columns = np.mgrid[:40, :60]

    packed = encode((rows - 20) ** 2 + (columns - 25) ** 2 < 150)

    assert packed.to_json() == {"size": [40, 60], "counts": "j`05P16K4M2N2N2O0O2O000O2O00000001N10001N101N2N2N3L5JQk0"}


@pytest.mark.parametrize("counts", ["", "0", "é1", "ooooooooooooooo", "5", "Z"])
def test_damaged_run_lengths_are_refused(counts: str) -> None:
    with pytest.raises(TaskError, match="run lengths of a mask are damaged"):
        decode(Rle((40, 60), counts))


def test_a_size_that_no_image_has_is_refused_before_memory_is_taken() -> None:
    with pytest.raises(TaskError, match="damaged"):
        decode(Rle((10**6, 10**6), "1"))
