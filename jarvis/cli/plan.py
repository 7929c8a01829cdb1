"""`jarvis plan`: one request, or a file of them, planned and not run."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Iterator, Mapping, Sequence
from contextlib import contextmanager
from dataclasses import replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO

from jarvis.cli.batch import Line, Planned, lines_of
from jarvis.cli.interrupt import leave
from jarvis.cli.run import read_text
from jarvis.cli.screen import Screen
from jarvis.cli.services import Assistant, Services
from jarvis.cli.words import counted, duration, inputs_line
from jarvis.errors import JarvisError, StorageError, UsageError
from jarvis.graph import Task, TaskGraph
from jarvis.messages import Decision
from jarvis.planners.protocol import AskBack

if TYPE_CHECKING:
    from jarvis.execution.estimate import Estimate

Form = Literal["lines", "json", "mermaid"]


async def _refuse(task: Task) -> bool:
    return False


def with_tools(files: Sequence[Path], services: Services) -> Services:
    """Services whose settings hold the tools of these files.

    Raises:
        UsageError: a file is not what it should be.
    """
    from jarvis.tools.listed import read_tools_files

    tools = tuple(read_tools_files(files))
    return replace(services, settings=lambda: replace(services.settings(), tools=tools))


def plan_one(
    argument: str | None, form: Form, screen: Screen, services: Services, *, with_estimate: bool = False
) -> int:
    """Prints the plan of one request, and what it will probably take when that is asked for.

    Raises:
        UsageError: an estimate is asked for in a diagram.
        JarvisError: it cannot be planned.
    """
    if with_estimate and form == "mermaid":
        raise UsageError("a diagram holds no estimate; leave out --mermaid or --estimate")
    text = read_text(argument, screen)
    graph, ask, decided = asyncio.run(_plan(text, form, screen, services))
    expected = _expected(text, graph, services) if with_estimate and not ask else None
    if form == "json":
        row: dict[str, Any] = {"plan": graph.to_json(), "ask": ask or None}
        row |= {"decided_by": decided} if decided else {}
        screen.json(row | ({"estimate": expected.to_json()} if expected else {}))
    elif ask:
        screen.write(ask)
    elif form == "mermaid":
        screen.write(graph.mermaid())
    else:
        _show(graph, screen)
        if expected and expected.tasks:
            screen.write("\n".join(_estimate_lines(expected)))
    return 0


def _expected(text: str, graph: TaskGraph, services: Services) -> Estimate:
    """What a graph will probably take on this machine, with the models that would be chosen now."""
    from jarvis.choosing import Chooser
    from jarvis.execution.estimate import estimate
    from jarvis.languages import language_of
    from jarvis.selection import Selector

    registry, chooser = services.registry(), Chooser(services.settings())
    available = chooser.understand(text, registry, language=language_of(text)).available
    chooser.close()
    return estimate(graph, Selector().assign(graph, registry, available), registry)


def _estimate_lines(expected: Estimate) -> Iterator[str]:
    """One line a task and one for all of them, as plain text."""
    yield ""
    wide = max(len(task.tool) for task in expected.tasks)
    model_wide = max(len(task.model or "no model here") for task in expected.tasks)
    for task in expected.tasks:
        mark = "*" if task.task_id in expected.critical_path else " "
        loading = f" + {duration(task.load_seconds)} to load" if task.load_seconds else ""
        said = f"{duration(task.seconds)}{loading}, {task.memory_mb} MB" if task.model else "cannot be done"
        said += f", costs {task.price:g}" if task.price else ""
        yield f"{task.task_id:>3}{mark} {task.tool:<{wide}}  {task.model or 'no model here':<{model_wide}}  {said}"
    path = " -> ".join(map(str, expected.critical_path))
    cost = f"costs {expected.price:g}" if expected.price else "costs nothing"
    chain = f"the longest chain (*) is {path} with {duration(expected.critical_seconds)}"
    yield f"at least {duration(expected.seconds)}; {chain}"
    yield f"{expected.memory_mb} MB for all models; {cost}"


async def _plan(text: str, form: Form, screen: Screen, services: Services) -> tuple[TaskGraph, str, Mapping[str, Any]]:
    settings = services.settings()
    settings = replace(settings, ask=settings.ask and screen.can_ask and form == "lines")
    try:
        async with services.open(settings, _refuse) as jarvis:
            _listen(jarvis, screen)
            try:
                graph, ask = await jarvis.plan(text), ""
            except AskBack as asked:
                graph, ask = TaskGraph((), {}), asked.question
            decided = _decided(jarvis)
            who = decided.get("planner")
            if form == "lines" and who and who != getattr(getattr(jarvis, "planner", None), "name", who):
                screen.note(f"planned by {who}")
            return graph, ask, decided
    except asyncio.CancelledError:
        raise leave("interrupted; nothing was planned", screen, services, as_json=form == "json") from None


def _listen(jarvis: Assistant, screen: Screen) -> None:
    """What the planner has to say while it works goes to the screen."""
    planner = getattr(jarvis, "planner", None)
    if hasattr(planner, "report"):
        setattr(planner, "report", screen.note)  # noqa: B010 - not every planner has one


def _decided(jarvis: Assistant) -> Mapping[str, Any]:
    """How the last plan came about, where the planner tells."""
    decision = getattr(getattr(jarvis, "planner", None), "decision", None)
    return decision.to_json() if isinstance(decision, Decision) else {}


def _show(graph: TaskGraph, screen: Screen) -> None:
    if not len(graph):
        screen.note("nothing to plan: the request asks for no task that a tool does")
    elif screen.interactive:
        from jarvis.cli.tables import plan_table

        screen.out.print(plan_table(graph))
    else:
        for task in graph:
            screen.write(f"{task.id} {task.tool} {inputs_line(task)}".rstrip())


def plan_batch(source: Path | None, target: Path | None, text: str | None, screen: Screen, services: Services) -> int:
    """Plans every line of a JSON Lines file: a request, or the last turn of a conversation (see `jarvis.cli.batch`).

    Each line of `target` is written as soon as its plan is there, in the order of `source`. A question back gives an
    empty plan. So does a broken line or a plan that fails, and the batch goes on; in the end it gives 1 then.

    Raises:
        UsageError: an option is missing, or `source` cannot be read.
        StorageError: `target` cannot be written.
    """
    if source is None or target is None or text is not None:
        raise UsageError("a batch needs both files and no TEXT: jarvis plan --batch IN.jsonl --out OUT.jsonl")
    lines = list(lines_of(source))
    if target.exists() and target.samefile(source):
        raise UsageError(f"--batch and --out both name {source}; write the plans to another file")
    with _writing(target):
        out = target.open("w", encoding="utf-8")
    with out:
        return 1 if asyncio.run(_plan_all(lines, out, screen, services)) else 0


@contextmanager
def _writing(target: Path) -> Iterator[None]:
    try:
        yield
    except OSError as error:
        raise StorageError(f"cannot write to {target} ({error.strerror}); choose another file with --out") from error


async def _plan_all(lines: list[Line], out: TextIO, screen: Screen, services: Services) -> int:
    began, failures, asked = time.perf_counter(), 0, 0
    done = 0
    try:
        async with services.open(replace(services.settings(), ask=False), _refuse) as jarvis:
            _listen(jarvis, screen)
            await _load(jarvis, screen)
            for done, line in enumerate(lines, 1):
                planned = await _plan_line(line, jarvis)
                with _writing(Path(out.name)):
                    out.write(planned.to_line())
                    out.flush()
                failures += bool(planned.error)
                asked += bool(planned.ask)
                _tell(done, len(lines), planned, screen)
    except asyncio.CancelledError:
        message = f"interrupted; {counted(max(done - 1, 0), 'plan')} of {len(lines)} lie in {out.name}"
        raise leave(message, screen, services) from None
    took = duration(time.perf_counter() - began)
    screen.note(f"{counted(len(lines), 'request')} in {took}: {asked} asked back, {failures} failed")
    return failures


async def _load(jarvis: Assistant, screen: Screen) -> None:
    """Loads the planner before the clock runs, where it can be told to."""
    prepare: Callable[[], None] | None = getattr(getattr(jarvis, "planner", None), "prepare", None)
    if prepare is not None:
        screen.note("loading the planner")
        await asyncio.to_thread(prepare)


async def _plan_line(line: Line, jarvis: Assistant) -> Planned:
    name: Any = None
    began = time.perf_counter()
    try:
        record = line.record()
        name = record["id"]
        dialogue = line.dialogue(record, jarvis.tools)
        began = time.perf_counter()
        graph = await jarvis.plan(dialogue.request, history=dialogue.history)
        planned = Planned(name, dialogue.to_json(graph))
    except AskBack as asked:
        planned = Planned(name, [], ask=asked.question)
    except JarvisError as error:
        planned = Planned(name, [], error=str(error))
    decided = {} if planned.error else _decided(jarvis)
    return replace(planned, decided_by=decided, ms=round((time.perf_counter() - began) * 1000, 1))


def _tell(number: int, total: int, planned: Planned, screen: Screen) -> None:
    if planned.ask:
        said = f"asks back: {planned.ask}"
    else:
        said = f"failed: {planned.error}" if planned.error else counted(len(planned.plan), "task")
    screen.note(f"[{number}/{total}] {planned.id}: {said}")
