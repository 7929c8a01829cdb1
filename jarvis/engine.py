"""The engine: a request goes through planner, selector, executor and responder, and an answer comes out."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncGenerator, Callable, Iterable, Sequence
from contextlib import aclosing
from dataclasses import dataclass, replace
from pathlib import Path
from types import TracebackType
from typing import Any, Self

from jarvis.amending import AmendingWorker
from jarvis.approval import Approve, Approver, Rules, Settle, refuse
from jarvis.choosing import Chooser
from jarvis.errors import UsageError
from jarvis.execution.functions import function_card
from jarvis.execution.scheduler import Executor
from jarvis.execution.worker import Worker
from jarvis.functions import FunctionTool, declared_tools, function_tool
from jarvis.graph import TaskGraph
from jarvis.journal.differences import Difference, differences
from jarvis.journal.journal import Journal, Retention, check_inputs, check_resumable
from jarvis.journal.records import RunRecord
from jarvis.looping import in_new_loop
from jarvis.messages import Answered, Event, Request, Response
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.hubs.renewal import Renewal
from jarvis.model_registry.packaged import missing
from jarvis.model_registry.registry import Registry
from jarvis.optimizing.known import known_models
from jarvis.pasted import split_pasted
from jarvis.planners.choice import choose_planner
from jarvis.planners.protocol import Planner, PlanRequest, Preparing, Turn
from jarvis.planners.standing import StandingPlanner
from jarvis.recording import Order
from jarvis.responding import Responder
from jarvis.running import Run
from jarvis.selection import Selector
from jarvis.session import Circumstances, Memory, Session, memory_of
from jarvis.settings import Settings
from jarvis.spec import Effect
from jarvis.tools import standing
from jarvis.tools.toolset import ToolSet, builtin_tools
from jarvis.workplace import Workplace

LONGEST_TEXT = 200_000
"""Characters of a request; longer texts belong in a file."""


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
        settle: Settle | None = None,
    ) -> None:
        """Every part can be replaced: a planner, a registry, a worker; `tools` are added to the declared ones.

        `approve` is asked before a task that cannot be taken back; by default nothing is approved. `settle` is asked,
        when a run is resumed, about effects of which nobody knows whether they were done.
        """
        self.settings = settings or Settings()
        self.planner = planner or StandingPlanner(choose_planner(self.settings), self.settings)
        self.approve = approve
        self.approver = Approver(approve, Rules(self.settings.allow, self.settings.forbid))
        self.settle = settle
        self._functions = declared_tools() | {tool.spec.name: tool for tool in tools}
        self._registry = registry
        self.chooser = Chooser(self.settings)
        self._renewal = Renewal(self.settings)
        self._workplace = Workplace(self.settings, worker)
        self._stages: Stages | None = None
        self._journal: Journal | None = None
        self._opening = threading.Lock()

    @classmethod
    def open(cls, settings: Settings | None = None, **parts: Any) -> Self:
        """A Jarvis to use in `async with`; see `__init__` for the parts that can be replaced."""
        return cls(settings, **parts)

    @classmethod
    def open_sync(cls, settings: Settings | None = None, **parts: Any) -> Self:
        """A Jarvis to use in a plain `with`, with `run_sync` and `plan_sync`."""
        return cls(settings, **parts)

    async def __aenter__(self) -> Self:
        await asyncio.to_thread(self._renewal.start)
        return self

    async def __aexit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def __enter__(self) -> Self:
        self._renewal.start()
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.close()

    def close(self) -> None:
        """Lets go of every loaded model, of the result cache and of the journal."""
        self._workplace.close()
        self.chooser.close()
        self._renewal.stop()
        with self._opening:
            journal, self._journal = self._journal, None
        if journal is not None:
            journal.close()

    async def journal(self) -> Journal:
        """`opened_journal`, without keeping the event loop waiting while it is opened.

        Raises:
            JournalError: it cannot be used.
        """
        if self._journal is not None:
            return self._journal
        return await asyncio.to_thread(self.opened_journal)

    def opened_journal(self) -> Journal:
        """The journal of runs, opened when it is first needed.

        Raises:
            JournalError: it cannot be used.
        """
        with self._opening:
            if self._journal is None:
                settings = self.settings
                kept = Retention(settings.journal_days, settings.journal_runs)
                self._journal = Journal(settings.data_dir / "journal", kept)
            return self._journal

    @property
    def tools(self) -> ToolSet:
        """Every task type that a plan may use: the built-in ones, those of the settings, and functions."""
        functions = (tool.spec for tool in self._functions.values())
        return builtin_tools().with_specs([*standing.SPECS, *self.settings.tools, *functions])

    @property
    def registry(self) -> Registry:
        """Every model that is known here."""
        if self._registry is None:
            self._registry = self._workplace.with_endpoints(known_models(self.settings))
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

    async def warm(self, *tools: str) -> None:
        """Loads the planner, and the first model of each of these tools, so that the next request waits for neither."""
        await asyncio.gather(asyncio.to_thread(self._ready_planner), self._workplace.warm(self._first_cards(tools)))

    def _ready_planner(self) -> None:
        if isinstance(self.planner, Preparing):
            self.planner.prepare()

    def _first_cards(self, tools: Iterable[str]) -> list[ModelCard]:
        usable = ((card for card in self.registry.for_task(tool) if not missing(card)) for tool in tools)
        return [card for cards in usable if (card := next(cards, None))]

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
        names = tuple(path.name for path in request.files)
        async for task in self.planner.plan(PlanRequest(asked, tools, tuple(history), first_id, names)):
            graph = graph.with_task(task)
        return graph

    async def run(
        self,
        text: str,
        files: Sequence[Path | str] = (),
        out: Path | str | None = None,
        *,
        memory: Memory | None = None,
        circumstances: Circumstances | None = None,
        room: str = "",
    ) -> Response:
        """Does what a request asks for. Failed tasks are told in the response, not raised.

        `room` is where the one who asks stands, short for `circumstances` that say no more.

        Raises:
            UsageError: the text is empty or too long, or an attached file cannot be used.
            PlannerError: no plan could be made.
        """
        return await _answer(self.stream(text, files, out, memory=memory, circumstances=circumstances, room=room))

    async def stream(
        self,
        text: str,
        files: Sequence[Path | str] = (),
        out: Path | str | None = None,
        *,
        memory: Memory | None = None,
        circumstances: Circumstances | None = None,
        room: str = "",
    ) -> AsyncGenerator[Event, None]:
        """The same, with each event as it happens; the last one is Answered. Closing the stream cancels the run.

        Raises:
            UsageError: the text is empty or too long, or an attached file cannot be used.
            PlannerError: no plan could be made.
        """
        circumstances = circumstances or Circumstances(room)
        asked = checked_request(text, files)
        request = replace(asked, room=circumstances.room, language=circumstances.language)
        order = Order(request, Path(out or self.settings.out), memory or Memory(), circumstances=circumstances)
        async with aclosing(self._events(order)) as events:
            async for event in events:
                yield event

    async def resume(self, run_id: str = "") -> Response:
        """Finishes a run that was broken off, by default the newest; what is done is not done again.

        Raises:
            UsageError: there is no such run, it is over, or a file of it has changed.
            JournalError: the journal cannot be used.
        """
        return await _answer(self.resume_stream(run_id))

    async def resume_stream(self, run_id: str = "") -> AsyncGenerator[Event, None]:
        """The same, with each event as it happens; the last one is Answered.

        Raises:
            UsageError: there is no such run, it is over, or a file of it has changed.
            JournalError: the journal cannot be used.
        """
        order = await asyncio.to_thread(self._taken_up, run_id)
        async with aclosing(self._events(order)) as events:
            async for event in events:
                yield event

    async def replay(self, run_id: str = "", *, out: Path | str | None = None, effects: bool = False) -> Replay:
        """Runs the plan of an earlier run again, as a new run and without the cache; effects only with `effects`.

        Raises:
            UsageError: there is no such run, it has no whole plan, or a file of it has changed.
            JournalError: the journal cannot be used.
        """
        order = await asyncio.to_thread(self._replayed, run_id, out, effects)
        assert order.record is not None
        return Replay(order.record, await _answer(self._events(order)))

    async def _events(self, order: Order) -> AsyncGenerator[Event, None]:
        queue: asyncio.Queue[Event | None] = asyncio.Queue()
        run = Run(self, self.stages(cached=not order.replays), order, queue.put_nowait)
        work = asyncio.create_task(run.response())
        work.add_done_callback(lambda _: queue.put_nowait(None))
        try:
            while event := await queue.get():
                yield event
            yield Answered(await work)
        finally:
            work.cancel()

    def _taken_up(self, run_id: str) -> Order:
        journal = self.opened_journal()
        record = journal.read(run_id) if run_id else journal.unfinished()
        check_resumable(record)
        check_inputs(record)
        return Order(record.request, record.out, memory_of(journal, record.parent, self.tools), record)

    def _replayed(self, run_id: str, out: Path | str | None, effects: bool) -> Order:
        journal = self.opened_journal()
        record = journal.read(run_id)
        if not record.complete:
            raise UsageError(f"the plan of run {record.id} was never finished; `jarvis resume {record.id}` plans on")
        check_inputs(record)
        memory = memory_of(journal, record.parent, self.tools)
        return Order(record.request, Path(out) if out else record.out, memory, record, replays=True, effects=effects)

    def run_sync(self, text: str, files: Sequence[Path | str] = (), out: Path | str | None = None) -> Response:
        """`run` for callers without an event loop; also works inside one, as in a notebook."""
        return in_new_loop(self.run(text, files, out))

    def plan_sync(self, text: str, files: Sequence[Path | str] = ()) -> TaskGraph:
        """`plan` for callers without an event loop; also works inside one, as in a notebook."""
        return in_new_loop(self.plan(text, files))

    def stages(self, *, cached: bool = True) -> Stages:
        """Selector, executor and responder, made once; without `cached`, for a run that computes everything anew."""
        if self._stages is None:
            self._stages = self._made(cached=True)
        return self._stages if cached else self._made(cached=False)

    def _made(self, *, cached: bool) -> Stages:
        functions = {name: tool.bound for name, tool in self._functions.items()}
        registry = self.registry.with_cards(function_card(tool.spec) for tool in self._functions.values())
        executor, worker = self._workplace.executor(registry, functions, cached=cached)
        return Stages(registry, Selector(), executor, Responder({card.id: card.name for card in registry}), worker)

    @property
    def loaded(self) -> frozenset[str]:
        """Ids of the models in memory."""
        return self._workplace.loaded


@dataclass(frozen=True, slots=True)
class Stages:
    """The parts that one run goes through after planning."""

    registry: Registry
    selector: Selector
    executor: Executor
    responder: Responder
    worker: AmendingWorker
    """What the executor runs tasks with."""


@dataclass(frozen=True, slots=True)
class Replay:
    """A plan of the journal, run again."""

    record: RunRecord
    """The run of then."""
    response: Response
    """What it gives now."""

    @property
    def differences(self) -> list[Difference]:
        """What is not as it was."""
        return differences(self.record.results, self.response.results)


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


async def _answer(stream: AsyncGenerator[Event, None]) -> Response:
    """What the last event of a stream says."""
    async with aclosing(stream) as events:
        async for event in events:
            if isinstance(event, Answered):
                return event.response
    raise AssertionError("a stream of events ends with Answered")
