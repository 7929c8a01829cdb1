"""No time is lost: with slots for all a run takes as long as its longest chain, with fewer never more than it must."""

from __future__ import annotations

import asyncio
import random
from collections.abc import AsyncIterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.artifacts import ArtifactFolder
from jarvis.execution.attempts import Recall
from jarvis.execution.durations import Durations
from jarvis.execution.need import Need
from jarvis.execution.runlog import NoLog, RunLog
from jarvis.execution.scheduler import Context, Executor
from jarvis.execution.slots import Slots
from jarvis.execution.worker import Output
from jarvis.graph import Ref, Task, TaskGraph
from jarvis.messages import Assignment, Candidate, Result
from jarvis.model_registry.card import ModelCard
from jarvis.spec import Effect, ToolSpec, spec
from jarvis.tools.handler import Inputs, Sink
from tests.jarvis.execution.cards import registry_of
from tests.jarvis.execution.virtual import virtually

pytestmark = pytest.mark.timeout(600)  # Hundreds of examples each, on a machine that others use.

TOOLS = {"write": spec("write", ["prompt~: text", "context?: text"], "text", "Text from text.")}
SECONDS = {"quick": 1.0, "slow": 5.0, "middle": 2.0}
REGISTRY = registry_of(SECONDS, TOOLS)


@dataclass
class Sleeper:
    """Takes as long as its models do, and notes when each task began, and when the last one ended."""

    began: dict[int, float] = field(default_factory=dict[int, float])
    ended: float = 0.0

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        self.began[task.id] = asyncio.get_running_loop().time()
        await asyncio.sleep(SECONDS[card.id])
        self.ended = asyncio.get_running_loop().time()
        return Output("said")


@dataclass
class SlowJournal(NoLog):
    """Takes its time until a result is on the disk, and notes when it was."""

    seconds: float
    written: dict[int, float] = field(default_factory=dict[int, float])

    async def finished(self, result: Result) -> None:
        await asyncio.sleep(self.seconds)
        self.written[result.task_id] = asyncio.get_running_loop().time()


Plan = Sequence[tuple[str, Sequence[int]]]
"""For each task its model and the tasks that it needs."""


@st.composite
def plans(draw: st.DrawFn) -> Plan:
    models = draw(st.lists(st.sampled_from(sorted(SECONDS)), min_size=1, max_size=14))
    return [
        (model, draw(st.lists(st.integers(0, n - 1), max_size=2, unique=True)) if n else [])
        for n, model in enumerate(models)
    ]


def makespan(plan: Plan, cores: int, log: RunLog | None = None, recall: Recall | None = None) -> tuple[float, Sleeper]:
    """How long a plan takes on so many cores when every model needs one, by the clock of the loop."""
    tasks = [
        Task(n, "write", {"prompt": "x", **({"context": tuple(map(Ref, needs))} if needs else {})})
        for n, (_, needs) in enumerate(plan)
    ]
    assignments = {n: Assignment(n, (Candidate(model, ""),)) for n, (model, _) in enumerate(plan)}
    sleeper = Sleeper()

    async def timed() -> float:
        executor = Executor(
            sleeper,
            REGISTRY,
            slots=Slots(cores),
            durations=Durations(SECONDS),
            need=lambda _: Need(cores=1),
            recall=recall,
        )
        begin = asyncio.get_running_loop().time()
        context = Context(TOOLS, ArtifactFolder(Path("unused")), log=log or NoLog())
        await executor.run(TaskGraph(tasks, TOOLS), assignments, context)
        return asyncio.get_running_loop().time() - begin

    return virtually(timed()), sleeper


def critical_path(plan: Plan) -> float:
    ends: list[float] = []
    for model, needs in plan:
        ends.append(max((ends[need] for need in needs), default=0.0) + SECONDS[model])
    return max(ends)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(plans())
def test_with_slots_for_all_a_run_takes_as_long_as_its_longest_chain(plan: Plan) -> None:
    assert makespan(plan, len(plan))[0] == pytest.approx(critical_path(plan))


@settings(max_examples=150, derandomize=True, deadline=None)
@given(plans(), st.integers(1, 4))
def test_no_core_idles_while_a_task_is_ready(plan: Plan, cores: int) -> None:
    # Graham's bound holds for every schedule in which no core idles while something is ready (Graham 1969).
    longest, work = critical_path(plan), sum(SECONDS[model] for model, _ in plan)

    assert makespan(plan, cores)[0] <= work / cores + (1 - 1 / cores) * longest + 1e-6


