"""A run that stops anywhere and is taken up again: every result once, an effect twice only if a person says so."""

from __future__ import annotations

import asyncio
from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field, replace
from pathlib import Path

import pytest
from hypothesis import HealthCheck, event, given, settings
from hypothesis import strategies as st

from jarvis.artifacts import ArtifactFolder
from jarvis.execution.scheduler import Context, Executor
from jarvis.execution.worker import Output
from jarvis.graph import Task
from jarvis.messages import Assignment, Result
from jarvis.model_registry.card import ModelCard
from jarvis.spec import Effect, ToolSpec
from jarvis.tools.handler import Inputs, Sink
from tests.jarvis.execution.test_faults_properties import Faulty, expected, faulty_stories
from tests.jarvis.execution.test_scheduler_properties import REGISTRY, TOOLS, compute
from tests.jarvis.execution.virtual import virtually

pytestmark = pytest.mark.timeout(600)  # Hundreds of examples each, on a machine that others use.

LATENCY = 0.01
"""Seconds until something is on the disk."""


@dataclass
class Pages:
    """A journal that takes its time to write; it keeps what was written when the run stops."""

    results: dict[int, Result] = field(default_factory=dict[int, Result])
    intents: dict[int, str] = field(default_factory=dict[int, str])
    planned_ids: list[int] = field(default_factory=list[int])
    completed: int = 0
    known_before: Mapping[int, Result] = field(default_factory=dict[int, Result])
    unsettled_before: frozenset[int] = frozenset()

    def again(self) -> Pages:
        """The same journal, opened anew."""
        unsettled = frozenset(self.intents.keys() - self.results.keys())
        return Pages(
            dict(self.results), dict(self.intents), known_before=dict(self.results), unsettled_before=unsettled
        )

    def known(self, task_id: int) -> Result | None:
        return self.known_before.get(task_id)

    def unsettled(self, task_id: int) -> bool:
        return task_id in self.unsettled_before

    async def planned(self, task: Task, assignment: Assignment) -> None:
        self.planned_ids.append(task.id)

    async def complete(self) -> None:
        self.completed += 1

    def started(self, task_id: int, model: str) -> None:
        assert task_id not in self.known_before, "started again although its result is known"

    async def intent(self, task: Task, key: str) -> None:
        assert self.intents.setdefault(task.id, key) == key, "the key of an effect has changed"
        await asyncio.sleep(LATENCY)

    async def finished(self, result: Result) -> None:
        await asyncio.sleep(LATENCY)
        assert result.task_id not in self.results
        self.results[result.task_id] = result


@dataclass
class World:
    """A worker that counts what it really did."""

    story: Faulty
    done: Counter[int] = field(default_factory=Counter[int])
    keys: set[str] = field(default_factory=set[str])

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        await asyncio.sleep(self.story.pace[task.id, card.id])
        self.done[task.id] += 1
        if spec.effect is not Effect.NONE:
            assert sink.key == f"the-run:{task.id}"
            self.keys.add(sink.key)
        await asyncio.sleep(0.05)
        faults = self.story.faults.get((task.id, card.id), ())
        if faults:
            raise RuntimeError("a bug")
        return Output(compute(spec.name, inputs.values, card.id))


def _always(story: Faulty) -> Faulty:
    """The same faults at every try, whoever tries again."""
    return replace(story, faults=dict.fromkeys(story.faults, ("bug",) * 9))


@settings(max_examples=300, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.too_slow])
@given(faulty_stories(("bug",)), st.lists(st.floats(0, 6), max_size=3), st.booleans())
def test_a_run_stopped_and_taken_up_again_ends_as_if_it_had_not_been(
    story: Faulty, stops: list[float], agreed: bool
) -> None:
    story = _always(story)
    world, asked = World(story), list[int]()

    async def approve(task: Task) -> bool:
        asked.append(task.id)
        return agreed

    async def take_up(pages: Pages, stop: float | None) -> dict[int, Result] | None:
        context = Context(TOOLS, ArtifactFolder(Path("unused")), approve=approve, log=pages, run_id="the-run")
        run = asyncio.create_task(Executor(world, REGISTRY).run(story.graph, story.assignments, context))
        await asyncio.wait([run], timeout=stop)
        if run.done():
            return run.result()
        run.cancel()
        await asyncio.wait([run])
        return None

    async def live() -> tuple[dict[int, Result], Pages]:
        pages = Pages()
        for stop in [*stops, None]:
            results = await take_up(pages, stop)
            if results is not None:
                return results, pages
            event("stopped")
            pages = pages.again()
        raise AssertionError("the last try is not stopped")

    results, pages = virtually(live())
    assert pages.completed <= 1
    assert set(pages.results) == set(results)
    refused = {n for n, result in results.items() if result.failure and result.failure.kind == "NotApproved"}
    assert refused <= set(asked)
    for task in story.graph:
        if TOOLS[task.tool].effect is not Effect.NONE:
            assert world.done[task.id] <= 1 + asked.count(task.id) * agreed, "an effect was repeated blindly"
    if not refused:
        told = expected(story)
        assert {n: replace(result, seconds=0.0) for n, result in results.items()} == told
