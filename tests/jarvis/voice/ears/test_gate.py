"""The gate hears all that is louder than the room, and rests while nothing is."""

from __future__ import annotations

import numpy as np
from numpy.typing import NDArray

from jarvis.voice.ears.gate import Gate, Loudness
from jarvis.voice.sound.frames import bytes_of
from tests.sounds import Samples, frames, pink, say, scaled, silence, together


class Counting:
    """A network that counts the samples that it is given."""

    def __init__(self) -> None:
        self.heard = 0

    def hear(self, samples: NDArray[np.float32]) -> float:
        self.heard += len(samples)
        return 0.5


def run(sound: Samples) -> tuple[list[float], float]:
    """The scores, and the seconds that one copy at pace 1 heard."""
    network = Counting()
    gate = Gate([network], (1.0,))
    return [gate.feed(frame) for frame in frames(sound)], network.heard / 16_000


def test_a_quiet_room_costs_nothing() -> None:
    noise = scaled(pink(20.0), -62, speech=False)

    for sound in (noise, silence(20.0)):
        scores, seconds = run(sound)
        assert seconds < 4.0
        assert scores[-1] == 0.0


def test_speech_is_heard_whole_with_the_quiet_before_it() -> None:
    said = scaled(say("Hey Jarvis."), -35)
    room = together(10.0, said, 3.0)
    sound = room + scaled(pink(20.0), -62, speech=False)[: len(room)]

    scores, seconds = run(sound)

    begun = next(number for number, score in enumerate(scores) if number > 150 and score > 0) * 512 / 16_000
    assert begun < 10.0 + float(np.flatnonzero(np.abs(said) > 0.02)[0]) / 16_000 + 0.1
    assert len(said) / 16_000 + 0.8 < seconds < 9.0


def test_loudness_follows_a_room_that_becomes_loud() -> None:
    loudness = Loudness()
    fan = np.resize(scaled(pink(8.0), -35, speech=False), 60 * 16_000)

    told = [loudness.feed(fan[at : at + 512]) for at in range(0, len(fan) - 512, 512)]

    assert sum(told[-300:]) < 100
    assert all(loudness.feed(fan[:512] * 4.0) for _ in range(20))


def test_scores_are_those_of_the_best_copy() -> None:
    class Sure(Counting):
        def hear(self, samples: NDArray[np.float32]) -> float:
            return 0.9

    gate = Gate([Counting(), Sure()], (0.9375, 1.16))
    loud = bytes_of(scaled(pink(1.0), -20, speech=False)[:512])
    gate.feed(bytes_of(np.zeros(512, np.float32)))

    assert gate.feed(loud) == 0.9