def layered(seed: int, width: int) -> Plan:
    """Forty tasks; each needs up to two tasks before it, and the one `width` before it."""
    chance = random.Random(seed)
    plan: list[tuple[str, list[int]]] = []
    for task in range(40):
        some = {*chance.sample(range(task), min(task, chance.randint(0, 2)))} | ({task - width} & {*range(task)})
        plan.append((chance.choice(sorted(SECONDS)), sorted(some)))
    return plan


async def forgetful(spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output | None:
    """A cache that takes its time to find nothing."""
    await asyncio.sleep(0.05)
    return None


@pytest.mark.parametrize("recall", [None, forgetful])
def test_a_slow_journal_and_a_slow_cache_cost_no_slot(recall: Recall | None) -> None:
    worst = 0.0
    for seed in range(60):
        plan, cores = layered(seed, 3 + seed % 6), 2 + seed % 3
        work = sum(SECONDS[model] for model, _ in plan)
        _, sleeper = makespan(plan, cores, SlowJournal(0.5), recall)
        worst = max(worst, sleeper.ended / max(critical_path(plan), work / cores))

    assert worst <= 1.15


def test_what_a_slow_result_makes_ready_gets_the_slot_that_was_just_freed() -> None:
    # Two chains on two cores, and something quick that nobody waits for: it must not go between them.
    plan: Plan = [("slow", []), ("slow", []), ("slow", [0]), ("slow", [1]), ("quick", [])]
    seconds, sleeper = makespan(plan, 2, SlowJournal(0.5))

    assert (sleeper.began[2], sleeper.began[3], sleeper.began[4]) == (5, 5, 10)
    assert (sleeper.ended, seconds) == (11, 11.5)


def test_the_results_of_which_an_effect_comes_are_on_disk_before_it_begins() -> None:
    tools = {**TOOLS, "light": spec("light", ["say~: text"], "text", "Turns a light on.", effect=Effect.EFFECT)}
    journal, sleeper = SlowJournal(3), Sleeper()
    tasks = [
        Task(0, "write", {"prompt": "x"}),
        Task(1, "write", {"prompt": Ref(0)}),
        Task(2, "light", {"say": Ref(1)}),
        Task(3, "write", {"prompt": Ref(2)}),
    ]

    async def run() -> None:
        executor = Executor(sleeper, registry_of(SECONDS, tools), slots=Slots(2), need=lambda _: Need(cores=1))
        chosen = {task.id: Assignment(task.id, (Candidate("quick", ""),)) for task in tasks}
        context = Context(tools, ArtifactFolder(Path("unused")), log=journal)
        await executor.run(TaskGraph(tasks, tools), chosen, context)

    virtually(run())
    assert sleeper.began == {0: 0, 1: 1, 2: 5, 3: 9}  # The receipt of an effect is waited for, too.
    assert journal.written == {0: 4, 1: 5, 2: 9, 3: 13}


def test_the_task_with_the_longest_way_before_it_goes_first() -> None:
    plan: Plan = [("quick", []), ("quick", []), ("quick", []), ("middle", []), ("slow", [3]), ("quick", [4])]

    seconds, sleeper = makespan(plan, 1)
    assert (sleeper.began[3], sleeper.began[4], seconds) == (0, 2, 11)
    assert makespan(plan, 2)[0] == 8


def test_a_task_that_makes_a_waiting_one_more_urgent_counts_when_it_is_planned_later() -> None:
    order: list[int] = []

    async def scenario() -> None:
        sleeper = Sleeper()
        executor = Executor(
            sleeper, REGISTRY, slots=Slots(1), durations=Durations(SECONDS), need=lambda _: Need(cores=1)
        )

        async def plan() -> AsyncIterator[tuple[Task, Assignment]]:
            for n in range(3):
                yield Task(n, "write", {"prompt": "x"}), Assignment(n, (Candidate("middle", ""),))
            await asyncio.sleep(1)
            yield Task(3, "write", {"prompt": Ref(2)}), Assignment(3, (Candidate("slow", ""),))

        await executor.stream(plan(), Context(TOOLS, ArtifactFolder(Path("unused"))))
        order.extend(sorted(sleeper.began, key=sleeper.began.__getitem__))

    virtually(scenario())
    assert order == [0, 2, 3, 1]
