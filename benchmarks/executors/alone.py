"""What is measured of Jarvis alone. Each function gives rows of what, measured, limit."""

from __future__ import annotations

import argparse
import asyncio
import gc
import itertools
import math
import operator
import os
import resource
import statistics
import sys
import tempfile
import time
from collections.abc import AsyncIterator, Callable
from contextlib import ExitStack, suppress
from functools import partial
from pathlib import Path
from typing import Any

from executors.graphs import CORES, NAP, chain
from executors.ours import one_run, opened_journal, preparing

MEDIA = Path(__file__).parents[2] / "examples" / "media"


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
    """A run, and the list of runs, in a journal of few and one of very many, by turns; and dropping most of them."""
    prepared = preparing()(chain(3, 1), 0.0, None)
    counts = max(options.journaled // 100, 100), options.journaled
    with tempfile.TemporaryDirectory() as folder, ExitStack() as stack, asyncio.Runner() as runner:
        stores = [opened_journal(f"{folder}/{count}", stack, runs=10 * counts[1]) for count in counts]
        for count, store in zip(counts, stores, strict=True):
            runner.run(filled(partial(one_run, *prepared, store), count))
        runs = by_turns([partial(one_of, runner, partial(one_run, *prepared, store)) for store in stores], options)
        lists = by_turns([partial(store.runs, 20) for store in stores], options)
        rows = [
            [f"a run of 3 tasks, {count:,} runs in the journal ({journal_mb(store):.0f} MB)", milliseconds(taken), ""]
            for count, store, taken in zip(counts, stores, runs, strict=True)
        ]
        rows += [
            [f"`runs`, {count:,} runs in the journal", milliseconds(taken), ""]
            for count, taken in zip(counts, lists, strict=True)
        ]
        slower = f"{runs[1] / runs[0]:.2f} times a run, {lists[1] / lists[0]:.2f} `runs`"
        rows.append([f"{counts[1]:,} runs against {counts[0]:,}", slower, "no slower"])
        keeping = opened_journal(f"{folder}/{counts[1]}", stack, runs=counts[0])
        pruning, dropped = seconds_of(lambda: runner.run(keeping.prune()))
        packing, _ = seconds_of(lambda: runner.run(keeping.vacuum()))
        rows.append([f"dropping {dropped:,} runs that are too many", f"{pruning:.1f} s", ""])
        rows.append(["packing the file", f"{packing:.1f} s, {journal_mb(stores[1]):.0f} MB are left", ""])
    return rows


async def filled(one: Callable[[], Any], count: int) -> None:
    for _ in range(math.ceil(count / 100)):
        await asyncio.gather(*(one() for _ in range(100)))


def one_of(runner: asyncio.Runner, one: Callable[[], Any]) -> None:
    runner.run(one())


def by_turns(works: list[Callable[[], Any]], options: argparse.Namespace) -> list[float]:
    """The median of the seconds of each, done one after the other many times: both meet the same machine."""
    times = [[seconds_of(work)[0] for work in works] for _ in range(20 * options.repeat)]
    return [statistics.median(each) for each in zip(*times, strict=True)]


def journal_mb(store: Any) -> float:
    return sum(file.stat().st_size for file in store.folder.glob("journal.db*")) / 2**20


def seconds_of(work: Callable[[], Any]) -> tuple[float, Any]:
    began = time.perf_counter()
    given = work()
    return time.perf_counter() - began, given


def milliseconds(seconds: float) -> str:
    return f"{seconds * 1000:.2f} ms"


ALONE = {"start": start, "real": real, "memory": memory, "many": many, "journal": journal}
