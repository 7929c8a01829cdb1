"""A scripted planner and a registry of one card for every tool: an engine without models."""

from __future__ import annotations

from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

from jarvis.engine import Jarvis
from jarvis.execution.fake import FunctionWorker
from jarvis.functions import FunctionTool
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.planners.protocol import AskBack, PlanRequest
from jarvis.settings import Settings
from jarvis.tools.handler import Inputs
from jarvis.tools.toolset import builtin_tools

_SETTINGS = {"journal", "allow", "forbid", "controller", "learn"}


class ScriptedPlanner:
    """Gives the plans of a script, one a request; a string is asked back. Remembers what it was asked."""

    name = "a script"

    def __init__(self, plans: Sequence[list[dict[str, Any]] | str]) -> None:
        self.plans = list(plans)
        self.asked: list[PlanRequest] = []

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        self.asked.append(request)
        plan = self.plans[len(self.asked) - 1]
        if isinstance(plan, str):
            raise AskBack(plan)
        for row in plan:
            yield Task.from_json(row)


def echo(inputs: Inputs) -> Value:
    """What a task was given, in words."""
    return f"{inputs.task}({', '.join(f'{slot}={inputs.text(slot)}' for slot in inputs.values)})"


def card(tool: str) -> ModelCard:
    return ModelCard(
        id=f"fake-{tool}",
        name="fake",
        tasks=(tool,),
        handler="",
        license="Apache-2.0",
        extra="",
        quality=0.5,
        quality_source="",
    )


def fake_jarvis(
    plans: Sequence[list[dict[str, Any]] | str], out: Path, *, tools: Sequence[FunctionTool] = (), **parts: Any
) -> tuple[Jarvis, ScriptedPlanner]:
    planner = ScriptedPlanner(plans)
    parts.setdefault("registry", Registry(card(name) for name in builtin_tools()))
    parts.setdefault("worker", FunctionWorker(echo))
    settings = Settings(out=out, cache_mb=0, **{name: parts.pop(name) for name in _SETTINGS & parts.keys()})
    jarvis = Jarvis(settings, planner=parts.pop("planner", planner), tools=tools, **parts)
    return jarvis, planner
