"""What is measured of everyone: overhead and makespan, with the same graphs."""

from __future__ import annotations

import argparse
import gc
import math
import platform
import statistics
import sys
import time
from collections.abc import Callable, Iterator, Sequence
from functools import partial
from importlib import metadata
from typing import Any, NamedTuple

from executors.graphs import CORES, GRAPHS, NAP, WIDTH, Needs, Run, depth, scattered
from executors.ours import ours
from executors.rivals import dask_distributed, dask_threads, langgraph, plain, ray_tasks


class Subject(NamedTuple):
    """One that runs graphs."""

    name: str
    opened: Callable[[], Any]
    packages: Sequence[str] = ()
    """Pip packages; the first one's version is told."""
    against: str = "jarvis"
    """With whom it is compared."""
    elsewhere: bool = False
    """Whether its tasks run in other processes, whose CPU time is not known."""

    @property
    def is_ours(self) -> bool:
        return "jarvis" in self.packages


JOURNALED = "jarvis-journal"
SUBJECTS = {
    "jarvis": Subject("Jarvis", partial(ours, journaled=False), ["jarvis"]),
    JOURNALED: Subject("Jarvis, journal", partial(ours, journaled=True), ["jarvis"], JOURNALED),
    "asyncio": Subject("asyncio TaskGroup", plain),
    "langgraph": Subject("LangGraph", partial(langgraph, saved=False), ["langgraph"]),
    "langgraph-sqlite": Subject(
        "LangGraph, SQLite saver",
        partial(langgraph, saved=True),
        ["langgraph", "langgraph-checkpoint-sqlite"],
        JOURNALED,
    ),
    "dask": Subject("Dask, threads", dask_threads, ["dask"]),
    "dask-distributed": Subject("Dask distributed", dask_distributed, ["distributed"]),
    "ray": Subject("Ray", ray_tasks, ["ray"], elsewhere=True),
}


def compared(subject: Subject, options: argparse.Namespace) -> list[dict[str, Any]]:
    try:
        versions = [metadata.version(package) for package in subject.packages]
    except metadata.PackageNotFoundError as error:
        return [{"missing": f"{error.name} is not installed in {sys.executable}"}]
    named = f"{subject.name} {versions[0]}" if versions else f"{subject.name}, Python {platform.python_version()}"
    rows: list[dict[str, Any]] = []
    with subject.opened() as prepare:
        for what, graph, needs, seconds, slots in settings_of(options):
            if len(needs) > options.tasks and not subject.is_ours:
                continue
            times, cpu = repeated(prepare(needs, seconds, slots), len(needs), options)
            found = {"median": statistics.median(times), "best": min(times), "tasks": len(needs)}
            found["cpu"] = None if subject.elsewhere else cpu
            found["bound"] = max(depth(needs), len(needs) / (slots or math.inf)) * seconds
            rows.append({"subject": named, "what": what, "graph": graph, "slots": slots, **found})
            print(f"  {named}: {what} {graph} {slots or ''}", file=sys.stderr, flush=True)
    return rows


def settings_of(options: argparse.Namespace) -> Iterator[tuple[str, str, Needs, float, int | None]]:
    """What is measured, with which graph, seconds of a task, and slots."""
    count = options.tasks
    if "overhead" in options.only:
        for name, graph in GRAPHS.items():
            yield "overhead", f"{name} {count:,}", graph(count, count), 0.0, None
        yield "overhead", f"random {count:,}, {WIDTH} slots", scattered(count, count), 0.0, WIDTH
        yield "overhead", f"random {options.large:,}", scattered(options.large, options.large), 0.0, None
    if "makespan" in options.only:
        for name, graph in GRAPHS.items():
            needs = graph(count if name == "random" else count // 2, WIDTH)
            yield "makespan", f"{name} {len(needs)}", needs, NAP, WIDTH
            if name != "chain":
                yield "makespan", f"{name} {len(needs)}", needs, NAP, CORES


def repeated(run: Run, count: int, options: argparse.Namespace) -> tuple[list[float], float]:
    """Seconds of runs and CPU seconds of one, after one that does not count: at least 3, more while there is time."""
    if len(run()) != count:
        raise SystemExit("not every task was run")
    gc.collect()
    times: list[float] = []
    cpu, ends = time.process_time(), time.perf_counter() + options.seconds
    while len(times) < 3 or (len(times) < options.repeat and time.perf_counter() < ends):
        began = time.perf_counter()
        done = run()
        times.append(time.perf_counter() - began)
        if len(done) != count:
            raise SystemExit("not every task was run")
    return times, (time.process_time() - cpu) / len(times)
