"""Files from a hub: a cut transfer goes on where it was, and what arrives is what the hub's list says, or nothing.

`huggingface_hub` can fetch files too; since its version 2 it throws a part away when the process ends or the connection
is reset (`tests/hubserver/compare_resume.py` counts the bytes), and it does not check what it got against the tree.
"""

from __future__ import annotations

import hashlib
import os
import re
from collections.abc import Callable, Mapping
from pathlib import Path

from jarvis.artifacts import file_digest
from jarvis.errors import ModelFileError
from jarvis.model_registry.card import RepositoryFile
from jarvis.model_registry.hubs.asking import Asker, is_later, refused, retry_after
from jarvis.transport.failures import TransportError, TransportTimeoutError

Tell = Callable[[int], None]
"""Told now and then how many bytes of the file are here."""

_RANGE = re.compile(r"bytes (\d+)-\d*/(\d+|\*)")


class _WrongError(Exception):
    """What comes is not the file."""


class _LaterError(Exception):
    def __init__(self, status: int, headers: Mapping[str, str]) -> None:
        super().__init__(f"status {status}")
        self.status, self.headers = status, headers


def fetch(asker: Asker, file: RepositoryFile, url: str, into: Path, tell: Tell) -> str:
    """Fetches a file to `into` and gives its SHA-256. What an earlier try left in `into`.part is gone on with.

    Raises:
        ModelFileError: what came is not the file, twice; or the hub states no hash to check it by.
        RefusedError: the hub does not give it.
        TransportError: no connection, however often it was tried.
        OSError: it cannot be written.
    """
    if not file.sha256 and not file.blob:
        raise ModelFileError(f"the hub states no hash of {file.path}, so nobody could check it", model_id="")
    if into.is_file():
        if digest := right(into, file):
            tell(file.bytes)
            return digest
        into.unlink()
    into.parent.mkdir(parents=True, exist_ok=True)
    part = into.with_name(f"{into.name}.part")
    said = ""
    for _ in range(2):
        try:
            _arrive(asker, file, url, part, tell)
            digest = right(part, file)
            if digest:
                _settle(part, into)
                tell(file.bytes)
                return digest
            said = "its hash is another one"
        except _WrongError as error:
            said = str(error)
        part.unlink(missing_ok=True)
        tell(0)
    raise ModelFileError(
        f"what {asker.host} sends as {file.path} is not the file of its list ({said}); it was fetched twice and "
        "thrown away; try again later, or another source",
        model_id="",
    )


def right(path: Path, file: RepositoryFile) -> str:
    """The SHA-256 of a file that has the size and the hash that its hub states; empty for any other."""
    if path.stat().st_size != file.bytes:
        return ""
    digest = file_digest(path)
    if file.sha256:
        return digest if digest == file.sha256.lower() else ""
    return digest if _git_digest(path) == file.blob.lower() else ""


def _git_digest(path: Path) -> str:
    """The SHA-1 that git gives a file's content."""
    total = hashlib.sha1(f"blob {path.stat().st_size}\0".encode(), usedforsecurity=False)
    with path.open("rb") as content:
        while piece := content.read(2**20):
            total.update(piece)
    return total.hexdigest()


def _arrive(asker: Asker, file: RepositoryFile, url: str, part: Path, tell: Tell) -> None:
    """Returns when `part` has as many bytes as the file."""
    part.touch()
    failed = 0
    while (have := part.stat().st_size) < file.bytes:
        asked: float | None = None
        try:
            asker.run(_go_on(asker, file, url, part, have, tell))
            continue
        except _LaterError as error:
            asked = retry_after(error.headers)
            problem: Exception = refused(error.status, error.headers, asker.host)
        except TransportError as error:
            if not error.transient and not isinstance(error, TransportTimeoutError):
                raise
            problem = error
        failed = 0 if part.stat().st_size > have else failed + 1
        if failed >= asker.patience.tries:
            raise problem
        asker.patience.wait(max(failed, 1), asked)
    if part.stat().st_size > file.bytes:
        raise _WrongError(f"it is longer than {file.bytes} bytes")


async def _go_on(asker: Asker, file: RepositoryFile, url: str, part: Path, have: int, tell: Tell) -> None:
    headers = {"Range": f"bytes={have}-"} if have else {}
    async with asker.stream(url, headers, 2**63) as body:
        start = _start(body.status, body.headers, file, have, asker.host)
        with part.open("r+b") as out:
            out.truncate(start)
            out.seek(start)
            done = start
            async for piece in body.pieces():
                done += len(piece)
                if done > file.bytes:
                    raise _WrongError(f"it is longer than {file.bytes} bytes")
                out.write(piece)
                tell(done)
    if done < file.bytes:
        raise _WrongError(f"it has {done} bytes, not {file.bytes}")


def _start(status: int, headers: Mapping[str, str], file: RepositoryFile, have: int, host: str) -> int:
    """Where in the file the body begins: a server may send all of it though it was asked for the rest."""
    if is_later(status):
        raise _LaterError(status, headers)
    if status == 416:
        raise _WrongError(f"it has no more than {have} bytes")
    if status not in (200, 206):
        raise refused(status, headers, host)
    found = _RANGE.match(headers.get("content-range", ""))
    if status == 206:
        if found is None or int(found[1]) != have:
            raise _WrongError("another part was sent than was asked for")
        if found[2] not in ("*", str(file.bytes)):
            raise _WrongError(f"it has {found[2]} bytes, not {file.bytes}")
        return have
    length = headers.get("content-length", "")
    if length.isdigit() and int(length) != file.bytes:
        raise _WrongError(f"it has {length} bytes, not {file.bytes}")
    return 0


def _settle(part: Path, into: Path) -> None:
    with part.open("rb") as written:
        os.fsync(written.fileno())
    part.replace(into)
