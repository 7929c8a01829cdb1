"""Pictures and videos from words, by diffusion models of a hub (the extra `diffusion`)."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from inspect import signature
from pathlib import Path
from tempfile import TemporaryDirectory
from typing import Any

from jarvis.artifacts import Artifact
from jarvis.errors import ModelError, TaskError
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.repository import read_json
from jarvis.tools.handlers.hub_torch.checkpoint import by_task, inference, needed, prepare

_LIBRARIES = frozenset(("diffusers", "transformers"))
_OWN = frozenset(("stable_diffusion",))
"""Modules of diffusers itself that old model_index.json name: the safety checker lies there."""
_STEPS = 25
_FRAMES_A_SECOND = 8


class Painter:
    """text-to-image, controlled-text-to-image, image-to-image and text-to-video by a pipeline of diffusers.

    Parameters: `steps`, 25 unless said; `guidance`; `width` and `height` in pixels; `frames` of a video; `seed`, 0.
    The same words give the same picture again.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        prepare(options.threads)
        self._parameters = options.parameters
        self._pipeline = _loaded(files)

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "image", or "video" of a text-to-video model.

        Raises:
            TaskError: no prompt, a task that the model does not do, or nobody waits for it any more.
        """
        ways: dict[str, Callable[[Inputs, Sink], Artifact]] = {
            "text-to-image": self._painted, "controlled-text-to-image": self._changed, "image-to-image": self._changed,
            "text-to-video": self._filmed,
        }  # fmt: skip
        made: Artifact = by_task(ways, inputs)(inputs, sink)
        return made

    def _painted(self, inputs: Inputs, sink: Sink) -> Artifact:
        return sink.image("image", self._made(inputs, sink).images[0])

    def _changed(self, inputs: Inputs, sink: Sink) -> Artifact:
        image = inputs.image()
        # The networks want sides that they can halve three times.
        image = image.resize((max(image.width // 8 * 8, 8), max(image.height // 8 * 8, 8)))
        return sink.image("image", self._made(inputs, sink, image=image).images[0])

    def _filmed(self, inputs: Inputs, sink: Sink) -> Artifact:
        count = self._parameters.get("frames")
        made = self._made(inputs, sink, **({"num_frames": int(count)} if count else {}))
        if not hasattr(made, "frames"):
            raise TaskError("this model makes pictures, not videos; choose a text-to-video model")
        return sink.write("video", "video/mp4", lambda file: file.write(_film(made.frames[0])))

    def _made(self, inputs: Inputs, sink: Sink, **more: Any) -> Any:
        import torch

        told = {"width": "width", "height": "height", "guidance_scale": "guidance"}
        more |= {name: self._parameters[key] for name, key in told.items() if key in self._parameters}
        seed = torch.Generator().manual_seed(int(self._parameters.get("seed", 0)))
        with inference():
            made = self._pipeline(
                prompt=needed(inputs, "prompt"), num_inference_steps=int(self._parameters.get("steps", _STEPS)),
                generator=seed, **_watching(self._pipeline, sink), **more,
            )  # fmt: skip
        sink.check()
        return made


def _watching(pipeline: Any, sink: Sink) -> dict[str, Any]:
    """What makes a pipeline end at the next step when nobody waits any more; older ones are told in another way."""
    takes = signature(pipeline.__call__).parameters

    def at_end(pipeline: Any, step: int, time: Any, tensors: dict[str, Any]) -> dict[str, Any]:
        sink.check()
        return tensors

    def between(step: int, time: Any, latents: Any) -> None:
        sink.check()

    if "callback_on_step_end" in takes:
        return {"callback_on_step_end": at_end}
    return {"callback": between} if "callback" in takes else {}


def _loaded(files: Mapping[str, Path]) -> Any:
    """The pipeline of a repository.

    Raises:
        ModelError: diffusers is not installed, or the model wants other code than that of diffusers and transformers.
    """
    try:
        import diffusers
        import torch
    except ImportError as error:
        raise ModelError("this model needs diffusers; run `pip install 'jarvis[diffusion]'`") from error
    if "model_index.json" not in files:
        raise ModelError(
            "the model's repository has no model_index.json, so it is no model of diffusers; choose another"
        )
    if not any(role.endswith(".safetensors") for role in files):
        raise ModelError(
            "the model has no safetensors weights, and pickled ones are never opened; choose a model that has them"
        )
    kind = _kind(read_json(files["model_index.json"], "model_index.json"), diffusers)
    folder = str(files["model_index.json"].parent)
    try:
        pipeline = kind.from_pretrained(
            folder, use_safetensors=True, local_files_only=True, trust_remote_code=False, torch_dtype=torch.float32
        )
    except Exception as error:
        said = " ".join(str(error).split())[:200]
        raise ModelError(f"the model cannot be loaded ({said}); pull it again or choose another one") from error
    pipeline.set_progress_bar_config(disable=True)
    return pipeline


def _kind(index: Mapping[str, Any], diffusers: Any) -> Any:
    """The class of the pipeline; its parts come from diffusers and transformers alone.

    Raises:
        ModelError: it is not one of diffusers, or a part is code of the repository.
    """
    name = index.get("_class_name")
    if not isinstance(name, str) or not name.endswith("Pipeline") or not hasattr(diffusers, name):
        raise ModelError(
            f"diffusers has no {str(name)[:80]}, and code of a repository is never run; choose another model"
        )
    for part, given in index.items():
        library = given[0] if isinstance(given, list) and given else None
        if not part.startswith("_") and library not in (None, *_LIBRARIES, *_OWN):
            raise ModelError(
                f"the model's {part[:40]} needs code of its own repository, which is never run; choose another"
            )
    return getattr(diffusers, name)


def _film(frames: Any) -> bytes:
    """Pictures as an MP4."""
    import cv2
    import numpy as np

    pictures = [np.asarray(frame) for frame in frames]
    pictures = [(one * 255).round().astype(np.uint8) if one.dtype != np.uint8 else one for one in pictures]
    height, width = pictures[0].shape[:2]
    with TemporaryDirectory() as folder:
        path = Path(folder) / "video.mp4"
        codec = cv2.VideoWriter.fourcc(*"mp4v")
        out = cv2.VideoWriter(str(path), codec, _FRAMES_A_SECOND, (width, height))
        for picture in pictures:
            out.write(np.ascontiguousarray(picture[:, :, ::-1]))
        out.release()
        return path.read_bytes()
