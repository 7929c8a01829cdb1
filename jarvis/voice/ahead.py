"""Runs that begin before the turn is over: planned from the words so far, and thrown away when the words change.

Nothing with an effect is done in such a run before it is taken, and it leaves no trace in the conversation when it is
dropped. What its tasks computed stays in the result cache, so that another plan with the same task has it at once.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import AbstractContextManager, ExitStack, aclosing, nullcontext, suppress
from pathlib import Path

from jarvis.messages import Answered, Event, TaskFinished
from jarvis.session import Circumstances
from jarvis.voice.replies import plain

Start = Callable[[str, Circumstances], "AsyncIterator[Event]"]
"""Begins a run of a request."""

Busy = Callable[[], AbstractContextManager[None]]


class Attempt:
    """One run, begun early or not. Its events are kept until somebody reads them."""

    def __init__(
        self, text: str, start: Start, circumstances: Circumstances, busy: Busy = nullcontext, *, ahead: bool
    ) -> None:
        """`circumstances.release` is set by `release`; `busy` is held until then."""
        self._busy = ExitStack()
        self._busy.enter_context(busy())
        self.text = text
        self.ahead = ahead
        """Whether it began before the turn was over."""
        self._release = circumstances.release or asyncio.Event()
        self._events: asyncio.Queue[Event | Exception | None] = asyncio.Queue()
        self._made: list[Path] = []
        self._work = asyncio.create_task(self._follow(start, circumstances), name=f"voice run: {text[:40]}")

    def release(self) -> None:
        """All words are said: effects may be done, and there may be an answer."""
        self._release.set()
        self._busy.close()

    async def events(self) -> AsyncIterator[Event]:
        """Each event of the run, also those before this was called; the last one is Answered.

        Raises:
            JarvisError: as the run.
        """
        while (event := await self._events.get()) is not None:
            if isinstance(event, Exception):
                raise event
            yield event

    async def drop(self) -> None:
        """Ends the run as if it had never begun: also the files that it made are gone."""
        taken = self._release.is_set()
        self._busy.close()
        self._work.cancel()
        with suppress(asyncio.CancelledError):
            await asyncio.shield(asyncio.wait([self._work]))
        if not taken:
            for path in self._made:
                await asyncio.to_thread(_remove, path)

    async def _follow(self, start: Start, circumstances: Circumstances) -> None:
        try:
            async with aclosing(start(self.text, circumstances)) as events:  # type: ignore[type-var]
                async for event in events:
                    if isinstance(event, TaskFinished) and not event.result.cached:
                        self._made += [file.path for file in event.result.files]
                    self._events.put_nowait(event)
                    if isinstance(event, Answered):
                        break
        except Exception as error:  # noqa: BLE001 - raised again where the events are read
            self._events.put_nowait(error)
        finally:
            self._events.put_nowait(None)


class Ahead:
    """At most one run that began early."""

    def __init__(self, start: Start, busy: Busy = nullcontext) -> None:
        """`busy` is held while a run goes on of which nobody knows yet whether it is wanted."""
        self._start, self._busy = start, busy
        self._attempt: Attempt | None = None
        self._dropping: set[asyncio.Task[None]] = set()
        self.begun = self.taken = 0
        """How many runs began early, and how many of them were wanted."""

    def consider(self, text: str, circumstances: Circumstances) -> None:
        """Begins a run of these words, unless one of the same words goes on; a run of other words is dropped."""
        if self._attempt is not None and plain(self._attempt.text) == plain(text):
            return
        self.drop()
        self.begun += 1
        self._attempt = Attempt(text, self._start, circumstances, self._busy, ahead=True)

    def take(self, text: str, circumstances: Circumstances) -> Attempt:
        """The run of a turn that is over: the one that began early if the words are the same, else a new one."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None and plain(attempt.text) != plain(text):
            self._let_go(attempt)
            attempt = None
        if attempt is None:
            attempt = Attempt(text, self._start, circumstances, ahead=False)
        else:
            self.taken += 1
        attempt.release()
        return attempt

    def drop(self) -> None:
        """Throws the early run away, if there is one."""
        attempt, self._attempt = self._attempt, None
        if attempt is not None:
            self._let_go(attempt)

    async def close(self) -> None:
        """Drops what is left, and waits until it is gone."""
        self.drop()
        if self._dropping:
            await asyncio.wait(self._dropping)

    def _let_go(self, attempt: Attempt) -> None:
        dropping = asyncio.create_task(attempt.drop())
        self._dropping.add(dropping)
        dropping.add_done_callback(self._dropping.discard)


def _remove(path: Path) -> None:
    with suppress(OSError):  # A file that is gone already, or in a folder that became read-only, harms nobody.
        path.unlink()
