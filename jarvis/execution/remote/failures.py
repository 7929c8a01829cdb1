"""What a remote model fails with, and whether it may go well a moment later."""

from __future__ import annotations

import json
import re
import time
from collections.abc import Mapping
from email.utils import parsedate_to_datetime

from jarvis.errors import ModelError, TaskError, TaskTimeoutError
from jarvis.transport import Reply, TransportError, TransportTimeoutError

_LONGEST_QUOTE = 200
_LATER = frozenset({425, 429, 503})
"""The server says that it did nothing, and that it may do it later."""
_LOST = frozenset({408, 502, 504})
"""Something on the way gave up: it may have been done, and may go well the next time."""


class RemoteModelError(ModelError):
    """A remote model cannot be used; nothing has been done."""

    def __init__(self, message: str, *, transient: bool = False, retry_after: float | None = None) -> None:
        """`transient`: it may go well after `retry_after` seconds, where the server said so."""
        super().__init__(message)
        self.transient = transient
        self.retry_after = retry_after


class RemoteTaskError(TaskError):
    """A remote model did not do a task."""

    def __init__(self, message: str, *, transient: bool = False, retry_after: float | None = None) -> None:
        """`transient`: it may go well after `retry_after` seconds, where the server said so."""
        super().__init__(message)
        self.transient = transient
        self.retry_after = retry_after


class RemoteTimeoutError(TaskTimeoutError):
    """A remote model gave no whole answer in time. The same again would take as long."""

    transient = False
    retry_after = None


def from_transport(error: TransportError, name: str) -> RemoteModelError | RemoteTaskError | RemoteTimeoutError:
    """The failure of the model called `name` when a request had no whole answer."""
    message = f"{name}: {error}"
    if isinstance(error, TransportTimeoutError):
        return RemoteTimeoutError(message)
    kind = RemoteTaskError if error.sent else RemoteModelError
    return kind(message, transient=error.transient)


def from_status(reply: Reply, name: str, way_out: Mapping[int, str]) -> RemoteModelError | RemoteTaskError:
    """The failure of the model called `name` when the server refuses; `way_out` has advice by status."""
    status = reply.status
    said = quoted(reply)
    message = f"{name} answered {status}{f' ({said})' if said else ''}; {way_out.get(status) or _advice(status)}"
    if status in _LATER:
        return RemoteModelError(message, transient=True, retry_after=retry_after(reply.headers))
    if status in _LOST:
        return RemoteTaskError(message, transient=True, retry_after=retry_after(reply.headers))
    if status in (401, 402, 403, 404, 405, 410, 501):
        return RemoteModelError(message)
    return RemoteTaskError(message)


def quoted(reply: Reply) -> str:
    """What a server says in an error, in one short line; "" when it says nothing that people can read."""
    try:
        found = json.loads(reply.body[:100_000].decode("utf-8"))
    except (ValueError, RecursionError):
        found = reply.body[:4000].decode("utf-8", errors="replace") if reply.media_type == "text/plain" else ""
    for name in ("error", "message", "detail"):
        if isinstance(found, dict) and name in found:
            found = found[name]
    text = found if isinstance(found, str) else json.dumps(found, ensure_ascii=False) if found else ""
    line = " ".join(re.sub(r"[^\w\s!-~–—“”„«»…°€£]", " ", text).split())
    return line if len(line) <= _LONGEST_QUOTE else f"{line[:_LONGEST_QUOTE]} …"


def retry_after(headers: Mapping[str, str]) -> float | None:
    """Seconds that a server wants to be left alone, written as a number or as a date (RFC 9110, 10.2.3)."""
    text = headers.get("retry-after", "").strip()
    if re.fullmatch(r"\d{1,9}(\.\d+)?", text):
        return float(text)
    try:
        return max(parsedate_to_datetime(text).timestamp() - time.time(), 0.0)
    except (ValueError, TypeError, OverflowError):
        return None


def _advice(status: int) -> str:
    if status in _LATER or status in _LOST:
        return "it is busy; try again in a moment"
    if status == 402:
        return "look after the account there"
    if status in (404, 405, 410, 501):
        return "check the endpoint's address and the name of the model"
    if status == 413:
        return "give a smaller input"
    return "try another input, or look into the server's log" if status >= 500 else "try another input"
