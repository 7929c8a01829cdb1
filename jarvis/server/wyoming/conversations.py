"""Conversations by id: each is a Session that remembers; there are only so many, and silent ones are forgotten."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncGenerator, Callable, Mapping
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from uuid import uuid4

from jarvis.engine import Jarvis
from jarvis.errors import JarvisError, UsageError
from jarvis.graph import Task
from jarvis.languages import language_of
from jarvis.messages import Answered, Event, Response, Told
from jarvis.planners.protocol import AskBack
from jarvis.session import Circumstances, Session
from jarvis.spec import ToolSpec
from jarvis.voice.asking import approval_question
from jarvis.voice.replies import yes_or_no
from jarvis.voice.sentences import sentence

MOST = 64
"""Conversations that are remembered; the one that was silent for longest is forgotten for a new one."""
MOST_TURNS = 50
"""Turns that one conversation remembers; then it begins anew."""
IDLE = 900.0
"""Seconds after which a silent conversation is forgotten."""
ASKING = 60.0
"""Seconds in which a yes has to come."""
LONGEST_ID = 200

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Reply:
    """The end of a turn."""

    text: str
    """All of it."""
    handled: bool = True
    """Whether anything of it was done, told or asked; else the text says why not."""
    asks: bool = False
    """Whether it is a question, and the next turn its answer."""
    language: str = "en"


class Conversations:
    """All that go on."""

    def __init__(
        self,
        jarvis: Jarvis,
        out: Path,
        *,
        most: int = MOST,
        idle: float = IDLE,
        clock: Callable[[], float] = time.monotonic,
    ) -> None:
        self._jarvis, self._out, self._clock = jarvis, out, clock
        self._most, self._idle = most, idle
        self._known: dict[str, Conversation] = {}

    def __len__(self) -> int:
        return len(self._known)

    def of(self, conversation_id: str = "") -> Conversation:
        """The conversation with this id, or a new one.

        Raises:
            UsageError: the id is too long.
        """
        if len(conversation_id) > LONGEST_ID:
            raise UsageError(f"a conversation id may have {LONGEST_ID} characters, not {len(conversation_id)}")
        now = self._clock()
        self._forget(now)
        name = conversation_id or uuid4().hex
        if name not in self._known:
            self._known[name] = Conversation(name, self._jarvis, self._out)
        self._known[name].used = now
        return self._known[name]

    def _forget(self, now: float) -> None:
        still = [each for each in self._known.values() if not each.busy]
        old = [each for each in still if now - each.used > self._idle]
        beyond = len(self._known) - len(old) - self._most + 1
        rest = sorted((each for each in still if each not in old), key=lambda each: each.used)
        for each in old + rest[: max(0, beyond)]:
            _log.debug("conversation %s is forgotten", each.id)
            each.close()
            del self._known[each.id]

    async def close(self) -> None:
        """Breaks off what goes on."""
        for each in self._known.values():
            each.close()
        self._known.clear()


class Conversation:
    """One of them. Turns are taken one at a time."""

    def __init__(self, conversation_id: str, jarvis: Jarvis, out: Path) -> None:
        self.id = conversation_id
        self.used = 0.0
        self._jarvis, self._out = jarvis, out
        self.session, self._turns = jarvis.session(), 0
        self._turn = asyncio.Lock()
        self._waiting: _Run | None = None
        """A run that asked whether it may go on."""

    @property
    def busy(self) -> bool:
        """Whether a turn goes on at this moment."""
        return self._turn.locked()

    async def turn(self, text: str, room: str = "", language: str = "") -> AsyncGenerator[str | Reply, None]:
        """Takes one turn: pieces of the answer as they come, then the Reply. Closing it breaks the run off.

        `room` is where the speaker stands, `language` (ISO 639-1) what was spoken; "" leaves it to the text.
        Where a task needs approval, the Reply is the question, and the run waits for the next turn to answer it.
        """
        async with self._turn:
            run = await self._goes_on(text) or self._new(text, room, language)
            try:
                async for said in run.said():
                    if isinstance(said, Reply) and run.asking:
                        self._waiting = run
                    yield said
            finally:
                if self._waiting is not run:
                    await run.stop()

    def close(self) -> None:
        """Nobody will answer any more."""
        run, self._waiting = self._waiting, None
        if run is not None:
            run.cancel()

    async def _goes_on(self, text: str) -> _Run | None:
        """The run that waits for this text: yes lets it go on, no makes it go on without; all else breaks it off."""
        run, self._waiting = self._waiting, None
        if run is None:
            return None
        meant = yes_or_no(text) if run.asking else None
        run.answer(yes=meant is True)
        if meant is not None:
            return run
        await run.finish()
        return None

    def _new(self, text: str, room: str, language: str) -> _Run:
        if self._turns >= MOST_TURNS:
            self.session, self._turns = self._jarvis.session(), 0
        self._turns += 1
        circumstances = Circumstances(room, language)
        return _Run(self.session, text, circumstances, self._out, self._jarvis.tools)


class _Run:
    """One run of a Session, which may stop in the middle to ask."""

    def __init__(
        self, session: Session, text: str, about: Circumstances, out: Path, tools: Mapping[str, ToolSpec]
    ) -> None:
        self._language, self._tools = about.language or language_of(text), tools
        self._queue: asyncio.Queue[str | Reply | None] = asyncio.Queue()
        self._pieces: list[str] = []
        """What was said since the last Reply."""
        self._held: list[str] = []
        """Failures at its beginning: should nothing else come, the Reply alone tells them."""
        self._asking = asyncio.Lock()
        self._answer: asyncio.Future[bool] | None = None
        self._answered: bool | None = None
        about = replace(about, approve=self._approve)
        work = self._work(session.stream(text, (), out, circumstances=about))
        self._task = asyncio.create_task(work)
        self._task.add_done_callback(lambda _: self._queue.put_nowait(None))

    @property
    def asking(self) -> bool:
        """Whether it waits for a yes."""
        return self._answer is not None and not self._answer.done()

    def answer(self, *, yes: bool) -> None:
        """What was answered."""
        if self._answer is not None and not self._answer.done():
            self._answered = yes
            self._answer.set_result(yes)

    async def said(self) -> AsyncGenerator[str | Reply, None]:
        """What it says, up to the next Reply."""
        while (said := await self._queue.get()) is not None:
            yield said
            if isinstance(said, Reply):
                return
        await self._task  # it ended without a Reply: a bug comes out here

    async def finish(self) -> None:
        """Waits for its end; what it says is for nobody."""
        await asyncio.wait({self._task})

    async def stop(self) -> None:
        """Breaks it off, unless it is over."""
        self._task.cancel()
        await asyncio.wait({self._task})

    def cancel(self) -> None:
        """The same, without waiting."""
        self._task.cancel()

    async def _approve(self, task: Task) -> bool:
        """Asks, and waits for the next turn to answer."""
        async with self._asking:
            self._answer = asyncio.get_running_loop().create_future()
            self._say(approval_question(task, self._tools[task.tool], self._language))
            self._end(asks=True)
            try:
                async with asyncio.timeout(ASKING):
                    return await self._answer
            except TimeoutError:
                _log.info("nobody said whether to do %s; it was not done", task.tool)
                return False

    async def _work(self, stream: AsyncGenerator[Event, None]) -> None:
        try:
            async with aclosing(stream) as events:
                async for event in events:
                    self._heard(event)
        except AskBack as question:
            self._say(question.question)
            self._end(asks=True)
        except JarvisError as error:
            self._say(str(error), failed=True)
            self._end(handled=False)

    def _heard(self, event: Event) -> None:
        # After a no, nobody needs to hear that it failed for want of a yes.
        if isinstance(event, Told) and not (event.claim.failed and self._answered is False):
            self._say(event.claim.text, failed=event.claim.failed)
        elif isinstance(event, Answered):
            self._over(event.response)

    def _over(self, response: Response) -> None:
        refused = self._answered is False
        if response.ask and response.ask not in self._pieces:
            self._say(response.ask)
        elif not self._pieces:
            self._say(sentence("not done", self._language) if refused else response.text)
        done = not response.results or any(result.ok for result in response.results.values())
        self._end(asks=bool(response.ask), handled=done or refused or bool(response.ask))

    def _say(self, piece: str, *, failed: bool = False) -> None:
        self._pieces.append(piece)
        self._held.append(piece)
        if not failed or len(self._held) < len(self._pieces):
            self._give()

    def _give(self) -> None:
        for piece in self._held:
            self._queue.put_nowait(piece)
        self._held = []

    def _end(self, *, asks: bool = False, handled: bool = True) -> None:
        if handled:
            self._give()
        text = ("" if self._language in ("zh", "ja") else " ").join(self._pieces)
        self._pieces, self._held = [], []
        self._queue.put_nowait(Reply(text, handled, asks, self._language))
