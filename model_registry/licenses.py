"""Under which terms models stand: docs/models.md for the catalog, and the report of `jarvis models licenses`.

The document tells what each model is, where its weights come from, and under which terms. Write it with
`python -m jarvis.model_registry.licenses > docs/models.md`, or `make docs`.
"""

from __future__ import annotations

import csv
import io
import sys
from collections.abc import Callable, Iterable
from dataclasses import dataclass

from jarvis.model_registry import wheels
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.model_registry.terms import LicenseClass, license_class, obligations, text_of

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
    packages = dict.fromkeys((file.package, file.version) for file in card.packaged)
    named = [f"{name} {version}" for name, version in packages]
    marked = [f"*{text}*" if text.split()[0] in wheels.known() else text for text in named]
    if card.composition_of:
        marked.append("made of " + ", ".join(f"`{part}`" for part in card.composition_of))
    return ", ".join(marked) or "none of its own"


def _notes(cards: Iterable[ModelCard]) -> str:
    noted = sorted((card.name, card.notes) for card in cards if card.notes)
    lines = "".join(f"- **{name}**: {notes}\n" for name, notes in noted)
    return f"\n## What to know about them\n\n{lines}" if lines else ""


@dataclass(frozen=True, slots=True)
class LicenseRow:
    """One model in the report for lawyers."""

    model: str
    name: str
    source: str
    """Its packages with their versions, or the hub and the repository."""
    revision: str
    license: str
    """SPDX; empty when none is named."""
    license_class: LicenseClass
    text: str
    """Where the licence's text is."""
    obliges: str
    base_model: str
    base_license: str
    """Empty when it is not known."""
    files: tuple[tuple[str, int, str], ...]
    """Path, bytes and SHA-256 of each file that is here."""

    def to_json(self) -> dict[str, object]:
        """All fields by name."""
        files = [{"path": path, "bytes": count, "sha256": digest} for path, count, digest in self.files]
        return {**{name: getattr(self, name) for name in _COLUMNS}, "files": files}


_COLUMNS = (
    "model", "name", "source", "revision", "license", "license_class", "text", "obliges", "base_model", "base_license"
)  # fmt: skip
_FORMULA = ("=", "+", "-", "@", "\t", "\r")


def license_rows(cards: Iterable[ModelCard], license_of: Callable[[str], str | None]) -> list[LicenseRow]:
    """The report for these cards, by id; `license_of` knows the licences of other models by their ids."""
    return [_license_row(card, license_of) for card in sorted(cards, key=lambda card: card.id)]


def as_csv(rows: Iterable[LicenseRow]) -> str:
    """The report for a spreadsheet. What hubs wrote is kept from being read as a formula."""
    out = io.StringIO()
    writer = csv.writer(out, lineterminator="\n")
    writer.writerow([*_COLUMNS, "files", "bytes"])
    for row in rows:
        told = [str(getattr(row, name)) for name in _COLUMNS]
        files = " ".join(f"{path}@sha256:{digest}" for path, _, digest in row.files)
        cells = [*told, files, str(sum(count for _, count, _ in row.files))]
        writer.writerow([f"'{cell}" if cell.startswith(_FORMULA) else cell for cell in cells])
    return out.getvalue()


def _license_row(card: ModelCard, license_of: Callable[[str], str | None]) -> LicenseRow:
    packages = dict.fromkeys(f"{file.package} {file.version}" for file in card.packaged)
    base = ", ".join(card.composition_of) or card.base_model or (card.hub.id if card.hub else "")
    licenses = [license_of(one) for one in card.composition_of or (base,) if one]
    return LicenseRow(
        model=card.id,
        name=card.name,
        source=", ".join(packages) or " ".join(part for part in (card.source, card.repository) if part),
        revision=card.revision or (card.hub.revision if card.hub and not packages else ""),
        license=card.license,
        license_class=license_class(card.license),
        text=" ".join(part for part in (text_of(card.license), _repository_text(card)) if part),
        obliges=obligations(card.license),
        base_model=base,
        base_license=", ".join(dict.fromkeys(one for one in licenses if one)),
        files=tuple((file.path, file.bytes, file.sha256) for file in card.files),
    )


def _repository_text(card: ModelCard) -> str:
    """Where the repository or the package has the text of its own."""
    here = [file.path for file in card.stored if _is_license(file.role)]
    if here or card.source not in _PAGES:
        return " ".join(here)
    return _PAGES[card.source].format(card.repository)


def _is_license(role: str) -> bool:
    return role.rpartition("/")[2].lower().startswith(("license", "licence", "notice", "copying", "use_policy"))


_PAGES = {"huggingface": "https://huggingface.co/{}", "modelscope": "https://modelscope.cn/models/{}"}


def main() -> None:
    """Writes the document for the cards that ship to standard output."""
    sys.stdout.write(table(Registry.load()))


if __name__ == "__main__":
    main()
