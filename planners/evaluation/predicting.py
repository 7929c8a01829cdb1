"""Plans for gold cases: made by a planner as `jarvis plan` makes them, or read from a file."""

from __future__ import annotations

import time
from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.errors import JarvisError
from jarvis.graph import TaskGraph
from jarvis.pasted import split_pasted
from jarvis.planners.evaluation.files import read_by_id
from jarvis.planners.evaluation.gold import Case
from jarvis.planners.protocol import AskBack, Planner, PlanRequest
from jarvis.spec import ToolSpec, ValueType
from jarvis.tools.toolset import ToolSet


@dataclass(frozen=True, slots=True)
class Prediction:
    """What a planner answered."""

    plan: Any
    """The plan as rows; None when there is none, and anything at all when a file holds something else."""
    ask: str = ""
    """The question that it asked back."""
    seconds: float | None = None
    error: str = ""
    """Why it gave no plan, in a sentence."""

    def to_json(self, case_id: str) -> dict[str, Any]:
        """A line of a predictions file."""
        more: dict[str, Any] = {} if self.seconds is None else {"ms": round(self.seconds * 1000, 1)}
        more |= {key: value for key, value in (("ask", self.ask), ("error", self.error)) if value}
        return {"id": case_id, "plan": self.plan, **more}


MISSING = Prediction(None)


def read_predictions(path: Path) -> dict[str, Prediction]:
    """Predictions by the id of their case, from the lines that `jarvis plan --batch` writes.

    Raises:
        InputError: the file cannot be read, or a line is not an object with an id.
    """
    found: dict[str, Prediction] = {}
    for case_id, row in read_by_id(path).items():
        ms = row.get("ms")
        ask, error = (str(row.get(key) or "") for key in ("ask", "error"))
        seconds = ms / 1000 if isinstance(ms, int | float) else None
        found[case_id] = Prediction(row.get("plan"), ask, seconds, error)
    return found


def tools_for(case: Case, tools: ToolSet) -> ToolSet:
    """The tools that a case may use: those of every case, and its own."""
    return tools.with_specs(case.tools) if case.tools else tools


async def predict(case: Case, planner: Planner, tools: ToolSet) -> Prediction:
    """Plans one case. A plan that breaks off or that Jarvis would refuse is an empty one, as in a batch."""
    own = tools_for(case, tools)
    began = time.perf_counter()
    ask = error = ""
    plan: list[dict[str, Any]] = []
    try:
        plan = [case.to_json(task) for task in await _planned(case, planner, own)]
    except AskBack as asked:
        ask = asked.question
    except JarvisError as failed:
        error = str(failed)
    return Prediction(plan, ask, time.perf_counter() - began, error)


async def _planned(case: Case, planner: Planner, tools: ToolSet) -> TaskGraph:
    graph = TaskGraph((), tools, given_to(case, tools))
    asked, _ = split_pasted(case.request)
    async for task in planner.plan(PlanRequest(asked, tools, case.history, len(case.earlier))):
        graph = graph.with_task(task)
    return graph


def given_to(case: Case, tools: Mapping[str, ToolSpec]) -> dict[int, ValueType]:
    """The output types of the tasks of the turns before a case, by id."""
    tasks = (task for turn in case.history for task in turn.tasks)
    return {task.id: tools[task.tool].output if task.tool in tools else ValueType.ANY for task in tasks}
