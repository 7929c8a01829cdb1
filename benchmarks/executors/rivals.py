"""The others that run graphs. Each gives a Prepare; its library is imported when it is opened."""

from __future__ import annotations

import asyncio
import itertools
import operator
import os
import tempfile
import time
from collections.abc import Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager
from pathlib import Path
from typing import Annotated, Any, TypedDict

from executors.graphs import CORES, WIDTH, Needs, Prepare, Run


@contextmanager
def plain() -> Iterator[Prepare]:
    """asyncio alone: a task for each, which waits for those that it needs."""

    async def one(before: Sequence[asyncio.Task[str]], seconds: float, slots: asyncio.Semaphore | None) -> str:
        for task in before:
            await task
        if slots is None:
            return await nap(seconds)
        async with slots:
            return await nap(seconds)

    async def every(needs: Needs, seconds: float, slots: int | None) -> list[str]:
        limit = asyncio.Semaphore(slots) if slots else None
        tasks: list[asyncio.Task[str]] = []
        async with asyncio.TaskGroup() as group:
            for before in needs:
                tasks.append(group.create_task(one([tasks[task] for task in before], seconds, limit)))
        return [task.result() for task in tasks]

    with asyncio.Runner() as runner:
        yield lambda needs, seconds, slots: lambda: runner.run(every(needs, seconds, slots))


async def nap(seconds: float) -> str:
    if seconds:
        await asyncio.sleep(seconds)
    return "done"


class Outputs(TypedDict):
    """The state of LangGraph's graph: what each task gave."""

    done: Annotated[dict[int, str], operator.or_]


@contextmanager
def langgraph(*, saved: bool) -> Iterator[Prepare]:
    from langgraph.graph import START, StateGraph

    threads = itertools.count()

    def node(number: int, seconds: float) -> Callable[[Any], Any]:
        async def run(state: Any) -> Any:
            return {"done": {number: await nap(seconds)}}

        return run

    with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
        saver = checkpointer = None
        if saved:
            from langgraph.checkpoint.sqlite.aio import AsyncSqliteSaver

            saver = AsyncSqliteSaver.from_conn_string(str(Path(folder) / "saved.db"))
            checkpointer = runner.run(saver.__aenter__())

        def prepare(needs: Needs, seconds: float, slots: int | None) -> Run:
            builder = StateGraph(Outputs)
            for number, before in enumerate(needs):
                builder.add_node(str(number), node(number, seconds))
                several = [str(task) for task in before]
                builder.add_edge(several if len(several) > 1 else several[0] if several else START, str(number))
            graph = builder.compile(checkpointer=checkpointer)
            settings = {"recursion_limit": 2 * len(needs)} | ({"max_concurrency": slots} if slots else {})

            async def once() -> Any:
                thread = {"configurable": {"thread_id": str(next(threads))}}
                return (await graph.ainvoke({"done": {}}, settings | thread))["done"]

            return lambda: runner.run(once())

        yield prepare
        if saver:
            runner.run(saver.__aexit__(None, None, None))


def work(seconds: float, *before: object) -> str:
    """A task of those that run functions in threads and processes."""
    if seconds:
        time.sleep(seconds)
    return "done"


def dask_graph(name: str, needs: Needs, seconds: float) -> dict[str, Any]:
    return {
        f"{name}-{task}": (work, seconds, *(f"{name}-{other}" for other in before)) for task, before in enumerate(needs)
    }


@contextmanager
def dask_threads() -> Iterator[Prepare]:
    from dask.threaded import get

    def prepare(needs: Needs, seconds: float, slots: int | None) -> Run:
        graph = dask_graph("task", needs, seconds)
        return lambda: get(graph, list(graph), num_workers=slots or CORES)

    yield prepare


@contextmanager
def dask_distributed() -> Iterator[Prepare]:
    from distributed import Client

    names = itertools.count()
    with ExitStack() as stack:
        clients: dict[int, Any] = {}

        def prepare(needs: Needs, seconds: float, slots: int | None) -> Run:
            threads = slots or CORES
            if threads not in clients:
                made = Client(processes=False, n_workers=1, threads_per_worker=threads, dashboard_address=":0")
                clients[threads] = stack.enter_context(made)

            def once() -> Any:
                graph = dask_graph(f"run{next(names)}", needs, seconds)  # Results are kept for a while by their names.
                return clients[threads].get(graph, list(graph))

            return once

        yield prepare


@contextmanager
def ray_tasks() -> Iterator[Prepare]:
    os.environ |= {"RAY_USAGE_STATS_ENABLED": "0", "RAY_ACCEL_ENV_VAR_OVERRIDE_ON_ZERO": "0"}
    import ray

    def prepare(needs: Needs, seconds: float, slots: int | None) -> Run:
        task = ray.remote(num_cpus=WIDTH / (slots or CORES))(work)

        def once() -> Any:
            given: list[Any] = []
            for before in needs:
                given.append(task.remote(seconds, *(given[other] for other in before)))
            return ray.get(given)

        return once

    with tempfile.TemporaryDirectory(ignore_cleanup_errors=True) as folder:
        # A cluster of its own, whatever else runs here.
        quiet = {"include_dashboard": False, "log_to_driver": False, "logging_level": "ERROR"}
        ray.init("local", num_cpus=WIDTH, _temp_dir=folder, **quiet)
        yield prepare
        ray.shutdown()
