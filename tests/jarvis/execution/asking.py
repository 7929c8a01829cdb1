"""Tasks for the troublemakers: cards for them, and a way to ask them."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.execution.processes import ProcessWorker
from jarvis.execution.worker import Worker
from jarvis.graph import Task
from jarvis.model_registry.card import Measured, ModelCard
from jarvis.tools.handler import Inputs, Sink
from jarvis.tools.toolset import builtin_tools

SPEC = builtin_tools()["text-generation"]
TASK = Task(0, "text-generation", {"prompt": "x"})
OWN = 200
"""MB that a card must say for its model to get a process of its own."""


def card(name: str, memory_mb: int = 10, handler: str = "troublemakers:Trouble", **parameters: Any) -> ModelCard:
    return ModelCard(
        id=name,
        name=name,
        tasks=("text-generation",),
        handler=handler,
        license="MIT",
        extra="text",
        quality=0.5,
        quality_source="none",
        measured=Measured(seconds=1, memory_mb=memory_mb, on="nothing"),
        parameters=parameters,
    )


def sink(folder: Path = Path("unused"), key: str = "") -> Sink:
    return Sink(ArtifactFolder(folder), Provenance(0, "text-generation", "m"), key)


async def ask(worker: Worker, model: ModelCard, do: str, folder: Path = Path("unused"), **values: Any) -> Any:
    inputs = Inputs("text-generation", {"do": do, **values})
    return (await worker.run(TASK, SPEC, model, inputs, sink(folder))).value


def pids(worker: ProcessWorker) -> dict[str, int]:
    return {model: process.pid for process in worker.processes for model in process.models}
