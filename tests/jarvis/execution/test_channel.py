"""Messages between processes: whole however they arrive, arrays in memory that nobody can change, nothing left open."""

from __future__ import annotations

import os
import socket
import struct
import threading
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.execution.channel import BrokenMessageError, Frame, Inbox, close, frame, receive, send

LARGE = np.arange(50_000, dtype=np.float32)


@pytest.fixture
def line() -> Iterator[tuple[socket.socket, socket.socket]]:
    one, other = socket.socketpair()
    with one, other:
        yield one, other


def exchanged(line: tuple[socket.socket, socket.socket], *messages: Any) -> list[Any]:
    def say() -> None:
        for message in messages:
            send(line[0], frame(message))
        line[0].close()

    thread = threading.Thread(target=say)
    thread.start()
    arrived = list(receive(line[1]))
    thread.join()
    return arrived


@settings(deadline=None)
@given(st.lists(st.integers(1, 40), min_size=1), st.lists(st.text(), min_size=1))
def test_messages_are_put_together_from_any_pieces(sizes: list[int], texts: list[str]) -> None:
    data = b"".join(frame({"text": text, "few": [0.5] * 200}).data for text in texts)
    inbox, arrived, at = Inbox(), list[Any](), 0
    while at < len(data):
        size = sizes[at % len(sizes)]
        arrived += inbox.feed(data[at : at + size])
        at += size

    assert [message["text"] for message in arrived] == texts
    assert all(message["few"] == [0.5] * 200 for message in arrived)


def test_large_arrays_share_memory_that_cannot_be_changed_and_leave_no_descriptor_open(
    line: tuple[socket.socket, socket.socket],
) -> None:
    before = set(os.listdir("/proc/self/fd"))
    arrived = exchanged(line, {"a": LARGE}, {"b": [LARGE, "x" * 500_000, LARGE[:10]]}, "plain")

    assert np.array_equal(arrived[0]["a"], LARGE)
    assert np.array_equal(arrived[1]["b"][0], LARGE) and np.array_equal(arrived[1]["b"][2], LARGE[:10])
    assert arrived[2] == "plain"
    assert not arrived[0]["a"].flags.writeable
    mapped = [row for row in Path("/proc/self/maps").read_text().splitlines() if "/memfd:jarvis" in row]
    assert len(mapped) == 2
    assert all(row.split()[1] == "r--s" for row in mapped)
    del arrived
    assert "/memfd:jarvis" not in Path("/proc/self/maps").read_text()
    assert set(os.listdir("/proc/self/fd")) <= before


def test_memory_that_is_not_sealed_is_copied(tmp_path: Path) -> None:
    made = frame([LARGE])
    assert made.memory is not None
    content = os.pread(made.memory, os.fstat(made.memory).st_size, 0)
    close(made)
    open_to_all = tmp_path / "memory"
    open_to_all.write_bytes(content)

    ((arrived,),) = Inbox().feed(made.data, [os.open(open_to_all, os.O_RDWR)])
    open_to_all.write_bytes(b"")

    assert np.array_equal(arrived, LARGE)


def test_less_memory_than_announced_is_refused(tmp_path: Path) -> None:
    made = frame([LARGE])
    close(made)
    (tmp_path / "short").write_bytes(b"short")

    with pytest.raises(BrokenMessageError, match="less memory came than was announced"):
        list(Inbox().feed(made.data, [os.open(tmp_path / "short", os.O_RDWR)]))
    with pytest.raises(BrokenMessageError):
        list(Inbox().feed(made.data))


@pytest.mark.parametrize(
    "data",
    [
        b"\xff" * 13,
        struct.pack("<IQ?", 2, 1 << 40, False) + b"{}",
        struct.pack("<IQ?", 3, 0, False) + b"{x}",
        frame("[" * 3).data.replace(b'"[[["', b"[[[[["),
        struct.pack("<IQ?", 200_000, 0, False) + b"[" * 200_000,
    ],
)
def test_what_is_no_message_is_told(data: bytes) -> None:
    with pytest.raises(BrokenMessageError):
        list(Inbox().feed(data))


def test_what_cannot_cross_is_not_sent() -> None:
    with pytest.raises(TypeError):
        frame({"a": object()})
    assert frame("a") == Frame(struct.pack("<IQ?", 3, 0, False) + b'"a"')
