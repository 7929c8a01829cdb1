"""Prints what running a graph costs, here and with others side by side: overhead, makespan, memory, many runs.

    python benchmarks/executor.py [--rivals PYTHON] [--only overhead makespan start real memory many journal]
                                  [--subjects jarvis langgraph ...] [--runs 10000] [--journaled 100000] [--json]

The same graphs (a chain, a fan-out, a diamond, a random one) are run by Jarvis with and without its journal, LangGraph
with and without its SQLite saver, plain asyncio, Dask and Ray. `--rivals` names a Python that has those that are not
installed here; what that one lacks is told. Each is measured in a process of its own, one after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import json
import math
import operator
import os
import platform
import random
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable, Iterator, Sequence
from contextlib import ExitStack, contextmanager, suppress
from functools import partial
from importlib import metadata
from pathlib import Path
from typing import Annotated, Any, NamedTuple, TypedDict

MEDIA = Path(__file__).parents[1] / "examples" / "media"
COMPARED, ALONE = ("overhead", "makespan"), ("start", "real", "memory", "many", "journal")
NAP = 0.01
"""Seconds of a task that sleeps."""
WIDTH = 8
"""Tasks beside each other in the graphs of sleeping tasks, so that 8 slots are enough."""
CORES = 2
"""Slots where they are not enough."""

Needs = list[tuple[int, ...]]
"""A graph: for each task the tasks before it that it needs."""
Run = Callable[[], Any]
"""Runs a graph once and gives one result for each task."""
Prepare = Callable[[Needs, float, int | None], Run]
"""Makes ready to run a graph of tasks that sleep so many seconds, at most so many at once."""


# Graphs.


def chain(count: int, width: int) -> Needs:
    return [(task - 1,) if task else () for task in range(count)]


def fan_out(count: int, width: int) -> Needs:
    """One task, and `width` branches that need it."""
    return [(max(task - width, 0),) if task else () for task in range(count)]


def diamond(count: int, width: int) -> Needs:
    """The same, and a last task that needs the end of every branch."""
    return [*fan_out(count - 1, width), tuple(range(count - 1 - min(width, count - 2), count - 1))]


def scattered(count: int, width: int) -> Needs:
    """Each needs up to two tasks before it, and the one `width` before it: no more than `width` are ever ready."""
    chance = random.Random(4)
    picked = [chance.sample(range(task), min(task, chance.randint(0, 2))) for task in range(count)]
    return [tuple(sorted({*some, *([task - width] if task >= width else [])})) for task, some in enumerate(picked)]


def depth(needs: Needs) -> int:
    """Tasks on the critical path."""
    ends: list[int] = []
    for before in needs:
        ends.append(1 + max((ends[task] for task in before), default=0))
    return max(ends)


GRAPHS = {"chain": chain, "fan-out": fan_out, "diamond": diamond, "random": scattered}


# Those that run graphs: each gives a Prepare.


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


# What is measured of all of them.


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


# What is measured of Jarvis alone. Each gives rows of what, measured, limit.


class Scripted:
    """A planner that plans the same chain for everything; with a pause after each line, the tasks need nothing."""

    name = "scripted"

    def __init__(self, count: int, pause: float = 0.0) -> None:
        self.count, self.pause = count, pause
        self.planned: dict[str, float] = {}
        """When each line was out, by the text in it."""

    async def plan(self, request: Any) -> AsyncIterator[Any]:
        from jarvis.graph import Ref, Task

        for number in range(self.count):
            text = f"line {number}"
            self.planned[text] = time.perf_counter()
            yield Task(number, "note", {"text": text if self.pause or not number else Ref(number - 1)})
            await asyncio.sleep(self.pause)


def made(folder: str, planner: Scripted, note: Callable[..., Any]) -> Any:
    """A Jarvis with one tool, `note`, and everything else as it is by default but the folders."""
    from jarvis import Jarvis, Settings

    place = Path(folder)
    jarvis = Jarvis(Settings(data_dir=place / "data", cache_dir=place / "cache", out=place / "out"), planner=planner)
    jarvis.tool(name="note")(note)
    return jarvis


def start(options: argparse.Namespace) -> list[list[str]]:
    """From the moment at which a planner gives a line to the moment at which its tool is called."""
    called: dict[str, float] = {}

    def note(text: str) -> str:
        called[text] = time.perf_counter()
        return text

    planner, waits = Scripted(10, 0.003), []
    with tempfile.TemporaryDirectory() as folder, made(folder, planner, note) as jarvis:
        for _ in range(max(options.repeat * 2, 3)):
            assert jarvis.run_sync("benchmark").ok
            waits.append([called[text] - out for text, out in planner.planned.items()])
    firsts, every = [run[0] for run in waits[1:]], sorted(itertools.chain(*waits[1:]))
    return [
        ["a line is planned until its tool is called, median", milliseconds(statistics.median(every)), "5 ms"],
        ["the same, 95th percentile", milliseconds(every[int(len(every) * 0.95)]), ""],
        ["the same, first line of a run, median", milliseconds(statistics.median(firsts)), "5 ms"],
        ["the same, first line of a fresh Jarvis", milliseconds(waits[0][0]), ""],
    ]


def real(options: argparse.Namespace) -> list[list[str]]:
    """Speech recognition, OCR, detection and two voices: side by side, and one after the other."""
    from jarvis.execution.processes import ProcessWorker
    from jarvis.tools.handler import RuntimeOptions

    times: dict[tuple[int, int], list[tuple[float, ...]]] = {}
    for threads, kinds in ((1, (CORES, 1)), (CORES, (1,))):
        worker = ProcessWorker(RuntimeOptions(threads), memory_mb=6144, slots=CORES)
        with tempfile.TemporaryDirectory() as folder, asyncio.Runner() as runner:
            runner.run(real_graph(worker, 1, threads, folder))  # loads the models
            for slots in kinds * max(options.repeat // 5, 1):
                before = (time.perf_counter(), cpu_seconds(worker), busy_seconds())
                results = runner.run(real_graph(worker, slots, threads, folder))
                after = (time.perf_counter(), cpu_seconds(worker), busy_seconds())
                times.setdefault((slots, threads), []).append(tuple(map(operator.sub, after, before)))
            worker.unload()
    seconds = {kind: statistics.median(wall for wall, *_ in found) for kind, found in times.items()}
    parts = {result.task_id: round(result.seconds, 2) for result in results.values()}
    print(f"  seconds by task, {CORES} threads: {parts}", file=sys.stderr)
    beside, one, wide = (CORES, 1), (1, 1), (1, CORES)
    rows = []
    for kind, said in ((beside, "two at once"), (one, "one after the other"), (wide, "one after the other")):
        cores = (os.cpu_count() or 1) * seconds[kind]
        own, every = (statistics.median(column) / cores for column in list(zip(*times[kind], strict=True))[1:])
        told = f"{seconds[kind]:.2f} s, {own:.0%} of the cores (in use {every:.0%})"
        rows.append([f"real graph, {said}, {kind[1]} thread(s) each", told, ""])
    for other, limit in ((one, "1.5"), (wide, "1.5, or the cores are full")):
        rows.append([f"two at once against {other[1]} thread(s)", f"{seconds[other] / seconds[beside]:.2f}", limit])
    return rows


async def real_graph(worker: Any, slots: int, threads: int, folder: str) -> Any:
    from jarvis.artifacts import ArtifactFolder
    from jarvis.execution.context import Context
    from jarvis.execution.need import need_of
    from jarvis.execution.scheduler import Executor
    from jarvis.execution.slots import Slots
    from jarvis.files import user_artifact
    from jarvis.graph import Ref, Task, TaskGraph
    from jarvis.messages import Assignment, Candidate
    from jarvis.model_registry.registry import Registry
    from jarvis.tools.toolset import builtin_tools

    planned = (
        ("automatic-speech-recognition", {"audio": "voice.wav"}, "whisper-base"),
        ("optical-character-recognition", {"image": "page.png"}, "pp-ocrv4-mobile"),
        ("object-detection", {"image": "coffee.jpg"}, "ssd-mobilenet-v2-coco"),
        ("text-to-speech", {"text": Ref(0)}, "kokoro-82m-int8"),
        ("text-to-speech", {"text": Ref(1)}, "piper-joe"),
    )
    tools = builtin_tools()
    graph = TaskGraph([Task(number, tool, args) for number, (tool, args, _) in enumerate(planned)], tools)
    chosen = {number: Assignment(number, (Candidate(model, ""),)) for number, (*_, model) in enumerate(planned)}
    context = Context(
        tools, ArtifactFolder(Path(folder)), bind=lambda *told: user_artifact(MEDIA / told[-1]), timeout=None
    )
    need = partial(need_of, threads=threads)
    # One slot makes what needs two run alone, too.
    results = await Executor(worker, Registry.load(), slots=Slots(slots), need=need).run(graph, chosen, context)
    for result in results.values():
        if result.failure:
            raise SystemExit(f"task {result.task_id} of the real graph failed: {result.failure.message}")
    return results


def cpu_seconds(worker: Any) -> float:
    """CPU seconds of this process and of the worker's; of this one alone where there is no /proc."""
    total = time.process_time()
    with suppress(OSError):
        for process in worker.processes:
            fields = Path(f"/proc/{process.pid}/stat").read_text().rpartition(")")[2].split()
            total += (int(fields[11]) + int(fields[12])) / os.sysconf("SC_CLK_TCK")
    return total


