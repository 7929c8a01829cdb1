"""What can go wrong with one answer. A test says for which path, and how often."""

from __future__ import annotations

from dataclasses import dataclass, field
from threading import Event


@dataclass(frozen=True)
class Status:
    """Answers with a status and nothing of use."""

    status: int
    headers: dict[str, str] = field(default_factory=dict[str, str])
    body: bytes = b'{"error":"a fault"}'


@dataclass(frozen=True)
class Cut:
    """Closes the connection after so many bytes of the body; with `reset`, rudely."""

    after: int
    reset: bool = False


@dataclass(frozen=True)
class Slow:
    """Sends the body in pieces with a pause before each."""

    seconds: float
    piece: int = 65_536


@dataclass(frozen=True)
class Silent:
    """Sends so many bytes and then nothing more, without closing, for some seconds."""

    after: int
    seconds: float


@dataclass(frozen=True)
class Other:
    """Sends another content, in full."""

    content: bytes


@dataclass(frozen=True)
class Flipped:
    """Sends content of the right length in which one byte is another."""

    at: int = 0


@dataclass(frozen=True)
class NoRanges:
    """Sends the whole file whatever part was asked for."""


@dataclass(frozen=True)
class Held:
    """Sends the body when the event is set."""

    until: Event


Fault = Held | Status | Cut | Slow | Silent | Other | Flipped | NoRanges


@dataclass
class Planned:
    """A fault, and how many more answers it spoils; None for all of them."""

    fault: Fault
    left: int | None
