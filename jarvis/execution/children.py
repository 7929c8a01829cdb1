"""A model's process as its parent sees it: started, asked, and ended at any moment."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import subprocess
import sys
from collections.abc import Callable
from contextlib import suppress
from typing import Any

from jarvis.errors import ModelError
from jarvis.execution.channel import STOP, BrokenMessageError, Frame, Inbox, close, receive_piece, send_start
from jarvis.execution.threads import in_thread

_START = """\
import sys
sys.path[:] = sys.argv[3:]
from jarvis.execution.child import serve
serve(*map(int, sys.argv[1:3]))
"""
_KEPT = 8192
"""Bytes of what a process last said that are kept for the error when it ends."""
_THREADS = (
    "OMP_NUM_THREADS OPENBLAS_NUM_THREADS MKL_NUM_THREADS NUMEXPR_NUM_THREADS RAYON_NUM_THREADS "
    "VECLIB_MAXIMUM_THREADS OPENCV_FOR_THREADS_NUM"
).split()
"""What the libraries of models read that take no number of threads as an argument."""


def can_start() -> bool:
    """Whether model processes work here: they need Unix sockets, and a Python that can be started again."""
    return hasattr(socket, "send_fds") and bool(sys.executable) and not getattr(sys, "frozen", False)


class EndedError(Exception):
    """The process ended before it answered."""


class Child:
    """One process, asked one thing at a time. All its methods belong to one event loop."""

    def __init__(self, threads: int) -> None:
        """`threads` is how many one model may use. The process is started by `start`."""
        self.when_lost: Callable[[], object] = lambda: None
        """Called when the process ends by itself, or breaks the line."""
        self._threads = threads
        self._process: subprocess.Popen[bytes] | None = None
        self._line: socket.socket | None = None
        self._inbox = Inbox()
        self._answer: asyncio.Future[Any] | None = None
        self._heard: int | None = None
        self._words = b""
        self._nonsense = ""
        """Why what it sent is no message."""
        self._ending = False

    @property
    def pid(self) -> int | None:
        """Its number, once it was started."""
        return self._process.pid if self._process else None

    def start(self) -> None:
        """Starts the process, if that was not done yet; it gets ready while others work.

        Raises:
            ModelError: the system starts no more processes.
        """
        if self._process:
            return
        loop = asyncio.get_running_loop()
        mine, its = socket.socketpair()
        heard, said = os.pipe()
        try:
            self._process = self._started(its.fileno(), said)
        except OSError as error:
            mine.close()
            os.close(heard)
            message = f"no process for a model could be started ({error}); close other programs and try again"
            raise ModelError(message) from error
        finally:
            its.close()
            os.close(said)
        mine.setblocking(False)
        os.set_blocking(heard, False)
        self._line, self._heard = mine, heard
        loop.add_reader(mine, self._receive)
        loop.add_reader(heard, self._listen)

    def _started(self, line: int, said: int) -> subprocess.Popen[bytes]:
        paths = [os.path.abspath(path) for path in sys.path]
        command = [sys.executable, "-X", "faulthandler", "-c", _START, str(line), str(os.getpid()), *paths]
        return subprocess.Popen(
            command,
            stdin=subprocess.DEVNULL,
            stdout=said,  # What models print is not the output of the program that uses them.
            stderr=said,
            pass_fds=[line],
            env={**os.environ, **dict.fromkeys(_THREADS, str(self._threads))},
            start_new_session=True,  # Ctrl-C is for the parent; and what the model starts can be ended with it.
        )

    async def ask(self, message: Frame) -> Any:
        """Sends a message and waits for the answer. When this is cancelled, the process still works: see `settled`.

        Raises:
            EndedError: the process ended, or it does not say what it should.
        """
        answer: asyncio.Future[Any] = asyncio.get_running_loop().create_future()
        line = self._line
        if line is None:
            close(message)
            raise EndedError
        self._answer = answer
        try:
            # It waits for a message, so its end of the line is empty and this does not block.
            sent = send_start(line, message)
            if sent < len(message.data):
                await asyncio.get_running_loop().sock_sendall(line, memoryview(message.data)[sent:])
        except OSError as error:
            self._cut()
            raise EndedError from error
        finally:
            close(message)
        try:
            return await answer
        except asyncio.CancelledError:
            if answer.cancelled():
                self._answer = asyncio.get_running_loop().create_future()  # The answer is still to come.
            raise

    async def settled(self, seconds: float) -> bool:
        """Asks it to stop and waits for the answer to what was asked last; says whether it came within this time."""
        if self._answer is None or self._process is None:
            return True
        if not self._answer.done() and not self._ending:
            os.kill(self._process.pid, STOP)
        await asyncio.wait({self._answer}, timeout=seconds)
        return self._answer.done() and self._answer.exception() is None

    def kill(self) -> None:
        """Ends it now, with everything that it started."""
        if self._process and not self._ending:  # Later its number may be another's.
            with suppress(ProcessLookupError, PermissionError):  # On macOS, a group whose leader has just ended.
                os.killpg(self._process.pid, signal.SIGKILL)

    async def end(self) -> str:
        """Ends it now and waits until it is gone; says how it ended and what it said last, in half a sentence."""
        self.kill()
        self._cut()
        process = self._process
        if process is None:
            return "was never started"
        self._ending = True
        code = await in_thread(process.wait)
        self._listen()
        self._hush()
        said = _last_words(self._words.decode(errors="replace"))
        how = f"sent what is no message ({self._nonsense})" if self._nonsense else _way_of_ending(code)
        return how + (f", after saying {said!r}" if said else "")

    @property
    def words(self) -> str:
        """The end of what it printed."""
        return self._words.decode(errors="replace")

    def _receive(self) -> None:
        if self._line is None:
            return
        try:
            data, descriptors = receive_piece(self._line)
            for message in self._inbox.feed(data, descriptors):
                if self._answer and not self._answer.done():
                    self._answer.set_result(message)
        except BlockingIOError:
            return
        except ConnectionError:
            data = b""
        except BrokenMessageError as error:
            data, self._nonsense = b"", str(error)
        if not data:
            self._cut()
            self.when_lost()

    def _cut(self) -> None:
        """Lets go of the line; whoever waits for an answer hears that none will come."""
        if self._line is not None:
            asyncio.get_running_loop().remove_reader(self._line)
            self._line.close()
            self._line = None
            self._inbox.close()
        if self._answer and not self._answer.done():
            self._answer.set_exception(EndedError())
            self._answer.exception()  # It is known, also when nobody waits for it any more.

    def _listen(self) -> None:
        while self._heard is not None:
            try:
                said = os.read(self._heard, 1 << 16)
            except BlockingIOError:
                return
            if not said:
                self._hush()
                return
            self._words = (self._words + said)[-_KEPT:]

    def _hush(self) -> None:
        if self._heard is not None:
            asyncio.get_running_loop().remove_reader(self._heard)
            os.close(self._heard)
            self._heard = None


def _way_of_ending(code: int) -> str:
    if code >= 0:
        return f"ended by itself (exit code {code})"
    known = {member.value: member.name for member in signal.Signals}
    named = f", {known[-code]}" if -code in known else ""
    return f"was killed (signal {-code}{named})"


def _last_words(words: str) -> str:
    """The line that says most: that of a fatal error, before the list of what was running; else the last one."""
    lines = [line.strip() for line in words.splitlines() if line.strip()]
    fatal = [line for line in lines if line.startswith("Fatal Python error")]
    return (fatal or lines or [""])[-1][:200]
