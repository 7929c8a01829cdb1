"""Sound at another rate, block by block, is what it would be in one piece."""

from __future__ import annotations

from itertools import pairwise

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from scipy.signal import resample_poly

from jarvis.errors import UsageError
from jarvis.voice.sound.resampling import Resampler, resampled


@settings(max_examples=30, deadline=None)
@given(
    rates=st.sampled_from([(44_100, 16_000), (48_000, 16_000), (8_000, 16_000), (16_000, 24_000), (15_000, 16_000)]),
    blocks=st.lists(st.integers(0, 900), min_size=1, max_size=12),
)
def test_blocks_of_any_length_give_what_the_whole_gives(rates: tuple[int, int], blocks: list[int]) -> None:
    rate, into = rates
    sound = np.random.default_rng(sum(blocks)).normal(0, 0.1, sum(blocks)).astype(np.float32)
    resampler = Resampler(rate, into)
    edges = np.cumsum([0, *blocks])
    made = [resampler.feed(sound[a:b]) for a, b in pairwise(edges)]

    streamed = np.concatenate([*made, resampler.finish()])

    divisor = np.gcd(rate, into)
    whole = resample_poly(sound, into // divisor, rate // divisor) if len(sound) else sound
    assert len(streamed) == len(whole)
    np.testing.assert_allclose(streamed, whole, atol=2e-4)


def test_after_its_end_the_next_sound_begins_anew() -> None:
    sound = np.sin(np.arange(4_000) / 7).astype(np.float32)
    resampler = Resampler(22_050, 16_000)

    first = np.concatenate([resampler.feed(sound), resampler.finish()])
    second = np.concatenate([resampler.feed(sound), resampler.finish()])

    np.testing.assert_array_equal(first, second)


def test_an_hour_keeps_only_milliseconds_of_sound() -> None:
    resampler = Resampler(44_100, 16_000)
    second = np.zeros(44_100, np.float32)

    given = sum(len(resampler.feed(second)) for _ in range(600))

    assert abs(given - 600 * 16_000) < 100
    assert len(resampler._kept) < 1_000  # pyright: ignore[reportPrivateUsage]


def test_the_same_rate_changes_nothing() -> None:
    sound = np.ones(100, np.float32)

    assert resampled(sound, 16_000, 16_000) is sound


@pytest.mark.parametrize("rate", [0, -1, 3, 10_000_000])
def test_a_rate_that_no_sound_has_is_refused(rate: int) -> None:
    with pytest.raises(UsageError, match="no rate of sound"):
        Resampler(rate, 16_000)
