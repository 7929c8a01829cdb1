"""Turns of speech: when somebody begins, pauses, goes on, and has finished.

Silence alone ends a turn too early for those who think, or too late for those who do not. So the wait is short where
the melody (smart-turn) and the words so far both sound finished, long where they do not, and longer for a speaker who
was seen to pause within a sentence.
"""

from __future__ import annotations

import re
from collections import deque
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Literal, Protocol

from jarvis.voice.ears.events import Event, Sound, SpeechPaused, SpeechStarted, SpeechWentOn, TurnEnded
from jarvis.voice.sound.audio import FRAME_SECONDS, RATE
from jarvis.voice.sound.frames import samples_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray


_HEARD = 2 * 8 * RATE
"""Bytes of the turn that the model hears: 8 s."""


class SpeechMeter(Protocol):
    """Tells speech from everything else, frame by frame. It keeps state: one per stream."""

    def likely(self, frame: bytes) -> float:
        """How likely a frame is speech, 0 to 1."""
        ...


class TurnModel(Protocol):
    """Tells whether speech that paused is complete. May be shared."""

    def complete(self, samples: NDArray[np.float32]) -> float:
        """How likely the speaker has finished, 0 to 1; `samples` is the turn so far, mono 16 kHz."""
        ...


@dataclass(frozen=True, slots=True)
class TurnRule:
    """Times are in seconds."""

    on: float = 0.5
    """Speech starts with frames at least this likely speech."""
    off: float = 0.35
    """Speech goes on while frames are at least this likely speech."""
    starts: int = 3
    """So many frames of speech start a turn: a knock is shorter."""
    interrupts: float = 0.4
    """While the answer is spoken, and its echo taken out, one frame that is so likely speech is an interruption."""
    before: float = 0.5
    """How much sound from before the start belongs to the turn: soft beginnings."""
    pause: float = 0.16
    """Silence that is told as a pause."""
    shortest: float = 0.3
    """The wait where the words are known to be a whole request."""
    usual: float = 0.5
    """The wait where words and melody sound complete."""
    longest_wait: float = 1.2
    """The wait where the words cannot be all."""
    longest: float = 30.0
    """A turn is ended after this long, whatever is said."""


@dataclass(frozen=True, slots=True)
class Words:
    """What is known of the words so far."""

    text: str = ""
    complete: float | None = None
    """How sure somebody is that they are a whole request (a household sentence that matched: 1.0); None: unknown."""


class Pauses:
    """How long a speaker pauses within a turn; learned as it goes, forgotten slowly."""

    _FORGET = 0.9

    def __init__(self) -> None:
        self.typical = 0.0
        """Seconds: near the longest pause of late; 0.0 when there was none."""

    def within(self, seconds: float) -> None:
        """The speaker paused so long, and went on."""
        self.typical = max(seconds, self.typical * self._FORGET + seconds * (1 - self._FORGET))

    def ended(self) -> None:
        """A turn ended without another pause."""
        self.typical *= self._FORGET


_OPEN_END = re.compile(
    r"\b(a|an|the|to|in|on|at|of|for|from|with|by|and|or|but|then|that|my|your|is|are|was|will|can|could|"
    r"set|turn|switch|what|which|when|where|who|how|if|about|into|und|oder|der|die|das|ein|eine|im|in der|für|mit|von|"
    r"et|ou|le|la|les|un|une|de|du|dans|pour|avec|y|o|el|los|las|uno|una|en|con|para|por)\W*$",
    re.IGNORECASE,
)
"""Words with which nobody ends a request: English, German, French, Spanish."""


def wait_for(rule: TurnRule, melody: float, words: Words, typical_pause: float = 0.0) -> float:
    """Seconds of silence after which a turn is over.

    `melody`: how complete it sounds (smart-turn), 0 to 1; `typical_pause`: how long this speaker pauses within a turn.
    """
    if words.complete is not None and words.complete >= 0.9:
        return rule.shortest
    if _OPEN_END.search(words.text):
        return rule.longest_wait
    # Melody alone is weak: it finds seven of ten broken-off sentences complete. So it only lengthens the usual wait.
    base = rule.usual + (1.0 - melody) ** 2 * (rule.longest_wait * 0.75 - rule.usual)
    if not words.text:
        base += 0.1
    return min(rule.longest_wait, max(base, min(typical_pause * 1.2, rule.longest_wait * 0.75)))


@dataclass(slots=True)
class _Turn:
    began: float
    sound: bytearray = field(default_factory=bytearray)
    spoke_until: float = 0.0
    complete: float = 0.5
    wait: float = 0.0
    paused: bool = False
    speech: int = 0
    """Frames of speech in a row."""
    following: bool = False


