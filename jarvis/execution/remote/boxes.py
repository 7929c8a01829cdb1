"""The boxes of a served detector, told in the pixels of the picture that was given."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jarvis.execution.remote.pictures import Seen
from jarvis.execution.remote.tensors import Tensor
from jarvis.tools.handlers.detection import Detection, without_doubles

if TYPE_CHECKING:
    from numpy.typing import NDArray


def detections(
    outputs: Mapping[str, Tensor], parameters: Mapping[str, Any], labels: Sequence[str], seen: Seen | None
) -> list[Detection]:
    """Objects as {"label", "score", "box": [xmin, ymin, xmax, ymax] in pixels}, best first.

    Raises:
        ValueError: the outputs are not what the card says.
    """
    if seen is None:
        raise ValueError("it was shown no picture")
    boxes = _rows(outputs, parameters, "boxes")
    scores = _rows(outputs, parameters, "scores")
    scores = scores.reshape(len(boxes), -1) if len(boxes) else scores[:0].reshape(0, 1)
    named = "classes" in parameters
    classes = _rows(outputs, parameters, "classes").reshape(-1) if named else scores.argmax(axis=1, keepdims=False)
    if boxes.shape[1:] != (4,) or len(classes) != len(boxes) or (named and scores.shape[1] != 1):
        raise ValueError(f"its boxes {boxes.shape}, scores {scores.shape} and classes {classes.shape} do not fit")
    least = float(parameters.get("threshold", 0.5))
    offset = int(parameters.get("class_offset", 0))
    found: list[Detection] = []
    for box, row, number in zip(boxes.tolist(), scores.max(axis=1, initial=0.0), classes.tolist(), strict=True):
        if float(row) >= least:
            label = _label(labels, int(number) - offset)
            corners = _corners(box, parameters)
            found.append({"label": label, "score": round(float(row), 3), "box": _pixels(corners, seen)})
    return without_doubles(found)


def _rows(outputs: Mapping[str, Tensor], parameters: Mapping[str, Any], role: str) -> NDArray[Any]:
    """The output in a role, without the dimension of a batch of one."""
    name = str(parameters.get(role, role))
    tensor = outputs.get(name)
    if tensor is None or tensor.numbers is None:
        raise ValueError(f"it gave no numbers as {name!r}, but {', '.join(outputs) or 'nothing'}; name its {role}")
    numbers = tensor.numbers
    return numbers[0] if numbers.ndim > 1 and len(numbers) == 1 else numbers


def _label(labels: Sequence[str], index: int) -> str:
    return labels[index] if 0 <= index < len(labels) else str(index)


def _corners(box: Sequence[float], parameters: Mapping[str, Any]) -> list[float]:
    """Left, top, right and bottom as shares of the tensor's picture."""
    form = str(parameters.get("box_format", "xyxy"))
    one, two, three, four = box
    found = {
        "xyxy": [one, two, three, four],
        "yxyx": [two, one, four, three],
        "xywh": [one, two, one + three, two + four],
        "cxcywh": [one - three / 2, two - four / 2, one + three / 2, two + four / 2],
    }.get(form)
    if found is None:
        raise ValueError(f"box_format is {form!r}; it can be xyxy, yxyx, xywh or cxcywh")
    if str(parameters.get("box_unit", "fraction")) == "fraction":
        return found
    width, _, height = str(parameters.get("size", "")).lower().partition("x")
    if not width:
        raise ValueError("its boxes are in pixels; name the size of its picture in the card")
    return [part / int((height or width) if index % 2 else width) for index, part in enumerate(found)]


def _pixels(corners: Sequence[float], seen: Seen) -> list[int]:
    left, top, right, bottom = corners
    return [*seen.place(left, top), *seen.place(right, bottom)]
