"""Words out of sound while one still speaks: partial texts, the words of them that stay, and the whole text at the end.

Each partial text is the whole turn recognised anew: every 0.4 s of sound, or more rarely on a machine that cannot keep
up. Nothing queues: a recognition starts when the one before is done, with all the sound that is there by then.
"""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Callable
from contextlib import AbstractContextManager, nullcontext
from dataclasses import dataclass
from functools import partial
from threading import Lock
from typing import TYPE_CHECKING

from jarvis.voice.recognition.recognisers import Heard, Recogniser, open_recogniser
from jarvis.voice.recognition.stability import agreed
from jarvis.voice.shelf import HEARING, give_back
from jarvis.voice.sound.audio import RATE

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_log = logging.getLogger(__name__)

__all__ = ["Heard", "Hearing", "Partial", "Recogniser", "open_recogniser"]

_FIRST = int(0.8 * RATE)
"""A turn shorter than this is too short to guess at."""
_STEP = int(0.4 * RATE)
"""Sound between the starts of two recognitions, at the least."""
_REST = 2.0
"""And at the least this many times what the last one took: partial texts take half a core at most."""
_LEAST = int(0.2 * RATE)
"""Shorter sound holds no words."""
_TELLING = int(1.5 * RATE)
"""The language can be told from so much sound."""

Tell = Callable[["NDArray[np.float32]"], str]
"""The language (ISO 639-1) that is spoken in mono 16 kHz samples; "" when that cannot be told."""


@dataclass(frozen=True, slots=True)
class Partial:
    """What is said so far, while one still speaks."""

    text: str
    """All words of the newest hypothesis."""
    stable: str
    """Its first words, on which two hypotheses in a row agreed: later ones rarely change them."""


