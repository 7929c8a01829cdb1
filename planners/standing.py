"""Standing plans: a planner before the others, for what is wanted again and again.

"Every day at seven read me the weather" is divided into when and what; what is planned by the planner behind, shown,
and kept only when the answer is yes. Requests for once go to the planner behind as they came.
"""

from __future__ import annotations

import asyncio
import json
import re
from collections import OrderedDict
from collections.abc import AsyncIterator, Callable, Iterator, Mapping, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from typing import TypeVar

from jarvis.approval import Rules
from jarvis.errors import PlannerError, TaskError
from jarvis.graph import Ref, Task
from jarvis.messages import Decision
from jarvis.planners.protocol import AskBack, Planner, PlanRequest, Preparing, Replanner, Reporting, Turn
from jarvis.settings import Settings
from jarvis.spec import Effect
from jarvis.standing.clauses import Managing, Reminder, Wish, understood
from jarvis.standing.grammar import Grammar, grammar_of, schedule_of
from jarvis.standing.records import Plan
from jarvis.standing.schedule import Schedule
from jarvis.standing.spoken import TONGUES, tongue_of
from jarvis.standing.words import capital, deed_said, joined, plan_said, said, when_said
from jarvis.tools.standing import TOOL

NAME = "rules for standing plans"
_REMEMBERED = 64
_COURTESY = r"jarvis|thanks|thank you|danke|merci|gracias|谢谢"
_ENDS = " ,.!。！，?？"

T = TypeVar("T")
KnowsThing = Callable[[str], None]
"""Raises a TaskError when the home has nothing that a name means."""


@dataclass(frozen=True, slots=True)
class Draft:
    """A plan that was shown and waits for a yes."""

    plan: Plan
    irreversible: tuple[Task, ...] = ()

    @property
    def question(self) -> str:
        """What is asked before it is kept."""
        language = self.plan.language
        values = {"when": when_said(self.plan), "plan": plan_said(self.plan)}
        if not self.irreversible:
            return said(language, "ask", **values)
        deeds = joined((deed_said(task, language) for task in self.irreversible), language)
        return said(language, "ask.allow", deeds=capital(deeds), **values)

    def task(self, number: int) -> Task:
        """The task that keeps it."""
        plan = replace(self.plan, allowed=bool(self.irreversible))
        row = json.dumps(plan.to_json(), ensure_ascii=False)
        action = "add_allowed" if self.irreversible else "add"
        return Task(number, TOOL, {"action": action, "when": plan.when, "request": plan.request, "plan": row})


