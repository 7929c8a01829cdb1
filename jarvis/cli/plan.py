"""`jarvis plan`: one request, or a file of them, planned and not run."""

from __future__ import annotations

import asyncio
import json
import time
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path
from typing import Any, Literal, TextIO

from jarvis.cli.interrupt import leave
from jarvis.cli.run import read_text
from jarvis.cli.screen import Screen
from jarvis.cli.services import Assistant, Services
from jarvis.cli.words import counted, duration, inputs_line
from jarvis.errors import InputError, JarvisError, PlannerError, StorageError, UsageError
from jarvis.graph import Task, TaskGraph
from jarvis.planners.protocol import AskBack

Form = Literal["lines", "json", "mermaid"]


async def _refuse(task: Task) -> bool:
    return False


def plan_one(argument: str | None, form: Form, screen: Screen, services: Services) -> int:
    """Prints the plan of one request.

    Raises:
        JarvisError: it cannot be planned.
    """
    text = read_text(argument, screen)
    try:
        graph = asyncio.run(_plan(text, form, screen, services))
    except AskBack as ask:
        if form == "json":
            screen.json({"plan": [], "ask": ask.question})
        else:
            screen.write(ask.question)
        return 0
    if form == "json":
        screen.json({"plan": graph.to_json(), "ask": None})
    elif form == "mermaid":
        screen.write(graph.mermaid())
    else:
        _show(graph, screen)
    return 0


async def _plan(text: str, form: Form, screen: Screen, services: Services) -> TaskGraph:
    try:
        async with services.open(services.settings(), _refuse) as jarvis:
            return await jarvis.plan(text)
    except asyncio.CancelledError:
        raise leave("interrupted; nothing was planned", screen, services, as_json=form == "json") from None


def _show(graph: TaskGraph, screen: Screen) -> None:
    if not len(graph):
        screen.note("nothing to plan: the request asks for no task that a tool does")
    elif screen.interactive:
        from jarvis.cli.tables import plan_table

        screen.out.print(plan_table(graph))
    else:
        for task in graph:
            screen.write(f"{task.id} {task.tool} {inputs_line(task)}".rstrip())


@dataclass(frozen=True, slots=True)
class _Row:
    id: Any
    request: str


def plan_batch(source: Path | None, target: Path | None, text: str | None, screen: Screen, services: Services) -> int:
    """Plans every request of a JSON Lines file; a question back or a failed plan gives an empty plan.

    Each line of `target` is written as soon as its plan is there, in the order of `source`. Gives 1 when the planner
    failed for each request.

    Raises:
        UsageError: an option is missing, or a line of `source` is not what it should be; nothing is planned then.
    """
    if source is None or target is None or text is not None:
        raise UsageError("a batch needs both files and no TEXT: jarvis plan --batch IN.jsonl --out OUT.jsonl")
    rows = list(_rows(source))
    if target.exists() and target.samefile(source):
        raise UsageError(f"--batch and --out both name {source}; write the plans to another file")
    try:
        with target.open("w", encoding="utf-8") as out:
            failures = asyncio.run(_plan_all(rows, out, screen, services))
    except OSError as error:
        raise StorageError(f"cannot write to {target} ({error.strerror}); choose another file with --out") from error
    return 1 if rows and failures == len(rows) else 0


def _rows(source: Path) -> Iterator[_Row]:
    try:
        lines = source.read_text(encoding="utf-8-sig").split("\n")
    except OSError as error:
        raise InputError(f"{source} cannot be read ({error.strerror}); check its name", path=str(source)) from None
    except UnicodeDecodeError as error:
        raise InputError(f"{source} is not UTF-8 (at byte {error.start}); save it as UTF-8", path=str(source)) from None
    for number, line in enumerate(lines, 1):
        if line.strip():
            yield _row(line, f"{source}, line {number}", str(source))


def _row(line: str, where: str, source: str) -> _Row:
    try:
        row = json.loads(line)
    except ValueError as error:
        raise InputError(f"{where} is not JSON ({error}); each line is one object", path=source) from None
    if not isinstance(row, dict) or "id" not in row or not isinstance(row.get("request"), str):
        raise InputError(f'{where} is not a request; write {{"id": ..., "request": "..."}}', path=source)
    return _Row(row["id"], row["request"])


async def _plan_all(rows: list[_Row], out: TextIO, screen: Screen, services: Services) -> int:
    began, failures, asked = time.perf_counter(), 0, 0
    done = 0
    try:
        async with services.open(services.settings(), _refuse) as jarvis:
            await _load(jarvis, screen)
            for done, row in enumerate(rows, 1):
                start = time.perf_counter()
                plan, problem = await _plan_row(row, jarvis)
                milliseconds = round((time.perf_counter() - start) * 1000, 1)
                line = {"id": row.id, "plan": plan, "ms": milliseconds}
                out.write(json.dumps(line, ensure_ascii=False).encode("utf-8", "backslashreplace").decode() + "\n")
                out.flush()
                failures += isinstance(problem, JarvisError)
                asked += isinstance(problem, AskBack)
                _tell(done, len(rows), row, plan, problem, screen)
    except asyncio.CancelledError:
        message = f"interrupted; {counted(max(done - 1, 0), 'plan')} of {len(rows)} lie in {out.name}"
        raise leave(message, screen, services) from None
    took = duration(time.perf_counter() - began)
    screen.note(f"{counted(len(rows), 'request')} in {took}: {asked} asked back, {failures} failed")
    return failures


async def _load(jarvis: Assistant, screen: Screen) -> None:
    """Loads the planner before the clock runs, where it can be told to."""
    prepare: Callable[[], None] | None = getattr(getattr(jarvis, "planner", None), "prepare", None)
    if prepare is not None:
        screen.note("loading the planner")
        await asyncio.to_thread(prepare)


async def _plan_row(row: _Row, jarvis: Assistant) -> tuple[list[dict[str, Any]], Exception | None]:
    try:
        if not row.request.strip():
            raise PlannerError("the request is empty; give it some words")
        return (await jarvis.plan(row.request)).to_json(), None
    except (AskBack, JarvisError) as error:
        return [], error


def _tell(
    number: int, total: int, row: _Row, plan: list[dict[str, Any]], problem: Exception | None, screen: Screen
) -> None:
    if isinstance(problem, AskBack):
        said = f"asks back: {problem.question}"
    else:
        said = f"failed: {problem}" if problem else counted(len(plan), "task")
    screen.note(f"[{number}/{total}] {row.id}: {said}")
