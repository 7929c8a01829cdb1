"""Files on their way between machines, by content: only what a node lacks, from the nearest that has it, once."""

from __future__ import annotations

import asyncio
import hashlib
import logging
from collections.abc import Awaitable, Iterable, Mapping
from pathlib import Path
from typing import Any, BinaryIO

from jarvis.execution.cluster.actors import CHUNK
from jarvis.execution.cluster.calls import CallError, LostError, Moved
from jarvis.execution.cluster.nodes import Node
from jarvis.execution.cluster.parcels import Note

_AT_ONCE = 4
"""Chunks of one file that are under way together."""
_PATIENCE = 60.0
"""Seconds that a chunk may take."""

_log = logging.getLogger(__name__)


async def answer(ref: Awaitable[Any], seconds: float | None = _PATIENCE) -> Any:
    """What an actor answers.

    Raises:
        LostError: it is gone, or does not answer in time.
    """
    from ray.exceptions import RayError

    try:
        async with asyncio.timeout(seconds):
            return await ref
    except TimeoutError as error:
        raise LostError(f"no answer in {seconds:g} s") from error
    except RayError as error:
        told = str(error).strip().splitlines() or [type(error).__name__]
        raise LostError(told[-1] if len(told) < 3 else told[0]) from error


class Carrier:
    """Brings files to nodes and back."""

    def __init__(self) -> None:
        self._under_way: dict[tuple[str, str], asyncio.Task[str]] = {}

    async def bring(self, node: Node, files: Mapping[str, Note], others: Iterable[Node], moved: Moved) -> None:
        """Sees to it that a node holds the files: fetched from another node that has them, else sent from here.

        Raises:
            LostError: the node is gone.
            CallError: a file is not here any more, or was changed.
        """
        if not files:
            return
        others = list(others)
        for digest in await answer(node.keeper.lacking.remote(list(files))):
            node.holds.pop(digest, None)
            source = await asyncio.shield(self._carried(node, files[digest], others))
            (moved.fetched if source else moved.sent).append(digest)
        node.holds.update({digest: note.size for digest, note in files.items()})

    async def get(self, node: Node, note: Note, target: Path) -> None:
        """Writes a file that a node made to `target`.

        Raises:
            LostError: the node, or the file on it, is gone.
            OSError: it cannot be written here.
        """
        digest = hashlib.sha256()
        with target.open("wb") as file:
            for offset in range(0, note.size, CHUNK):
                chunk = await answer(node.keeper.read.remote(note.digest, offset))
                digest.update(chunk)
                file.write(chunk)
        if digest.hexdigest() != note.digest:
            raise LostError(f"{note.file_name} came back with another content")

    def _carried(self, node: Node, note: Note, others: list[Node]) -> asyncio.Task[str]:
        """The one transfer of a file to a node, however many calls wait for it. It ends even when none does."""
        key = (node.id, note.digest)
        task = self._under_way.get(key)
        if task is None:
            task = self._under_way[key] = asyncio.create_task(_carry(node, note, others))
            task.add_done_callback(lambda done: self._forget(key, done))
        return task

    def _forget(self, key: tuple[str, str], done: asyncio.Task[str]) -> None:
        del self._under_way[key]
        if not done.cancelled() and done.exception():
            _log.info("a file was not brought to node %s: %s", key[0], done.exception())


async def _carry(node: Node, note: Note, others: list[Node]) -> str:
    """The id of the node that the file came from; empty when it was sent from here."""
    for other in others:
        if other is node or other.agent is None or note.digest not in other.holds:
            continue
        try:
            await answer(node.keeper.fetch.remote(note.digest, note.size, other.agent), None)
        except LostError as error:
            _log.info("%s could not be fetched from %s: %s", note.file_name, other.name, error)
            other.holds.pop(note.digest, None)
        else:
            return other.id
    await _send(node, note)
    return ""


async def _send(node: Node, note: Note) -> None:
    part = await answer(node.keeper.begin.remote())
    try:
        with Path(note.path).open("rb") as file:  # noqa: ASYNC230 - a file of this machine
            await _send_chunks(node, part, file)
    except OSError as error:
        raise CallError("TaskError", f"{note.file_name} cannot be read any more ({error}); run it again") from error
    problem = await answer(node.keeper.seal.remote(part, note.digest))
    if problem:
        raise CallError("TaskError", f"{note.file_name} was changed while it was used; run it again")


async def _send_chunks(node: Node, part: str, file: BinaryIO) -> None:
    under_way: list[Any] = []
    offset = 0
    while chunk := file.read(CHUNK):
        under_way.append(node.keeper.write.remote(part, offset, chunk))
        offset += len(chunk)
        if len(under_way) == _AT_ONCE:
            await answer(under_way.pop(0))
    for ref in under_way:
        await answer(ref)
