"""Cards and situations that the tests of selection share."""

from __future__ import annotations

from typing import Any

from jarvis.graph import Task, TaskGraph
from jarvis.messages import Assignment
from jarvis.model_registry.card import Evaluation, Measured, ModelCard, RepositoryFile, Variant, WeightFile
from jarvis.model_registry.registry import Registry
from jarvis.selection import Availability, Selector
from jarvis.tools.toolset import builtin_tools

TOOLS = builtin_tools()
SAY = Task(0, "text-to-speech", {"text": "hello"})
SHORTEN = Task(0, "summarization", {"text": "a long text"})


def weights(megabytes: float) -> tuple[WeightFile, ...]:
    """The files of a model of this size."""
    size = round(megabytes * 1e6)
    return (WeightFile(role="model", package="p", version="1", path="m.onnx", sha256="", bytes=size),)


def card(name: str, *tasks: str, seconds: float = 0, memory_mb: int = 100, **fields: Any) -> ModelCard:
    """A model that ships, measured when `seconds` are given."""
    measured = Measured(seconds=seconds, memory_mb=memory_mb, on="a test") if seconds else None
    row: dict[str, Any] = {"name": name, "handler": "x:Y", "license": "MIT", "quality": 0.5, "quality_source": "a test"}
    return ModelCard(id=name, tasks=tasks or ("summarization",), measured=measured, **(row | fields))


def hub_card(name: str, *tasks: str, pulled: bool = True, **fields: Any) -> ModelCard:
    """A model of the Hub; nobody here has measured it."""
    files = weights(100) if pulled else ()
    row: dict[str, Any] = {"source": "huggingface", "quality_source": "not measured", "files": files}
    return card(name, *tasks, **{**row, **fields})


def variant(megabytes: float) -> Variant:
    """What can be pulled of a model, of this size."""
    file = RepositoryFile(path="onnx/model_quantized.onnx", bytes=round(megabytes * 1e6))
    return Variant(name="int8", format="onnx", precision="int8", files=(file,))


def figure(dataset: str, metric: str, value: float, source: str = "model-index") -> Evaluation:
    """A published figure."""
    return Evaluation(dataset=dataset, metric=metric, value=value, source=source)


def choose(task: Task, cards: list[ModelCard], available: Availability) -> Assignment:
    """What the selector makes of these models."""
    return Selector().assign_task(task, TaskGraph([task], TOOLS), Registry(cards), available)


def chosen(task: Task, cards: list[ModelCard], available: Availability) -> list[str]:
    """The ids of the candidates, best first."""
    return [candidate.model_id for candidate in choose(task, cards, available).candidates]
