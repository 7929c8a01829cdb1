"""What can go wrong on the way to another machine.

    TransportError
    ├── RefusedUrlError        an address that is not asked
    ├── TooLargeError          an answer larger than its limit
    └── TransportTimeoutError  no whole answer in time

An answer with a status of 400 or above is an answer, not one of these.
"""

from __future__ import annotations

from jarvis.errors import JarvisError


class TransportError(JarvisError):
    """A request had no whole answer."""

    def __init__(self, message: str, *, transient: bool = False, sent: bool = True) -> None:
        """`transient`: it may go well a moment later. `sent`: the other side may have begun to act on the request."""
        super().__init__(message)
        self.transient = transient
        self.sent = sent


class RefusedUrlError(TransportError):
    """An address that the guard lets nobody ask: a strange scheme, or a private network that nobody configured."""

    def __init__(self, message: str) -> None:
        super().__init__(message, sent=False)


class TooLargeError(TransportError):
    """An answer was larger than its limit, and was cut off there."""


class TransportTimeoutError(TransportError):
    """There was no whole answer in time."""
