"""What becomes of a plan that the embedded planner is not sure of: a short question, or a larger planner, or it stays.

In this order: what is missing is asked for; two tools that are about equally likely are asked about; a larger planner
gets the plan as a draft. Nothing is asked where nobody can answer, and a larger planner that fails changes nothing.
"""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Sequence
from contextlib import aclosing
from dataclasses import replace
from typing import Protocol

from jarvis.graph import Task
from jarvis.languages import language_of
from jarvis.messages import Decision
from jarvis.planners import questions
from jarvis.planners.confidence import Calibration, PlanRecord, shipped
from jarvis.planners.protocol import AskBack, Planner, PlanRequest, Turn

Report = Callable[[str], None]
"""Told in one sentence what is being waited for, or what went wrong."""


class RecordingPlanner(Protocol):
    """A planner whose writing can be looked at: the embedded one."""

    @property
    def name(self) -> str:
        """What it is, for people."""
        ...

    @property
    def weights_hash(self) -> str:
        """What tells its weights from others."""
        ...

    def plan(self, request: PlanRequest, record: PlanRecord | None = None) -> AsyncIterator[Task]:
        """As `Planner.plan`; what it was sure of is noted in `record`."""
        ...


def silent(message: str) -> None:
    """Tells nobody."""


class EscalatingPlanner:
    """A small planner first. Without a larger one its tasks come as they are written; with one, when they are kept."""

    def __init__(
        self,
        small: RecordingPlanner,
        larger: Planner | None = None,
        *,
        threshold: float | None = None,
        ask: bool = True,
        calibration: Calibration | None = None,
    ) -> None:
        """Plans that are less likely right than `threshold` (None: the calibration's) go to `larger`.

        `ask` says whether a person can answer questions.
        """
        self._small, self._larger, self._ask = small, larger, ask
        self._calibration = calibration or shipped()
        self.threshold = self._calibration.threshold if threshold is None else threshold
        self.report: Report = silent
        self.decision: Decision | None = None
        """How the last plan came about."""
        self._told: set[str] = set()

    @property
    def name(self) -> str:
        """The small planner's; `decision` says who made a plan."""
        return self._small.name

    def replanner(self) -> Planner | None:
        """The larger planner: the small one has not learned to plan around a failure."""
        return self._larger

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        """Yields the tasks of the small planner's plan, or of the larger one's.

        Raises:
            AskBack: the request lacks what it needs, or can be read in two ways.
            PlannerError: no plan could be made.
        """
        record = PlanRecord(wants_other=self._may_ask(request))
        if self._larger is None:
            async for task in self._streamed(request, record):
                yield task
            return
        turn, self.decision = await self._decided(request, record, self._larger)
        if turn.question:
            raise AskBack(turn.question)
        for task in turn.tasks:
            yield task

    async def _streamed(self, request: PlanRequest, record: PlanRecord) -> AsyncIterator[Task]:
        try:
            async with aclosing(self._small.plan(request, record)) as tasks:  # type: ignore[type-var]
                async for task in tasks:
                    # Later tasks are not asked about: by then the first one may have begun.
                    if len(record.tasks) == 1 and (
                        question := self._missing([task], request) or _which(record, request)
                    ):
                        raise AskBack(question)
                    yield task
        except AskBack:
            self.decision = self._decision("asked", request, record)
            raise
        self.decision = self._decision("kept", request, record)

    async def _decided(self, request: PlanRequest, record: PlanRecord, larger: Planner) -> tuple[Turn, Decision]:
        draft = await self._draft(request, record)
        question = self._missing(draft.tasks, request)
        if not question and self._probability(request, record) < self.threshold:
            question = _which(record, request)
            if not question:
                return await self._handed_over(replace(request, draft=draft), draft, record, larger)
        turn = Turn(request.text, question=question) if question else draft
        return turn, self._decision("asked" if turn.question else "kept", request, record)

    async def _draft(self, request: PlanRequest, record: PlanRecord) -> Turn:
        try:
            return Turn(request.text, tuple([task async for task in self._small.plan(request, record)]))
        except AskBack as ask:
            return Turn(request.text, question=ask.question)

    async def _handed_over(
        self, request: PlanRequest, draft: Turn, record: PlanRecord, larger: Planner
    ) -> tuple[Turn, Decision]:
        self.report(f"the plan is not sure, so {larger.name} is asked")
        decision = self._decision("fell back", request, record)
        try:
            tasks = tuple([task async for task in larger.plan(request)])
            return Turn(request.text, tasks), replace(decision, planner=larger.name, outcome="handed over")
        except AskBack as ask:
            if self._ask:
                turn = Turn(request.text, question=ask.question)
                return turn, replace(decision, planner=larger.name, outcome="asked")
            problem = f"{larger.name} would ask: {ask.question}"
        except Exception as error:  # noqa: BLE001 - a chat model raises what it likes, and the small plan is still good
            problem = f"{larger.name} failed ({str(error) or type(error).__name__})"
            self._tell(f"{problem}; the plan of {self.name} stands")
        return draft, replace(decision, problem=problem)

    def _tell(self, problem: str) -> None:
        if problem not in self._told:
            self._told.add(problem)
            self.report(problem)

    def _may_ask(self, request: PlanRequest) -> bool:
        # Once is enough: what answers a question is not asked about again.
        return self._ask and not (request.history and request.history[-1].question)

    def _missing(self, tasks: Sequence[Task], request: PlanRequest) -> str:
        return _missing(tasks, request) if self._may_ask(request) else ""

    def _probability(self, request: PlanRequest, record: PlanRecord) -> float:
        return self._calibration.probability(record.evidence(request.text, follows=bool(request.history)))

    def _decision(self, outcome: str, request: PlanRequest, record: PlanRecord) -> Decision:
        probability = self._probability(request, record)
        return Decision(self.name, outcome, probability, weights=self._small.weights_hash)


_KINDS = {"@image": "image", "@audio": "audio", "@video": "video", "@text": "text", "@table": "text"}
"""What kind of file a placeholder stands for; a table is a text file."""


def _missing(tasks: Sequence[Task], request: PlanRequest) -> str:
    """Asks for what the first placeholder stands for that nothing here can be."""
    for task in tasks if request.at_hand is not None else ():
        for _, value in task.values():
            if isinstance(value, str) and value in _KINDS and _KINDS[value] not in (request.at_hand or ()):
                return questions.which(value, language_of(request.text))
    return ""


def _which(record: PlanRecord, request: PlanRequest) -> str:
    """Asks which of two tools is meant, if the first task nearly had another one."""
    if not record.tasks or record.other not in request.tools:
        return ""
    one, other = request.tools[record.tasks[0].tool], request.tools[record.other]
    return questions.either(one, other, language_of(request.text))
