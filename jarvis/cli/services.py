"""What the commands work with. Tests and host programs may bring their own."""

from __future__ import annotations

from collections.abc import AsyncIterator, Awaitable, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Protocol

from jarvis.graph import Task, TaskGraph
from jarvis.messages import Event

if TYPE_CHECKING:
    from jarvis.approval import Approval, Settle
    from jarvis.engine import Replay
    from jarvis.model_registry.registry import Registry
    from jarvis.planners.protocol import Turn
    from jarvis.settings import Settings
    from jarvis.spec import ToolSpec

Approve = Callable[[Task], Awaitable["bool | Task | Approval"]]
"""Asked before a task that cannot be taken back."""


class Conversation(Protocol):
    """What `chat` needs of a Session."""

    def stream(self, text: str, files: Sequence[Path | str] = (), out: Path | None = None) -> AsyncIterator[Event]:
        """Takes one turn; the last event is Answered."""
        ...


class Assistant(Protocol):
    """What the commands need of a Jarvis."""

    def stream(self, text: str, files: Sequence[Path | str] = (), out: Path | None = None) -> AsyncIterator[Event]:
        """Runs a request; the last event is Answered."""
        ...

    @property
    def tools(self) -> Mapping[str, ToolSpec]:
        """Every task type that a plan may use."""
        ...

    async def plan(self, text: str, *, history: Sequence[Turn] = ()) -> TaskGraph:
        """Plans a request after the earlier turns of its conversation, and runs nothing.

        Raises:
            AskBack: the request lacks what it needs.
        """
        ...

    def session(self) -> Conversation:
        """A new conversation."""
        ...


class Keeper(Assistant, Protocol):
    """What the commands need of a Jarvis that goes on with what was begun before."""

    def resume_stream(self, run_id: str = "") -> AsyncIterator[Event]:
        """Finishes a run; the last event is Answered."""
        ...

    async def replay(self, run_id: str = "", *, out: Path | str | None = None, effects: bool = False) -> Replay:
        """Runs the plan of an earlier run again."""
        ...


Opener = Callable[["Settings", Approve], AbstractAsyncContextManager[Assistant]]


def open_jarvis(settings: Settings, approve: Approve) -> AbstractAsyncContextManager[Assistant]:
    """The real thing."""
    from jarvis.engine import Jarvis

    return Jarvis.open(settings, approve=approve)


def keep_jarvis(settings: Settings, approve: Approve, settle: Settle | None) -> AbstractAsyncContextManager[Keeper]:
    """The real thing, with someone to ask about effects that may have happened."""
    from jarvis.engine import Jarvis

    return Jarvis.open(settings, approve=approve, settle=settle)


def settings_from_env() -> Settings:
    """The settings of this process."""
    from jarvis.settings import Settings

    return Settings.from_env()


def registry_from_env() -> Registry:
    """The models that ship, and those that were pulled into the folder of these settings."""
    from jarvis.optimizing.known import known_models

    return known_models(settings_from_env())


def stay(code: int) -> None:
    """Is in no hurry."""


@dataclass(frozen=True, slots=True)
class Services:
    """Everything that reaches out of the command line."""

    open: Opener = open_jarvis
    keep: Callable[[Settings, Approve, Settle | None], AbstractAsyncContextManager[Keeper]] = keep_jarvis
    registry: Callable[[], Registry] = registry_from_env
    settings: Callable[[], Settings] = settings_from_env
    hurry: Callable[[int], None] = stay
    """Called with the exit code after an interrupt, when no answer matters any more: the process should end soon."""
