"""A Jarvis that follows a script: what it plans, how each task ends, and how long it takes."""

from __future__ import annotations

import asyncio
import io
from collections.abc import AsyncIterator, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass, field
from pathlib import Path
from types import TracebackType

from jarvis.artifacts import Artifact
from jarvis.cli.services import Approve, Services
from jarvis.graph import Task, TaskGraph
from jarvis.messages import (
    Answered,
    Assignment,
    Candidate,
    CandidateFailed,
    Claim,
    Event,
    PlanningStarted,
    Rejected,
    Request,
    Response,
    Result,
    TaskFinished,
    TaskPlanned,
    TaskStarted,
)
from jarvis.planners.protocol import AskBack, Turn
from jarvis.settings import Settings
from jarvis.spec import Effect, ToolSpec
from jarvis.tools.toolset import builtin_tools


@dataclass(frozen=True)
class Step:
    """A task of the script and how it ends."""

    task: Task
    result: Result
    model: str = "model-a"
    setback: str = ""
    """With text: another model is tried first and fails with it."""
    seconds: float = 0.0


@dataclass
class ScriptedJarvis(AbstractAsyncContextManager["ScriptedJarvis"]):
    """Answers every request by the same script."""

    steps: Sequence[Step] = ()
    text: str = "A cat sits on a chair."
    ask: str | None = None
    error: Exception | None = None
    """Raised when the script is over."""
    hangs: bool = False
    """Whether it waits for ever when the script is over."""
    planning: float = 0.0
    tools: Mapping[str, ToolSpec] = field(default_factory=builtin_tools)
    heard: list[tuple[str, tuple[Path, ...], Path | None]] = field(
        default_factory=list[tuple[str, tuple[Path, ...], Path | None]]
    )
    """The requests that came in."""
    histories: list[tuple[Turn, ...]] = field(default_factory=list[tuple[Turn, ...]])
    """The earlier turns that came with each request to plan."""
    opened: int = 0
    closed: int = 0
    approve: Approve | None = None

    def opener(self, settings: Settings, approve: Approve) -> ScriptedJarvis:
        self.approve = approve
        return self

    async def __aenter__(self) -> ScriptedJarvis:
        self.opened += 1
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.closed += 1

    def session(self) -> ScriptedJarvis:
        return self

    async def plan(self, text: str, *, history: Sequence[Turn] = ()) -> TaskGraph:
        self.heard.append((text, (), None))
        self.histories.append(tuple(history))
        if self.error:
            raise self.error
        if self.ask:
            raise AskBack(self.ask)
        return TaskGraph([step.task for step in self.steps], self.tools)

    async def stream(
        self, text: str, files: Sequence[Path | str] = (), out: Path | None = None
    ) -> AsyncIterator[Event]:
        given = tuple(Path(file) for file in files)
        self.heard.append((text, given, out))
        yield PlanningStarted(Request(text, given), "scripted planner")
        await asyncio.sleep(self.planning)
        results: dict[int, Result] = {}
        assignments = {step.task.id: _assignment(step) for step in self.steps}
        for step in self.steps:
            yield TaskPlanned(step.task, assignments[step.task.id])
            await asyncio.sleep(self.planning)
        for step in self.steps:
            async for event in self._run(step):
                yield event
            results[step.task.id] = step.result
        if self.hangs:
            await asyncio.Event().wait()
        if self.error:
            raise self.error
        yield Answered(self._response(results, assignments))

    async def _run(self, step: Step) -> AsyncIterator[Event]:
        skipped = step.result.failure is not None and step.result.failure.kind == "Skipped"
        if step.setback:
            yield TaskStarted(step.task.id, "model-b")
            await asyncio.sleep(step.seconds)
            yield CandidateFailed(step.task.id, "model-b", step.setback)
        if step.model and not skipped:
            yield TaskStarted(step.task.id, step.model)
            await asyncio.sleep(step.seconds)
        action = step.task.literal("action")
        if self.approve and self.tools[step.task.tool].effect_of(action) is Effect.IRREVERSIBLE:
            self.approved = await self.approve(step.task)
        yield TaskFinished(step.result)

    def _response(self, results: dict[int, Result], assignments: dict[int, Assignment]) -> Response:
        made = [result.value for result in results.values() if isinstance(result.value, Artifact)]
        return Response(
            text=self.ask or self.text,
            claims=tuple(Claim(self.text, task_id) for task_id in list(results)[:1]),
            artifacts={artifact.name: artifact for artifact in made},
            graph=TaskGraph([step.task for step in self.steps], self.tools),
            results=results,
            assignments=assignments,
            ask=self.ask,
            planner="scripted planner",
            seconds=0.5,
        )


def _assignment(step: Step) -> Assignment:
    if not step.model:
        failure = step.result.failure
        return Assignment(step.task.id, (), (), failure.message if failure else "no model")
    chosen = Candidate(step.model, "best of 2: quality .80, 0.3 s", 0.8)
    others = (Candidate("model-b", "number 2 of 2: quality .50, 0.1 s", 0.5),)
    candidates = (*others, chosen) if step.setback else (chosen, *others)
    return Assignment(step.task.id, candidates, (Rejected("model-c", "needs 9000 MB of memory and 800 MB are free"),))


def services(jarvis: ScriptedJarvis) -> Services:
    """Services that open this Jarvis."""
    return Services(open=jarvis.opener)


class Terminal(io.StringIO):
    """A text stream that says it is a terminal."""

    encoding = "utf-8"

    def isatty(self) -> bool:
        return True
