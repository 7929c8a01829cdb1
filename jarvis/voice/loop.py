"""The loop of one place: it waits for its name, hears, answers, can be interrupted, and never ends by itself."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Callable, Coroutine, Mapping
from contextlib import AbstractContextManager, aclosing, nullcontext
from typing import Any, Protocol

from jarvis.errors import JarvisError
from jarvis.languages import language_of
from jarvis.session import Session
from jarvis.spec import ToolSpec
from jarvis.voice.consent import WhyNot, anybody
from jarvis.voice.conversation import Conversation, Options, Utterance
from jarvis.voice.ears import events as ear
from jarvis.voice.ears.wake import without_phrase
from jarvis.voice.marks import Marks
from jarvis.voice.mouth.speaking import Mouth
from jarvis.voice.recognition.hearing import Hearing, Partial
from jarvis.voice.recognition.homophones import Homophones
from jarvis.voice.replies import Instant, instant
from jarvis.voice.seen import (
    Done,
    Interrupted,
    Notice,
    Problem,
    Show,
    State,
    StateChanged,
    Words,
    nowhere,
)
from jarvis.voice.sentences import sentence

_SHORT = 4
"""Words of an interruption of which the last one alone may be understood."""


class Ears(Protocol):
    """What the loop needs of its ears."""

    interruptible: bool
    """Whether plain speech while the answer is said opens a turn; else only the wake phrase does."""

    def __aiter__(self) -> AsyncIterator[ear.Event]:
        """What is heard, in order."""
        ...

    def listen(self, seconds: float) -> None:
        """Opens a turn without the wake phrase for some seconds."""
        ...

    def sleep(self) -> None:
        """The wake phrase is needed again."""
        ...

    def partial(self, text: str, complete: float | None = None) -> None:
        """The words of the open turn so far, and how sure it is that they are all."""
        ...


class Announcement(Protocol):
    """What something that speaks up by itself has to say."""

    @property
    def language(self) -> str:
        """ISO 639-1."""
        ...

    def said(self) -> str:
        """The sentence."""
        ...


class VoiceLoop:
    """Listens and answers until its source of sound ends."""

    def __init__(
        self,
        session: Session,
        tools: Mapping[str, ToolSpec],
        ears: Ears,
        hearing: Callable[[Callable[[Partial], None]], Hearing],
        mouth: Mouth,
        *,
        options: Options | None = None,
        show: Show = nowhere,
        clock: Callable[[], float] = lambda: 0.0,
        why_not: WhyNot = anybody,
        busy: Callable[[], AbstractContextManager[None]] = nullcontext,
        exact: Callable[[str], bool] = lambda _: False,
        names: Homophones | None = None,
    ) -> None:
        """`hearing` makes one that tells partial texts to what it is given; `clock` gives the seconds of sound heard
        so far; `busy` is held while something is computed; `exact` says, in a thread, whether words are a whole request
        for sure; `names` are those of the home.
        """
        self._ears, self._mouth = ears, mouth
        self._options, self._show, self._clock = options or Options(), show, clock
        self._exact, self._names = exact, names or Homophones(())
        self._phrase = ""
        """The wake phrase, as it was last heard."""
        ears.interruptible = self._options.interruptible
        self._hearing = hearing(self._partial)
        self._talk = Conversation(
            session, tools, mouth, self._options, show, clock, self._listened, why_not=why_not, busy=busy
        )
        self._state = State.STARTING
        self._heard = False
        """Whether a turn is open."""
        self._words = ""
        """What of it was shown."""
        self._awake = False
        self._after_phrase = False
        self._pausing = False
        self._cut = False
        """Whether the answer was interrupted, and it is not known yet what for."""
        self._reply: asyncio.Future[Utterance | None] | None = None
        self._working: set[asyncio.Task[None]] = set()
        self._quiet = asyncio.Event()
        self.counts: Counter[str] = Counter()
        """Turns by what became of them: as `Done.kind`; `heard` counts all."""

    @property
    def state(self) -> State:
        """What it is doing."""
        return self._state

    @property
    def volume(self) -> float:
        """How loud it speaks, 0 to 1."""
        return self._mouth.volume

    @property
    def idle(self) -> bool:
        """Whether nothing is heard, done or said."""
        return not (self._awake or self._working or self._mouth.speaking or self._talk.at_work)

    async def run(self) -> None:
        """Listens until there is no more sound; what was begun then is finished first.

        Raises:
            JarvisError: the source of sound went away.
        """
        self._refresh()
        try:
            async for event in self._ears:
                self._hear(event)
                self._refresh()
            while self._working:
                await asyncio.wait(self._working)
        finally:
            for task in self._working:
                task.cancel()
            self._mouth.stop()
            await self._talk.close()

    async def announce(self, announcements: AsyncIterator[Announcement]) -> None:
        """Says what comes, each when nobody speaks; runs until cancelled or there is no more."""
        async with aclosing(announcements) as coming:  # type: ignore[type-var]
            async for announcement in coming:
                await self.say(announcement.said(), announcement.language)

    def wake(self) -> None:
        """As if the wake phrase had just been said: for satellites that listen for it themselves."""
        self._interrupt()
        self._follow_up()
        self._refresh()

    def sounded(self, later: float) -> None:
        """The sink got sound that begins to be heard in `later` seconds."""
        self._talk.sounded(later)
        self._refresh()

    async def say(self, text: str, language: str = "") -> None:
        """Says something of its own between turns."""
        while not self.idle:
            self._quiet.clear()
            await self._quiet.wait()
        self._show(Notice(self._clock(), text))
        await self._spoken(text, language or language_of(text))

    def _hear(self, event: ear.Event) -> None:
        match event:
            case ear.Sound():
                self._hearing.feed(event.frame)
            case ear.Woke():
                self._awake, self._phrase = True, event.phrase
                if event.interrupts:
                    self._interrupt()
            case ear.SpeechStarted():
                self._started(event)
            case ear.SpeechPaused():
                self._pausing = True
                self._hearing.paused()
            case ear.SpeechWentOn():
                self._pausing = False
                self._hearing.resumed()
            case ear.TurnEnded():
                self._ended(event)
            case ear.NothingSaid():
                self._awake = False
                self._answered_by(None)
                self._resume()

    def _started(self, event: ear.SpeechStarted) -> None:
        self._heard = self._awake = True
        self._after_phrase, self._pausing, self._words = event.after_phrase, False, ""
        if event.interrupts or self._mouth.speaking:
            self._interrupt()
        self._hearing.start(event.sound, self._options.language)

    def _interrupt(self) -> None:
        """Silence, at once. Whether the rest is still wanted is known when it is known what was said."""
        if not self._mouth.speaking:
            return
        self._talk.interrupted()
        said = self._mouth.stop()
        self._cut = True
        self._show(Interrupted(self._clock(), said.unspoken))

    def _partial(self, partial: Partial) -> None:
        """New words while somebody speaks. What stays the same is planned ahead."""
        text = self._request(partial.text)
        self._ears.partial(text)
        if text:
            self._begin(self._complete(text))
        if text and text != self._words:
            self._words = text
            self._show(Words(self._clock(), text))
        waits = self._reply is not None or instant(text) is not None
        if text and not waits and (self._pausing or self._request(partial.stable) == text):
            self._talk.guess(text)

    async def _complete(self, text: str) -> None:
        """Tells the ears when these words need no more of them."""
        if await asyncio.to_thread(self._exact, text) and self._heard and self._words == text:
            self._ears.partial(text, 1.0)

    def _request(self, text: str) -> str:
        said = without_phrase(text, self._phrase) if self._after_phrase else text
        return self._names.mended(said)

    def _ended(self, event: ear.TurnEnded) -> None:
        self._heard = self._awake = False
        self.counts["heard"] += 1
        marks = Marks(end_of_turn=max(0.0, event.at - event.spoke_until))
        self._begin(self._turn(event, marks))

    def _begin(self, work: Coroutine[Any, Any, None]) -> None:
        task = asyncio.create_task(work, name="voice turn")
        self._working.add(task)
        task.add_done_callback(self._over)

    def _over(self, task: asyncio.Task[None]) -> None:
        self._working.discard(task)
        self._refresh()
        if not task.cancelled() and (error := task.exception()) is not None:
            self._show(Problem(self._clock(), f"{type(error).__name__}: {error}"))

    async def _turn(self, event: ear.TurnEnded, marks: Marks) -> None:
        try:
            heard = await self._hearing.finish()
        except JarvisError as error:
            await self._deaf(error)
            return
        marks.note("words")
        said = Utterance(self._request(heard.text), heard.language, event.sound, event.began, marks)
        if said.text:
            self._show(Words(self._clock(), said.text, final=True, language=heard.language))
        done = await self._taken(said)
        self.counts[done.kind] += 1
        self._show(done)
        if done.kind == "asked":
            self._follow_up()

    async def _deaf(self, error: JarvisError) -> None:
        """The recogniser failed; the next turn may be heard again."""
        self.counts["failed"] += 1
        self._show(Problem(self._clock(), str(error)))
        language = self._options.language or "en"
        await self._spoken(sentence("not understood", language), language)
        self._show(Done(self._clock(), "failed", str(error), ok=False))

    async def _taken(self, said: Utterance) -> Done:
        """What becomes of a turn: a reply to a question, something done at once, nothing, or a request."""
        if self._answered_by(said):
            self._cut = False
            return Done(self._clock(), "reply", said.text)
        if not said.text:
            self._talk.ahead.drop()
            self._resume()
            return Done(self._clock(), "nothing")
        what = instant(said.text) or (_last_word(said.text) if self._cut else None)
        if what is not None:
            self._talk.ahead.drop()
            await self._at_once(what, said)
            return Done(self._clock(), "instant", what.value)
        if not await self._options.may_answer(said.text):
            self._talk.ahead.drop()
            self._resume()
            return Done(self._clock(), "dropped")
        if self._cut:
            self._cut = False
            self._talk.cut()
        self._refresh()
        return await self._talk.request(said)

    async def _at_once(self, what: Instant, said: Utterance) -> None:
        language = said.language or language_of(said.text)
        match what:
            case Instant.LOUDER | Instant.QUIETER:
                volume = self._mouth.louder() if what is Instant.LOUDER else self._mouth.quieter()
                if not self._resume():
                    await self._spoken(sentence("volume", language, percent=str(round(100 * volume))), language)
            case Instant.REPEAT:
                self._cut = False
                self._talk.cut()
                if not (await self._mouth.repeat()).spoken:
                    await self._spoken(sentence("nothing to repeat", language), language)
            case Instant.STOP | Instant.CANCEL | Instant.GOODBYE:
                self._cut = self._awake = False
                self._ears.sleep()
                self._talk.nothing_asked()
                stopped = what is not Instant.GOODBYE and self._talk.cut()
                if stopped and what is Instant.CANCEL:
                    await self._spoken(sentence("cancelled", language), language)

    def _resume(self) -> bool:
        """After an interruption that was nothing: the rest is said. Gives whether there was one."""
        if not self._cut:
            return False
        self._cut = False
        return self._talk.go_on()

    async def _spoken(self, text: str, language: str) -> None:
        try:
            await self._mouth.say(text, language)
        except JarvisError as error:
            self._show(Problem(self._clock(), str(error)))

    def _follow_up(self) -> None:
        self._awake = True
        self._ears.listen(self._options.follow_up)

    async def _listened(self, from_now: bool) -> Utterance | None:
        """What is said next, to a question; None when nobody says anything."""
        if self._reply is None or self._reply.done():
            self._reply = asyncio.get_running_loop().create_future()
        if from_now:
            self._follow_up()
        self._refresh()
        try:
            return await self._reply
        finally:
            self._reply = None

    def _answered_by(self, said: Utterance | None) -> bool:
        """Gives a reply to who waits for one."""
        if self._reply is None or self._reply.done():
            return False
        self._reply.set_result(said)
        return True

    def _refresh(self) -> None:
        """Shows what it is doing, if that changed."""
        state = State.ASLEEP
        if self._heard:
            state = State.HEARING
        elif self._mouth.speaking:
            state = State.SPEAKING
        elif self._awake:
            state = State.LISTENING
        elif self._working:
            state = State.THINKING
        if self.idle:
            self._quiet.set()
        if state is not self._state:
            self._state = state
            self._show(StateChanged(self._clock(), state))


def _last_word(text: str) -> Instant | None:
    """What the last word of a short interruption says: over the own voice, "Hey Jarvis, stop" is hard to hear."""
    words = text.split()
    return instant(words[-1]) if 1 < len(words) <= _SHORT else None
