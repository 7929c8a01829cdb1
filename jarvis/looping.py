"""Asynchronous work for callers that are not."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import Coroutine
from typing import Any, TypeVar

T = TypeVar("T")


def in_new_loop(work: Coroutine[Any, Any, T]) -> T:
    """What a coroutine gives, for callers without an event loop; also works inside one, as in a notebook."""
    try:
        asyncio.get_running_loop()
    except RuntimeError:
        return asyncio.run(work)
    outcome: list[T] = []
    failure: list[BaseException] = []

    def target() -> None:
        try:
            outcome.append(asyncio.run(work))
        except BaseException as error:  # noqa: BLE001 - raised again in the caller's thread
            failure.append(error)

    thread = threading.Thread(target=target, name="jarvis-run")
    thread.start()
    thread.join()
    if failure:
        raise failure[0]
    return outcome[0]
