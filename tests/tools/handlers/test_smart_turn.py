"""The model of whole and broken-off sentences gives probabilities, and hears the last 8 s."""

from __future__ import annotations

import numpy as np

from jarvis.model_registry.packaged import locate
from jarvis.model_registry.registry import Registry
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.log_mel import log_mel
from jarvis.tools.handlers.smart_turn import SmartTurn, features
from tests.sounds import recordings, say, scaled, together

RATE = 16_000


def model() -> SmartTurn:
    return SmartTurn(locate(Registry.load().get("smart-turn-v3")), RuntimeOptions(threads=1))


def test_sentences_read_by_people_sound_more_complete_whole_than_cut() -> None:
    smart = model()
    read = [scaled(one.samples, -26) for one in recordings() if one.name.startswith("sense")]
    ended = [sound[: int(np.flatnonzero(np.abs(sound) > 0.01)[-1])] for sound in read]

    whole = np.mean([smart.complete(together(sound, 0.2)) for sound in ended])
    cut = np.mean([smart.complete(together(sound[: len(sound) * 6 // 10], 0.2)) for sound in ended])

    assert whole > cut + 0.2


def test_only_the_last_eight_seconds_count() -> None:
    smart = model()
    last = together(6.0, scaled(say("Turn on the light."), -26), 1.5)[-8 * RATE :]
    before = 0.1 * np.sin(np.arange(9 * RATE) / 9).astype(np.float32)

    assert len(last) == 8 * RATE
    assert smart.complete(np.concatenate([before, last])) == smart.complete(last)


def test_its_front_end_is_whispers_over_eight_seconds() -> None:
    said = together(scaled(say("Turn on the light."), -26), 0.2)
    padded = np.pad(said, (8 * RATE - len(said), 0))
    normal = ((padded - padded.mean()) / np.sqrt(padded.var() + 1e-7)).astype(np.float32)

    ours, whispers = features(said), log_mel(normal)[:, :800]

    # They differ at the right edge only, where one is reflected and the other goes on with silence.
    np.testing.assert_allclose(ours[:, :795], whispers[:, :795], atol=1e-4)


def test_silence_is_no_trouble() -> None:
    assert 0.0 <= model().complete(np.zeros(RATE, np.float32)) <= 1.0
