"""How Jarvis behaves here. Nothing is read at import; `Settings.from_env` is called by the program's entry."""

from __future__ import annotations

import os
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import Self

from jarvis.errors import UsageError
from jarvis.spec import ToolSpec

_PREFIX = "JARVIS_"


def _cache_dir() -> Path:
    from platformdirs import user_cache_path

    return user_cache_path("jarvis")


@dataclass(frozen=True, slots=True)
class Settings:
    """Everything that can be set."""

    planner: str = "local"
    """`local` (the embedded model), `rules`, or the base URL of an OpenAI-compatible endpoint."""
    planner_model: str = ""
    """The model's name at that endpoint."""
    planner_key_variable: str = "OPENAI_API_KEY"
    """The environment variable that holds the endpoint's key; the key itself is never a setting."""
    larger_planner: str = ""
    """Gets the plans that the embedded model is not sure of: the base URL of an OpenAI-compatible endpoint,
    `langchain:MODULE:OBJECT` (a chat model of langchain-core, or what makes one), or the path of a GGUF file.
    """
    larger_planner_model: str = ""
    """The model's name at that endpoint."""
    larger_planner_key_variable: str = "OPENAI_API_KEY"
    """The environment variable that holds that endpoint's key."""
    threshold: float | None = None
    """Plans that are less likely right than this are handed over; None takes the one that the calibration found."""
    ask: bool = True
    """Whether a person can answer when an input is missing or a request can be read in two ways."""
    threads: int = 2
    """Threads of one model."""
    task_timeout: float = 120.0
    """Seconds after which a task is given up."""
    memory_mb: int = 2048
    """How much memory loaded models may take before the least recently used one is dropped."""
    cache_dir: Path = field(default_factory=_cache_dir)
    cache_mb: int = 512
    """Size limit of the result cache; 0 turns it off."""
    prefer: tuple[str, ...] = ()
    """Ids of models that are taken when they can do the task."""
    out: Path = Path("jarvis-out")
    """Where artifacts are written when a run names no folder."""
    tools: tuple[ToolSpec, ...] = ()
    """Tools that plans may use besides, though nothing here runs them (`jarvis plan --tools`)."""

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ) -> Self:
        """Reads JARVIS_PLANNER, JARVIS_THREADS, ... from the environment.

        Raises:
            UsageError: a value that is not of its kind.
        """
        values: dict[str, object] = {}
        for name, kind in _KINDS.items():
            text = environ.get(_PREFIX + name.upper())
            if text is None:
                continue
            try:
                values[name] = kind(text)
            except ValueError:
                raise UsageError(f"{_PREFIX}{name.upper()} is {text!r}; it must be {_said(kind)}") from None
        return cls(**values)  # type: ignore[arg-type]


def _said(kind: Callable[[str], object]) -> str:
    said: dict[Callable[[str], object], str] = {
        int: "a whole number",
        float: "a number",
        _share: "a number from 0 to 1",
        _yes: "yes or no",
    }
    return said.get(kind, "text")


def _share(text: str) -> float:
    share = float(text)
    if not 0 <= share <= 1:
        raise ValueError(text)
    return share


def _yes(text: str) -> bool:
    word = text.strip().lower()
    if word not in ("1", "yes", "true", "on", "0", "no", "false", "off"):
        raise ValueError(text)
    return word in ("1", "yes", "true", "on")


def _words(text: str) -> tuple[str, ...]:
    return tuple(text.replace(",", " ").split())


_KINDS: dict[str, Callable[[str], object]] = {
    "planner": str,
    "planner_model": str,
    "planner_key_variable": str,
    "larger_planner": str,
    "larger_planner_model": str,
    "larger_planner_key_variable": str,
    "threshold": _share,
    "ask": _yes,
    "threads": int,
    "task_timeout": float,
    "memory_mb": int,
    "cache_dir": Path,
    "cache_mb": int,
    "prefer": _words,
    "out": Path,
}
