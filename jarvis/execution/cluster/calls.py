"""What is asked of the cluster's driver, and how it answers."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field, replace
from typing import Any

from jarvis.execution.cluster.parcels import Note, Packed, notes_in


@dataclass(frozen=True, slots=True)
class Call:
    """One task for one model, or several alike."""

    task: str
    card: Mapping[str, Any]
    """The ModelCard as JSON."""
    batch: Sequence[Mapping[str, Packed]]
    """The values in the slots, of each task."""
    folder: str
    """Where the driver puts the files that are made; it belongs to this call."""

    @property
    def files(self) -> dict[str, Note]:
        """The inputs that are files, by digest."""
        return {note.digest: note for values in self.batch for packed in values.values() for note in notes_in(packed)}


@dataclass(frozen=True, slots=True)
class Ran:
    """How a call went."""

    node: str
    pid: int
    calls: int
    """How many calls its process has had, this one included."""
    seconds: float
    """Of the model alone."""
    sent: tuple[str, ...] = ()
    """Digests that were sent from here."""
    fetched: tuple[str, ...] = ()
    """Digests that the node fetched from another one."""
    lost: tuple[str, ...] = ()
    """Nodes on which the call was lost before."""

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Ran:
        """Reads what JSON made of one."""
        ran = cls(**row)
        return replace(ran, sent=tuple(ran.sent), fetched=tuple(ran.fetched), lost=tuple(ran.lost))


@dataclass(frozen=True, slots=True)
class Done:
    """The answer to a Call."""

    values: Sequence[Packed]
    """Of each task."""
    ran: Ran


class CallError(Exception):
    """A call that failed, as one of the errors of `jarvis.errors` by name."""

    def __init__(self, kind: str, message: str) -> None:
        super().__init__(message)
        self.kind = kind
        self.message = message


class LostError(Exception):
    """A node, or a process on it, was gone before it answered."""


@dataclass(slots=True)
class Moved:
    """What was carried for one call."""

    sent: list[str] = field(default_factory=list[str])
    fetched: list[str] = field(default_factory=list[str])
