"""Models that look at pictures and give labels, boxes, depths or larger pictures."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.results import DIGITS, TOP, class_scores, ranked
from jarvis.tools.handlers.hub_torch.checkpoint import Checkpoint, inference, numpy

if TYPE_CHECKING:
    from PIL.Image import Image

_TEMPLATE = "This is a photo of {}."
_MOST_MEGAPIXELS = 4.0
"""Of a picture to be enlarged, unless a parameter says otherwise."""


class Viewer:
    """A network that sees, with what prepares its pictures."""

    autos: Sequence[str] = ()

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self.checkpoint = Checkpoint(files, options)
        self.processor = self.checkpoint.image_processor()
        self.model = self.checkpoint.model(*self.autos)

    def outputs(self, image: Image, **more: Any) -> Any:
        """What the network gives for a picture."""
        with inference():
            return self.model(**self.processor(images=image, return_tensors="pt"), **more)

    def number(self, name: str, default: float) -> float:
        """A parameter of the card."""
        return float(self.checkpoint.parameters.get(name, default))


class ImageClassifier(Viewer):
    """image-classification. Parameter `top`: how many labels are told, 5 unless said."""

    autos = ("AutoModelForImageClassification",)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The likeliest classes as {"label", "score"}, best first.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        del sink
        logits = numpy(self.outputs(inputs.image()).logits)[0]
        scores = class_scores(logits, self.checkpoint.repository.config)
        names = [self.checkpoint.label(at) for at in range(len(scores))]
        return ranked([float(score) for score in scores], names, int(self.number("top", TOP)))


class ZeroShotImageClassifier(Viewer):
    """zero-shot-image-classification by CLIP and its like. Parameter `template` with {} for the label."""

    autos = ("AutoModelForZeroShotImageClassification",)

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        super().__init__(files, options)
        self._tokenizer = self.checkpoint.tokenizer()

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """All labels as {"label", "score"}, best first; scores sum to 1, but for SigLIP, which scores each label alone.

        Raises:
            TaskError: no labels, no image, or one that cannot be decoded.
        """
        from jarvis.tools.handlers.hub_onnx.sessions import sigmoid, softmax

        del sink
        labels = inputs.needed_labels("labels")
        template = str(self.checkpoint.parameters.get("template", _TEMPLATE))
        alone = self.checkpoint.architecture.startswith("siglip")
        tokens = self._tokenizer(
            [template.format(label) for label in labels], padding="max_length" if alone else True, truncation=True,
            max_length=self.checkpoint.limit(self._tokenizer), return_tensors="pt",
        )  # fmt: skip
        logits = numpy(self.outputs(inputs.image(), **tokens).logits_per_image)[0]
        scores = sigmoid(logits) if alone else softmax(logits)
        return ranked([float(score) for score in scores], labels, len(labels))


class ObjectDetector(Viewer):
    """object-detection. Parameter `threshold`, 0.5 unless said."""

    autos = ("AutoModelForObjectDetection",)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Objects as {"label", "score", "box": [xmin, ymin, xmax, ymax] in pixels}, best first.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        del sink
        image = inputs.image()
        found = self.processor.post_process_object_detection(
            self.outputs(image), threshold=self.number("threshold", 0.5), target_sizes=[(image.height, image.width)]
        )[0]
        return boxes(found, [self.checkpoint.label(int(one)) for one in found["labels"]], image.size)


class NamedObjectDetector(Viewer):
    """zero-shot-object-detection by OWL-ViT. Parameter `threshold`, 0.1 unless said."""

    autos = ("AutoModelForZeroShotObjectDetection",)

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        super().__init__(files, options)
        self._tokenizer = self.checkpoint.tokenizer()

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The named things as {"label", "score", "box": [xmin, ymin, xmax, ymax] in pixels}, best first.

        Raises:
            TaskError: no labels, no image, or one that cannot be decoded.
        """
        del sink
        labels, image = inputs.needed_labels("labels", "look for"), inputs.image()
        tokens = self._tokenizer(
            labels, padding="max_length", truncation=True, max_length=self._length(), return_tensors="pt"
        )
        found = self.processor.post_process_object_detection(
            self.outputs(image, **tokens), threshold=self.number("threshold", 0.1),
            target_sizes=[(image.height, image.width)],
        )[0]  # fmt: skip
        return boxes(found, [labels[int(one)] for one in found["labels"]], image.size)

    def _length(self) -> int:
        return min(self.checkpoint.limit(self._tokenizer), 16)


def boxes(found: Mapping[str, Any], labels: Sequence[str], size: tuple[int, int]) -> list[JsonValue]:
    """Detections of transformers as ours, inside the picture, best first."""
    limits = (*size, *size)
    rows: list[dict[str, Any]] = [
        {
            "label": label,
            "score": round(float(score), DIGITS),
            "box": [min(max(round(float(part)), 0), most) for part, most in zip(box, limits, strict=True)],
        }
        for label, score, box in zip(labels, found["scores"], found["boxes"], strict=True)
    ]
    rows.sort(key=lambda row: -float(row["score"]))
    return list[JsonValue](rows)


class DepthEstimator(Viewer):
    """depth-estimation."""

    autos = ("AutoModelForDepthEstimation",)

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "depth": a grey image of the picture's size, the least value black, the greatest white.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        image = inputs.image()
        return sink.image("depth", grey(self.depths(image)))

    def depths(self, image: Image) -> Any:
        """The values of the model for each pixel, shape [height, width]."""
        made = self.outputs(image)
        found = self.processor.post_process_depth_estimation(made, target_sizes=[(image.height, image.width)])
        return numpy(found[0]["predicted_depth"])


def grey(values: Any) -> Image:
    """Numbers as a grey image, the least black and the greatest white."""
    import numpy as np
    from PIL import Image

    low, high = float(values.min()), float(values.max())
    shares = (values - low) / max(high - low, 1e-12)
    return Image.fromarray(np.round(shares * 255).astype(np.uint8))


class Enlarger(Viewer):
    """image-to-image by super-resolution. Parameter `max_megapixels` of the picture, 4 unless said."""

    autos = ("AutoModelForImageToImage",)

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "upscaled".

        Raises:
            TaskError: no image, one that is too large, or a prompt that asks for something else.
        """
        import numpy as np
        from PIL import Image as Images

        image = inputs.image()
        most = self.number("max_megapixels", _MOST_MEGAPIXELS)
        if image.width * image.height > most * 1e6:
            raise TaskError(f"the image has more than the {most:g} megapixels that are enlarged; crop it first")
        values = numpy(self.outputs(image).reconstruction)[0].transpose(1, 2, 0)
        scale = int(self.checkpoint.repository.config.get("upscale") or 1)
        pixels = np.clip(values[: image.height * scale, : image.width * scale], 0, 1) * 255
        return sink.image("upscaled", Images.fromarray(np.round(pixels).astype(np.uint8)))
