"""Which file of a card a graph is, so that a variant can bring its own in its place."""

from __future__ import annotations

from pathlib import Path

from jarvis.errors import ModelFileError
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import locate
from jarvis.tools.handlers.weights import GRAPHS


def role_of(source: Path | None, card: ModelCard) -> str | None:
    """The role of the file that a handler opened as a graph; None when a variant cannot bring another one.

    A graph that ships without weights has the role `NAME.onnx`: `packaged_graph` takes such a file as it is.
    """
    if source is None:
        return None
    if source.parent == GRAPHS:
        return source.name
    try:
        files = locate(card)
    except ModelFileError:
        return None
    return next((role for role, path in files.items() if path == source), None)
