"""The handlers of mask generation: what was asked for is read here, cut out elsewhere, and put into one value."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import replace
from pathlib import Path

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.sam.changes import changed, read_change
from jarvis.tools.handlers.sam.cutter import Cutter, NetworkCutter
from jarvis.tools.handlers.sam.embeddings import DISK_MB, MEMORY_MB, Embeddings, default_folder
from jarvis.tools.handlers.sam.everything import Filters
from jarvis.tools.handlers.sam.network import Network
from jarvis.tools.handlers.sam.picture import Picture
from jarvis.tools.handlers.sam.prompts import Prompt, Seen, read_prompts, seen_things
from jarvis.tools.handlers.sam.value import MaskSet, read_masks, write_masks


class SegmentAnything:
    """Any model of the family that was pulled from a hub: SAM, SAM 2, MobileSAM, SlimSAM; ONNX or safetensors."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        """Loads it; `files` by their path in the repository.

        Raises:
            ModelError: it is of another family, or a file is missing or damaged.
        """
        self._cutter = network_cutter(_network(files, options), options)

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """A mask of the image's size; `value.read_masks` reads from it what else was found.

        Raises:
            TaskError: what was pointed at cannot be read or lies outside the image, or nothing was found there.
        """
        return generate(self._cutter, inputs, sink)


def network_cutter(network: Network, options: RuntimeOptions) -> NetworkCutter:
    """A network with its embeddings kept as the card's `parameters` say."""
    given = options.parameters
    memory, disk = int(given.get("embeddings_memory_mb", MEMORY_MB)), int(given.get("embeddings_disk_mb", DISK_MB))
    chosen = given.get("embeddings_folder")
    folder = Path(str(chosen)) if chosen else default_folder()
    return NetworkCutter(network, Embeddings(folder if disk > 0 else None, memory, disk), Filters.of(given))


def generate(cutter: Cutter, inputs: Inputs, sink: Sink, detect: Callable[[], Value] | None = None) -> Artifact:
    """Does one task of mask generation.

    With `mask` and `change`, an earlier mask is changed: another thing, one more, one less, a bit to the left. With
    `detect`, a point without a box means what the detector sees there, where it sees something.

    Raises:
        TaskError: see `SegmentAnything.run`.
    """
    picture = Picture(inputs.file("image"))
    found = _changed(cutter, picture, inputs) if inputs.has("change") else _found(cutter, picture, inputs, sink, detect)
    return write_masks(found.model_copy(update={"model": sink.provenance.model}), sink)


def _found(cutter: Cutter, picture: Picture, inputs: Inputs, sink: Sink, detect: Callable[[], Value] | None) -> MaskSet:
    prompts = read_prompts(inputs, picture.size)
    seen = seen_things(inputs.data("box"), picture.size) if inputs.has("box") else []
    if detect and any(prompt.box is None for prompt in prompts):
        seen = seen_things(detect(), picture.size)
        prompts = [_at_a_thing(prompt, seen) for prompt in prompts]
    made = cutter.instances(picture, prompts) if prompts else cutter.everything(picture, sink.check)
    width, height = picture.size
    return MaskSet(
        image=picture.digest,
        height=height,
        width=width,
        model="",
        instances=tuple(made),
        seen=tuple(seen),
        everything=not prompts,
    )


def _at_a_thing(prompt: Prompt, seen: Sequence[Seen]) -> Prompt:
    """The prompt with the smallest box that holds all of its points which lie inside the thing."""
    points = [point for point in prompt.points if point.inside]
    around = [
        each
        for each in seen
        if points and all(each.box[0] <= at.x <= each.box[2] and each.box[1] <= at.y <= each.box[3] for at in points)
    ]
    if prompt.box is not None or not around:
        return prompt
    closest = min(around, key=lambda each: (each.box[2] - each.box[0]) * (each.box[3] - each.box[1]))
    return replace(prompt, box=closest.box, label=closest.label)


def _changed(cutter: Cutter, picture: Picture, inputs: Inputs) -> MaskSet:
    before = read_masks(inputs.file("mask").path) if inputs.has("mask") else None
    if before is None:
        raise TaskError("there is no earlier mask to change; say what to cut out, or give point or box")
    if before.image != picture.digest:
        raise TaskError("the earlier mask is of another image; ask for a mask of this one first")
    change = read_change(inputs.text("change"))
    if change is None:
        words = inputs.text("change")[:60]
        raise TaskError(f'"{words}" is no change of a mask; say "the other one", "also the cup" or "a bit to the left"')
    pointed = read_prompts(inputs, picture.size) if inputs.has("point") or inputs.has("box") else []
    return changed(cutter, picture, before, change, pointed)


def _network(files: Mapping[str, Path], options: RuntimeOptions) -> Network:
    from jarvis.tools.handlers.sam.onnx_layout import OnnxNetwork, is_onnx

    if is_onnx(files):
        return OnnxNetwork(files, options)
    from jarvis.tools.handlers.sam.torch_layout import TorchNetwork

    return TorchNetwork(files, options)
