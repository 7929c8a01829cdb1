"""What a decoder remembers between steps: keys and values of every layer, under the names of the graph itself."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jarvis.tools.handlers.hub_onnx.sessions import Entry, Graph

if TYPE_CHECKING:
    from numpy.typing import NDArray

_PAST, _PRESENT = "past_key_values.", "present."


class Cache:
    """The past of some rows of tokens."""

    def __init__(self, graph: Graph, rows: int) -> None:
        """An empty past for a graph, which may be given others later."""
        self.values: dict[str, NDArray[Any]] = {
            name: _empty(entry, rows) for name, entry in graph.inputs.items() if name.startswith(_PAST)
        }

    def update(self, made: Mapping[str, NDArray[Any]]) -> None:
        """Takes what a step made.

        What it made of the encoder's part is taken once: later steps give it back empty, or not at all.
        """
        for name, value in made.items():
            if not name.startswith(_PRESENT):
                continue
            past = _PAST + name.removeprefix(_PRESENT)
            if ".encoder." not in name or not self._filled(past):
                self.values[past] = value

    def choose(self, rows: Sequence[int]) -> None:
        """Keeps these rows, in this order; a row may be kept twice."""
        chosen = list(rows)
        for name, value in self.values.items():
            if value.shape[0] > 1 or len(chosen) > 1:
                self.values[name] = value[chosen]

    def _filled(self, past: str) -> bool:
        value = self.values.get(past)
        return value is not None and value.size > 0


def presents(graph: Graph) -> list[str]:
    """The outputs of a graph that are the past of the next step."""
    return [name for name in graph.outputs if name.startswith(_PRESENT)]


def _empty(entry: Entry, rows: int) -> NDArray[Any]:
    """Nothing yet: the first size is the number of rows, sizes without a number are 0."""
    import numpy as np

    sizes = [size if isinstance(size, int) else 0 for size in entry.shape]
    return np.zeros((rows, *sizes[1:]), entry.type)