class StandingPlanner:
    """Takes what is to happen again and again, and hands everything else on."""

    def __init__(self, inner: Planner, settings: Settings | None = None, *, knows: KnowsThing | None = None) -> None:
        """`knows` says whether the home has a thing; by default the home of the settings is asked."""
        self._inner, self._settings = inner, settings or Settings()
        self._knows = knows or _home_of(self._settings)
        self._drafts: OrderedDict[str, Draft] = OrderedDict()
        self._unplanned: OrderedDict[str, Wish] = OrderedDict()
        """Wishes about which the planner behind asked something, by the question."""
        self._own: Decision | None = None

    @property
    def name(self) -> str:
        """The planner behind: it plans nearly everything."""
        return self._inner.name

    @property
    def decision(self) -> Decision | None:
        """How the last plan came about."""
        return self._own or (self._inner.decision if isinstance(self._inner, Reporting) else None)

    @property
    def report(self) -> Callable[[str], None]:
        """Told what the planner behind waits for."""
        return self._inner.report if isinstance(self._inner, Reporting) else _silent

    @report.setter
    def report(self, report: Callable[[str], None]) -> None:
        if isinstance(self._inner, Reporting):
            self._inner.report = report

    def prepare(self) -> None:
        """Makes the planner behind ready."""
        if isinstance(self._inner, Preparing):
            self._inner.prepare()

    def exact(self, text: str, language: str = "") -> bool:
        """Whether a text is a whole request as it stands, so that nobody has to wait for more of it."""
        known = getattr(self._inner, "exact", None)
        return bool(known and known(text, language))

    def replanner(self) -> Planner | None:
        """Who is asked when a task failed."""
        other = self._inner.replanner() if isinstance(self._inner, Replanner) else None
        return None if other is None else _Elsewise(other)

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        """Yields the tasks.

        Raises:
            AskBack: a standing plan is shown, and kept if the answer is yes; or the request lacks what it needs.
            PlannerError: no plan could be made, or the home has no such thing.
        """
        self._own = None
        rest = request
        if TOOL in request.tools:
            tools = {name: tool for name, tool in request.tools.items() if name != TOOL}
            rest = replace(request, tools=tools, history=_without_ours(request.history, self._drafts))
            if (task := await self._standing(request, rest)) is not None:
                self._own = Decision(NAME)
                yield task
                return
        async with aclosing(self._inner.plan(rest)) as tasks:  # type: ignore[type-var]
            async for task in tasks:
                yield task

    async def _standing(self, request: PlanRequest, rest: PlanRequest) -> Task | None:
        if request.history and (question := request.history[-1].question):
            answered = await self._answered(question, request, rest)
            if answered is not None:
                return answered
        found = understood(request.text, request.language)
        if isinstance(found, Managing):
            args = {"action": found.action, "when": found.when, "request": found.what}
            return Task(request.first_id, TOOL, {slot: value for slot, value in args.items() if value})
        if isinstance(found, Reminder):
            if "timer" not in request.tools:
                return None
            args = {"action": "start", "at": found.at, "label": found.label}
            return Task(request.first_id, "timer", {slot: value for slot, value in args.items() if value})
        return None if found is None else await self._wished(found, request, replace(rest, text=found.request))

    async def _answered(self, question: str, request: PlanRequest, rest: PlanRequest) -> Task | None:
        """What the reply to a question of ours makes of it; None when it is a request of its own."""
        wish = self._unplanned.get(question)
        if wish and understood(request.text, request.language) is None:
            history = (Turn(wish.request, (), question),)
            return await self._wished(wish, request, replace(rest, history=history))
        draft = self._drafts.get(question)
        if draft is None:
            return None
        if said_no(request.text):
            return Task(request.first_id, TOOL, {"action": "decline"})
        if said_yes(request.text):
            return draft.task(request.first_id)
        changed = _corrected(draft, request.text)
        if changed is None:
            return None
        raise AskBack(self._shown(changed))

    async def _wished(self, wish: Wish, request: PlanRequest, asked: PlanRequest) -> Task | None:
        if wish.several:
            raise AskBack(said(wish.language, "several"))
        if wish.condition:
            await asyncio.to_thread(self._check, wish.condition.thing)
        tasks = await self._planned(wish, asked)
        effects = [request.tools[task.tool].effect_of(task.literal("action")) for task in tasks]
        irreversible = tuple(task for task, effect in zip(tasks, effects, strict=True) if effect is Effect.IRREVERSIBLE)
        self._check_rules(irreversible, wish.language)
        plan = Plan(
            id="",
            when=wish.when,
            request=wish.request,
            schedule=wish.schedule,
            condition=wish.condition,
            tasks=tasks,
            effect=any(effect is not Effect.NONE for effect in effects),
            tell=wish.tell,
            room=wish.room,
            language=wish.language,
            once=wish.once,
        )
        draft = Draft(plan, irreversible)
        if request.at_hand is None:  # Nothing will be run: the plan is only looked at.
            return draft.task(request.first_id)
        if not self._settings.ask:
            raise PlannerError(
                "a standing plan is kept only when someone says yes to it, and nobody can be asked here; "
                f'use `jarvis standing add --yes "{request.text}"`'
            )
        raise AskBack(self._shown(draft))

    def _check_rules(self, irreversible: Sequence[Task], language: str) -> None:
        rules = Rules((), self._settings.forbid)
        forbidden = [deed_said(task, language) for task in irreversible if rules.decide(task) is False]
        if forbidden:
            deeds = joined(forbidden, language)
            raise PlannerError(f"{deeds}: that is forbidden by the settings (JARVIS_FORBID), so no plan of it is kept")

    def _check(self, thing: str) -> None:
        try:
            self._knows(thing)
        except TaskError as error:
            raise PlannerError(str(error)) from error

    async def _planned(self, wish: Wish, asked: PlanRequest) -> tuple[Task, ...]:
        """The tasks of what is to be done each time; they refer to nothing that came before."""
        if not wish.request:
            return ()
        if (weather := _weather(wish, asked)) is not None:
            return weather
        inner = replace(
            asked, history=asked.history if asked.text != wish.request else (), first_id=0, language=wish.language
        )
        try:
            async with aclosing(self._inner.plan(inner)) as tasks:  # type: ignore[type-var]
                found = tuple([task async for task in tasks])
        except AskBack as ask:
            _remember(self._unplanned, ask.question, wish)
            raise
        if not found:
            raise PlannerError(f"no task here does {wish.request!r}; say it in other words")
        return found

    def _shown(self, draft: Draft) -> str:
        _remember(self._drafts, draft.question, draft)
        return draft.question


