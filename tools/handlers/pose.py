"""Body pose: keypoints, and skeletons drawn from them."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

KEYPOINTS = (
    "nose left_eye right_eye left_ear right_ear left_shoulder right_shoulder left_elbow right_elbow "
    "left_wrist right_wrist left_hip right_hip left_knee right_knee left_ankle right_ankle"
).split()
"""In the order of MoveNet, which is that of COCO. Left and right are the person's own."""

BONES = (
    ("neck", "right_shoulder"),
    ("neck", "left_shoulder"),
    ("right_shoulder", "right_elbow"),
    ("right_elbow", "right_wrist"),
    ("left_shoulder", "left_elbow"),
    ("left_elbow", "left_wrist"),
    ("neck", "right_hip"),
    ("right_hip", "right_knee"),
    ("right_knee", "right_ankle"),
    ("neck", "left_hip"),
    ("left_hip", "left_knee"),
    ("left_knee", "left_ankle"),
    ("neck", "nose"),
    ("nose", "right_eye"),
    ("right_eye", "right_ear"),
    ("nose", "left_eye"),
    ("left_eye", "left_ear"),
)
"""The limbs of OpenPose's body model in its order, which fixes their colours."""

_COLOURED = [*KEYPOINTS, "neck"]

Person = dict[str, Any]


class MoveNet:
    """MoveNet Lightning for one person, quantized to 8 bits, in LiteRT. Files: `model` (.tflite)."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        from ai_edge_litert.interpreter import Interpreter

        self._model: Any = Interpreter(str(files["model"]), num_threads=options.threads)
        self._model.allocate_tensors()
        self._threshold = float(options.parameters.get("threshold", 0.3))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The person as [{"score", "keypoints": [{"label", "x", "y", "score"}]}], x and y in pixels; [] for nobody.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        return list[JsonValue](self.people(inputs.image()))

    def people(self, image: Image) -> list[Person]:
        """The person in an image, or nothing. The model always gives 17 points: their mean score tells."""
        rows = self._points(image)
        score = float(rows[:, 2].mean())
        if score < self._threshold:
            return []
        side = max(image.size)
        points = [
            {"label": label, "x": round(float(x) * side), "y": round(float(y) * side), "score": round(float(sure), 3)}
            for label, (y, x, sure) in zip(KEYPOINTS, rows, strict=True)
        ]
        return [{"score": round(score, 3), "keypoints": points}]

    def _points(self, image: Image) -> NDArray[np.float32]:
        """Rows of (y, x, score), shape [17, 3], in fractions of the image's longer side."""
        import numpy as np
        from PIL import ImageOps

        given, made = self._model.get_input_details()[0], self._model.get_output_details()[0]
        size = int(given["shape"][1])
        square = ImageOps.pad(image, (size, size), centering=(0, 0))
        self._model.set_tensor(given["index"], np.asarray(square, dtype=np.uint8)[None])
        self._model.invoke()
        rows: NDArray[np.float32] = self._model.get_tensor(made["index"])[0, 0]
        return rows


class SkeletonDrawing:
    """A composition: MoveNet's keypoints drawn as OpenPose draws its own. Files: `model` (.tflite)."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._pose = MoveNet(files, options)
        self._sure = float(options.parameters.get("keypoint_threshold", 0.2))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """A coloured skeleton on black, of the image's size.

        Raises:
            TaskError: no image, or nobody in it.
        """
        image = inputs.image()
        people = self._pose.people(image)
        if not people:
            raise TaskError("no person was found in the image, so there is no pose to draw; use a photo of one person")
        return sink.image("pose", draw_skeletons(people, image.size, self._sure))


def draw_skeletons(people: list[Person], size: tuple[int, int], sure: float) -> Image:
    """Skeletons on black, from keypoints with a score of at least `sure`; the neck is put between the shoulders."""
    from PIL import Image, ImageDraw

    picture = Image.new("RGB", size)
    draw = ImageDraw.Draw(picture)
    width = max(max(size) // 100, 2)
    for person in people:
        points = _joints(person, sure)
        for number, (start, end) in enumerate(BONES):
            if start in points and end in points:
                draw.line([points[start], points[end]], fill=_colour(number, 0.6), width=width)
        for label, (x, y) in points.items():
            fill = _colour(_COLOURED.index(label), 1.0)
            draw.ellipse([x - width, y - width, x + width, y + width], fill=fill)
    return picture


def _joints(person: Person, sure: float) -> dict[str, tuple[float, float]]:
    points = {point["label"]: (point["x"], point["y"]) for point in person["keypoints"] if point["score"] >= sure}
    if "left_shoulder" in points and "right_shoulder" in points:
        left, right = points["left_shoulder"], points["right_shoulder"]
        points["neck"] = ((left[0] + right[0]) / 2, (left[1] + right[1]) / 2)
    return points


def _colour(number: int, brightness: float) -> tuple[int, int, int]:
    from colorsys import hsv_to_rgb

    red, green, blue = hsv_to_rgb(number / (len(BONES) + 1), 1.0, brightness)
    return round(red * 255), round(green * 255), round(blue * 255)
