"""Cards of remote models, and one task run on them."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from PIL import Image

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance, file_digest
from jarvis.errors import TaskError
from jarvis.execution.fake import FunctionWorker
from jarvis.execution.remote.worker import RemoteWorker
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.spec import ToolSpec, spec
from jarvis.tools.handler import Inputs, Sink
from jarvis.tools.toolset import builtin_tools
from jarvis.transport import Limits

MEDIA = Path(__file__).parents[4] / "examples" / "media"
FEATURES = spec("feature-extraction", ["text: text"], "data", "A text as a vector.")
LIMITS = Limits(connect=20, read=60, whole=120, bytes=2**20)

_KINDS = {".png": "image/png", ".jpg": "image/jpeg", ".wav": "audio/wav"}


def card(protocol: str, url: str = "", model: str = "served", **parameters: Any) -> ModelCard:
    """A card of a remote model."""
    endpoint = {"endpoint": url} if url else {}
    return ModelCard(
        id=f"remote:{model}",
        name=model,
        tasks=("text-generation",),
        handler="",
        license="",
        extra="",
        quality=0.5,
        quality_source="none",
        parameters={"protocol": protocol, "model": model, "network": True, **endpoint, **parameters},
    )


def tool(name: str) -> ToolSpec:
    return FEATURES if name == FEATURES.name else builtin_tools()[name]


def nobody(inputs: Inputs) -> Value:
    raise TaskError("this is not a task for this machine")


def worker_for(*urls: str, limits: Limits = LIMITS) -> RemoteWorker:
    """A worker of a user who configured these addresses."""
    return RemoteWorker(FunctionWorker(nobody), urls, limits)


def do(model: ModelCard, task: str, out: Path, worker: RemoteWorker | None = None, **slots: Value | Path) -> Value:
    """The value that a remote model gives for a task; a Path in a slot is a file."""
    return asyncio.run(doing(model, task, out, worker, **slots))


async def doing(
    model: ModelCard, task: str, out: Path, worker: RemoteWorker | None = None, **slots: Value | Path
) -> Value:
    """The same, inside an event loop."""
    url = str(model.parameters.get("endpoint", ""))
    chosen = worker or worker_for(*([url] if url else []))
    values = {slot: given(value) if isinstance(value, Path) else value for slot, value in slots.items()}
    sink = Sink(ArtifactFolder(out), Provenance(1, task, model.id))
    return (await chosen.run(Task(1, task, {}), tool(task), model, Inputs(task, values), sink)).value


def given(path: Path) -> Artifact:
    """A file that the user gave."""
    return Artifact(path.stem, path, _KINDS[path.suffix], file_digest(path))


def size_of(picture: Path) -> tuple[int, int]:
    """Width and height."""
    with Image.open(picture) as image:
        return image.size
