"""The budget of a run: nothing starts that would take more than is left."""

from __future__ import annotations

import asyncio
from collections.abc import Sequence
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.artifacts import ArtifactFolder
from jarvis.execution.budget import Budget, BudgetError, Spending
from jarvis.execution.fake import FunctionWorker
from jarvis.execution.scheduler import Context, Executor
from jarvis.graph import Task, TaskGraph
from jarvis.messages import Assignment, Candidate, Event, Result, TaskStarted, Value
from jarvis.model_registry.card import Measured, ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.spec import Effect, spec
from jarvis.tools.handler import Inputs
from tests.jarvis.execution.cards import registry_of
from tests.jarvis.execution.virtual import virtually

TOOLS = {
    "write": spec("write", ["prompt~: text"], "text", "Text from text."),
    "act": spec("act", ["thing: name"], "data", "An effect.", effect=Effect.EFFECT),
}
PLAIN = next(iter(registry_of(["m"], TOOLS)))


def card(name: str, price: float = 0.0, seconds: float = 0.0, memory_mb: int = 0) -> ModelCard:
    measured = Measured(seconds=seconds, memory_mb=memory_mb, on="nothing")
    return PLAIN.model_copy(
        update={"id": name, "name": name, "parameters": {"price": price} if price else {}, "measured": measured}
    )


def run(
    cards: Sequence[ModelCard], budget: Budget, tool: str = "write", tasks: int = 1, takes: float = 0.0
) -> tuple[dict[int, Result], list[TaskStarted]]:
    """Tasks that may each be done by all of the cards, in that order."""
    events: list[Event] = []
    args = {"prompt": "x"} if tool == "write" else {"thing": "x"}
    plan = [Task(n, tool, args) for n in range(tasks)]
    assignments = {n: Assignment(n, tuple(Candidate(made.id, "") for made in cards)) for n in range(tasks)}

    async def work(inputs: Inputs) -> Value:
        await asyncio.sleep(takes)
        return "said"

    executor = Executor(FunctionWorker(work), Registry(cards))
    context = Context(TOOLS, ArtifactFolder(Path("unused")), emit=events.append, budget=budget)
    results = virtually(executor.run(TaskGraph(plan, TOOLS), assignments, context))
    return results, [event for event in events if isinstance(event, TaskStarted)]


def told(result: Result) -> tuple[str, str]:
    assert result.failure
    return result.failure.kind, result.failure.message


def test_what_costs_more_than_is_left_does_not_start() -> None:
    results, started = run([card("dear", price=0.4)], Budget(money=1.0), tasks=3)

    assert told(results[2]) == (
        "BudgetError",
        "dear costs 0.4 and 0.2 of 1 are left; raise the budget or prefer a model that runs here",
    )
    assert [event.task_id for event in started] == [0, 1]


def test_a_cheaper_model_is_taken_where_the_dear_one_is_too_dear() -> None:
    cards = [card("dear", price=2.0), card("free")]

    results, started = run(cards, Budget(money=1.0))
    acted, _ = run(cards, Budget(money=1.0), "act")

    assert (results[0].model, [event.model for event in started]) == ("free", ["free"])
    assert results[0].attempts[0].startswith("dear: dear costs 2 and 1 of 1 are left")
    assert acted[0].model == "free"


def test_what_takes_longer_than_is_left_does_not_start() -> None:
    results, started = run([card("slow", seconds=9)], Budget(seconds=5))

    assert told(results[0]) == (
        "BudgetError",
        "slow takes about 9.0 s and 5.0 of 5 s are left; give the run more time or ask for less",
    )
    assert started == []


def test_what_takes_longer_than_it_should_is_stopped_when_the_time_of_the_run_is_over() -> None:
    results, started = run([card("late", seconds=1)], Budget(seconds=5), takes=60)

    assert told(results[0]) == (
        "BudgetError",
        "write was stopped, because the 5 s of the run are over; give the run more time or ask for less",
    )
    assert len(started) == 1


def test_models_that_take_more_memory_together_do_not_start() -> None:
    results, _ = run([card("large", memory_mb=600)], Budget(memory_mb=500))
    again, _ = run([card("small", memory_mb=300)], Budget(memory_mb=500), tasks=3)

    assert told(results[0]) == (
        "BudgetError",
        "large takes 600 MB, and this run uses 0 of 500 MB already; raise the budget or prefer a smaller model",
    )
    assert all(result.ok for result in again.values()), "a model counts once"


def test_without_a_budget_nothing_is_refused() -> None:
    results, _ = run([card("dear", price=1e6, seconds=1e6, memory_mb=10**6)], Budget(), tasks=3)

    assert all(result.ok for result in results.values())


calls = st.tuples(st.sampled_from([0.0, 0.1, 0.25, 1.0]), st.integers(1, 3), st.sampled_from([0, 100, 300]))


@settings(max_examples=200, derandomize=True)
@given(st.lists(calls, max_size=30), st.sampled_from([0.0, 0.5, 2.0]), st.sampled_from([0, 250, 1000]))
def test_no_sequence_of_calls_goes_over_the_budget(tale: list[tuple[float, int, int]], money: float, mb: int) -> None:
    spending = Spending(Budget(money=money, memory_mb=mb), 0.0)
    spent, models = 0.0, dict[str, int]()
    for price, count, memory in tale:
        made = card(f"{price} {memory}", price=price, memory_mb=memory)
        fits = spent + price * count <= money + 1e-9 or not price
        room = not memory or sum((models | {made.id: memory}).values()) <= mb
        if fits and room:
            spending.spend(made, count, 0.0, 0.0)
            spent, models = spent + price * count, models | {made.id: memory}
        else:
            with pytest.raises(BudgetError):
                spending.spend(made, count, 0.0, 0.0)
    assert spending.money == pytest.approx(spent)
    assert spending.money <= money + 1e-9
