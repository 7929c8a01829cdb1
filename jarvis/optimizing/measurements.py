"""What was measured on this device, kept in one small database beside the models."""

from __future__ import annotations

import sqlite3
from collections.abc import Generator, Mapping
from contextlib import closing, contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

from jarvis.errors import StorageError
from jarvis.model_registry.card import Measured, ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.optimizing.device import Device, load_average, this_device

_BUSY = 10.0
"""Seconds to wait for another program that writes."""
_TABLE = """
CREATE TABLE IF NOT EXISTS measured(
    model TEXT NOT NULL, files TEXT NOT NULL, task TEXT NOT NULL, device TEXT NOT NULL, device_name TEXT NOT NULL,
    threads INTEGER NOT NULL, taken TEXT NOT NULL, load_average REAL, repeat INTEGER NOT NULL, inputs TEXT NOT NULL,
    seconds REAL NOT NULL, p95 REAL NOT NULL, load_seconds REAL NOT NULL, memory_mb REAL NOT NULL, real_time REAL);
CREATE INDEX IF NOT EXISTS measured_by_device ON measured(device, model, taken)
"""
_COLUMNS = (
    "model files task device device_name threads taken load_average repeat inputs seconds p95 load_seconds memory_mb "
    "real_time"
).split()


@dataclass(frozen=True, slots=True)
class Measurement:
    """One model, measured once."""

    model: str
    task: str
    threads: int
    repeat: int
    """Runs of each input."""
    inputs: str
    """What it was run on, in words."""
    seconds: float
    """Of one run, the median."""
    p95: float
    load_seconds: float
    """From nothing to ready: the process, its libraries and the weights."""
    memory_mb: float
    """The most that the model's process took."""
    real_time: float | None = None
    """Seconds of computing for a second of sound, that goes in or comes out."""


class Measurements:
    """The database. Safe to use from several programs; each call opens and closes it."""

    def __init__(self, path: Path, device: Device | None = None) -> None:
        """`path` is made with the first measurement; `device` is this machine unless another one is named."""
        self.path = path
        self.device = device or this_device()

    def add(self, found: Measurement, card: ModelCard) -> None:
        """Keeps a measurement, with the date and how busy the machine is.

        Raises:
            StorageError: the database cannot be written.
        """
        row = {
            **{name: getattr(found, name) for name in _COLUMNS if hasattr(found, name)},
            "files": _mark(card),
            "device": self.device.fingerprint,
            "device_name": str(self.device),
            "taken": datetime.now(UTC).isoformat(timespec="milliseconds"),
            "load_average": load_average(),
        }
        marks = ", ".join(f":{name}" for name in _COLUMNS)
        with self._open(write=True) as database:
            database.execute(f"INSERT INTO measured({', '.join(_COLUMNS)}) VALUES ({marks})", row)  # noqa: S608

    def for_device(self) -> Mapping[str, Measured]:
        """By model id, the newest figures of this device; empty when nothing was measured here.

        Raises:
            StorageError: the database is damaged.
        """
        if not self.path.is_file():
            return {}
        with self._open(write=False) as database:
            rows = database.execute(
                "SELECT model, seconds, memory_mb, load_seconds, taken, inputs FROM measured "
                "WHERE device = ? ORDER BY taken",
                (self.device.fingerprint,),
            ).fetchall()
        return {
            model: Measured(
                seconds=seconds,
                memory_mb=max(1, round(memory)),
                load_seconds=load,
                on=f"measured here on {taken[:10]}: {inputs}",
            )
            for model, seconds, memory, load, taken, inputs in rows
        }

    def forget(self, model_id: str) -> None:
        """Drops what is known of a model, for one that was removed.

        Raises:
            StorageError: the database cannot be written.
        """
        if self.path.is_file():
            with self._open(write=True) as database:
                database.execute("DELETE FROM measured WHERE model = ?", (model_id,))

    @contextmanager
    def _open(self, *, write: bool) -> Generator[sqlite3.Connection]:
        try:
            if write:
                self.path.parent.mkdir(parents=True, exist_ok=True)
            with closing(sqlite3.connect(self.path, timeout=_BUSY)) as database:
                if write:
                    database.executescript(_TABLE)
                with database:
                    yield database
        except (sqlite3.Error, OSError) as error:
            message = f"the measurements in {self.path} cannot be used ({error}); remove that file and measure again"
            raise StorageError(message) from error


def measured_here(registry: Registry, measured: Mapping[str, Measured]) -> Registry:
    """The registry with the figures of this device in place of those that its cards came with."""
    known = [card for card in registry if card.id in measured]
    return registry.with_cards(card.model_copy(update={"measured": measured[card.id]}) for card in known)


def _mark(card: ModelCard) -> str:
    """Which files were measured: the first letters of their digests."""
    return " ".join(file.sha256[:8] for file in card.files)[:400]
