"""What a plan will probably take before anything of it runs: time, memory and money."""

from __future__ import annotations

from collections.abc import Collection, Iterator, Mapping
from dataclasses import dataclass
from graphlib import TopologicalSorter
from typing import Any

from jarvis.errors import ModelError
from jarvis.execution.budget import price_of
from jarvis.execution.durations import Durations
from jarvis.execution.need import NOTHING, Need, memory_of, need_of
from jarvis.execution.slots import usable_cores
from jarvis.graph import TaskGraph
from jarvis.messages import Assignment
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry


@dataclass(frozen=True, slots=True)
class Forecast:
    """What one task will probably take with the first of its candidates."""

    task_id: int
    tool: str
    model: str = ""
    """The id of its card; empty when nothing here runs the task."""
    seconds: float = 0.0
    load_seconds: float = 0.0
    """Before it, when its model is not in memory and no earlier task of the plan uses it."""
    memory_mb: int = 0
    price: float = 0.0
    need: Need = NOTHING

    @property
    def total(self) -> float:
        """Seconds from its start to its end."""
        return self.load_seconds + self.seconds

    def to_json(self) -> dict[str, Any]:
        """Everything that people want to know."""
        return {
            "task_id": self.task_id,
            "tool": self.tool,
            "model": self.model or None,
            "seconds": round(self.seconds, 3),
            "load_seconds": round(self.load_seconds, 3),
            "memory_mb": self.memory_mb,
            "price": self.price,
        }


@dataclass(frozen=True, slots=True)
class Estimate:
    """The forecasts of all tasks, and what follows from them."""

    tasks: tuple[Forecast, ...]
    critical_path: tuple[int, ...]
    """Ids of the longest chain of tasks that wait for each other."""
    critical_seconds: float
    """How long that chain takes, were there slots for everything else."""
    seconds: float
    """No run is quicker: the longest chain, or all work shared among the cores when that is longer."""
    memory_mb: int
    """Of all models together, each once: they stay in memory."""
    price: float
    """Of one call for each task."""

    def to_json(self) -> dict[str, Any]:
        """The object that `jarvis plan --estimate --json` adds."""
        return {
            "tasks": [task.to_json() for task in self.tasks],
            "critical_path": list(self.critical_path),
            "critical_seconds": round(self.critical_seconds, 3),
            "seconds": round(self.seconds, 3),
            "memory_mb": self.memory_mb,
            "price": self.price,
        }


def estimate(
    graph: TaskGraph,
    assignments: Mapping[int, Assignment],
    registry: Registry,
    durations: Durations | None = None,
    *,
    loaded: Collection[str] = (),
    cores: int | None = None,
) -> Estimate:
    """The estimate for a graph whose tasks get their first candidates; `loaded` are the models in memory."""
    tasks = tuple(_forecasts(graph, assignments, registry, durations or Durations(), set(loaded)))
    path, critical = _critical_path(graph, {task.task_id: task.total for task in tasks})
    work = sum(task.total * task.need.cores for task in tasks) / (cores or usable_cores())
    memory = {task.model: task.memory_mb for task in tasks}
    price = sum(task.price for task in tasks)
    return Estimate(tasks, path, critical, max(critical, work), sum(memory.values()), price)


def _forecasts(
    graph: TaskGraph,
    assignments: Mapping[int, Assignment],
    registry: Registry,
    durations: Durations,
    loaded: set[str],
) -> Iterator[Forecast]:
    for task in graph:
        card = _card(assignments.get(task.id), registry)
        if card is None:
            yield Forecast(task.id, task.tool)
            continue
        load = card.measured.load_seconds if card.measured and card.id not in loaded else 0.0
        loaded.add(card.id)
        seconds, memory = durations.seconds(card), memory_of(card)
        yield Forecast(task.id, task.tool, card.id, seconds, load, memory, price_of(card), need_of(card))


def _card(assignment: Assignment | None, registry: Registry) -> ModelCard | None:
    if assignment is None or not assignment.candidates:
        return None
    try:
        return registry.get(assignment.candidates[0].model_id)
    except ModelError:
        return None


def _critical_path(graph: TaskGraph, seconds: Mapping[int, float]) -> tuple[tuple[int, ...], float]:
    """The chain that takes longest, and how long; tasks of earlier turns take nothing."""
    end: dict[int, float] = {}
    before: dict[int, int | None] = {}
    order = TopologicalSorter({task.id: [need for need in task.needs if need in graph] for task in graph})
    for task_id in order.static_order():
        needs = [need for need in graph[task_id].needs if need in graph]
        last = max(needs, key=end.__getitem__, default=None)
        before[task_id] = last
        end[task_id] = seconds[task_id] + (0.0 if last is None else end[last])
    chain: list[int] = []
    last = max(end, key=end.__getitem__, default=None)
    total = 0.0 if last is None else end[last]
    while last is not None:
        chain.append(last)
        last = before[last]
    return tuple(reversed(chain)), total
