"""Jarvis: say what you want; a small local model plans it as a graph of AI tasks, and real models run them."""

from __future__ import annotations

from importlib import import_module
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from jarvis.engine import Jarvis
    from jarvis.errors import JarvisError
    from jarvis.functions import tool
    from jarvis.graph import Ref, Task, TaskGraph
    from jarvis.messages import Event, Request, Response, Result
    from jarvis.session import Session
    from jarvis.settings import Settings

__version__ = "0.1.0"

_EXPORTS = {
    "Event": "messages",
    "Jarvis": "engine",
    "JarvisError": "errors",
    "Ref": "graph",
    "Request": "messages",
    "Response": "messages",
    "Result": "messages",
    "Session": "session",
    "Settings": "settings",
    "Task": "graph",
    "TaskGraph": "graph",
    "tool": "functions",
}

__all__ = [
    "Event",
    "Jarvis",
    "JarvisError",
    "Ref",
    "Request",
    "Response",
    "Result",
    "Session",
    "Settings",
    "Task",
    "TaskGraph",
    "tool",
]


def __getattr__(name: str) -> Any:
    # Loaded when first used, so that `import jarvis` costs a host program almost nothing.
    if name in _EXPORTS:
        return getattr(import_module(f"jarvis.{_EXPORTS[name]}"), name)
    raise AttributeError(f"module 'jarvis' has no attribute {name!r}")
