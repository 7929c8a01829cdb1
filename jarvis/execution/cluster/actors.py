"""What runs on the nodes of a cluster: one agent a node that keeps its files, and one actor for each warm model.

Plain classes; `pool.py` makes Ray actors of them. What they take and give is JSON and bytes, so that a node never has
to unpickle more than Ray's own messages.
"""

from __future__ import annotations

import logging
import os
import shutil
import tempfile
import time
import traceback
from collections.abc import Mapping
from importlib import import_module, metadata
from pathlib import Path
from typing import Any

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance
from jarvis.errors import JarvisError, ModelError
from jarvis.execution.cluster.content import ContentStore, StoreFolder
from jarvis.execution.cluster.parcels import Note, Packed, artifact_at, note_of, pack, unpack
from jarvis.execution.local import load_handler
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.tools.handler import BatchHandler, Handler, Inputs, RuntimeOptions, Sink

CHUNK = 4 * 2**20
"""Bytes that cross at once."""
_PATIENCE = 60.0
"""Seconds that one chunk may take."""

_log = logging.getLogger(__name__)


class NodeAgent:
    """Keeps the files of one node, by content, and fetches what it lacks from other nodes."""

    def __init__(self, limit_mb: int) -> None:
        self._folder = StoreFolder(_cache_folder() / "cluster", limit_mb)
        self._store = self._folder.store

    def hello(self) -> dict[str, str]:
        """Where the files lie, and which Jarvis this node runs."""
        return {"root": str(self._store.root), "version": version()}

    def lacking(self, digests: list[str]) -> list[str]:
        """Those of the digests whose files are not here."""
        return self._store.lacking(digests)

    def begin(self) -> str:
        """Opens a new file; gives its name, for `write` and `seal`."""
        return self._store.begin()

    def write(self, part: str, offset: int, chunk: bytes) -> None:
        """Writes one piece of it."""
        self._store.write(part, offset, chunk)

    def seal(self, part: str, digest: str) -> str:
        """Takes it among the others. What is wrong with it, in one sentence; empty when it is whole."""
        try:
            self._store.seal(part, digest)
        except JarvisError as error:
            return str(error)
        return ""

    def read(self, digest: str, offset: int) -> bytes:
        """One chunk of a file."""
        return self._store.read(digest, offset, CHUNK)

    def tidy(self, pid: int) -> None:
        """Removes what a process that was killed left behind."""
        for scratch in self._store.root.glob(f"call-{pid}-*"):
            shutil.rmtree(scratch, ignore_errors=True)

    def fetch(self, digest: str, size: int, source: Any) -> None:
        """Fetches a file from the agent of another node, through Ray's object store."""
        ray: Any = import_module("ray")
        part = self._store.begin()
        try:
            for offset in range(0, size, CHUNK):
                chunk = ray.get(source.read.remote(digest, offset), timeout=_PATIENCE)
                self._store.write(part, offset, chunk)
            self._store.seal(part, digest)
        finally:
            self._store.drop(part)


class ModelActor:
    """One model in a process of its own; loaded by its first call, and warm until the process ends."""

    def __init__(self, card: Mapping[str, Any], threads: int, root: str) -> None:
        self._card = ModelCard.model_validate(card)
        self._threads = threads
        self._store = ContentStore(Path(root))
        self._handler: Handler | None = None
        self._calls = 0

    def hello(self) -> dict[str, Any]:
        """The node on which this actor came to live."""
        ray: Any = import_module("ray")
        return {"node": ray.get_runtime_context().get_node_id(), "pid": os.getpid()}

    def run(self, task: str, batch: list[Mapping[str, Packed]]) -> dict[str, Any]:
        """Does one or several tasks: {"values": ...} or {"error": ...}, or {"lacking": ...} for inputs that went."""
        began = time.perf_counter()
        self._calls += 1
        scratch = Path(tempfile.mkdtemp(prefix=f"call-{os.getpid()}-", dir=self._store.root))
        try:
            made = self._run(task, batch, scratch)
        except _GoneError as gone:
            return {"lacking": [gone.digest]}
        except (Exception, SystemExit) as error:  # noqa: BLE001 - told to the one who asked, whatever it is
            return {"error": _told(error)}
        finally:
            shutil.rmtree(scratch, ignore_errors=True)
        return {"values": made, "calls": self._calls, "pid": os.getpid(), "seconds": time.perf_counter() - began}

    def _run(self, task: str, batch: list[Mapping[str, Packed]], scratch: Path) -> list[Packed]:
        given: set[Path] = set()
        inputs = [
            Inputs(task, {name: self._unpacked(packed, scratch, given) for name, packed in values.items()})
            for values in batch
        ]
        if self._handler is None:
            self._handler = load_handler(self._card, RuntimeOptions(self._threads))
        sink = Sink(ArtifactFolder(scratch / "made"), Provenance(0, task, self._card.id))
        return [self._packed(value, given, scratch) for value in _made(self._handler, inputs, sink)]

    def _unpacked(self, packed: Packed, scratch: Path, given: set[Path]) -> Value:
        def linked(note: Note) -> Artifact:
            place = Path(tempfile.mkdtemp(dir=scratch)) / (Path(note.file_name).name or "file")
            try:
                self._store.link(note.digest, place)
            except FileNotFoundError as error:
                raise _GoneError(note.digest) from error
            given.add(place)
            return artifact_at(note, place)

        value: Value = unpack(packed, linked)
        return value

    def _packed(self, value: Value, given: set[Path], scratch: Path) -> Packed:
        def kept(artifact: Artifact) -> Note:
            note = note_of(artifact, given=artifact.path in given)
            if not note.given and self._store.lacking([note.digest]):
                copy = Path(tempfile.mkdtemp(dir=scratch)) / "content"
                shutil.copyfile(artifact.path, copy)
                self._store.adopt(copy, note.digest)
            return note

        return pack(value, kept)


def _made(handler: Handler, batch: list[Inputs], sink: Sink) -> list[Value]:
    if len(batch) > 1 and isinstance(handler, BatchHandler):
        return handler.run_batch([(inputs, sink) for inputs in batch])
    return [handler.run(inputs, sink) for inputs in batch]


class _GoneError(Exception):
    def __init__(self, digest: str) -> None:
        super().__init__(digest)
        self.digest = digest


def version() -> str:
    """The version of Jarvis; nodes of one cluster must agree about what cards and handlers are."""
    return metadata.version("jarvis")


def _told(error: BaseException) -> dict[str, str]:
    if isinstance(error, JarvisError):
        kind = "ModelError" if isinstance(error, ModelError) else type(error).__name__
        return {"kind": kind, "message": str(error)}
    _log.error("a model failed in a way that it should not", exc_info=error)
    message = f"the tool broke ({type(error).__name__}: {error}); try another input, and report it"
    return {"kind": "TaskError", "message": message, "trace": "".join(traceback.format_exception(error))}


def _cache_folder() -> Path:
    from platformdirs import user_cache_path

    chosen = os.environ.get("JARVIS_CACHE_DIR")
    return Path(chosen) if chosen else user_cache_path("jarvis")