class TurnDetector:
    """Finds turns in frames. It keeps state: one per stream; `model` may be shared."""

    def __init__(self, meter: SpeechMeter, model: TurnModel | None = None, rule: TurnRule | None = None) -> None:
        """Without a model the wait depends on words and pauses alone."""
        self.rule = rule or TurnRule()
        self.words = Words()
        """Set while a turn is open, as partial texts come."""
        self.pauses = Pauses()
        self._meter = meter
        self.model = model
        self._before: deque[bytes] = deque(maxlen=max(1, round(self.rule.before / FRAME_SECONDS)))
        self._start = 0.0
        self._heard = 0
        self._likely = 0
        self._on = self.rule.on
        self._starts = self.rule.starts
        self._turn: _Turn | None = None

    @property
    def open(self) -> bool:
        """Whether a turn is going on."""
        return self._turn is not None

    @property
    def _at(self) -> float:
        return self._start + self._heard * FRAME_SECONDS

    def reset(self, at: float = 0.0) -> None:
        """Forgets an open turn; the next frame is heard from `at`."""
        self._turn = None
        self._likely = 0
        self._start, self._heard = at, 0
        self._before.clear()

    @property
    def pauses_next(self) -> bool:
        """Whether the next frame may be a pause, at which the model is asked: 30 ms instead of 0.7."""
        turn = self._turn
        return turn is not None and not turn.paused and self._at + FRAME_SECONDS - turn.spoke_until >= self.rule.pause

    def listen_for(self, *, interrupts: bool = False, starts: int | None = None) -> None:
        """What begins a turn from now on: so many frames of speech, or an interruption, which is noticed at once."""
        self._on = self.rule.interrupts if interrupts else self.rule.on
        self._starts = starts or (1 if interrupts else self.rule.starts)

    def feed(self, frame: bytes) -> list[Event]:
        """Hears one more frame. Takes 0.7 ms, and 30 ms more at a pause."""
        self._heard += 1
        likely = self._meter.likely(frame)
        if self._turn is None:
            return self._idle(frame, likely)
        return [Sound(self._at, frame), *self._going_on(self._turn, frame, likely)]

    def end(self, reason: Literal["said", "longest", "source ended"] = "source ended") -> list[Event]:
        """Ends an open turn now."""
        turn, self._turn = self._turn, None
        self._likely = 0
        self._before.clear()
        if turn is None:
            return []
        return [TurnEnded(self._at, turn.began, turn.spoke_until, turn.complete, reason, bytes(turn.sound))]

    def _idle(self, frame: bytes, likely: float) -> list[Event]:
        self._before.append(frame)
        self._likely = self._likely + 1 if likely >= (self.rule.off if self._likely else self._on) else 0
        if self._likely < self._starts:
            return []
        began = self._at - len(self._before) * FRAME_SECONDS
        sound = b"".join(self._before)
        self._turn = _Turn(began, bytearray(sound), self._at)
        self._before.clear()
        self.words = Words()
        return [SpeechStarted(self._at, began, sound)]

    def _going_on(self, turn: _Turn, frame: bytes, likely: float) -> list[Event]:
        turn.sound += frame
        if self._at - turn.began >= self.rule.longest:
            return self.end("longest")
        if likely >= (self.rule.on if turn.paused else self.rule.off):
            return self._speech(turn)
        turn.speech = 0
        silence = self._at - turn.spoke_until
        if not turn.paused and silence >= self.rule.pause - 1e-6:
            return self._pause(turn)
        if turn.paused and silence >= self._wait(turn) - 1e-6:
            self.pauses.ended()
            return self.end("said")
        return []

    def _speech(self, turn: _Turn) -> list[Event]:
        turn.speech += 1
        if not turn.paused:
            turn.spoke_until = self._at
            return []
        if turn.speech < 2:  # a click in the silence is no speech
            return []
        self.pauses.within(self._at - turn.spoke_until)
        turn.paused = False
        turn.spoke_until = self._at
        return [SpeechWentOn(self._at)]

    def _pause(self, turn: _Turn) -> list[Event]:
        turn.paused = True
        if self.model is not None:
            turn.complete = self.model.complete(samples_of(bytes(turn.sound[-_HEARD:])))
        return [SpeechPaused(self._at, turn.spoke_until, turn.complete)]

    def _wait(self, turn: _Turn) -> float:
        return wait_for(self.rule, turn.complete, self.words, self.pauses.typical)
