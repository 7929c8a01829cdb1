"""The loop's own voice is taken out of what is heard; a person who speaks into it stays."""

from __future__ import annotations

import numpy as np
import pytest

from jarvis.voice.ears.echo import Echo
from jarvis.voice.ears.meter import Silero
from jarvis.voice.sound.audio import FRAME_SECONDS, SILENCE
from jarvis.voice.sound.frames import samples_of
from tests.sounds import Samples, echo, frames, pink, say, scaled, speech_level, together

ANSWER = "The letter is from the city library. It says that three of your books are due on Friday."


def played() -> Samples:
    return together(0.2, scaled(say(ANSWER), -20), 0.5)


def in_room(sound: Samples) -> Samples:
    return sound + np.resize(scaled(pink(8.0), -60, speech=False), len(sound))


def cleaned(heard: Samples, own: Samples) -> Samples:
    canceller = Echo()
    return samples_of(b"".join(canceller.feed(a, b) for a, b in zip(frames(heard), frames(own), strict=True)))


def likely(sound: Samples) -> list[float]:
    meter = Silero()
    return [meter.likely(frame) for frame in frames(sound)]


@pytest.mark.parametrize("delay", [0.02, 0.1, 0.3])
@pytest.mark.parametrize("db", [-6.0, -15.0, -30.0])
def test_own_voice_is_no_speech_at_any_level_and_delay(db: float, delay: float) -> None:
    own = played()
    heard = in_room(echo(own, db, delay))

    assert max(likely(heard)) > 0.9
    assert max(likely(cleaned(heard, own))) < 0.4


@pytest.mark.parametrize("db", [-10.0, -25.0])
def test_a_person_who_speaks_into_it_is_heard_at_once(db: float) -> None:
    own = played()
    person = scaled(say("Stop, that is enough.", "jm_kumo"), -26)
    at = 2.5
    heard = in_room(echo(own, db, 0.06))
    begin = round(at * 16_000)
    heard[begin : begin + len(person)] += person[: len(heard) - begin]

    speech = likely(cleaned(heard, own))

    first = next(number for number, share in enumerate(speech) if share >= 0.5)
    voiced = float(np.flatnonzero(np.abs(person) > 0.02)[0]) / 16_000
    assert 0.0 < (first + 1) * FRAME_SECONDS - (at + voiced) < 0.25


def test_without_anything_played_sound_is_left_as_it_is() -> None:
    sound = frames(scaled(say("Turn on the light."), -26))
    canceller = Echo()

    assert [canceller.feed(frame, SILENCE) for frame in sound] == sound
    assert not canceller.playing
    assert not canceller.own


def test_what_remains_of_own_voice_is_known_as_own() -> None:
    own = played()
    heard = echo(own, -12.0, 0.05)
    canceller = Echo()
    told: list[bool] = []
    for a, b in zip(frames(heard), frames(own), strict=True):
        canceller.feed(a, b)
        if speech_level(samples_of(a)) > -40:
            told.append(canceller.own)

    assert np.mean(told[20:]) > 0.9


def test_after_the_answer_sound_is_left_alone_again() -> None:
    own = together(played(), 3.0)
    person = scaled(say("Turn on the light."), -26)
    heard = own * 0.0
    heard[-len(person) :] = person

    half = len(heard) - len(person) // 2
    np.testing.assert_allclose(cleaned(heard, own)[half : len(heard)], heard[half:], atol=1e-3)
