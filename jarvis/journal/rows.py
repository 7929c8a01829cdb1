"""The written form of what a journal keeps: results, assignments and decisions as JSON text, and back."""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, cast

from jarvis.artifacts import Artifact, Provenance
from jarvis.graph import Task
from jarvis.messages import Assignment, Candidate, Decision, Failure, Rejected, Request, Result, Value

Row = Mapping[str, Any]


def dumped(row: Row) -> str:
    """A row as one line of JSON, in ASCII: names of files that are not Unicode survive as escapes."""
    return json.dumps(row, separators=(",", ":"))


def result_row(result: Result) -> dict[str, Any]:
    """A result; what has its default is left out."""
    row: dict[str, Any] = {"value": _packed(result.value)} if result.value is not None else {}
    if result.failure:
        failure = result.failure
        row["failure"] = [failure.message, failure.kind, failure.cause]
        row |= {"choices": list(failure.choices)} if failure.choices else {}
    if result.model:
        row["model"] = result.model
    if result.seconds:
        row["seconds"] = result.seconds
    if result.cached:
        row["cached"] = True
    if result.attempts:
        row["attempts"] = list(result.attempts)
    return row


def result_of(task_id: int, row: Row) -> Result:
    """The result that `result_row` wrote."""
    return Result(
        task_id,
        _unpacked(row["value"]) if "value" in row else None,
        _failure_of(row) if "failure" in row else None,
        row.get("model", ""),
        row.get("seconds", 0.0),
        row.get("cached", False),
        tuple(row.get("attempts", ())),
    )


def _failure_of(row: Row) -> Failure:
    message, kind, cause = row["failure"]
    return Failure(message, kind, cause, tuple(row.get("choices", ())))


def task_row(task: Task, assignment: Assignment) -> dict[str, Any]:
    """A task with the models that were chosen for it."""
    row: dict[str, Any] = {"tool": task.tool, "args": task.to_json()["args"]}
    row["candidates"] = [[c.model_id, c.reason, c.score] for c in assignment.candidates]
    if assignment.rejected:
        row["rejected"] = [[r.model_id, r.reason] for r in assignment.rejected]
    if assignment.advice:
        row["advice"] = assignment.advice
    return row


def task_of(task_id: int, row: Row) -> Task:
    """The task of a row that `task_row` wrote."""
    return Task.from_json({"id": task_id, "task": row["tool"], "args": row["args"]})


def assignment_of(task_id: int, row: Row) -> Assignment:
    """The assignment of a row that `task_row` wrote."""
    return Assignment(
        task_id,
        tuple(Candidate(*candidate) for candidate in row["candidates"]),
        tuple(Rejected(*rejected) for rejected in row.get("rejected", ())),
        row.get("advice", ""),
    )


def request_row(request: Request) -> dict[str, Any]:
    """A request; its files by absolute path."""
    return {"text": request.text, "files": [str(path.absolute()) for path in request.files]}


def request_of(row: Row) -> Request:
    """The request that `request_row` wrote."""
    return Request(row["text"], tuple(Path(path) for path in row["files"]))


def decision_of(row: Row) -> Decision:
    """The decision that `Decision.to_json` wrote."""
    told = {name: row[name] for name in ("outcome", "probability", "problem", "weights") if name in row}
    return Decision(row["planner"], **told)


def artifact_of(row: Row) -> Artifact:
    """The artifact that `Artifact.to_json` wrote."""
    by = row["provenance"]
    made = by and Provenance(by["task_id"], by["tool"], by["model"], tuple(by["inputs"]))
    return Artifact(row["name"], Path(row["path"]), row["media_type"], row["sha256"], made)


def _packed(value: Value) -> dict[str, Any]:
    """A value in a box that says what it is: data may look like a file's record, and must not be taken for one."""
    if isinstance(value, Artifact):
        return {"file": _file_row(value)}
    if isinstance(value, list) and any(isinstance(item, Artifact) for item in value):
        return {"list": [_packed(cast("Value", item)) for item in value]}
    return {"data": value}


def _unpacked(box: Row) -> Value:
    if "file" in box:
        return artifact_of(box["file"])
    if "list" in box:
        return cast("Value", [_unpacked(item) for item in box["list"]])
    return cast("Value", box["data"])


def _file_row(artifact: Artifact) -> dict[str, Any]:
    return artifact.to_json() | {"path": str(artifact.path.absolute())}
