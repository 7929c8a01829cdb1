"""Files of a request: what kind each is (by content, never by name), and what stands for it in a plan."""

from __future__ import annotations

import mimetypes
import re
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Literal

from jarvis.artifacts import Artifact, file_digest
from jarvis.errors import InputError
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.spec import ToolSpec, ValueType

Kind = Literal["image", "audio", "video", "text", "pdf", "other"]

_MAGIC: tuple[tuple[int, bytes, Kind], ...] = (
    (0, b"\x89PNG", "image"),
    (0, b"\xff\xd8\xff", "image"),
    (0, b"GIF8", "image"),
    (0, b"BM", "image"),
    (0, b"II*\x00", "image"),
    (0, b"MM\x00*", "image"),
    (8, b"WEBP", "image"),
    (8, b"WAVE", "audio"),
    (8, b"AVI ", "video"),
    (8, b"AIFF", "audio"),
    (0, b"fLaC", "audio"),
    (0, b"OggS", "audio"),
    (0, b"ID3", "audio"),
    (0, b"\xff\xfb", "audio"),
    (0, b"\xff\xf3", "audio"),
    (0, b"\x1aE\xdf\xa3", "video"),
    (4, b"ftypM4A", "audio"),
    (4, b"ftypavif", "image"),
    (4, b"ftypheic", "image"),
    (4, b"ftyp", "video"),
    (0, b"%PDF", "pdf"),
)
_MEDIA_TYPES = {
    "image": "image/*",
    "audio": "audio/*",
    "video": "video/*",
    "text": "text/plain",
    "pdf": "application/pdf",
}
_WANTED: dict[ValueType, Kind] = {
    ValueType.IMAGE: "image",
    ValueType.MASK: "image",
    ValueType.AUDIO: "audio",
    ValueType.VIDEO: "video",
}
_TEXT_FILE = re.compile(r"[^\s\"']+\.(txt|md|csv|tsv|json|html?|xml|log|srt|rst|pdf|docx?|ya?ml)", re.IGNORECASE)
_SLOTS_OF_TEXT = (ValueType.TEXT, ValueType.TABLE, ValueType.ANY, ValueType.LABELS)
_LONGEST_TEXT = 1_000_000


def kind_of(path: Path) -> Kind:
    """What a file holds, by its first bytes.

    Raises:
        InputError: it is missing, a directory, empty, or cannot be opened.
    """
    if path.is_dir():
        raise InputError(f"{path} is a directory; name a file in it", path=str(path))
    try:
        with path.open("rb") as file:
            head = file.read(4096)
    except FileNotFoundError:
        raise InputError(f"{path} does not exist; check the name, or give the file with -f", path=str(path)) from None
    except OSError as error:
        raise InputError(f"{path} cannot be opened ({error.strerror}); check its permissions", path=str(path)) from None
    if not head:
        raise InputError(f"{path} is empty (0 bytes); give a file with content", path=str(path))
    for offset, magic, kind in _MAGIC:
        if head.startswith(magic, offset):
            return kind
    return "text" if _is_text(head) else "other"


def _is_text(head: bytes) -> bool:
    if b"\x00" in head:
        return False
    try:
        head.decode("utf-8")
    except UnicodeDecodeError as error:
        return error.start > len(head) - 4 and error.start > 0
    return True


def user_artifact(path: Path) -> Artifact:
    """A record of a file that the user gave; the file stays where it is.

    Raises:
        InputError: it is missing, a directory, empty, or cannot be opened.
    """
    kind = kind_of(path)
    guessed = mimetypes.guess_type(path.name)[0] or ""
    media_type = guessed if guessed.startswith(kind) else _MEDIA_TYPES.get(kind, "application/octet-stream")
    return Artifact(path.stem, path.resolve(), media_type, file_digest(path))


@dataclass(frozen=True, slots=True)
class Attachment:
    """A file that came along with a request."""

    path: Path
    kind: Kind


