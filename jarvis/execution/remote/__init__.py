"""Models behind endpoints: OpenAI-compatible servers, Open Inference Protocol v2, Hugging Face inference providers."""

from jarvis.execution.remote.endpoints import Endpoints, read_endpoints
from jarvis.execution.remote.failures import RemoteModelError, RemoteTaskError, RemoteTimeoutError
from jarvis.execution.remote.worker import RemoteWorker, is_remote

__all__ = [
    "Endpoints",
    "RemoteModelError",
    "RemoteTaskError",
    "RemoteTimeoutError",
    "RemoteWorker",
    "is_remote",
    "read_endpoints",
]
