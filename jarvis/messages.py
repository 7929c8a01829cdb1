"""What is said between the stages, and what goes out while a run goes on."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any

from jarvis.artifacts import Artifact
from jarvis.graph import Task, TaskGraph

JsonValue = str | int | float | bool | None | list["JsonValue"] | dict[str, "JsonValue"]
Value = JsonValue | Artifact | list[Artifact]
"""What a task gives: text, JSON data, or files."""


@dataclass(frozen=True, slots=True)
class Request:
    """What the user wants, with the files that came along."""

    text: str
    files: tuple[Path, ...] = ()
    room: str = ""
    """Where the speaker stands, as the home calls it; empty when nobody knows."""
    language: str = ""
    """ISO 639-1 code of the language it was spoken in; empty when only the text can tell."""


@dataclass(frozen=True, slots=True)
class Candidate:
    """A model that could run a task, and why it stands where it stands."""

    model_id: str
    reason: str
    """Half a sentence for people: "fastest of 2 English models"."""
    score: float = 0.0


@dataclass(frozen=True, slots=True)
class Rejected:
    """A model that was ruled out, and why."""

    model_id: str
    reason: str


@dataclass(frozen=True, slots=True)
class Assignment:
    """The candidates for one task, best first; empty when nothing here runs it."""

    task_id: int
    candidates: tuple[Candidate, ...]
    rejected: tuple[Rejected, ...] = ()
    advice: str = ""
    """With no candidates: what is missing and how to get it."""


@dataclass(frozen=True, slots=True)
class Failure:
    """Why a task has no value."""

    message: str
    """One sentence with the way out."""
    kind: str
    """The class of the error: NoModelError, TaskTimeoutError, ..., or Skipped when a task it needs failed."""
    cause: int | None = None
    """For a skipped task: the id of the task that failed first."""
    choices: tuple[str, ...] = ()
    """What could have been meant, where a name fits several things."""


@dataclass(frozen=True, slots=True)
class Result:
    """The outcome of one task: a value or a failure."""

    task_id: int
    value: Value = None
    failure: Failure | None = None
    model: str = ""
    """The id of the ModelCard that gave the value."""
    seconds: float = 0.0
    cached: bool = False
    attempts: tuple[str, ...] = ()
    """What earlier candidates failed with, in order."""

    @property
    def ok(self) -> bool:
        """Whether the task gave a value."""
        return self.failure is None

    @property
    def files(self) -> list[Artifact]:
        """The files among its value."""
        values = self.value if isinstance(self.value, list) else [self.value]
        return [value for value in values if isinstance(value, Artifact)]

    def to_json(self) -> dict[str, Any]:
        """Everything but the default fields, artifacts as records."""
        row: dict[str, Any] = {"task_id": self.task_id, "ok": self.ok, "model": self.model}
        row |= {"seconds": round(self.seconds, 3), "cached": self.cached}
        if self.failure:
            row["error"] = {"kind": self.failure.kind, "message": self.failure.message}
        else:
            row["value"] = value_to_json(self.value)
        return row


def artifacts_by_name(results: Iterable[Result]) -> dict[str, Artifact]:
    """Files that tasks made, by name; a second one of the same name becomes `name-2`."""
    named: dict[str, Artifact] = {}
    for artifact in (file for result in results for file in result.files):
        name, count = artifact.name, 1
        while name in named:
            count += 1
            name = f"{artifact.name}-{count}"
        named[name] = artifact
    return named


def value_to_json(value: Value) -> Any:
    """A value as plain JSON: artifacts become records of name, path, media type, digest."""
    if isinstance(value, Artifact):
        return value.to_json()
    if isinstance(value, list):
        return [value_to_json(item) for item in value]
    return value


@dataclass(frozen=True, slots=True)
class Claim:
    """One statement of an answer and the task whose result it comes from."""

    text: str
    task_id: int
    failed: bool = False


@dataclass(frozen=True, slots=True)
class Decision:
    """How a plan came about."""

    planner: str
    """Who made it, or asked the question."""
    outcome: str = "kept"
    """`kept`, `asked`, `handed over` (to a larger planner), or `fell back` (which gave no plan)."""
    probability: float | None = None
    """How likely the embedded planner's plan is exactly right."""
    problem: str = ""
    """Why a larger planner gave no plan."""
    weights: str = ""
    """The beginning of the SHA-256 of the embedded planner's weights: the same weights make the same plans."""

    def to_json(self) -> dict[str, Any]:
        """What is known."""
        row: dict[str, Any] = {"planner": self.planner, "outcome": self.outcome}
        if self.probability is not None:
            row["probability"] = round(self.probability, 4)
        told = (("problem", self.problem), ("weights", self.weights))
        return row | {name: value for name, value in told if value}


