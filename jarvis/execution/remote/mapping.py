"""From the slots of a task to the tensors of a served model, and from its outputs to the value of the task.

Parameters of a card: `input` or `input.SLOT` name the tensors (needed where a model has several), `output` the one that
is read; `labels` (in the card, separated by commas or lines) or `labels_file` name the classes, `activation` is
`softmax` or `sigmoid` where the model gives bare logits, `top` and `threshold` say how many are told. Of a detector
`boxes`, `scores` and `classes` name its outputs, `box_format` is xyxy, yxyx, xywh or cxcywh, `box_unit` pixel or
fraction. `rate` is that of sound in Hz. `constant.NAME` is a value that a further input always gets.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.execution.remote.pictures import Seen, preparation, prepared
from jarvis.execution.remote.tensors import BYTES, Tensor, TensorSpec, number_tensor, text_tensor
from jarvis.messages import JsonValue
from jarvis.spec import Slot, ToolSpec, ValueType
from jarvis.tools.handler import Inputs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_CONSTANT = "constant."


@dataclass(frozen=True, slots=True)
class Served:
    """What a model says about itself."""

    inputs: tuple[TensorSpec, ...]
    outputs: tuple[TensorSpec, ...]
    binary: bool = False
    """Whether the server knows the binary form."""


@dataclass(frozen=True, slots=True)
class Feed:
    """What goes into one run of a model."""

    tensors: tuple[Tensor, ...]
    seen: Seen | None = None
    """Of a picture, which part of it the tensor shows."""
    slots: tuple[str, ...] = field(default=())


def feed(spec: ToolSpec, inputs: Inputs, parameters: Mapping[str, Any], served: Served) -> Feed:
    """The tensors for the filled slots of a task.

    Raises:
        ValueError: the card and the model do not fit together; the message says where.
        TaskError: a slot holds nothing that can be used.
    """
    filled = [slot for slot in spec.slots if inputs.has(slot.name)]
    tensors: list[Tensor] = []
    seen: Seen | None = None
    for slot in filled:
        wanted = _input(slot, len(filled), parameters, served)
        if slot.type in (ValueType.IMAGE, ValueType.MASK):
            numbers, seen = prepared(inputs.image(slot.name), preparation(parameters, wanted))
            tensors.append(number_tensor(wanted.name, _cast(numbers, wanted.datatype), wanted.datatype))
        elif slot.type is ValueType.AUDIO:
            tensors.append(_sound(inputs, slot, parameters, wanted))
        else:
            tensors.append(_text(inputs, slot, wanted))
    tensors += [_constant(name, value, served) for name, value in parameters.items() if name.startswith(_CONSTANT)]
    for tensor in tensors:
        _check(tensor, served)
    return Feed(tuple(tensors), seen)


def _input(slot: Slot, slots: int, parameters: Mapping[str, Any], served: Served) -> TensorSpec:
    """The tensor that a slot goes into. A server that says nothing about its model leaves it to the card."""
    name = str(parameters.get(f"input.{slot.name}") or (parameters.get("input", "") if slots == 1 else ""))
    constants = {given.removeprefix(_CONSTANT) for given in parameters if given.startswith(_CONSTANT)}
    known = {spec.name: spec for spec in served.inputs if spec.name not in constants}
    if not name and len(known) == 1 and slots == 1:
        (name,) = known
    if not name:
        raise ValueError(f"it has the inputs {', '.join(known) or '(none told)'}; name the one for {slot.name!r}")
    if name in known:
        return known[name]
    if served.inputs:
        raise ValueError(f"it has no input {name!r}, but {', '.join(known)}")
    usual = "FP32" if slot.type.is_media else BYTES
    return TensorSpec(name, str(parameters.get("datatype", usual)), ())


def _cast(numbers: NDArray[np.float32], datatype: str) -> NDArray[Any]:
    """Whole numbers rounded, and kept within a byte where the model takes bytes."""
    import numpy as np

    if datatype == "UINT8":
        return np.clip(np.rint(numbers), 0, 255)
    return numbers if datatype.startswith("FP") else np.rint(numbers)


def _sound(inputs: Inputs, slot: Slot, parameters: Mapping[str, Any], wanted: TensorSpec) -> Tensor:
    samples = inputs.audio(slot.name, int(parameters.get("rate", 16_000)))
    numbers = samples if wanted.datatype.startswith("FP") else (samples * 32767).round()
    shaped = numbers if len(wanted.shape) == 1 else numbers[None]
    return number_tensor(wanted.name, shaped, wanted.datatype)


def _text(inputs: Inputs, slot: Slot, wanted: TensorSpec) -> Tensor:
    if wanted.datatype != BYTES:
        raise ValueError(f"its input {wanted.name!r} takes {wanted.datatype}, not text as BYTES")
    texts = inputs.labels(slot.name) if slot.type is ValueType.LABELS else [inputs.text(slot.name)]
    rank = max(len(wanted.shape), 1)
    return text_tensor(wanted.name, texts, [*[1] * (rank - 1), len(texts)])


def _constant(parameter: str, value: Any, served: Served) -> Tensor:
    import numpy as np

    name = parameter.removeprefix(_CONSTANT)
    spec = next((spec for spec in served.inputs if spec.name == name), None)
    if spec is None:
        raise ValueError(f"it has no input {name!r} for the constant in the card")
    shape = [1] * max(len(spec.shape), 1)
    if spec.datatype == BYTES:
        return text_tensor(name, [str(value)], shape)
    return number_tensor(name, np.full(shape, float(value)), spec.datatype)


def _check(tensor: Tensor, served: Served) -> None:
    spec = next((spec for spec in served.inputs if spec.name == tensor.name), None)
    if spec is not None and not spec.takes(tensor.shape):
        raise ValueError(
            f"its input {tensor.name!r} has the shape {list(spec.shape)}, and the card makes {list(tensor.shape)}"
        )


def wanted_outputs(spec: ToolSpec, parameters: Mapping[str, Any]) -> list[str]:
    """The outputs that the card names; none means all."""
    names = ("boxes", "scores", "classes") if spec.name == "object-detection" else ("output",)
    return [str(parameters[name]) for name in names if name in parameters]


def value_of(
    spec: ToolSpec, outputs: Mapping[str, Tensor], parameters: Mapping[str, Any], seen: Seen | None
) -> JsonValue:
    """The value of a task from the outputs of its model.

    Raises:
        ValueError: they are not what the card says.
    """
    if spec.name == "object-detection":
        from jarvis.execution.remote.boxes import detections

        return list[JsonValue](detections(outputs, parameters, labels_of(parameters), seen))
    output = _output(outputs, parameters)
    if spec.output is ValueType.TEXT:
        return _texts(output)
    if spec.name == "feature-extraction":
        return list[JsonValue](vector(output))
    if output.numbers is None:
        return [{"label": part.decode("utf-8", errors="replace")} for part in output.strings]
    return list[JsonValue](_ranked(output, parameters))


def vector(output: Tensor) -> list[float]:
    """The only row of an output.

    Raises:
        ValueError: it has several, or no numbers.
    """
    if output.numbers is None or output.numbers.size != output.shape[-1]:
        raise ValueError(f"its output {output.name!r} has the shape {list(output.shape)}, which is no single row")
    return [float(number) for number in output.numbers.ravel()]


def _output(outputs: Mapping[str, Tensor], parameters: Mapping[str, Any]) -> Tensor:
    name = str(parameters.get("output", ""))
    if name in outputs:
        return outputs[name]
    if name or len(outputs) != 1:
        wanted = f"no output {name!r}" if name else "more than one output, of which the card names none"
        raise ValueError(f"it gave {wanted}: {', '.join(outputs) or 'nothing'}")
    return next(iter(outputs.values()))


def _texts(output: Tensor) -> str:
    if output.numbers is not None:
        raise ValueError(f"its output {output.name!r} is of the type {output.datatype}, not text as BYTES")
    return "\n".join(part.decode("utf-8", errors="replace") for part in output.strings).strip()


def _ranked(output: Tensor, parameters: Mapping[str, Any]) -> list[dict[str, JsonValue]]:
    scores = activated(output, str(parameters.get("activation", "none")))
    labels = labels_of(parameters) or [str(index) for index in range(len(scores))]
    if len(labels) != len(scores):
        raise ValueError(f"it gave {len(scores)} scores, and the card has {len(labels)} labels")
    best = sorted(range(len(scores)), key=lambda index: -scores[index])[: int(parameters.get("top", 5))]
    least = float(parameters.get("threshold", 0.0))
    told = [index for index in best if round(scores[index], 4) > least]
    return [{"label": labels[index], "score": round(scores[index], 4)} for index in told or best[:1]]


def activated(output: Tensor, activation: str) -> list[float]:
    """The scores of an output's only row, from 0 to 1.

    Raises:
        ValueError: they are not, or there are several rows.
    """
    import numpy as np

    scores = np.array(vector(output), dtype=np.float64)
    if activation == "softmax":
        scores = np.exp(scores - scores.max())
        scores /= scores.sum()
    elif activation == "sigmoid":
        scores = 1 / (1 + np.exp(-np.clip(scores, -60, 60)))
    elif activation != "none":
        raise ValueError(f"activation is {activation!r}; it can be softmax, sigmoid or none")
    if scores.min(initial=0.0) < -1e-6 or scores.max(initial=0.0) > 1 + 1e-6:
        raise ValueError("its scores are not between 0 and 1; name its activation in the card (softmax or sigmoid)")
    return [float(score) for score in scores]


def labels_of(parameters: Mapping[str, Any]) -> list[str]:
    """The names of the classes, in their order; none when the card has none.

    Raises:
        ValueError: the file that it names cannot be read.
    """
    if "labels_file" in parameters:
        path = Path(str(parameters["labels_file"])).expanduser()
        try:
            lines = path.read_text(encoding="utf-8").splitlines()
        except (OSError, UnicodeDecodeError) as error:
            raise ValueError(f"the file of its labels, {path}, cannot be read ({error})") from error
        return [line.split(",")[0].strip() for line in lines]
    return [part.strip() for part in re.split(r"[,\n]", str(parameters.get("labels", ""))) if part.strip()]