class Hearing:
    """Listens to one turn after another. All methods are called in the event loop; none of them blocks it.

    `start`, then `feed` for each frame; `paused` at a SpeechPaused, `resumed` when speech goes on; `finish` at the end.
    """

    def __init__(
        self,
        recogniser: Recogniser,
        when_partial: Callable[[Partial], None] | None = None,
        busy: Callable[[], AbstractContextManager[object]] = nullcontext,
        *,
        tell: Tell | None = None,
        other: Callable[[str], Recogniser] | None = None,
    ) -> None:
        """`when_partial` is called in the event loop with each new partial text; `busy` is open while one recognises.

        `tell` is asked once a turn for its language, and `other` for the recogniser of a language that `recogniser`
        does not know; both are called in a thread.
        """
        self._recogniser = recogniser
        self._when_partial = when_partial
        self._busy = busy
        self._tell, self._other = tell, other
        self._turn = _Turn()

    def start(self, before: bytes = b"", language: str = "") -> None:
        """A new turn; `before` is its sound so far (int16, 16 kHz, mono), `language` the one spoken, if that is known.

        A turn that `finish` still works on gets its text; any other is dropped.
        """
        self._turn.drop()
        self._turn = _Turn(language)
        self._turn.sound += before

    def feed(self, frame: bytes) -> None:
        """Hears one more frame: int16 little-endian samples at 16 kHz."""
        turn = self._turn
        turn.sound += frame
        if turn.whole is None and turn.due():
            turn.partly = asyncio.create_task(self._listen(turn))
            turn.partly.add_done_callback(_tell_failure)

    def partial(self) -> Partial:
        """The newest partial text; empty before the first."""
        return self._turn.partial

    def paused(self) -> None:
        """Speech paused: the whole text is recognised at once, in case the turn ends here.

        `when_partial` gets it, all of it stable, as soon as it is there.
        """
        turn = self._turn
        if turn.whole is None:
            self._begin_whole(turn)

    def resumed(self) -> None:
        """Speech goes on: what `paused` began is not the end."""
        self._turn.whole = None

    async def finish(self) -> Heard:
        """The turn is over: its whole text. At once when `paused` was called before and its text is there.

        Raises:
            JarvisError: the recogniser failed.
        """
        turn = self._turn
        turn.ended = True
        whole = turn.whole or self._begin_whole(turn)
        return await asyncio.shield(whole)

    async def close(self) -> None:
        """Drops the turn and waits for the work at hand: Python must not end while a thread computes."""
        self._turn.dropped = True
        await HEARING.run(give_back)

    def _begin_whole(self, turn: _Turn) -> asyncio.Task[Heard]:
        turn.whole = asyncio.create_task(self._hear_out(turn))
        turn.whole.add_done_callback(_tell_failure)
        return turn.whole

    async def _listen(self, turn: _Turn) -> None:
        """One partial text."""
        began = time.monotonic()
        turn.begun = len(turn.sound)
        heard = await self._recognised(turn, turn.begun, lambda: turn.whole is not None or turn.dropped)
        if turn.whole is None and not turn.dropped:
            turn.rest = int(_REST * (time.monotonic() - began) * RATE)
            self._tell_partial(turn, Partial(heard.text, agreed(turn.partial.text, heard.text)))

    async def _hear_out(self, turn: _Turn) -> Heard:
        """The whole text of a turn."""
        heard = await self._recognised(turn, len(turn.sound), lambda: turn.dropped)
        ended_here = turn.whole is asyncio.current_task()  # and did not go on meanwhile
        if not turn.dropped:
            stable = heard.text if ended_here else agreed(turn.partial.text, heard.text)
            self._tell_partial(turn, Partial(heard.text, stable))
        return heard

    def _tell_partial(self, turn: _Turn, text: Partial) -> None:
        changed, turn.partial = turn.partial != text, text
        if changed and self._when_partial and turn is self._turn:
            self._when_partial(text)

    async def _recognised(self, turn: _Turn, end: int, given_up: Callable[[], bool]) -> Heard:
        with self._busy():
            return await HEARING.run(partial(self._transcribe, turn, bytes(turn.sound[:end]), given_up))

    def _transcribe(self, turn: _Turn, sound: bytes, given_up: Callable[[], bool]) -> Heard:
        """The text of a turn; in a thread. What lies far back is heard once and kept."""
        import numpy as np

        with turn.lock:
            samples = np.frombuffer(sound, "<i2").astype(np.float32) / np.float32(32768)
            if len(samples) < _LEAST or given_up():
                return Heard("", turn.language, len(samples) / RATE)
            if not turn.language and self._tell and (len(samples) >= _TELLING or turn.ended):
                turn.language = self._tell(samples)
            recogniser = self._recogniser_for(turn.language)
            longest = int(recogniser.longest * RATE)
            while len(samples) - turn.settled_to > longest and not given_up():
                cut = turn.settled_to + quietest(samples[turn.settled_to :][: longest * 3 // 4], longest // 4)
                settled = recogniser.transcribe(samples[turn.settled_to : cut], turn.language)
                turn.settled.append(settled.text)
                turn.settled_to = cut
            rest = recogniser.transcribe(samples[turn.settled_to :], turn.language, given_up)
        text = " ".join(part for part in (*turn.settled, rest.text) if part)
        return Heard(text, rest.language, len(samples) / RATE)

    def _recogniser_for(self, language: str) -> Recogniser:
        known = self._recogniser.languages
        if not language or not self._other or language in known or "*" in known:
            return self._recogniser
        return self._other(language)


def _tell_failure(recognition: asyncio.Task[None] | asyncio.Task[Heard]) -> None:
    """`finish` recognises the turn anew and raises what is wrong; of a turn that is dropped only the log tells."""
    error = None if recognition.cancelled() else recognition.exception()
    if error is not None:
        _log.warning("speech could not be recognised: %s", error)


class _Turn:
    """What is known of one turn."""

    def __init__(self, language: str = "") -> None:
        self.language = language
        self.sound = bytearray()
        self.partial = Partial("", "")
        self.partly: asyncio.Task[None] | None = None
        """The newest recognition of a part."""
        self.whole: asyncio.Task[Heard] | None = None
        """The recognition of the whole, from the pause on."""
        self.ended = False
        self.dropped = False
        self.begun = 0
        """Bytes of sound that the newest recognition of a part hears."""
        self.rest = 0
        """Samples of sound to wait for, so that partial texts do not take the whole machine."""
        self.lock = Lock()
        """Held in the thread that recognises."""
        self.settled: list[str] = []
        """The text of a long turn's beginning, heard for good."""
        self.settled_to = 0
        """Samples of it."""

    def due(self) -> bool:
        """Whether it is time for another partial text."""
        if self.partly is not None and not self.partly.done():
            return False
        more = (len(self.sound) - self.begun) // 2
        return len(self.sound) // 2 >= _FIRST and more >= max(_STEP, self.rest)

    def drop(self) -> None:
        """Nobody waits for it any more, unless it has ended and its text is still to come."""
        self.dropped = not self.ended


def quietest(samples: NDArray[np.float32], least: int) -> int:
    """Where to cut sound: the middle of its quietest fifth of a second, at `least` samples after its beginning."""
    import numpy as np

    width = RATE // 5
    starts = range(least, max(least + 1, len(samples) - width), width // 4)
    energy = [float(np.square(samples[start : start + width]).mean()) for start in starts]
    return starts[int(np.argmin(energy))] + width // 2
