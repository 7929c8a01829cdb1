"""The wake word: a cheap gate that listens all the time, and a costlier second look at what it lets through.

The gate is lenient, the look is strict. Measured: the gate alone, at the cutoff that its author trusts, finds a third
of the phrases of synthetic voices; at the lenient one nearly all, and a tenth of sentences made to resemble the phrase.
The look asks the recogniser how likely it finds the phrase itself in the last second. Both together find 98.5 % of 200
phrases, and 92.5 % in noise at 10 dB (benchmarks/voice/wake.py).
"""

from __future__ import annotations

import re
from collections import deque
from collections.abc import Sequence
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Protocol

from jarvis.voice.ears.gate import Gate
from jarvis.voice.sound.audio import FRAME, RATE
from jarvis.voice.sound.frames import samples_of

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_KEPT = 96
"""Frames that are kept: 3 s."""
_AGAIN = 10
"""Frames after a look that found nothing until the next."""
_REST = 30
"""Frames after a detection until the next."""


class Judge(Protocol):
    """The second look: what can tell how well words fit to sound. A Moonshine recogniser can."""

    def likelihood(self, samples: NDArray[np.float32], texts: Sequence[str]) -> list[float]:
        """The log-likelihood of each text as the first words of mono 16 kHz samples; 0 at best."""
        ...


@dataclass(frozen=True, slots=True)
class WakeRule:
    """When sound is the wake phrase."""

    cutoff: float = 0.012
    """The gate opens above this score where a judge takes the second look."""
    alone: float = 0.97
    """The gate opens above this score where there is none."""
    wait: int = 6
    """Frames from the gate's first sign until the look: the end of the phrase is still to come."""
    windows: tuple[float, ...] = (1.0, 1.45)
    """The look is at so many of the last seconds, for quick and slow speakers; the best counts."""
    likely: float = -5.2
    """The phrase is there when it is at least this likely (logarithm), however little sure the gate is ..."""
    trust: float = 5.0
    """... and by so much less where the gate is quite sure (1.0)."""


@dataclass(frozen=True, slots=True)
class Detection:
    """The wake phrase was heard."""

    phrase: str
    score: float
    """The gate's best, 0 to 1."""
    likelihood: float
    """The second look's (a logarithm, 0 at best); 0.0 without one."""
    since: float
    """Seconds between the end of the phrase and the end of the frame that gave this."""
    sound: bytes = field(repr=False, default=b"")
    """What was heard since the phrase ended: the beginning of a command said in one breath."""


class WakeWord:
    """Listens for one phrase. It keeps state: one per source of sound; the judge may be shared."""

    def __init__(
        self,
        gate: Gate,
        phrase: str,
        *,
        judge: Judge | None = None,
        rule: WakeRule | None = None,
        name: str = "",
        languages: Sequence[str] = ("en",),
    ) -> None:
        """`phrase` as it is said: Hey Jarvis."""
        self.phrase = phrase
        self.name = name or re.sub(r"\W+", "_", phrase.lower())
        """As Wyoming knows it: hey_jarvis."""
        self.languages = tuple(languages)
        self._gate = gate
        self._judge = judge
        self._rule = rule or WakeRule()
        self._cutoff = self._rule.cutoff if judge is not None else self._rule.alone
        first, *rest = phrase.split()
        self._spellings = list(dict.fromkeys([", ".join([first, " ".join(rest)]) if rest else first, phrase]))
        self._kept: deque[bytes] = deque(maxlen=_KEPT)
        self._looks_in: int | None = None
        self._deaf = 0
        self._best = 0.0

    def feed(self, frame: bytes) -> Detection | None:
        """Hears one more frame. Takes 0.3 ms; when the gate opened, one later call takes 0.1 to 0.3 s for the look."""
        self._kept.append(frame)
        score = self._gate.feed(frame)
        if self._deaf:
            self._deaf -= 1
            return None
        if self._looks_in is None:
            if score <= self._cutoff:
                return None
            self._looks_in, self._best = self._rule.wait, 0.0
        self._best = max(self._best, score)
        if self._looks_in:
            self._looks_in -= 1
            return None
        self._looks_in = None
        return self._look()

    def _look(self) -> Detection | None:
        sound = samples_of(b"".join(self._kept))
        if self._judge is None:
            likelihood, found = 0.0, True
        else:
            tails = [sound[-int(seconds * RATE) :] for seconds in self._rule.windows]
            likelihood = max(max(self._judge.likelihood(tail, self._spellings)) for tail in tails)
            found = likelihood >= self._rule.likely - self._rule.trust * self._best
        if not found:
            self._deaf = _AGAIN
            return None
        self._deaf = _REST
        end = self._phrase_end(sound)
        after = b"".join(self._kept)[2 * end :]
        return Detection(self.phrase, self._best, likelihood, (len(sound) - end) / RATE, after)

    def _phrase_end(self, sound: NDArray[np.float32]) -> int:
        """Where the phrase ends, in samples: the quietest place around the gate's first sign."""
        import numpy as np

        hop = RATE // 100
        sign = len(sound) - self._rule.wait * FRAME
        first = max(0, sign - FRAME)
        places = range(first, max(first + 1, len(sound) - hop), hop)
        loudness = [float(np.square(sound[at - hop : at + hop]).sum()) if at >= hop else 0.0 for at in places]
        return places[int(np.argmin(loudness))]

    def forget(self) -> None:
        """The look that is still to come is not taken: somebody listens to all that is said anyway."""
        self._looks_in = None

    @property
    def kept(self) -> bytes:
        """The last 3 s of sound: who said it can be told from them."""
        return b"".join(self._kept)

    @property
    def busy(self) -> bool:
        """Whether the gate opened, and the look is still to come."""
        return self._looks_in is not None

    @property
    def looks_next(self) -> bool:
        """Whether the next frame's `feed` takes the look, and with it some tenths of a second."""
        return self._looks_in == 0


def without_phrase(text: str, phrase: str) -> str:
    """A text without the wake phrase, or what a recogniser made of it, at its beginning.

    >>> without_phrase("Hey, Jervis. Turn on the light.", "Hey Jarvis")
    'Turn on the light.'
    """
    words = list(re.finditer(r"\S+", text))
    wanted = _letters(phrase)
    # The best of the first words, at most one more than the phrase has: a recogniser may part them otherwise.
    ends = [word.end() for word in words[: len(phrase.split()) + 1]]
    fits = [(SequenceMatcher(None, _letters(text[:end]), wanted).ratio(), end) for end in ends]
    best, end = max(fits, default=(0.0, 0))
    return text[end:].lstrip(" ,.!?;:-") if best >= 0.75 else text


def _letters(text: str) -> str:
    return re.sub(r"[\W\d_]+", "", text.lower())
