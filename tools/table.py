"""Task types over tables."""

from __future__ import annotations

from jarvis.spec import ToolSpec, spec

SPECS: tuple[ToolSpec, ...] = (
    spec(
        "table-question-answering",
        ["question~: text", "table: table"],
        "text",
        "Answer a question from a table.",
    ),
    spec(
        "tabular-classification",
        ["table: table"],
        "data",
        "Classify the rows of a table.",
    ),
)
