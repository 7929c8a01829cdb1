"""Pictures as OWLv2 was trained on them: filled up with grey to a square, smoothed, and scaled.

The smoothing and scaling are those of `scipy.ndimage` (gaussian_filter and zoom with mirrored edges), in numpy.
"""

from __future__ import annotations

from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from numpy.typing import NDArray

_GREY = 0.5
_REACH = 4.0
"""How many deviations far the smoothing looks."""


def grey_square(planes: NDArray[Any], size: tuple[int, int]) -> NDArray[Any]:
    """Planes [3, height, width] of numbers in [0, 1] as a square of another size, the picture at its top left."""
    import numpy as np

    side = max(planes.shape[1:])
    square = np.full((planes.shape[0], side, side), _GREY)
    square[:, : planes.shape[1], : planes.shape[2]] = planes
    low, high = square.min(), square.max()
    for axis, new in ((1, size[0]), (2, size[1])):
        square = _scaled(_smooth(square, axis, max(0.0, (side / new - 1) / 2)), axis, new)
    return np.clip(square, low, high)


def _smooth(planes: NDArray[Any], axis: int, deviation: float) -> NDArray[Any]:
    import numpy as np

    reach = int(_REACH * deviation + 0.5)
    if deviation <= 0 or reach < 1:
        return planes
    places = np.arange(-reach, reach + 1)
    weights = np.exp(-0.5 * (places / deviation) ** 2)
    weights /= weights.sum()
    length = planes.shape[axis]
    rows = [_mirrored(np.arange(length) + step, length) for step in places]
    return np.asarray(sum(weight * np.take(planes, row, axis) for weight, row in zip(weights, rows, strict=True)))


def _scaled(planes: NDArray[Any], axis: int, new: int) -> NDArray[Any]:
    import numpy as np

    old = planes.shape[axis]
    places = (np.arange(new) + 0.5) * old / new - 0.5
    low = np.floor(places).astype(int)
    share = (places - low).reshape((-1, 1) if axis == 1 else (1, -1))
    return np.asarray(
        np.take(planes, _mirrored(low, old), axis) * (1 - share)
        + np.take(planes, _mirrored(low + 1, old), axis) * share
    )


def _mirrored(places: NDArray[Any], length: int) -> NDArray[Any]:
    """Places outside of 0 .. length - 1, counted back from the edge."""
    import numpy as np

    if length == 1:
        return np.zeros_like(places)
    period = 2 * (length - 1)
    folded = np.mod(places, period)
    return np.asarray(np.minimum(folded, period - folded))
