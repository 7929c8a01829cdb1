"""What the loop shows of itself: one record for everything that happens, for a screen or as JSON lines."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import asdict, dataclass
from enum import StrEnum
from typing import Any


class State(StrEnum):
    """What the loop is doing."""

    STARTING = "starting"
    ASLEEP = "asleep"
    """It waits for the wake phrase."""
    LISTENING = "listening"
    """It is awake, and nobody speaks yet."""
    HEARING = "hearing"
    """Somebody speaks to it."""
    THINKING = "thinking"
    """The turn is over and nothing of the answer can be said yet."""
    SPEAKING = "speaking"


@dataclass(frozen=True, slots=True)
class Seen:
    """Something that happened; subclasses say what. `at` is in seconds of sound heard since the start."""

    at: float

    def to_json(self) -> dict[str, Any]:
        """One line of `--json`."""
        row = {name: value for name, value in asdict(self).items() if value not in ("", None)}
        return {"event": _NAMES[type(self)], **row, "at": round(self.at, 3)}


@dataclass(frozen=True, slots=True)
class StateChanged(Seen):
    """It does something else now."""

    state: State


@dataclass(frozen=True, slots=True)
class Words(Seen):
    """What is heard: first as far as it is known, at the end as it is understood."""

    text: str
    final: bool = False
    language: str = ""
    person: str = ""
    """Who speaks, where that is known."""


@dataclass(frozen=True, slots=True)
class Saying(Seen):
    """A part of the answer, handed to the voice."""

    text: str
    filler: bool = False
    """Whether it only says what is being done."""


@dataclass(frozen=True, slots=True)
class Asking(Seen):
    """A question; it listens for the answer without the wake phrase."""

    text: str
    approval: bool = False
    """Whether a yes is needed for something that cannot be taken back."""


@dataclass(frozen=True, slots=True)
class Interrupted(Seen):
    """Somebody spoke while it spoke, so it is silent."""

    unspoken: str = ""
    """What was not said any more."""


@dataclass(frozen=True, slots=True)
class Done(Seen):
    """A turn is over."""

    kind: str
    """`answered`, `asked`, `instant`, `reply`, `nothing` (no words were understood), `dropped` or `failed`."""
    text: str = ""
    """The whole answer, as the screen shows it."""
    ok: bool = True
    run_id: str = ""

    @property
    def failed(self) -> bool:
        """Whether something that was asked for could not be done; a question is no failure."""
        return self.kind == "failed" or (self.kind == "answered" and not self.ok)


@dataclass(frozen=True, slots=True)
class Notice(Seen):
    """Something speaks up by itself: a timer, a standing plan."""

    text: str


@dataclass(frozen=True, slots=True)
class Problem(Seen):
    """What went wrong, and the way out; the loop goes on."""

    text: str


@dataclass(frozen=True, slots=True)
class Measured(Seen):
    """How long one turn took, in seconds from the end of speech; None where it did not come to that."""

    end_of_turn: float
    """Until it was sure that the turn is over."""
    words: float | None = None
    """Until all words were known."""
    planned: float | None = None
    """Until the first task was planned; before the end of the turn when it was planned ahead."""
    started: float | None = None
    claim: float | None = None
    """Until there was something to say."""
    sound: float | None = None
    """Until the first sound of the answer."""
    filler: bool = False
    """Whether that sound said only what is being done."""
    ahead: bool = False
    """Whether the plan was begun before the turn was over."""


Show = Callable[[Seen], None]

_NAMES: dict[type[Seen], str] = {
    StateChanged: "state",
    Words: "words",
    Saying: "saying",
    Asking: "asking",
    Interrupted: "interrupted",
    Done: "done",
    Notice: "notice",
    Problem: "problem",
    Measured: "measured",
}


def nowhere(seen: Seen) -> None:
    """Shows nothing."""
