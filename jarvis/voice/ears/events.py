"""What the ears tell, in order. Times are seconds of sound heard since the source began (the sample clock)."""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Literal


@dataclass(frozen=True, slots=True)
class Woke:
    """The wake phrase was said. From now on the ears are awake until a turn ended or nobody spoke for a while."""

    at: float
    phrase: str
    """As the model's card names it: Hey Jarvis."""
    score: float
    """How sure the gate was, 0 to 1."""
    likelihood: float = 0.0
    """How well the phrase fits to the sound (a logarithm, 0 at best); 0.0 without a second look."""
    interrupts: bool = False
    """Whether the sink was playing: the answer should stop."""


@dataclass(frozen=True, slots=True)
class SpeechStarted:
    """A turn begins: somebody speaks to Jarvis."""

    at: float
    began: float
    """When the first sound of the turn was heard: `at` less the pre-roll."""
    sound: bytes = field(repr=False, default=b"")
    """The turn's sound up to now, int16: the pre-roll. What follows comes frame by frame as `Sound`."""
    after_phrase: bool = False
    """Whether the turn followed the wake phrase in one breath. Its sound begins where the phrase ended, as well as that
    can be told: the text may begin with a syllable of it."""
    interrupts: bool = False
    """Whether the sink was playing: barge-in, the answer should stop. The text may begin with the wake phrase, which
    `wake.without_phrase` takes off."""


@dataclass(frozen=True, slots=True)
class Sound:
    """One more frame of an open turn."""

    at: float
    frame: bytes = field(repr=False, default=b"")


@dataclass(frozen=True, slots=True)
class SpeechPaused:
    """The speaker is silent: the turn may be over. Its final text can be recognised from the sound given so far."""

    at: float
    spoke_until: float
    """When the last speech was heard."""
    complete: float = 0.5
    """How likely the turn is complete as it stands (smart-turn), 0 to 1."""


@dataclass(frozen=True, slots=True)
class SpeechWentOn:
    """It was not the end: the same turn goes on."""

    at: float


@dataclass(frozen=True, slots=True)
class TurnEnded:
    """The turn is over; effects may start."""

    at: float
    began: float
    spoke_until: float
    """When the last speech was heard: latency is counted from here."""
    complete: float = 0.5
    reason: Literal["said", "longest", "source ended"] = "said"
    sound: bytes = field(repr=False, default=b"")
    """The whole turn, int16, pre-roll and trailing silence included."""


@dataclass(frozen=True, slots=True)
class NothingSaid:
    """The ears were awake, but nobody spoke within the time: they sleep again."""

    at: float


Event = Woke | SpeechStarted | Sound | SpeechPaused | SpeechWentOn | TurnEnded | NothingSaid
