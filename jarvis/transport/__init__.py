"""The one way out to other machines: addresses checked, sizes and times limited, keys kept to themselves."""

from jarvis.transport.client import Limits, Part, Reply, Transport, with_most
from jarvis.transport.failures import RefusedUrlError, TooLargeError, TransportError, TransportTimeoutError
from jarvis.transport.keys import Secret, find_key

__all__ = [
    "Limits",
    "Part",
    "RefusedUrlError",
    "Reply",
    "Secret",
    "TooLargeError",
    "Transport",
    "TransportError",
    "TransportTimeoutError",
    "find_key",
    "with_most",
]
