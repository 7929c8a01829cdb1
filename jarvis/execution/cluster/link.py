"""The way to the process that is connected to the cluster, for several threads and event loops at once."""

from __future__ import annotations

import asyncio
import json
import logging
import os
import socket
import subprocess
import sys
import tempfile
from concurrent.futures import Future
from contextlib import suppress
from dataclasses import asdict
from importlib.util import find_spec
from itertools import count
from pathlib import Path
from queue import SimpleQueue
from threading import Lock, Thread, Timer
from typing import IO, Any

from jarvis.errors import ModelError, UsageError
from jarvis.execution.cluster.calls import CallError
from jarvis.execution.cluster.nodes import Limits

_PROBE_SECONDS = 3.0
_CONNECT_SECONDS = 60.0
_LEAVE_SECONDS = 10.0

_log = logging.getLogger(__name__)

Reply = Future[Any]


class LinkLostError(Exception):
    """The driver's process has ended, and what it was asked is not answered."""


class Link:
    """One driver process and the calls that it works at. Made by `connect`."""

    def __init__(self, process: subprocess.Popen[str], log: Path) -> None:
        self._process = process
        self._log = log
        self._ids = count(1)
        self._lock = Lock()
        self._waiting: dict[int, Reply] = {}
        self._lost = False
        self._lines: SimpleQueue[str | None] = SimpleQueue()

    @property
    def lost(self) -> bool:
        """Whether the process has ended."""
        return self._lost

    def serve(self) -> None:
        """Starts the threads that write and read."""
        Thread(target=self._write, name="jarvis-cluster-out", daemon=True).start()
        Thread(target=self._read, name="jarvis-cluster-in", daemon=True).start()

    async def ask(self, do: str, call: dict[str, Any] | None = None) -> Any:
        """What the driver answers. Cancelling it tells the driver, which stops the model.

        Raises:
            LinkLostError: the driver has ended before.
            CallError: it could not do what it was asked.
        """
        call_id, reply = self._register()
        self._lines.put(json.dumps({"do": do, "id": call_id, "call": call}))
        try:
            return await asyncio.wrap_future(reply)
        except asyncio.CancelledError:
            self._lines.put(json.dumps({"do": "cancel", "id": call_id}))
            raise
        finally:
            with self._lock:
                self._waiting.pop(call_id, None)

    def close(self) -> None:
        """Ends the driver, and with it the models that it keeps warm."""
        self._lines.put(None)
        try:
            self._process.wait(_LEAVE_SECONDS)
        except subprocess.TimeoutExpired:
            self._process.kill()
            self._process.wait()
        self._log.unlink(missing_ok=True)

    def _register(self) -> tuple[int, Reply]:
        reply: Reply = Future()
        with self._lock:
            if self._lost:
                raise LinkLostError
            call_id = next(self._ids)
            self._waiting[call_id] = reply
        return call_id, reply

    def _write(self) -> None:
        out = _pipe(self._process.stdin)
        with suppress(OSError):  # It has ended: the reader tells those who wait.
            while (line := self._lines.get()) is not None:
                out.write(line + "\n")
                out.flush()
        with suppress(OSError):
            out.close()

    def _read(self) -> None:
        source = _pipe(self._process.stdout)
        try:
            with source:
                for line in source:
                    self._deliver(json.loads(line))
        finally:
            self._end()

    def _deliver(self, message: dict[str, Any]) -> None:
        with self._lock:
            reply = self._waiting.pop(message["id"], None)
        if reply is None or not reply.set_running_or_notify_cancel():
            return  # Nobody waits for it any more.
        if error := message.get("error"):
            reply.set_exception(CallError(error["kind"], error["message"]))
        else:
            reply.set_result(message["answer"])

    def _end(self) -> None:
        with self._lock:
            self._lost = True
            waiting, self._waiting = list(self._waiting.values()), {}
        self._lines.put(None)
        for reply in waiting:
            if reply.set_running_or_notify_cancel():
                reply.set_exception(LinkLostError())
        _log.info("the cluster's driver has ended")


def connect(address: str, limits: Limits, seconds: float = _CONNECT_SECONDS) -> Link:
    """Starts a driver and waits until it is connected. Blocks; a cluster that is not there is told within seconds.

    Raises:
        ModelError: Ray is not installed, or the cluster cannot be reached.
    """
    if find_spec("ray") is None:
        raise ModelError("a cluster needs Ray, which is not installed; run `pip install 'jarvis[ray]'`")
    probe(address)
    handle, name = tempfile.mkstemp(prefix="jarvis-cluster-", suffix=".log")
    log = Path(name)
    with os.fdopen(handle, "w") as errors:
        process = subprocess.Popen(
            [sys.executable, "-m", "jarvis.execution.cluster.driver", address, json.dumps(asdict(limits))],
            stdin=subprocess.PIPE,
            stdout=subprocess.PIPE,
            stderr=errors,
            text=True,
            encoding="utf-8",
            env={**os.environ, "RAY_USAGE_STATS_ENABLED": "0"},  # It would tell the makers of Ray about the cluster.
            start_new_session=True,  # Ctrl-C is for the program that asked; the driver ends with its input.
        )
    link = Link(process, log)
    problem = _greeting(process, seconds)
    if problem is not None:
        last = [line for line in log.read_text(encoding="utf-8", errors="replace").splitlines() if line.strip()][-1:]
        process.kill()
        process.wait()
        _close_pipes(process)
        log.unlink(missing_ok=True)
        raise unreachable(address, problem or "".join(last) or "it ended without a word")
    link.serve()
    return link


def checked_address(address: str) -> tuple[str, int]:
    """Host and port.

    Raises:
        UsageError: it is not of the form HOST:PORT.
    """
    host, _, port = address.rpartition(":")
    if not host or "/" in address or not port.isdigit() or not 0 < int(port) < 65536:
        message = f"{address!r} is not the address of a cluster; give HOST:PORT, as `ray start --head` prints it"
        raise UsageError(message)
    return host.strip("[]"), int(port)


def unreachable(address: str, why: str) -> ModelError:
    """The sentence for a cluster that is not there."""
    way_out = (
        f"see to it that it runs (`ray start --head`) and that this machine belongs to it "
        f"(`ray start --address={address} --num-cpus=0`), or unset JARVIS_CLUSTER to run everything here"
    )
    return ModelError(f"no Ray cluster can be used at {address} ({why.rstrip('.')}); {way_out}")


def probe(address: str) -> None:
    """Looks whether anyone answers there; Ray itself would try for a minute.

    Raises:
        UsageError: not an address.
        ModelError: nobody does.
    """
    try:
        socket.create_connection(checked_address(address), timeout=_PROBE_SECONDS).close()
    except OSError as error:
        raise unreachable(address, error.strerror or str(error)) from error


def _greeting(process: subprocess.Popen[str], seconds: float) -> str | None:
    """None when the driver is connected, else why it is not."""
    clock = Timer(seconds, process.kill)
    clock.start()
    try:
        line = _pipe(process.stdout).readline()
    finally:
        late = not clock.is_alive()
        clock.cancel()
    if late:
        return f"it did not answer within {seconds:g} s"
    message = json.loads(line) if line.strip() else {"failed": ""}
    return None if message.get("ready") else str(message["failed"])


def _close_pipes(process: subprocess.Popen[str]) -> None:
    for pipe in (process.stdin, process.stdout):
        with suppress(OSError):
            _pipe(pipe).close()


def _pipe(pipe: IO[str] | None) -> IO[str]:
    if pipe is None:
        raise AssertionError("the driver is started with pipes")
    return pipe
