"""Embeddings that came from elsewhere: checked, and compared."""

from __future__ import annotations

import math
from collections.abc import Sequence
from typing import Any

from jarvis.execution.remote.endpoint import Endpoint
from jarvis.messages import JsonValue


def unit_vectors(endpoint: Endpoint, found: Sequence[Any], count: int) -> list[list[float]]:
    """`count` vectors of one length, each scaled to length 1.

    Raises:
        RemoteTaskError: there are more or fewer, they differ in size, or hold something that is no number.
    """
    vectors = [_floats(row) for row in found]
    sizes = {len(vector) for vector in vectors}
    if len(vectors) != count or len(sizes) != 1 or 0 in sizes:
        raise endpoint.strange(f"{len(vectors)} embeddings of {sorted(sizes)} numbers for {count} texts")
    return [_unit(vector) for vector in vectors]


def similarity(vectors: Sequence[Sequence[float]], floor: float = 0.0) -> dict[str, JsonValue]:
    """`{"score": 0.74}` for two vectors: 0 nothing in common, 1 the same; `floor` is the cosine that counts as 0."""
    cosine = sum(one * other for one, other in zip(vectors[0], vectors[1], strict=True))
    return {"score": round(min(max((cosine - floor) / (1 - floor), 0.0), 1.0), 4)}


def _floats(row: Any) -> list[float]:
    """The numbers of a row; none at all when one of them is no number."""
    numbers = row if isinstance(row, list | tuple) else []
    good = all(isinstance(number, int | float) and math.isfinite(number) for number in numbers)
    return [float(number) for number in numbers] if good else []


def _unit(vector: Sequence[float]) -> list[float]:
    length = math.sqrt(sum(number * number for number in vector))
    return [number / length for number in vector] if length else list(vector)
