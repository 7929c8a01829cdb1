"""Threads that never keep the interpreter from ending, awaited from any event loop."""

from __future__ import annotations

import asyncio
import contextvars
from collections.abc import Callable
from contextlib import suppress
from functools import partial
from queue import SimpleQueue
from threading import Lock, Thread
from typing import Generic, NoReturn, TypeVar

from jarvis.errors import TaskError

T = TypeVar("T")


async def in_thread(work: Callable[[], T]) -> T:
    """Runs `work` in a daemon thread of its own and gives what it gives, or raises what it raises.

    When cancelled it returns at once; the thread goes on until `work` ends, and nobody hears of it.
    """
    job = _Job(work)
    Thread(target=job.run, name="jarvis", daemon=True).start()
    return await job.outcome()


class Lane:
    """One daemon thread that runs work in the order in which it came, for things that belong to one thread."""

    def __init__(self) -> None:
        self._jobs: SimpleQueue[Callable[[], object] | None] = SimpleQueue()
        self._thread: Thread | None = None
        self._lock = Lock()

    async def run(self, work: Callable[[], T]) -> T:
        """Runs `work` in the lane and gives what it gives, or raises what it raises."""
        job = _Job(work)
        with self._lock:
            if self._thread is None:
                self._thread = Thread(target=self._serve, name="jarvis-lane", daemon=True)
                self._thread.start()
        self._jobs.put(job.run)
        return await job.outcome()

    def close(self, last: Callable[[], object]) -> None:
        """Runs `last` in the thread after the work at hand and ends it; waits for that. `run` may start a new one."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread:
            self._jobs.put(last)
            self._jobs.put(None)
            thread.join()

    def end(self) -> None:
        """Ends the thread after the work at hand, without waiting for it. `run` may start a new one."""
        with self._lock:
            thread, self._thread = self._thread, None
        if thread:
            self._jobs.put(None)

    def _serve(self) -> None:
        while work := self._jobs.get():
            work()


class _Job(Generic[T]):
    def __init__(self, work: Callable[[], T]) -> None:
        self._work = work
        self._context = contextvars.copy_context()
        self._loop = asyncio.get_running_loop()
        self._future: asyncio.Future[Callable[[], T]] = self._loop.create_future()

    async def outcome(self) -> T:
        return (await self._future)()

    def run(self) -> None:
        outcome = _call(lambda: self._context.run(self._work))
        with suppress(RuntimeError):  # The loop is closed: nobody waits any more.
            self._loop.call_soon_threadsafe(self._deliver, outcome)

    def _deliver(self, outcome: Callable[[], T]) -> None:
        if not self._future.done():
            self._future.set_result(outcome)


def _call(work: Callable[[], T]) -> Callable[[], T]:
    """What `work` gave, as something that gives it or raises it again."""
    try:
        value = work()
    except (Exception, SystemExit) as error:  # noqa: BLE001 - carried over to the one who waits
        return partial(_raise, error)
    return lambda: value


def _raise(error: BaseException) -> NoReturn:
    if isinstance(error, SystemExit):  # It would end the host program, from a thread that it did not start.
        raise TaskError(f"it tried to end the program ({error}); call it with arguments that it takes") from error
    raise error
