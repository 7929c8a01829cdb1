"""What a planner is: it turns a request into tasks, one by one, as it writes them."""

from __future__ import annotations

from collections.abc import AsyncIterator, Callable, Mapping
from dataclasses import dataclass, field
from typing import Protocol, runtime_checkable

from jarvis.graph import Task
from jarvis.messages import Decision
from jarvis.spec import ToolSpec


@dataclass(frozen=True, slots=True)
class Turn:
    """An earlier request of the same conversation and the tasks that answered it."""

    text: str
    tasks: tuple[Task, ...] = ()
    question: str = ""
    """What was asked back instead of planning."""


@dataclass(frozen=True, slots=True)
class PlanRequest:
    """Everything that a planner may look at."""

    text: str
    tools: Mapping[str, ToolSpec]
    history: tuple[Turn, ...] = ()
    """Earlier turns, oldest first. Their tasks may be referred to."""
    first_id: int = 0
    """The id of the first new task; ids run on across turns."""
    files: tuple[str, ...] = ()
    """Names of the files that came along, as a plan is to spell them."""
    language: str = ""
    """ISO 639-1 code of the language that it was spoken in; empty when only the text can tell."""
    at_hand: frozenset[str] | None = None
    """What "@image", "@text" and so on can stand for here: the kinds of the files and texts that are given or were made
    before. None where nothing will be run, so that nothing can be missing."""
    draft: Turn | None = None
    """What a smaller planner makes of the request, which may be wrong."""
    failed: Mapping[int, str] = field(default_factory=dict[int, str])
    """Tasks of the last turn of `history` that have no result, and why. What replaces them is wanted, nothing else."""


class Planner(Protocol):
    """The first stage: a request in, tasks out."""

    @property
    def name(self) -> str:
        """What it is, for people and for `Response.planner`: "fine-tuned SmolLM2-135M", "rules"."""
        ...

    def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        """Yields each task as soon as it is written; each refers to earlier tasks only.

        Tasks are numbered from `request.first_id` upwards. An empty plan is an answer: the request asks for
        nothing that a tool does.

        Raises:
            AskBack: the request lacks what it needs.
            PlannerError: no plan could be made; tasks yielded before stay valid.
        """
        ...


@runtime_checkable
class Replanner(Protocol):
    """A planner that knows what to do about tasks that failed; see `PlanRequest.failed`."""

    def replanner(self) -> Planner | None:
        """The one that is asked; None when nobody here can say."""
        ...


@runtime_checkable
class Preparing(Protocol):
    """A planner that can be made ready ahead of time."""

    def prepare(self) -> None:
        """Fetches what is missing and loads the model. Blocks; safe to call from any thread."""
        ...


@runtime_checkable
class Reporting(Protocol):
    """A planner that tells what it waits for, and how its last plan came about."""

    report: Callable[[str], None]
    """Called with one sentence when something has to be fetched or loaded first."""

    @property
    def decision(self) -> Decision | None:
        """How the last plan came about; None while none has."""
        ...


class AskBack(Exception):  # noqa: N818 - it is a question, not an error
    """The planner needs to know one thing before it can plan."""

    def __init__(self, question: str) -> None:
        super().__init__(question)
        self.question = question
        """One sentence to put to the user."""
