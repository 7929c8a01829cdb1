"""Turns of one place: a request goes to the session, and its answer is said while its tasks still run."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from contextlib import AbstractContextManager, ExitStack, nullcontext
from dataclasses import dataclass, field
from pathlib import Path

from jarvis.errors import JarvisError
from jarvis.graph import Task
from jarvis.languages import language_of
from jarvis.messages import Answered, Event, Response, TaskPlanned, TaskStarted, Told
from jarvis.responding.phrases import phrases_for
from jarvis.session import Circumstances, Session
from jarvis.spec import ToolSpec
from jarvis.voice.ahead import Ahead, Attempt
from jarvis.voice.consent import Consent, Listen, WhyNot, anybody
from jarvis.voice.course import Course
from jarvis.voice.filler import filler
from jarvis.voice.marks import Marks
from jarvis.voice.seen import Asking, Done, Problem, Saying, Show
from jarvis.voice.sentences import sentence
from jarvis.voice.speech import NOBODY, Speech, Talker, without_rest
from jarvis.voice.telling import aloud, problem, told

_REMEMBERED = 12
"""Turns that "that picture" may refer to; more would only cost memory on a hub that never ends."""


async def always(text: str) -> bool:
    """Answers every turn."""
    return True


@dataclass(frozen=True, slots=True)
class Options:
    """How the loop of one place behaves."""

    room: str = ""
    """Where it stands, as the home calls it."""
    language: str = ""
    """ISO 639-1: the one that is spoken here; empty leaves it to the recogniser."""
    out: Path = Path("jarvis-out")
    """Where new files go."""
    follow_up: float = 8.0
    """Seconds in which a question can be answered without the wake phrase."""
    filler_after: float = 0.7
    """Seconds of silence after a turn until it is said what is being done."""
    ahead: bool = True
    """Whether requests are planned before the turn is over."""
    approve_all: bool = False
    """Whether what cannot be taken back is done without asking."""
    interruptible: bool = True
    """Whether plain speech silences the answer; else only the wake phrase does, as where no echo can be taken off."""
    may_answer: Callable[[str], Awaitable[bool]] = always
    """Asked with the words of a turn before anything is done: of two places that heard the same, one answers."""


@dataclass(frozen=True, slots=True)
class Utterance:
    """What was said in one turn."""

    text: str
    language: str = ""
    sound: bytes = field(default=b"", repr=False)
    """All of it, int16 at 16 kHz."""
    began: float = 0.0
    """When the first of it was heard, in seconds of sound."""
    marks: Marks = field(default_factory=Marks)


class _Answer:
    """One answer on its way."""

    def __init__(self, said: Utterance, speech: Speech, attempt: Attempt) -> None:
        self.said, self.speech, self.attempt = said, speech, attempt
        self.course = Course()
        self.changed = asyncio.Event()
        self.settled: set[int] = set()
        """Tasks of which everything was said already."""
        self.goes_on: asyncio.Future[bool] = asyncio.get_running_loop().create_future()
        """After an interruption: whether the rest is to be said."""


class Conversation:
    """One place's conversation. Requests are answered one after the other; none is lost."""

    def __init__(
        self,
        session: Session,
        tools: Mapping[str, ToolSpec],
        mouth: Talker,
        options: Options,
        show: Show,
        clock: Callable[[], float],
        listen: Listen,
        *,
        why_not: WhyNot = anybody,
        busy: Callable[[], AbstractContextManager[None]] = nullcontext,
    ) -> None:
        """`clock` gives the seconds of sound heard; `listen` waits for a reply without the wake phrase."""
        self._session, self._mouth, self._options = session, mouth, options
        self._show, self._clock, self._busy = show, clock, busy
        self._why_not = why_not
        self._consent = Consent(tools, options.approve_all, listen, show, clock, why_not)
        self.ahead = Ahead(lambda text, about: session.stream(text, (), options.out, circumstances=about), busy)
        self._one = asyncio.Lock()
        self._answer: _Answer | None = None
        self._stack = ExitStack()

    @property
    def at_work(self) -> bool:
        """Whether a request is being done or answered."""
        return self._one.locked()

    def guess(self, text: str) -> None:
        """Plans ahead what may be the words of this turn."""
        if self._options.ahead and not self._one.locked():
            self.ahead.consider(text, self._circumstances(""))

    async def request(self, said: Utterance) -> Done:
        """Does what was said and says the answer; returns when all of it was heard, or will not be."""
        async with self._one:
            with ExitStack() as self._stack:
                self._stack.enter_context(self._busy())
                return await self._taken(said)

    def sounded(self, later: float) -> None:
        """Sound begins to be heard in `later` seconds."""
        if self._answer is not None:
            self._answer.said.marks.note("sound", later)

    def interrupted(self) -> None:
        """The voice was stopped by somebody who speaks; `go_on` or `cut` says what becomes of the rest."""
        if self._answer is not None:
            self._answer.speech.stop()

    def go_on(self) -> bool:
        """It was nothing: the rest of the answer is said. Gives whether there is one."""
        return self._decide(goes_on=True)

    def cut(self) -> bool:
        """The rest of the answer is not wanted; what of it is not done yet is not done."""
        return self._decide(goes_on=False)

    def nothing_asked(self) -> None:
        """What was asked last does not want an answer any more."""
        self._session.memory = self._session.memory.settled()

    async def close(self) -> None:
        """Ends what goes on."""
        self.cut()
        await self.ahead.close()

    def _decide(self, *, goes_on: bool) -> bool:
        answer = self._answer
        if answer is None or answer.goes_on.done():
            return False
        if not goes_on:
            answer.speech.stop()
            answer.goes_on.set_result(False)
            self._drop(answer)
        elif answer.speech.stopped:
            answer.goes_on.set_result(True)
        return True

    def _drop(self, answer: _Answer) -> None:
        if answer.course.response is None:
            dropping = asyncio.create_task(answer.attempt.drop())
            dropping.add_done_callback(lambda _: answer.changed.set())

    def _circumstances(self, language: str) -> Circumstances:
        return Circumstances(self._options.room, language, asyncio.Event(), self._approve, self._permit)

    async def _permit(self, task: Task) -> str:
        return await self._why_not(self._answer.said, task, False) if self._answer else ""

    async def _approve(self, task: Task) -> bool:
        answer = self._answer
        if answer is None:
            return False
        self._stack.close()  # a person takes the time that a person takes
        try:
            given = await self._consent.given(task, answer.speech)
        finally:
            self._stack.enter_context(self._busy())
        answer.settled |= set() if given else {task.id}
        return given

    async def _taken(self, said: Utterance) -> Done:
        language = phrases_for(said.language or language_of(said.text)).code
        speech = Speech(self._mouth, language, self._trouble)
        attempt = self.ahead.take(said.text, self._circumstances(said.language))
        said.marks.ahead = attempt.ahead
        answer = self._answer = _Answer(said, speech, attempt)
        filling = asyncio.create_task(self._fill(answer))
        try:
            failed = await self._follow(answer)
            filling.cancel()
            return await self._said(answer, failed)
        finally:
            filling.cancel()
            self._answer = None

    async def _follow(self, answer: _Answer) -> str:
        """Says what can be said as the run goes on; gives what ended it, if it was an error."""
        try:
            async for event in answer.attempt.events():
                answer.course.apply(event)
                await self._tell(answer, event)
                answer.changed.set()
        except JarvisError as error:
            self._add(answer, sentence("did not work", answer.speech.language, problem=problem(str(error))))
            self._show(Problem(self._clock(), str(error)))
            return str(error)
        return ""

    async def _tell(self, answer: _Answer, event: Event) -> None:
        course, marks = answer.course, answer.said.marks
        match event:
            case TaskPlanned():
                marks.note("planned")
            case TaskStarted():
                marks.note("started")
            case Told():
                claim = event.claim
                if claim.task_id in answer.settled and claim.failed:
                    return
                marks.note("claim")
                task = course.tasks.get(claim.task_id)
                language = answer.speech.language
                for piece in await asyncio.to_thread(told, claim, task, course.results, language):
                    answer.speech.add(piece, claim.task_id)
                self._show(Saying(self._clock(), claim.text))
            case Answered():
                self._conclude(answer, event.response)
            case _:
                pass

    def _conclude(self, answer: _Answer, response: Response) -> None:
        self._session.memory = self._session.memory.newest(_REMEMBERED)
        if response.ask:
            answer.speech.add(response.ask)
            self._show(Asking(self._clock(), response.ask))
        elif not response.claims and response.text:
            self._add(answer, aloud(response.text))

    def _add(self, answer: _Answer, text: str) -> None:
        answer.said.marks.note("claim")
        answer.speech.add(text)
        self._show(Saying(self._clock(), text))

    async def _fill(self, answer: _Answer) -> None:
        """Says what is being done, when nothing else can be said for a while."""
        await asyncio.sleep(max(0.0, self._options.filler_after - answer.said.marks.since_end()))
        while not answer.speech.pieces:
            task = next(iter(answer.course.running.values()), None)
            if task is not None:
                words = filler(task, answer.said.text, answer.speech.language)
                answer.said.marks.filler = True
                answer.speech.add(words, NOBODY)
                self._show(Saying(self._clock(), words, filler=True))
                return
            answer.changed.clear()
            await answer.changed.wait()

    async def _said(self, answer: _Answer, failed: str) -> Done:
        self._stack.close()  # what is left is to be heard, not to be computed
        speech, response = answer.speech, answer.course.response
        while not await speech.finish():
            if not await answer.goes_on:
                break
            answer.goes_on = asyncio.get_running_loop().create_future()
            await speech.go_on()
        answer.said.marks.tell(self._show, self._clock())
        if response is None:
            kind = "failed" if failed else "dropped"
            return Done(self._clock(), kind, failed, ok=False)
        if speech.stopped:
            self._forget(answer)
        kind = "asked" if response.ask else "answered"
        return Done(self._clock(), kind, response.text, response.ok, response.run_id)

    def _forget(self, answer: _Answer) -> None:
        """What nobody heard was never said."""
        values = {n: result.value for n, result in answer.course.results.items()}
        kept = without_rest(answer.speech.unheard(), answer.speech.pieces, values)
        self._session.memory = self._session.memory.unheard(kept)

    def _trouble(self, error: JarvisError) -> None:
        self._show(Problem(self._clock(), str(error)))
