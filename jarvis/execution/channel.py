"""A line between two processes: a stream socket that carries JSON, and arrays in shared memory.

A message is a head (how long the rest is), JSON, and the bytes of its arrays. Small arrays follow the JSON. Large ones
lie in a piece of shared memory whose descriptor travels along: it has no name and ends with its last holder, so a
process that dies leaves nothing behind; and it is sealed, so nobody changes or cuts it while another reads it.
"""

from __future__ import annotations

import json
import mmap
import os
import signal
import socket
import struct
from collections import deque
from collections.abc import Iterable, Iterator
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from jarvis.execution.crossing import Packed, unpacked

STOP = getattr(signal, "SIGUSR1", signal.SIGTERM)  # Windows has none; there are no model processes there, either.
"""Asks a handler to stop; those that look at `Sink.cancelled` do, and their process is kept."""
_HEAD = struct.Struct("<IQ?")
"""Bytes of JSON, bytes of arrays, whether the arrays lie in shared memory."""
_SHARED = 64 * 1024
"""Bytes of arrays from which on they lie in shared memory."""
_LONGEST = 1 << 30
"""Bytes of JSON; who announces more means something else."""
_PIECE = 1 << 16
_NO_MEMORY = memoryview(b"")


class BrokenMessageError(Exception):
    """What arrived is no message."""


@dataclass(frozen=True, slots=True)
class Frame:
    """A message ready to be sent."""

    data: bytes
    memory: int | None = None
    """A descriptor of shared memory that belongs to it; to be closed when it was sent."""


def frame(message: Any) -> Frame:
    """A message made of what `Packed` takes.

    Raises:
        TypeError: it holds something that does not cross.
        OSError: no shared memory is left.
    """
    packed = Packed(message)
    text = json.dumps(packed.plain, separators=(",", ":")).encode("ascii")
    shared = packed.size >= _SHARED
    head = _HEAD.pack(len(text), packed.size, shared)
    if shared:
        return Frame(head + text, _shared_memory(packed))
    inline = bytearray(packed.size)
    for start, piece in packed.pieces:
        inline[start : start + piece.nbytes] = piece
    return Frame(head + text + inline)


def send(line: socket.socket, message: Frame) -> None:
    """Sends a message on a blocking socket."""
    try:
        rest = message.data[send_start(line, message) :]
        if rest:
            line.sendall(rest)
    finally:
        close(message)


def send_start(line: socket.socket, message: Frame) -> int:
    """Sends the beginning of a message, with its memory; says how many bytes went."""
    if message.memory is None:
        return line.send(message.data)
    return socket.send_fds(line, [message.data], [message.memory])


def close(message: Frame) -> None:
    """Lets go of the message's memory, which whoever received it keeps."""
    if message.memory is not None:
        os.close(message.memory)


def receive(line: socket.socket) -> Iterator[Any]:
    """The messages that arrive at a blocking socket, until the other end is gone.

    Raises:
        BrokenMessageError: what arrived is no message.
    """
    inbox = Inbox()
    with suppress(ConnectionError):
        while True:
            data, descriptors = receive_piece(line)
            if not data:
                return
            yield from inbox.feed(data, descriptors)


def receive_piece(line: socket.socket) -> tuple[bytes, list[int]]:
    """What has arrived, and descriptors of shared memory; no bytes when the other end is gone."""
    # Without the flag, programs that this process starts would hold the memory, too. Only Linux has it.
    data, descriptors, _, _ = socket.recv_fds(line, _PIECE, 4, getattr(socket, "MSG_CMSG_CLOEXEC", 0))
    return data, list(descriptors)


class Inbox:
    """Puts messages together from the pieces in which they arrive."""

    def __init__(self) -> None:
        self._data = bytearray()
        self._descriptors: deque[int] = deque()

    def feed(self, data: bytes, descriptors: Iterable[int] = ()) -> Iterator[Any]:
        """The messages that are whole with these bytes.

        Raises:
            BrokenMessageError: what arrived is no message.
        """
        self._data += data
        self._descriptors.extend(descriptors)
        while (message := self._next()) is not None:
            yield message[0]

    def close(self) -> None:
        """Lets go of memory whose message never came."""
        while self._descriptors:
            os.close(self._descriptors.popleft())

    def _next(self) -> tuple[Any] | None:
        if len(self._data) < _HEAD.size:
            return None
        length, size, shared = _HEAD.unpack_from(self._data)
        if length > _LONGEST or (size >= _SHARED and not shared):
            raise BrokenMessageError(f"it would be {length + size} bytes long")
        end = _HEAD.size + length
        inline = 0 if shared else size
        if len(self._data) < end + inline:
            return None
        text = bytes(self._data[_HEAD.size : end])
        try:
            if shared:
                memory = _read_memory(self._descriptors.popleft(), size)
            else:
                memory = memoryview(bytes(self._data[end : end + size])) if size else _NO_MEMORY
            plain = json.loads(text)
            # Without a mark there is nothing to unpack, and walking through large data would take its time.
            return (unpacked(plain, memory) if b'"$' in text else plain,)
        except (ValueError, IndexError, OSError, RecursionError) as error:
            raise BrokenMessageError(str(error)) from error
        finally:
            del self._data[: end + inline]


def _shared_memory(packed: Packed) -> int:
    if hasattr(os, "memfd_create"):
        descriptor = os.memfd_create("jarvis", os.MFD_CLOEXEC | os.MFD_ALLOW_SEALING)
    else:
        import tempfile

        with tempfile.TemporaryFile() as file:
            descriptor = os.dup(file.fileno())
    try:
        os.ftruncate(descriptor, packed.size)
        for start, piece in packed.pieces:
            _write(descriptor, piece, start)
        _seal(descriptor)
    except OSError:
        os.close(descriptor)
        raise
    return descriptor


def _write(descriptor: int, piece: memoryview, start: int) -> None:
    while piece.nbytes:
        written = os.pwrite(descriptor, piece, start)
        piece, start = piece[written:], start + written


def _seal(descriptor: int) -> None:
    import fcntl

    if hasattr(os, "memfd_create"):
        fcntl.fcntl(descriptor, fcntl.F_ADD_SEALS, _seals())


def _seals() -> int:
    import fcntl

    return fcntl.F_SEAL_SHRINK | fcntl.F_SEAL_GROW | fcntl.F_SEAL_WRITE | fcntl.F_SEAL_SEAL


def _read_memory(descriptor: int, size: int) -> memoryview:
    """The memory itself where it is sealed, else a copy: it could be cut while it is read, which kills the reader."""
    try:
        if os.fstat(descriptor).st_size < size:
            raise ValueError("less memory came than was announced")
        if _sealed(descriptor):
            return memoryview(mmap.mmap(descriptor, size, prot=mmap.PROT_READ))
        return memoryview(os.pread(descriptor, size, 0))
    finally:
        os.close(descriptor)


def _sealed(descriptor: int) -> bool:
    import fcntl

    if not hasattr(fcntl, "F_GET_SEALS"):
        return False
    with suppress(OSError):  # Not a memfd.
        return fcntl.fcntl(descriptor, fcntl.F_GET_SEALS) & _seals() == _seals()
    return False
