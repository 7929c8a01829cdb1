"""Puts one place together: source, ears, recogniser, conversation, mouth and sink."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Sequence
from dataclasses import replace
from functools import partial
from typing import TYPE_CHECKING, Protocol, runtime_checkable

from jarvis.errors import JarvisError
from jarvis.graph import Task
from jarvis.languages import language_of
from jarvis.settings import Settings
from jarvis.spec import ToolSpec
from jarvis.voice.around import Clock, LastingSource, NotingSink
from jarvis.voice.consent import WhyNot
from jarvis.voice.conversation import Options, Utterance
from jarvis.voice.ears.opening import open_ears
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.mouth.speaking import Mouth
from jarvis.voice.people.people import People
from jarvis.voice.recognition.hearing import Hearing, Partial, open_recogniser
from jarvis.voice.recognition.homophones import Homophones
from jarvis.voice.recognition.spoken import Tongues, listening_to
from jarvis.voice.seen import Problem, Show, nowhere
from jarvis.voice.sound.audio import Pace, Sink, Source
from jarvis.voice.sound.frames import samples_of

if TYPE_CHECKING:
    from collections.abc import Mapping

    import numpy as np
    from numpy.typing import NDArray

    from jarvis.session import Session


@runtime_checkable
class Judging(Protocol):
    """A recogniser that can also take the second look at the wake phrase."""

    def likelihood(self, samples: NDArray[np.float32], texts: Sequence[str]) -> list[float]:
        """The log-likelihood of each text as the first words of mono 16 kHz samples."""
        ...


@runtime_checkable
class Exact(Protocol):
    """A planner that knows of some requests that they are whole."""

    def exact(self, text: str, language: str = "") -> bool:
        """Whether a text is one; quick, in any thread."""
        ...


def _never(text: str) -> bool:
    """Nobody knows."""
    return False


def exact_of(planner: object) -> Callable[[str], bool]:
    """What a planner knows of the end of requests."""
    return planner.exact if isinstance(planner, Exact) else _never


async def open_place(
    settings: Settings,
    session: Session,
    tools: Mapping[str, ToolSpec],
    source: Source,
    sink: Sink,
    *,
    pace: Pace | None = None,
    options: Options | None = None,
    show: Show = nowhere,
    exact: Callable[[str], bool] = _never,
    reopen: bool = False,
) -> VoiceLoop:
    """A loop that is ready to `run`. Models are shared by all places of a process.

    `exact` says whether words are a whole request for sure, so that the end of a turn is not waited for. With `reopen`
    a source that goes away is waited for: a microphone that is plugged out.

    Raises:
        ModelError: a model that it cannot do without is missing; the message names what to run.
    """
    pace, options = pace or Pace(), options or Options()
    languages = list(settings.voice_languages) or ["en"]
    options = options if options.language or len(languages) > 1 else replace(options, language=languages[0])
    recogniser, people = await asyncio.gather(
        asyncio.to_thread(open_recogniser, settings, options.language or languages[0]),
        asyncio.to_thread(People.open, settings),
    )
    clock = Clock()
    loop: VoiceLoop | None = None

    def idle() -> bool:
        return loop is None or loop.idle

    def sounded(later: float) -> None:
        if loop is not None:
            loop.sounded(later)

    def hearing(when_partial: Callable[[Partial], None]) -> Hearing:
        if len(languages) == 1:
            return Hearing(recogniser, when_partial, pace.busy)
        tongues = Tongues.open(settings)
        other = partial(open_recogniser, settings)
        return Hearing(recogniser, when_partial, pace.busy, tell=listening_to(people, tongues), other=other)

    def lost(error: JarvisError) -> None:
        show(Problem(clock(), str(error)))

    lasting = LastingSource(source, clock, pace, idle, lost if reopen else None)
    heard = NotingSink(sink, sounded)
    mouth = Mouth(heard, settings, options.language or languages[0], pace.busy)
    await mouth.warm(options.language or languages[0])
    ears = await open_ears(settings, lasting, heard, judge=recogniser if isinstance(recogniser, Judging) else None)
    loop = VoiceLoop(
        session,
        tools,
        ears,
        hearing,
        mouth,
        options=options,
        show=show,
        clock=clock,
        why_not=_why_not(people),
        busy=pace.busy,
        exact=exact,
        names=Homophones(await asyncio.to_thread(_names, settings)),
    )
    return loop


def _names(settings: Settings) -> list[str]:
    """What things and rooms are called; nothing where the home cannot be asked now."""
    from jarvis.tools.homes import open_home

    try:
        things = open_home(settings).things()
    except JarvisError:  # the first request that needs the home says what is wrong with it
        return []
    return [name for thing in things for name in (thing.name, thing.room, *thing.also) if name]


def _why_not(people: People) -> WhyNot:
    def judged(said: Utterance, task: Task, reply: bool) -> str:
        sound, language = samples_of(said.sound), said.language or language_of(said.text)
        if reply:
            return people.objection(sound, task, language)
        return people.why_not(people.who(sound).person, task, language)

    async def asked(said: Utterance, task: Task, reply: bool) -> str:
        return await asyncio.to_thread(judged, said, task, reply)

    return asked
