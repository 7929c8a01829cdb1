"""`jarvis models licenses`: under which terms the models stand, for those who must answer for that."""

from __future__ import annotations

from typing import Literal

from jarvis.cli.models.known import known_models
from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.words import counted, one_line
from jarvis.model_registry.licenses import LicenseRow, as_csv, license_rows
from jarvis.model_registry.terms import CLASSES

Form = Literal["text", "json", "csv"]


def report_licenses(screen: Screen, services: Services, *, installed: bool, form: Form) -> int:
    """Prints the report: all models that ship or were pulled, or only those that can run here."""
    with known_models(services) as known:
        cards = [card for card in known.registry if not (installed and known.lacking(card))]
        rows = license_rows(cards, known.license_of)
    if form == "json":
        screen.json([row.to_json() for row in rows])
    elif form == "csv":
        screen.write(as_csv(rows).rstrip("\n"))
    else:
        _print(rows, screen)
    return 0


def _print(rows: list[LicenseRow], screen: Screen) -> None:
    for kind in CLASSES:
        inside = [row for row in rows if row.license_class == kind]
        if inside:
            screen.write(f"{kind}: {counted(len(inside), 'model')}; {inside[0].obliges}")
            for row in inside:
                screen.write("  " + one_line(_line(row), 500))
            screen.write()
    note = "Classes are for orientation and no advice; what counts is the licence's text. --json and --csv tell more."
    screen.write(note if rows else "no model is here")


def _line(row: LicenseRow) -> str:
    based = f", made from {row.base_model} ({row.base_license or 'licence not known'})" if row.base_model else ""
    return f"{row.model}\t{row.license or 'no licence is named'}\t{row.source} {row.revision}{based}\t{row.text}"
