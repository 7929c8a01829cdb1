"""Jarvis as one of those that run graphs, with and without its journal."""

from __future__ import annotations

import asyncio
import tempfile
from collections.abc import Callable, Iterator
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Any

from executors.graphs import Needs, Prepare, Run


@contextmanager
def ours(*, journaled: bool) -> Iterator[Prepare]:
    prepared = preparing()
    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner, ExitStack() as stack:
        journal = opened_journal(folder, stack) if journaled else None

        def prepare(needs: Needs, seconds: float, slots: int | None) -> Run:
            made_ready = prepared(needs, seconds, slots)
            return lambda: runner.run(one_run(*made_ready, journal))

        yield prepare


def opened_journal(folder: str, stack: ExitStack, runs: int = 10_000) -> Any:
    from jarvis.journal.journal import Journal, Retention

    journal = Journal(Path(folder) / "journal", Retention(runs=runs))
    stack.callback(journal.close)
    return journal


async def one_run(executor: Any, graph: Any, assignments: Any, tools: Any, journal: Any) -> Any:
    """One run of the executor, with its beginning, its events and its end in the journal where there is one."""
    from jarvis.artifacts import ArtifactFolder
    from jarvis.execution.context import Context

    if journal is None:
        return await executor.run(graph, assignments, Context(tools, ArtifactFolder(Path("unused"))))
    from jarvis.journal.journal import Origin
    from jarvis.journal.records import State
    from jarvis.messages import Request

    recorder = await journal.begin(Origin(Request("benchmark"), Path("unused")))
    context = Context(tools, ArtifactFolder(Path("unused")), log=recorder, run_id=recorder.run_id)
    results = await executor.run(graph, assignments, context)
    await recorder.ended(State.DONE, results, {"answer": "done"})
    return results


def preparing() -> Callable[[Needs, float, int | None], tuple[Any, ...]]:
    """Makes an executor whose worker does nothing, in the loop, and a graph for it; heavy imports are done here."""
    from jarvis.execution.need import NOTHING, Need
    from jarvis.execution.scheduler import Executor
    from jarvis.execution.slots import Slots
    from jarvis.execution.worker import Output
    from jarvis.graph import Ref, Task, TaskGraph
    from jarvis.messages import Assignment, Candidate
    from jarvis.model_registry.card import ModelCard
    from jarvis.model_registry.registry import Registry
    from jarvis.spec import spec

    tools = {"idle": spec("idle", ["after?: text"], "text", "Does nothing.")}
    known = {"handler": "none:None", "license": "MIT", "extra": "core", "quality": 1, "quality_source": "none"}
    registry = Registry([ModelCard(id="idle", name="idle", tasks=("idle",), **known)])

    class Idle:
        def __init__(self, seconds: float) -> None:
            self.seconds = seconds

        async def run(self, task: Any, spec: Any, card: Any, inputs: Any, sink: Any) -> Output:
            if self.seconds:
                await asyncio.sleep(self.seconds)
            return Output("done")

    def prepared(needs: Needs, seconds: float, slots: int | None) -> tuple[Any, ...]:
        need = Need(cores=1) if slots else NOTHING  # as for a model, and as for code that is done in a moment
        executor = Executor(Idle(seconds), registry, slots=Slots(slots), need=lambda _: need)
        args = [{"after": tuple(map(Ref, before))} if before else {} for before in needs]
        graph = TaskGraph([Task(number, "idle", arg) for number, arg in enumerate(args)], tools)
        chosen = {task.id: Assignment(task.id, (Candidate("idle", ""),)) for task in graph}
        return executor, graph, chosen, tools

    return prepared
