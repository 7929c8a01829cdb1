"""The models as a table for a terminal."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich.table import Table
from rich.text import Text

from jarvis.cli.tables import plain_table
from jarvis.cli.words import one_line

if TYPE_CHECKING:
    from jarvis.cli.models.listing import Row

_STYLES = {"ready": "green", "missing": "yellow", "can be pulled": "cyan", "does not fit": "bright_black"}
_WIDE = 100


def models_table(rows: Sequence[Row], sizes: Sequence[str], width: int) -> Table:
    """One row a model: id, tasks, size, whether it can run here; licence and downloads where there is room."""
    wide = width >= _WIDE
    table = plain_table("model", "tasks", "size", "here", *(("licence", "downloads") if wide else ()))
    table.columns[0].overflow = table.columns[1].overflow = "fold"
    table.columns[0].min_width = min(width // 2, max((len(row.card.id) for row in rows), default=0))
    table.columns[2].justify = "right"
    for column in table.columns[2:]:
        column.no_wrap = True
    for row, told in zip(rows, sizes, strict=True):
        card = row.card
        more = (one_line(card.license or "-", 24), f"{card.downloads:,}" if card.downloads is not None else "")
        here = Text(row.state, style=_STYLES[row.state])
        tasks = one_line(", ".join(card.tasks), 200)
        table.add_row(Text(one_line(card.id, 200), style="bold"), tasks, told, here, *(more if wide else ()))
    return table
