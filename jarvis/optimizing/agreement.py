"""How far two values of the same task agree, from 0 to 1: a model's and that of its smaller variant."""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from difflib import SequenceMatcher
from typing import TYPE_CHECKING, Any

from jarvis.artifacts import Artifact
from jarvis.messages import Value

if TYPE_CHECKING:
    from numpy.typing import NDArray

MEASURES = {
    "text": "share of letters that are the same",
    "scores": "1 less the total variation of the scores",
    "boxes": "F1 of boxes with the same label, weighted by overlap",
    "mask": "intersection over union",
    "image": "1 less the mean difference of pixels, of the range",
    "sound": "1 less the relative difference of the spectra",
    "number": "1 less the difference",
    "data": "share of equal parts",
}
"""What is compared of each kind of value."""
_WINDOW = 512


def agreement(expected: Value, got: Value) -> float:
    """1 for equal values, 0 for values that have nothing in common."""
    return _COMPARE[kind_of(expected)](expected, got) if kind_of(expected) == kind_of(got) else _unlike(expected, got)


def kind_of(value: Value) -> str:
    """Which of MEASURES compares such a value."""
    if isinstance(value, Artifact):
        return _file_kind(value)
    if isinstance(value, str):
        return "text"
    if isinstance(value, list) and value and all(isinstance(row, dict) and "score" in row for row in value):
        return "boxes" if any(isinstance(row, dict) and "box" in row for row in value) else "scores"
    return "number" if isinstance(value, int | float) and not isinstance(value, bool) else "data"


def _file_kind(file: Artifact) -> str:
    if file.media_type.startswith("audio/"):
        return "sound"
    if not file.media_type.startswith("image/"):
        return "data"
    return "mask" if file.name == "mask" else "image"


def _unlike(expected: Value, got: Value) -> float:
    """Nothing detected is an empty list, which has no kind of its own."""
    return 1.0 if expected == got else 0.0


def _texts(expected: Any, got: Any) -> float:
    return SequenceMatcher(None, expected, got, autojunk=False).ratio()


def _scores(expected: Sequence[Mapping[str, Any]], got: Sequence[Mapping[str, Any]]) -> float:
    """Labels that only one of them lists count as zero in the other: what falls off the end counts little."""
    first, second = ({_name(row): float(row["score"]) for row in rows} for rows in (expected, got))
    return max(0.0, 1 - sum(abs(first.get(name, 0.0) - second.get(name, 0.0)) for name in first | second) / 2)


def _name(row: Mapping[str, Any]) -> str:
    return str(row.get("label", "")) + str(row.get("text", ""))


def _boxes(expected: Sequence[Mapping[str, Any]], got: Sequence[Mapping[str, Any]]) -> float:
    left = list(got)
    matched = 0.0
    for row in expected:
        near = max(left, key=lambda other: _overlap(row, other), default=None)
        if near is not None and _overlap(row, near) > 0.5:
            matched += _overlap(row, near)
            left.remove(near)
    return 2 * matched / (len(expected) + len(got))


def _overlap(one: Mapping[str, Any], other: Mapping[str, Any]) -> float:
    if one.get("label") != other.get("label") or "box" not in one or "box" not in other:
        return 0.0
    (left, top, right, bottom), (left2, top2, right2, bottom2) = one["box"], other["box"]
    shared = max(0.0, min(right, right2) - max(left, left2)) * max(0.0, min(bottom, bottom2) - max(top, top2))
    union = (right - left) * (bottom - top) + (right2 - left2) * (bottom2 - top2) - shared
    return float(shared / union) if union > 0 else 0.0


def _masks(expected: Artifact, got: Artifact) -> float:
    one, other = (_pixels(file, "L") > 127 for file in (expected, got))
    if one.shape != other.shape:
        return 0.0
    union = (one | other).sum()
    return float((one & other).sum() / union) if union else 1.0


def _images(expected: Artifact, got: Artifact) -> float:
    one, other = (_pixels(file, "RGBA").astype("float32") for file in (expected, got))
    if one.shape != other.shape:
        return 0.0
    # Of the range that the picture uses, so that a nearly black one is not in agreement with a black one.
    span = max(float(one[..., :3].max() - one[..., :3].min()), 1.0)
    return max(0.0, 1 - float(abs(one - other)[..., :3].mean()) / span)


def _pixels(file: Artifact, mode: str) -> NDArray[Any]:
    import numpy as np
    from PIL import Image

    with Image.open(file.path) as image:
        return np.asarray(image.convert(mode))


def _sounds(expected: Artifact, got: Artifact) -> float:
    import numpy as np

    one, other = (_spectrum(file) for file in (expected, got))
    length = max(len(one), len(other))
    one, other = (np.pad(part, ((0, length - len(part)), (0, 0))) for part in (one, other))
    size = float(np.linalg.norm(one))
    return max(0.0, 1 - float(np.linalg.norm(one - other)) / max(size, 1e-9))


def _spectrum(file: Artifact) -> NDArray[Any]:
    """Magnitudes, shape [windows, frequencies]: the phase is not heard."""
    import numpy as np

    from jarvis.tools.media import read_audio

    samples = read_audio(file.path)
    padded = np.pad(samples, (0, _WINDOW + -len(samples) % (_WINDOW // 2)))
    frames = np.lib.stride_tricks.sliding_window_view(padded, _WINDOW)[:: _WINDOW // 2]
    return np.abs(np.fft.rfft(frames * np.hanning(_WINDOW), axis=1))


def _numbers(expected: float, got: float) -> float:
    return max(0.0, 1 - abs(expected - got) / max(abs(expected), 1.0))


def _data(expected: Any, got: Any) -> float:
    """Parts of lists and tables are compared each by its kind."""
    if isinstance(expected, Mapping) and isinstance(got, Mapping):
        names = list(dict.fromkeys([*expected, *got]))
        return _mean([agreement(expected.get(name), got.get(name)) for name in names])
    if isinstance(expected, list) and isinstance(got, list):
        longest = max(len(expected), len(got))
        return _mean([agreement(a, b) for a, b in zip(expected, got, strict=False)], longest)
    return 1.0 if expected == got else 0.0


def _mean(parts: Sequence[float], count: int | None = None) -> float:
    count = len(parts) if count is None else count
    return sum(parts) / count if count else 1.0


_COMPARE: Mapping[str, Callable[[Any, Any], float]] = {
    "text": _texts,
    "scores": _scores,
    "boxes": _boxes,
    "mask": _masks,
    "image": _images,
    "sound": _sounds,
    "number": _numbers,
    "data": _data,
}
