"""A yes by voice for what cannot be taken back: asked in words, given by somebody who may, never by the own voice."""

from __future__ import annotations

import asyncio
from collections.abc import Awaitable, Callable, Mapping
from typing import TYPE_CHECKING

from jarvis.graph import Task
from jarvis.spec import ToolSpec
from jarvis.voice.asking import approval_question
from jarvis.voice.replies import yes_or_no
from jarvis.voice.seen import Asking, Show
from jarvis.voice.sentences import sentence
from jarvis.voice.speech import Speech

if TYPE_CHECKING:
    from jarvis.voice.conversation import Utterance

_TRIES = 3
"""How often it is asked when the reply is neither yes nor no."""

Listen = Callable[[bool], Awaitable["Utterance | None"]]
"""Waits for what is said next, without the wake phrase; None when nobody says anything for some seconds. With True it
listens from now on; with False only what was begun already counts."""


WhyNot = Callable[["Utterance", Task, bool], Awaitable[str]]
"""Why the one who said this may not have a task done, in one sentence; "" when they may. True for a yes to the question
about it, which may be too short to tell whose it is."""


async def anybody(said: Utterance, task: Task, reply: bool) -> str:
    """Everybody may."""
    return ""


class Consent:
    """Asks, and listens."""

    def __init__(
        self,
        tools: Mapping[str, ToolSpec],
        approve_all: bool,
        listen: Listen,
        show: Show,
        clock: Callable[[], float],
        why_not: WhyNot = anybody,
    ) -> None:
        """`listen` waits for the reply; `why_not` is asked about the one who says yes."""
        self._tools, self._approve_all, self._listen = tools, approve_all, listen
        self._show, self._clock, self._why_not = show, clock, why_not
        self._one = asyncio.Lock()
        """One question at a time."""

    async def given(self, task: Task, speech: Speech) -> bool:
        """Whether somebody who may says yes to a task. The reason of a no is told."""
        if self._approve_all:
            return True
        async with self._one:
            reply = await self._asked(task, speech)
        if reply is None:
            return False
        if not reply:
            speech.add(sentence("not done", speech.language))
        return reply

    async def _asked(self, task: Task, speech: Speech) -> bool | None:
        """Yes, no, or None when the reason was told already."""
        question = asked = approval_question(task, self._tools[task.tool], speech.language)
        for _ in range(_TRIES):
            self._show(Asking(self._clock(), asked, approval=True))
            speech.add(asked)
            whole = await speech.finish()
            reply = await self._listen(whole)
            if not whole:
                await speech.drop_rest()
            if reply is None and whole:
                break
            answer = yes_or_no(reply.text) if reply else None
            # A yes to a question that was not heard to its end may be about something else, or be our own voice.
            if answer is False or (answer and whole):
                return await self._from(reply, task, speech) if answer and reply else False
            asked = sentence("yes or no", speech.language, question=question)
        speech.add(sentence("no answer", speech.language))
        return None

    async def _from(self, reply: Utterance, task: Task, speech: Speech) -> bool | None:
        """The yes of somebody who may say it."""
        problem = await self._why_not(reply, task, True)
        if problem:
            speech.add(problem)
        return None if problem else True
