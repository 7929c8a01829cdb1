"""The end of a run on a terminal: the answer in a frame, and the files that were made."""

from __future__ import annotations

import os
from pathlib import Path

from rich import box
from rich.panel import Panel
from rich.table import Table
from rich.text import Text

from jarvis.cli.screen import Screen
from jarvis.cli.words import printable, size
from jarvis.messages import Response


def show_answer(response: Response, screen: Screen) -> None:
    """Prints the answer and the table of files."""
    style = "cyan" if response.ask else "green" if response.ok else "yellow"
    title = "Question" if response.ask else "Answer"
    text = Text(printable(response.text or response.ask or "").strip())
    screen.out.print(
        Panel(text, title=title, title_align="left", border_style=style, box=box.ROUNDED, padding=(0, 1)),
    )
    if response.artifacts:
        screen.out.print(_files(response))


def _files(response: Response) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bright_black")
    table.add_column("file", style="bold", no_wrap=True)
    table.add_column("path", style="cyan", overflow="fold")
    table.add_column("kind", style="bright_black", no_wrap=True)
    table.add_column("size", style="bright_black", justify="right", no_wrap=True)
    for name, artifact in response.artifacts.items():
        table.add_row(name, Text(short_path(artifact.path)), artifact.media_type, _size(artifact.path))
    return table


def short_path(path: Path) -> str:
    """The path as seen from here when that is shorter."""
    try:
        near = os.path.relpath(path)
    except ValueError:  # another drive
        return str(path)
    return min(str(path), near, key=len)


def _size(path: Path) -> str:
    try:
        return size(path.stat().st_size)
    except OSError:  # moved away in the meantime
        return ""