def busy_seconds() -> float:
    """CPU seconds of everything on this machine, where /proc tells."""
    with suppress(OSError):
        user, nice, system = Path("/proc/stat").read_text().split()[1:4]
        return (int(user) + int(nice) + int(system)) / os.sysconf("SC_CLK_TCK")
    return math.nan


def memory(options: argparse.Namespace) -> list[list[str]]:
    """Resident memory over many whole runs, journal and cache on."""
    sizes: dict[int, float] = {}
    with tempfile.TemporaryDirectory() as folder, made(folder, Scripted(3), note_it) as jarvis:

        async def runs() -> float:
            began = time.perf_counter()
            for number in range(1, options.runs + 1):
                assert (await jarvis.run("benchmark")).ok
                if number in (options.runs // 10, options.runs // 2, options.runs):
                    gc.collect()
                    sizes[number] = resident_mb()
            return (time.perf_counter() - began) / options.runs

        seconds = asyncio.run(runs())
    told = ", ".join(f"{mb:.1f} MB after {number:,}" for number, mb in sizes.items())
    first, last = min(sizes), max(sizes)
    growth = (sizes[last] - sizes[first]) * 1024 / (last - first)
    return [
        [f"memory over {options.runs:,} runs of 3 tasks, one process", told, "flat"],
        ["growth a run", f"{growth:.2f} KiB", ""],
        ["a run of 3 tasks, planner aside", milliseconds(seconds), ""],
    ]


def note_it(text: str) -> str:
    return text


def resident_mb() -> float:
    with suppress(OSError):
        return int(Path("/proc/self/statm").read_text().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    return resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 2**20  # macOS: the most it ever was, in bytes


def many(options: argparse.Namespace) -> list[list[str]]:
    """Many runs at once in one process."""

    async def note(text: str) -> str:
        await asyncio.sleep(NAP)
        return text

    async def at_once(jarvis: Any, count: int) -> tuple[float, float]:
        began, cpu = time.perf_counter(), time.process_time()
        responses = await asyncio.gather(*(jarvis.run("benchmark") for _ in range(count)))
        assert all(response.ok and len(response.results) == 5 for response in responses)
        return time.perf_counter() - began, time.process_time() - cpu

    async def measured(jarvis: Any) -> list[tuple[float, float]]:
        await at_once(jarvis, 1)
        alone = [await at_once(jarvis, 1) for _ in range(5)]
        return [min(alone), *[await at_once(jarvis, options.many) for _ in range(3)]]

    with tempfile.TemporaryDirectory() as folder, made(folder, Scripted(5), note) as jarvis:
        (alone, _), *found = asyncio.run(measured(jarvis))
    together, cpu = sorted(found)[1]
    return [
        ["a run of 5 tasks of 10 ms in a row, alone", f"{alone:.3f} s", ""],
        [f"{options.many} such runs at once, journal on", f"{together:.2f} s, {cpu:.2f} s of it CPU", "all answered"],
    ]


def journal(options: argparse.Namespace) -> list[list[str]]:
    """A run, and the list of runs, when few and when very many are in the journal; and dropping most of them."""
    prepared = preparing()(chain(3, 1), 0.0, None)
    few, very_many = max(options.journaled // 100, 100), options.journaled
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack, asyncio.Runner() as runner:
        store = opened_journal(folder, stack, runs=10 * very_many)
        one = partial(one_run, *prepared, store)
        runner.run(filled(one, few))
        rows, first = journal_at(few, store, lambda: runner.run(one()), options)
        runner.run(filled(one, very_many - few))
        more, last = journal_at(very_many, store, lambda: runner.run(one()), options)
        times = [after / before for before, after in zip(first, last, strict=True)]
        slower = "{:.2f} times a run, {:.2f} its CPU, {:.2f} `runs`".format(*times)
        rows += [*more, [f"{very_many:,} runs against {few:,}", slower, "no slower"]]
        keeping = opened_journal(folder, stack, runs=few)
        pruning, dropped = seconds_of(lambda: runner.run(keeping.prune()))
        packing, _ = seconds_of(lambda: runner.run(keeping.vacuum()))
        rows.append([f"dropping {dropped:,} runs that are too many", f"{pruning:.1f} s", ""])
        rows.append(["packing the file", f"{packing:.1f} s, {journal_mb(store):.0f} MB are left", ""])
    return rows


async def filled(one: Callable[[], Any], count: int) -> None:
    for _ in range(math.ceil(count / 100)):
        await asyncio.gather(*(one() for _ in range(100)))


def journal_at(
    count: int, store: Any, one: Callable[[], Any], options: argparse.Namespace
) -> tuple[list[list[str]], tuple[float, ...]]:
    """Rows, and the seconds of a run, its CPU seconds, and the seconds of a list, with so many runs in the journal."""
    cpu, runs = time.process_time(), 20 * options.repeat
    a_run = statistics.median(seconds_of(one)[0] for _ in range(runs))
    cpu = (time.process_time() - cpu) / runs
    a_list = statistics.median(seconds_of(lambda: store.runs(20))[0] for _ in range(2 * options.repeat))
    told = f"{milliseconds(a_run)}, {milliseconds(cpu)} CPU"
    rows = [
        [f"a run of 3 tasks, {count:,} runs in the journal ({journal_mb(store):.0f} MB)", told, ""],
        [f"`runs`, {count:,} runs in the journal", milliseconds(a_list), ""],
    ]
    return rows, (a_run, cpu, a_list)


def journal_mb(store: Any) -> float:
    return sum(file.stat().st_size for file in store.folder.glob("journal.db*")) / 2**20


def seconds_of(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    given = work()
    return time.perf_counter() - began, given


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


# The tables.


def in_process(name: str, options: argparse.Namespace) -> list[Any]:
    """What a process of its own measures; why it could not, when it could not."""
    subject = SUBJECTS.get(name)
    python = options.rivals if subject and subject.packages and not subject.is_ours else sys.executable
    command = [python, __file__, *sys.argv[1:], "--process", name]
    print(f"{name} ...", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, timeout=options.patience)
    except subprocess.TimeoutExpired:
        return [{"missing": f"not done within {options.patience:.0f} s"}]
    if done.returncode:
        return [{"missing": f"failed (exit code {done.returncode})"}]
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def overhead_table(found: dict[str, list[dict[str, Any]]]) -> str:
    """Microseconds a task."""
    graphs = list(dict.fromkeys(row["graph"] for rows in found.values() for row in rows if row["what"] == "overhead"))
    head = f"| no-op tasks, µs a task: median (best) | {' | '.join(graphs)} | CPU | against Jarvis (CPU) |"
    lines = [head, f"| --- |{' ---: |' * (len(graphs) + 2)}"]
    for name, rows in found.items():
        mine = {row["graph"]: row for row in rows if row["what"] == "overhead"}
        if not mine:
            continue
        cells = [f"{each(mine[g], 'median'):.0f} ({each(mine[g], 'best'):.0f})" if g in mine else "" for g in graphs]
        figures = ["median"] if SUBJECTS[name].elsewhere else ["median", "cpu"]
        cpu = [f"{statistics.geometric_mean(each(row, of) for row in mine.values()):.0f}" for of in figures[1:]]
        base = {row["graph"]: row for row in found.get(SUBJECTS[name].against, []) if row["what"] == "overhead"}
        both = [graph for graph in mine if graph in base]
        ratios = [statistics.geometric_mean(mine[g][of] / base[g][of] for g in both) for of in figures if both]
        told = f"{ratios[0]:.2f}" + "".join(f" ({ratio:.2f})" for ratio in ratios[1:]) if ratios else ""
        whom = ", journal" if SUBJECTS[name].against == JOURNALED else ""
        lines.append(f"| {rows[0]['subject']} | {' | '.join([*cells, *(cpu or [''])])} | {told}{whom} |")
    lines.append(
        f"| limit: Jarvis 50, with its journal 200, LangGraph's saver at least 5 times that |{' |' * (len(graphs) + 2)}"
    )
    return "\n".join(lines)


def each(row: dict[str, Any], what: str) -> float:
    return row[what] / row["tasks"] * 1e6


def makespan_table(found: dict[str, list[dict[str, Any]]]) -> str:
    """Makespan by the lower bound."""
    rows = [row for rows in found.values() for row in rows if row["what"] == "makespan"]
    kinds = list(dict.fromkeys((row["graph"], row["slots"]) for row in sorted(rows, key=lambda row: -row["slots"])))
    named = [f"{graph}, {slots} slots" for graph, slots in kinds]
    lines = [f"| 10 ms tasks, makespan by the bound | {' | '.join(named)} |", f"| --- |{' ---: |' * len(kinds)}"]
    for mine in found.values():
        cells = {(r["graph"], r["slots"]): f"{r['median'] / r['bound']:.3f}" for r in mine if r["what"] == "makespan"}
        if cells:
            lines.append(f"| {mine[0]['subject']} | {' | '.join(cells.get(kind, '') for kind in kinds)} |")
    bounds = {(row["graph"], row["slots"]): f"{row['bound'] * 1000:.0f} ms" for row in rows}
    lines.append(f"| the bound: max(critical path, work / slots) | {' | '.join(bounds[kind] for kind in kinds)} |")
    limits = ["1.05" if slots == WIDTH else "1.15" for _, slots in kinds]
    lines.append(f"| limit for Jarvis | {' | '.join(limits)} |")
    return "\n".join(lines)


def main() -> None:
    """Measures each in a process of its own and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rivals", default=sys.executable, help="a Python that has LangGraph, Dask and Ray")
    parser.add_argument("--only", nargs="+", choices=[*COMPARED, *ALONE], default=[*COMPARED, *ALONE])
    parser.add_argument("--subjects", nargs="+", choices=list(SUBJECTS), default=list(SUBJECTS))
    parser.add_argument("--repeat", type=int, default=15, help="runs of each graph, at most")
    parser.add_argument("--seconds", type=float, default=1.5, help="after which 3 runs of a graph are enough")
    parser.add_argument("--patience", type=float, default=900.0, help="seconds for one process")
    parser.add_argument("--tasks", type=int, default=100, help="of each graph")
    parser.add_argument("--large", type=int, default=10_000, help="tasks of the graph that Jarvis alone runs")
    parser.add_argument("--runs", type=int, default=10_000, help="over which memory is measured")
    parser.add_argument("--many", type=int, default=200, help="runs at once")
    parser.add_argument("--journaled", type=int, default=100_000, help="runs in the journal")
    parser.add_argument("--json", action="store_true", help="everything as one JSON object")
    parser.add_argument("--process", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.process in SUBJECTS:
        print(json.dumps(compared(SUBJECTS[options.process], options)))
    elif options.process:
        print(json.dumps(globals()[options.process](options)))
    else:
        everything(options)


def everything(options: argparse.Namespace) -> None:
    say = print if not options.json else lambda *_, **__: None
    processor = platform.processor() or platform.machine()
    told: dict[str, Any] = {
        "machine": f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load_before": os.getloadavg()[0],
    }
    say(f"{told['machine']}; load average before: {told['load_before']:.1f}\n", flush=True)
    found = {name: in_process(name, options) for name in options.subjects if set(options.only) & set(COMPARED)}
    missing = {name: rows[0]["missing"] for name, rows in found.items() if rows and "missing" in rows[0]}
    found = {name: rows for name, rows in found.items() if name not in missing}
    say(*tables(found, missing), sep="\n\n", flush=True)
    alone: dict[str, list[Any]] = {}
    for name in (name for name in ALONE if name in options.only):
        if not alone:
            say("\n| Jarvis | measured | limit |\n| --- | ---: | ---: |", flush=True)
        alone[name] = in_process(name, options)
        for row in alone[name]:
            say(f"| {name}: {row['missing']} | | |" if "missing" in row else f"| {' | '.join(row)} |", flush=True)
    told |= {"load_after": os.getloadavg()[0], "compared": found, "missing": missing, "alone": alone}
    say(f"\nload average after: {told['load_after']:.1f}")
    if options.json:
        print(json.dumps(told, indent=1))
    if any(SUBJECTS[name].is_ours for name in missing) or any("missing" in rows[0] for rows in alone.values()):
        raise SystemExit("not everything of Jarvis could be measured")


def tables(found: dict[str, Any], missing: dict[str, str]) -> Iterator[str]:
    for name, why in missing.items():
        yield f"not measured: {SUBJECTS[name].name}: {why}"
    for what, table in (("overhead", overhead_table), ("makespan", makespan_table)):
        if any(row["what"] == what for rows in found.values() for row in rows):
            yield table(found)


if __name__ == "__main__":
    main()
