"""Runs a built model as the executor would: by the runtime that the registry names for its task and format."""

from __future__ import annotations

import json
from importlib import import_module
from pathlib import Path
from typing import Any

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance, file_digest
from jarvis.messages import Value
from jarvis.model_registry.runtimes import runtime_of
from jarvis.tools.handler import Handler, Inputs, RuntimeOptions, Sink

_MEDIA = Path(__file__).parents[2] / "examples" / "media"


def load(folder: Path, task: str, form: str, **parameters: Any) -> Handler:
    """The handler of a model in a folder for a weight format, `onnx` or `safetensors`."""
    architecture = str(json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"])
    name = runtime_of(task, form, architecture)
    assert name is not None, f"no runtime for {architecture} as {form} in {task}"
    module, handler = name.split(":")
    options = RuntimeOptions(threads=1, parameters={"task": task, **parameters})
    loaded: Handler = getattr(import_module(f"jarvis.tools.handlers.{module}"), handler)(files(folder), options)
    return loaded


def files(folder: Path) -> dict[str, Path]:
    """The files of a repository by their path in it."""
    return {str(path.relative_to(folder)): path for path in sorted(folder.rglob("*")) if path.is_file()}


def run(handler: Handler, task: str, out: Path, **slots: Any) -> Value:
    """What a handler gives for a task; files that it makes lie in `out`."""
    return handler.run(Inputs(task, slots), Sink(ArtifactFolder(out), Provenance(1, task, "built")))


def media(name: str) -> Artifact:
    """A sample of the repository: a photo or a sound."""
    path = _MEDIA / name
    kind = {".wav": "audio/wav", ".png": "image/png"}.get(path.suffix, "image/jpeg")
    return Artifact(path.stem, path, kind, file_digest(path))


def with_both(
    folder: Path, task: str, out: Path, parameters: dict[str, Any] | None = None, **slots: Any
) -> list[Value]:
    """What transformers' weights give in the one runtime, and, if the model has them, the ONNX files in the other."""
    forms = ["safetensors", *(["onnx"] if (folder / "onnx").exists() else [])]
    return [run(load(folder, task, form, **(parameters or {})), task, out / form, **slots) for form in forms]
