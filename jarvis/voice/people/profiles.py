"""Who lives here: a name, a voice as 768 numbers, a language, and what may be done for that voice. No recordings.

One JSON file, `people.json` in the data folder, that only its owner may read. It is written whole or not at all.
"""

from __future__ import annotations

import json
import os
import tempfile
from collections.abc import Callable, Iterator
from dataclasses import asdict, dataclass, replace
from pathlib import Path
from typing import Any

from jarvis.errors import StorageError, UsageError

UNKNOWN = "unknown"
"""What a voice is called that nobody here has."""
_VERSION = 1
_LONGEST_NAME = 40


@dataclass(frozen=True, slots=True)
class Person:
    """Someone whose voice is known."""

    name: str
    voices: tuple[tuple[float, ...], ...]
    """The direction of the voice in each of the surroundings in which it was learned, each of length 1."""
    model: str
    """The id of the card of the encoder that gave it; directions of other encoders cannot be compared with it."""
    language: str = ""
    """What is spoken and answered, ISO 639-1; empty for no preference."""
    may: tuple[str, ...] = ("*",)
    """What may be done of what cannot be taken back: patterns of `TOOL` or `TOOL:ACTION`."""
    enrolled: str = ""
    """The day, ISO 8601."""
    seconds: float = 0.0
    """How much speech the voice was learned from."""
    sentences: int = 0


@dataclass(frozen=True, slots=True)
class Household:
    """Everyone who is enrolled, and what is done for all others."""

    people: tuple[Person, ...] = ()
    unknown_may: tuple[str, ...] = ()
    """As `Person.may`, for voices that nobody here has."""

    def __iter__(self) -> Iterator[Person]:
        return iter(self.people)

    def __len__(self) -> int:
        return len(self.people)

    def get(self, name: str) -> Person:
        """The person with a name, in capitals or not.

        Raises:
            UsageError: nobody has it.
        """
        for person in self.people:
            if person.name.casefold() == name.casefold():
                return person
        known = ", ".join(person.name for person in self.people) or "nobody yet"
        raise UsageError(f"nobody is called {name!r} here; enrolled: {known}")

    def with_person(self, person: Person) -> Household:
        """With someone who is new, or in place of the one with that name."""
        others = [other for other in self.people if other.name.casefold() != person.name.casefold()]
        return replace(self, people=tuple(sorted((*others, person), key=lambda each: each.name.casefold())))

    def without(self, name: str) -> Household:
        """Without the person with a name.

        Raises:
            UsageError: nobody has it.
        """
        gone = self.get(name)
        return replace(self, people=tuple(person for person in self.people if person != gone))

    def to_json(self) -> dict[str, Any]:
        """The form of the file."""
        rows = [asdict(person) | {"voices": _rounded(person.voices)} for person in self.people]
        return {"version": _VERSION, "unknown_may": list(self.unknown_may), "people": rows}

    @classmethod
    def from_json(cls, row: Any) -> Household:
        """Reads the form of `to_json`.

        Raises:
            ValueError: it is of another version, or not of that form.
        """
        try:
            if row["version"] != _VERSION:
                raise ValueError(f"version {row['version']}")
            return cls(tuple(_person(entry) for entry in row["people"]), _texts(row["unknown_may"]))
        except (KeyError, TypeError, AttributeError) as error:
            raise ValueError(repr(error)) from error


class PeopleFile:
    """The file with the household, shared by all processes of one user."""

    def __init__(self, folder: Path) -> None:
        """`folder` is the data folder; nothing is made there before somebody is enrolled."""
        self.path = folder / "people.json"

    def stamp(self) -> tuple[int, int] | None:
        """Changes whenever the file does; None when there is none."""
        try:
            stat = self.path.stat()
        except FileNotFoundError:
            return None
        except OSError as error:
            raise _unusable(self.path, error) from error
        return stat.st_mtime_ns, stat.st_ino

    def read(self) -> Household:
        """Everyone; nobody when there is no file.

        Raises:
            StorageError: the file cannot be read, or is damaged.
        """
        try:
            return Household.from_json(json.loads(self.path.read_text(encoding="utf-8")))
        except FileNotFoundError:
            return Household()
        except OSError as error:
            raise _unusable(self.path, error) from error
        except ValueError as error:
            message = f"{self.path} is damaged ({error}); move it away, then enrol everyone again"
            raise StorageError(message) from error

    def change(self, made: Callable[[Household], Household]) -> Household:
        """Reads, changes and writes; one process after the other.

        Raises:
            StorageError: the file cannot be read or written.
        """
        from filelock import FileLock, Timeout

        try:
            self.path.parent.mkdir(mode=0o700, parents=True, exist_ok=True)
            with FileLock(self.path.with_suffix(".lock"), timeout=10, mode=0o600):
                household = made(self.read())
                self._write(json.dumps(household.to_json(), ensure_ascii=False, indent=1))
        except Timeout as error:
            raise StorageError(f"another program keeps {self.path} locked; end it and try again") from error
        except OSError as error:
            raise _unusable(self.path, error) from error
        return household

    def _write(self, text: str) -> None:
        # mkstemp makes the file for its owner alone (mode 0600).
        handle, name = tempfile.mkstemp(dir=self.path.parent, prefix=".people-")
        try:
            with os.fdopen(handle, "w", encoding="utf-8") as file:
                file.write(text)
                file.flush()
                os.fsync(file.fileno())
            os.replace(name, self.path)
        finally:
            Path(name).unlink(missing_ok=True)


def checked_name(name: str) -> str:
    """A name as it is kept.

    Raises:
        UsageError: it is empty, too long, has signs of control in it, or is the word for voices that nobody has.
    """
    kept = " ".join(name.split())
    if not kept or len(kept) > _LONGEST_NAME or not kept.isprintable():
        raise UsageError(f"{name!r} is no name; give one of 1 to {_LONGEST_NAME} printable characters")
    if kept.casefold() == UNKNOWN:
        raise UsageError(f"{UNKNOWN!r} is what voices are called that nobody here has; give another name")
    return kept


def _person(row: dict[str, Any]) -> Person:
    voices = tuple(tuple(float(number) for number in voice) for voice in row["voices"])
    if not voices or len({len(voice) for voice in voices}) != 1 or not isinstance(row["name"], str):
        raise ValueError(f"{row['name']!r} has no voice")
    read: dict[str, Any] = {**row, "voices": voices, "may": _texts(row["may"])}
    return Person(**read)


def _rounded(voices: tuple[tuple[float, ...], ...]) -> list[list[float]]:
    """What JSON holds: five digits tell directions apart well enough."""
    return [[round(number, 5) for number in voice] for voice in voices]


def _texts(values: Any) -> tuple[str, ...]:
    if not isinstance(values, list):
        raise ValueError(f"{values!r} is no list of texts")
    texts = [value for value in values if isinstance(value, str)]
    if len(texts) != len(values):
        raise ValueError(f"{values!r} is no list of texts")
    return tuple(texts)


def _unusable(path: Path, error: OSError) -> StorageError:
    return StorageError(f"cannot use {path} ({error.strerror}); choose another folder with JARVIS_DATA_DIR")
