"""How values cross between machines: data as JSON, files as records of their content that are carried separately."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass
from pathlib import Path
from typing import Any

from jarvis.artifacts import Artifact
from jarvis.messages import Value

Packed = dict[str, Any]
"""JSON of one of the forms {"data": ...}, {"file": a Note as JSON}, {"list": [a Packed, ...]}."""


@dataclass(frozen=True, slots=True)
class Note:
    """What there is to know about a file without its content."""

    name: str
    media_type: str
    digest: str
    size: int
    file_name: str
    """The last part of its path: its ending may tell a reader the format."""
    path: str = ""
    """Where it lies on the machine that asks; empty for a file that a node made."""
    given: bool = False
    """Whether a handler gave one of its inputs back as it was."""


def note_of(artifact: Artifact, *, given: bool = False) -> Note:
    """The Note of a file that is here."""
    path = artifact.path
    size = path.stat().st_size
    return Note(artifact.name, artifact.media_type, artifact.digest, size, path.name, str(path), given)


def pack(value: Value, note: Callable[[Artifact], Note] = note_of) -> Packed:
    """A value in its JSON form; `note` is asked about each file.

    Raises:
        OSError: a file is not there.
    """
    if isinstance(value, Artifact):
        return {"file": asdict(note(value))}
    if isinstance(value, list) and any(isinstance(item, Artifact) for item in value):
        return {"list": [pack(item, note) for item in value]}
    return {"data": value}


def unpack(packed: Packed, artifact: Callable[[Note], Artifact]) -> Any:
    """The value of a JSON form; `artifact` is asked for each file."""
    if "file" in packed:
        return artifact(Note(**packed["file"]))
    if "list" in packed:
        return [unpack(item, artifact) for item in packed["list"]]
    return packed["data"]


def notes_in(packed: Packed) -> Iterator[Note]:
    """Each file of a value."""
    if "file" in packed:
        yield Note(**packed["file"])
    for item in packed.get("list", ()):
        yield from notes_in(item)


def artifact_at(note: Note, path: Path) -> Artifact:
    """The file of a Note as it lies at `path`."""
    return Artifact(note.name, path, note.media_type, note.digest)
