"""The libraries that models are made with, without their types, which say little about what is made."""

from __future__ import annotations

from importlib import import_module
from typing import Any


def library(name: str) -> Any:
    """A module, imported when it is asked for: torch takes seconds."""
    return import_module(name)
