"""Small runs to answer: a graph from tasks in order, results from their values."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import cast

from jarvis.artifacts import Artifact
from jarvis.graph import Arg, Task, TaskGraph
from jarvis.messages import Failure, Request, Result, Value
from jarvis.responding import Answer, Responder
from jarvis.spec import ToolSpec
from jarvis.tools.toolset import builtin_tools

MODEL = "model"


def ask(tool: str, **args: Arg) -> tuple[str, dict[str, Arg]]:
    """One task of a plan, without its number."""
    return tool, args


def made(name: str, path: str, media_type: str = "image/png") -> Artifact:
    """A file that a task made."""
    return Artifact(name, Path(path), media_type, "0" * 64)


def failed(message: str, kind: str = "TaskError", cause: int | None = None) -> Failure:
    return Failure(message, kind, cause)


def skipped(cause: int) -> Failure:
    return Failure(f"skipped, because task {cause} failed", "Skipped", cause)


def answer(
    plan: Sequence[tuple[str, dict[str, Arg]]],
    outcomes: Mapping[int, Value | Failure] | Sequence[object],
    text: str = "do it",
    *,
    language: str | None = "en",
    files: Sequence[str] = (),
    model_name: str = "A model",
    tools: Mapping[str, ToolSpec] | None = None,
) -> Answer:
    """What the responder says of a run; a Failure among the outcomes stands for a task that failed."""
    graph = TaskGraph([Task(i, tool, args) for i, (tool, args) in enumerate(plan)], tools or builtin_tools())
    pairs = outcomes.items() if isinstance(outcomes, Mapping) else enumerate(outcomes)
    results = {
        i: Result(i, failure=value) if isinstance(value, Failure) else Result(i, cast(Value, value), model=MODEL)
        for i, value in pairs
    }
    request = Request(text, tuple(Path(file) for file in files))
    return Responder({MODEL: model_name}).answer(request, graph, results, {}, language=language)


def said(tool: str, value: object, language: str = "en", **args: Arg) -> str:
    """What is said of one result, without its mark."""
    (claim,) = answer([ask(tool, **args)], [value], language=language).claims
    return claim.text
