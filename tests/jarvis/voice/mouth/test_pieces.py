"""Texts cut into sentences as they come."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, field

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st
from numpy.typing import NDArray

from jarvis.voice.mouth.pieces import LONGEST, cut, early, sentences_of


@dataclass(frozen=True)
class Chime:
    words: str = ""
    rate: int = 8_000
    samples: NDArray[np.float32] = field(default_factory=lambda: np.zeros(80, np.float32))


async def _given(*pieces: str | Chime) -> AsyncIterator[str | Chime]:
    for piece in pieces:
        yield piece


def _sentences(*pieces: str | Chime) -> list[str | Chime]:
    async def collected() -> list[str | Chime]:
        return [sentence async for sentence in sentences_of(_given(*pieces))]

    return asyncio.run(collected())


@pytest.mark.parametrize(
    ("pieces", "sentences"),
    [
        (["Hello wor", "ld. How ", "are you? It is 3", ".5 degrees", ".\n", "Next."],
         ["Hello world.", "How are you?", "It is 3.5 degrees.", "Next."]),
        (["The light is on.", "The fan is off."], ["The light is on.", "The fan is off."]),
        (["好的。灯", "开了！"], ["好的。", "灯开了！"]),
        (["Dr. Smith waits."], ["Dr. Smith waits."]),
        (["no end"], ["no end"]),
        ([""], []),
    ],
)  # fmt: skip
def test_pieces_of_any_length_become_sentences(pieces: list[str], sentences: list[str]) -> None:
    assert _sentences(*pieces) == sentences


def test_a_sound_stays_between_the_sentences_around_it() -> None:
    chime = Chime("ding")

    assert _sentences("Listen", chime, "That was it.") == ["Listen", chime, "That was it."]


def test_a_whole_sentence_does_not_wait_for_the_next_piece() -> None:
    async def first() -> str | Chime:
        endless = asyncio.Event()

        async def pieces() -> AsyncIterator[str]:
            yield "The light is on."
            await endless.wait()

        return await anext(aiter(sentences_of(pieces())))

    assert asyncio.run(asyncio.wait_for(first(), 5)) == "The light is on."


@given(st.lists(st.text(alphabet="ab .!?,\n3灯。", max_size=12), max_size=12))
def test_no_letter_is_lost_whatever_the_pieces(pieces: list[str]) -> None:
    said = "".join(str(sentence) for sentence in _sentences(*pieces))

    assert "".join(said.split()) == "".join("".join(pieces).split())


def test_a_long_first_sentence_begins_with_its_first_clause() -> None:
    long = "The front door is locked, and the outside temperature is twelve degrees."

    assert early(long) == ["The front door is locked,", "and the outside temperature is twelve degrees."]
    assert early("The hall light is off.") == ["The hall light is off."]
    assert early("现在是下午三点二十分，明天多云，最高气温二十五度。") == [
        "现在是下午三点二十分，",
        "明天多云，最高气温二十五度。",
    ]


def test_an_endless_sentence_is_cut_where_it_can_be() -> None:
    words = "and so on, " * 100

    assert all(len(piece) <= LONGEST for piece in cut(words))
    assert " ".join(cut(words)).split() == words.split()
    assert [len(piece) for piece in cut("x" * 600)] == [240, 240, 120]