class _Elsewise:
    """A planner that knows another way; not the one of keeping a plan that nobody has said yes to."""

    def __init__(self, inner: Planner) -> None:
        self._inner = inner

    @property
    def name(self) -> str:
        """The planner's own."""
        return self._inner.name

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        """Yields the tasks."""
        tools = {name: tool for name, tool in request.tools.items() if name != TOOL}
        async with aclosing(self._inner.plan(replace(request, tools=tools))) as tasks:  # type: ignore[type-var]
            async for task in tasks:
                yield task


def _remember(kept: OrderedDict[str, T], key: str, value: T) -> None:
    kept[key] = value
    kept.move_to_end(key)
    while len(kept) > _REMEMBERED:
        kept.popitem(last=False)


def said_yes(text: str) -> bool:
    """Whether a reply is a yes and nothing more, in any language that is spoken here."""
    return any(_is(text, tongue.yes) for tongue in TONGUES.values())


def said_no(text: str) -> bool:
    """Whether a reply is a no and nothing more."""
    return any(_is(text, tongue.no) for tongue in TONGUES.values())


def _is(text: str, words: str) -> bool:
    return bool(re.fullmatch(rf"(?:{words})(?:[ ,，]*(?:{words}|{_COURTESY}))*", text.strip(_ENDS), re.IGNORECASE))


def _without_ours(history: Sequence[Turn], drafts: Mapping[str, Draft]) -> tuple[Turn, ...]:
    """The conversation without what was said about standing plans: the planner behind neither asked nor planned it."""
    turns: list[Turn] = []
    for turn in history:
        tasks = tuple(task for task in turn.tasks if task.tool != TOOL)
        if turn.question not in drafts and (tasks or not turn.tasks):
            turns.append(turn if len(tasks) == len(turn.tasks) else replace(turn, tasks=tasks))
    return tuple(turns)


def _corrected(draft: Draft, text: str) -> Draft | None:
    """The draft at another time: "at eight", "no, every weekday at six"."""
    if draft.plan.schedule is None:
        return None
    for schedule, words in _schedules(text, draft.plan.schedule, grammar_of(tongue_of(draft.plan.language).code)):
        plan = replace(draft.plan, schedule=schedule, when=words)
        return replace(draft, plan=plan)
    return None


def _schedules(text: str, before: Schedule, grammar: Grammar) -> Iterator[tuple[Schedule, str]]:
    bare = text.strip(_ENDS)
    for words in (grammar.tongue.no, grammar.tongue.yes):
        bare = re.sub(rf"^(?:{words})[ ,，]+(?:but |aber |mais |pero )?", "", bare, flags=re.IGNORECASE)
    bare = re.sub(r" (?:instead|please|stattdessen|bitte|plutôt|mejor)$", "", bare, flags=re.IGNORECASE)
    if (whole := schedule_of(bare)) is not None:
        yield whole, bare
    if re.fullmatch(grammar.time, bare, re.IGNORECASE) and before.times and (minutes := grammar.minutes(bare)):
        yield replace(before, times=tuple(minutes)), bare


def _weather(wish: Wish, asked: PlanRequest) -> tuple[Task, ...] | None:
    """To be read the weather is what is wished for most; it needs no planner."""
    pattern = tongue_of(wish.language).weather
    if not {"weather", "text-to-speech"} <= asked.tools.keys() or not re.fullmatch(
        pattern, wish.request, re.IGNORECASE
    ):
        return None
    return Task(0, "weather"), Task(1, "text-to-speech", {"text": Ref(0)})


def _silent(message: str) -> None:
    """Tells nobody."""


def _home_of(settings: Settings) -> KnowsThing:
    """Asks the home of the settings."""

    def knows(name: str) -> None:
        from jarvis.tools.homes import open_home
        from jarvis.tools.homes.names import find

        home = open_home(settings)
        find(name, home.things(), lambda thing: True, home.name)

    return knows


class KeptPlanner:
    """Gives the tasks of a standing plan: they were planned when it was made, and shown."""

    def __init__(self, tasks: Sequence[Task]) -> None:
        self._tasks = tuple(tasks)

    @property
    def name(self) -> str:
        """What it is, for people."""
        return "a standing plan"

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        """Yields the tasks as they were confirmed."""
        for task in self._tasks:
            yield task