@dataclass(frozen=True, slots=True)
class Response:
    """The answer to a request."""

    text: str
    """What to show or say: the claims joined, failures told."""
    claims: tuple[Claim, ...]
    artifacts: Mapping[str, Artifact]
    """Files that were made, by name: "speech", "mask", "speech-2"."""
    graph: TaskGraph
    results: Mapping[int, Result]
    assignments: Mapping[int, Assignment] = field(default_factory=dict[int, Assignment])
    ask: str | None = None
    """The one question to put to the user when the request lacks something."""
    language: str = "en"
    planner: str = ""
    """Which planner made the graph."""
    decided_by: Decision | None = None
    """How the graph came about, where a planner tells."""
    seconds: float = 0.0
    run_id: str = ""
    """By which the journal knows the run; empty when there is no journal."""

    @property
    def ok(self) -> bool:
        """Whether every task gave a value."""
        return all(result.ok for result in self.results.values())

    def to_json(self) -> dict[str, Any]:
        """The one object that `--json` prints."""
        return {
            "run_id": self.run_id,
            "text": self.text,
            "ok": self.ok,
            "ask": self.ask,
            "language": self.language,
            "planner": self.planner,
            "decided_by": self.decided_by.to_json() if self.decided_by else None,
            "seconds": round(self.seconds, 3),
            "plan": self.graph.to_json(),
            "assignments": [_assignment_json(a) for a in self.assignments.values()],
            "results": [result.to_json() for result in self.results.values()],
            "claims": [{"text": c.text, "task_id": c.task_id, "failed": c.failed} for c in self.claims],
            "artifacts": {name: artifact.to_json() for name, artifact in self.artifacts.items()},
        }

    def _repr_markdown_(self) -> str:
        files = "".join(f"\n- **{name}**: `{a.path}`" for name, a in self.artifacts.items())
        return f"{self.text}\n{files}\n\n{self.graph._repr_markdown_()}"  # pyright: ignore[reportPrivateUsage]


def _assignment_json(assignment: Assignment) -> dict[str, Any]:
    return {
        "task_id": assignment.task_id,
        "candidates": [{"model": c.model_id, "reason": c.reason} for c in assignment.candidates],
        "rejected": [{"model": r.model_id, "reason": r.reason} for r in assignment.rejected],
        "advice": assignment.advice,
    }


@dataclass(frozen=True, slots=True)
class Event:
    """Something that happened in a run; subclasses say what."""


@dataclass(frozen=True, slots=True)
class PlanningStarted(Event):
    """A planner began to work on a request."""

    request: Request
    planner: str
    run_id: str = ""
    """By which the journal knows the run; empty when there is no journal."""


@dataclass(frozen=True, slots=True)
class Preparing(Event):
    """Something has to be fetched or loaded before the run goes on."""

    message: str
    """What is being waited for, in one sentence."""


@dataclass(frozen=True, slots=True)
class TaskPlanned(Event):
    """The planner closed a task; it is valid and may start."""

    task: Task
    assignment: Assignment


@dataclass(frozen=True, slots=True)
class TaskStarted(Event):
    """A worker took a task."""

    task_id: int
    model: str


@dataclass(frozen=True, slots=True)
class CandidateFailed(Event):
    """A model failed; the next one is tried if there is one."""

    task_id: int
    model: str
    message: str
    kind: str = ""
    """As `Failure.kind`."""
    seconds: float = 0.0
    """How long it tried."""


@dataclass(frozen=True, slots=True)
class TaskFinished(Event):
    """A task gave a value, failed, or was skipped."""

    result: Result


@dataclass(frozen=True, slots=True)
class Told(Event):
    """A part of the answer that holds whatever comes: what is told while other tasks still run."""

    claim: Claim


@dataclass(frozen=True, slots=True)
class Answered(Event):
    """The run is over."""

    response: Response