class Files:
    """The files that a run may read: attached ones, those that the request names, and those of earlier turns."""

    def __init__(
        self,
        attached: Iterable[Path] = (),
        earlier: Mapping[Kind, Value] | None = None,
        named: Mapping[str, Path] | None = None,
        base: Path | None = None,
    ) -> None:
        """Looks at each attached file. Of earlier turns come the latest of each kind, and all files by their name.

        Raises:
            InputError: an attached file cannot be used.
        """
        self.attached = tuple(Attachment(path, kind_of(path)) for path in attached)
        self._earlier = dict(earlier or {})
        self._named = dict(named or {})
        self._base = base or Path.cwd()
        self._next: dict[Kind, int] = {}
        self._given: dict[tuple[int, str, str], Value] = {}

    @property
    def at_hand(self) -> frozenset[str]:
        """What "@image", "@text" and so on can stand for; a single file that came along may be meant by any."""
        if len(self.attached) == 1:
            return frozenset(("image", "audio", "video", "text"))
        return frozenset([*(attachment.kind for attachment in self.attached), *self._earlier])

    def bind(self, task: Task, tool: ToolSpec, slot_name: str, literal: str) -> Value:
        """The value for a literal in a slot: a file for names and placeholders, else the literal itself.

        Raises:
            InputError: no such file, or one of the wrong kind.
        """
        slot = tool.slot(slot_name)
        kind = slot.type if slot else ValueType.ANY
        if literal.startswith("@"):
            return self._placeholder(literal, kind)
        if kind in _WANTED:
            return self._media(literal, _WANTED[kind])
        if kind in _SLOTS_OF_TEXT and _TEXT_FILE.fullmatch(literal):
            return self._text(self._find(literal))
        if kind == ValueType.ANY and (path := self._existing(literal)):
            return user_artifact(path) if kind_of(path) not in ("text", "pdf") else self._text(path)
        return literal

    def _placeholder(self, literal: str, slot: ValueType) -> Value:
        kind: Kind = _WANTED.get(slot) or ("text" if literal in ("@text", "@table") else _kind_named(literal))
        fitting = [a for a in self.attached if a.kind == kind] or (self.attached if len(self.attached) == 1 else ())
        if fitting:
            index = min(self._next.get(kind, 0), len(fitting) - 1)
            self._next[kind] = index + 1
            path = fitting[index].path
            return self._text(path) if kind == "text" else self._media(str(path), kind)
        if kind in self._earlier:
            return self._earlier[kind]
        word = {"text": "text", "image": "picture", "audio": "recording", "video": "video"}.get(kind, "file")
        raise InputError(
            f"the request speaks of a {word} but none is given; name it or attach it with -f", path=literal
        )

    def _media(self, name: str, wanted: Kind) -> Artifact:
        if re.match(r"[a-z]+://|www\.", name):
            message = f"{name} is a web address; download the file first and give it with -f"
            raise InputError(message, path=name)
        path = self._find(name)
        kind = kind_of(path)
        if kind != wanted:
            article = "an" if wanted in ("image", "audio") else "a"
            message = f"{path.name} holds {_said(kind)}, not {article} {wanted}; give {article} {wanted} file"
            raise InputError(message, path=str(path))
        return user_artifact(path)

    def _text(self, path: Path) -> str:
        kind = kind_of(path)
        if kind != "text":
            raise InputError(
                f"{path.name} holds {_said(kind)}, not plain text; turn it into text first", path=str(path)
            )
        if path.stat().st_size > _LONGEST_TEXT:
            raise InputError(f"{path.name} is longer than 1 MB; give a shorter part of it", path=str(path))
        return path.read_text(encoding="utf-8", errors="replace")

    def _find(self, name: str) -> Path:
        if path := self._existing(name):
            return path
        raise InputError(f"{name} does not exist; check the name, or give the file with -f", path=name)

    def _existing(self, name: str) -> Path | None:
        for attachment in self.attached:
            if name in (attachment.path.name, str(attachment.path)):
                return attachment.path
        path = self._base / Path(name).expanduser()
        try:
            if name in self._named and self._named[name].exists():
                return self._named[name]
            return path if path.exists() else None
        except OSError:  # longer than a path can be: plain text that has a dot in it
            return None


def _kind_named(placeholder: str) -> Kind:
    name = placeholder.removeprefix("@")
    return name if name in ("image", "audio", "video") else "text"  # type: ignore[return-value]


def _said(kind: Kind) -> str:
    return {"image": "an image", "audio": "sound", "video": "a video", "text": "text", "pdf": "a PDF"}.get(
        kind, "data of an unknown kind"
    )
