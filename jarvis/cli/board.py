"""A run on a terminal: the graph as it grows, one block a task, redrawn in place."""

from __future__ import annotations

from collections.abc import Generator
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from rich.console import Group
from rich.table import Table
from rich.text import Text

from jarvis.cli.echo import Echo
from jarvis.cli.progress import Progress, Row, State
from jarvis.cli.words import counted, duration, inputs, one_line

if TYPE_CHECKING:
    from rich.console import Console, OverflowMethod, RenderableType
    from rich.live import Live

_STYLES = {
    State.QUEUED: "bright_black",
    State.RUNNING: "cyan",
    State.DONE: "green",
    State.CACHED: "green",
    State.FAILED: "red",
    State.SKIPPED: "yellow",
}
_WIDE = 110
"""From this width on, task and model stand side by side."""


@dataclass(frozen=True, slots=True)
class Signs:
    """The characters to draw with."""

    spinner: str = "⠋⠙⠹⠸⠼⠴⠦⠧⠇⠏"
    states: str = "·⠿✓≈✗↷"
    """One for each State, in its order."""
    arrow: str = "←"
    dot: str = "·"


UNICODE = Signs()
ASCII = Signs("|/-\\", ".*+=x>", "<-", "-")


@dataclass(frozen=True, slots=True)
class View:
    """How to draw: room and signs."""

    width: int
    height: int | None = None
    """Lines that fit; None when the picture may be as long as it likes."""
    signs: Signs = UNICODE


def picture(progress: Progress, view: View, title: str = "") -> RenderableType:
    """The run as it stands, with as much detail per task as fits."""
    rows = progress.rows
    room = None if view.height is None else max(view.height - 3, 3)
    wide = view.width >= _WIDE
    per_row = 1 if wide else 2
    compact = room is not None and len(rows) * per_row > room
    hidden = 0
    if compact and room is not None:
        rows, hidden = _fitting(rows, room - 1)
    grid = _grid(wide, wrap=view.height is None)
    for row in rows:
        _add(grid, row, progress, view, wide=wide, compact=compact)
    parts: list[RenderableType] = [_headline(progress, view, title)]
    if hidden:
        parts.append(Text(f"  {counted(hidden, 'task')} above, finished", style="bright_black"))
    return Group(*parts, grid) if rows else Group(*parts)


def _fitting(rows: list[Row], room: int) -> tuple[list[Row], int]:
    """At most `room` rows: finished ones go first."""
    surplus = len(rows) - room
    if surplus <= 0:
        return rows, 0
    over = {row.task.id for row in [row for row in rows if row.state.over][:surplus]}
    kept = [row for row in rows if row.task.id not in over]
    return kept[:room], len(over)


def _headline(progress: Progress, view: View, title: str) -> Table:
    grid = Table.grid(expand=True, padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(ratio=1, no_wrap=True, overflow="ellipsis")
    grid.add_column(justify="right", no_wrap=True)
    grid.add_row(*_summary(progress, view, title), Text(duration(progress.elapsed), style="bright_black"))
    return grid


def _summary(progress: Progress, view: View, title: str) -> tuple[Text, Text]:
    over = progress.response is not None or progress.stopped
    failed = progress.count(State.FAILED, State.SKIPPED)
    sign, style = _spinner(progress, view), "cyan"
    if over:
        sign, style = (view.signs.states[4], "red") if failed or progress.stopped else (view.signs.states[2], "green")
    said = Text(title or _stage(progress, over), style="bold")
    if progress.waiting_for:
        return Text(sign, style=style), said.append(f"  {one_line(progress.waiting_for, 200)}", style="not bold")
    if progress.rows:
        done = progress.count(State.DONE, State.CACHED)
        count = counted(len(progress.rows), "task")
        said.append(f"  {count}, {done} done" + (f", {failed} not" if failed else ""), style="not bold")
    if progress.planner:
        said.append(f"  {view.signs.dot} {progress.planner}", style="not bold bright_black")
    return Text(sign, style=style), said


def _stage(progress: Progress, over: bool) -> str:
    if progress.stopped:
        return "Stopped"
    if over:
        return "Done" if not progress.count(State.FAILED, State.SKIPPED) else "Done in part"
    if not progress.rows:
        return "Planning" if progress.planner else "Waking up"
    return "Working"


def _grid(wide: bool, *, wrap: bool) -> Table:
    overflow: OverflowMethod = "fold" if wrap else "ellipsis"
    grid = Table.grid(expand=True, padding=(0, 1))
    grid.add_column(width=1)
    grid.add_column(justify="right", no_wrap=True, style="bold")
    grid.add_column(ratio=6, no_wrap=not wrap, overflow=overflow)
    if wide:
        grid.add_column(ratio=5, no_wrap=not wrap, overflow=overflow)
    grid.add_column(justify="right", no_wrap=True, min_width=7)
    return grid


def _add(grid: Table, row: Row, progress: Progress, view: View, *, wide: bool, compact: bool) -> None:
    style = _STYLES[row.state]
    sign = Text(_sign(row, progress, view), style=style)
    seconds = row.seconds(progress.clock())
    took = Text(_time(row, seconds, progress), style=style if row.state is State.RUNNING else "bright_black")
    number = Text(str(row.task.id), style=style)
    if wide:
        grid.add_row(sign, number, _task(row, view), _second(row, view), took)
        return
    grid.add_row(sign, number, _task(row, view), took)
    if not compact:
        grid.add_row("", "", _second(row, view), "")


def _task(row: Row, view: View) -> Text:
    text = Text(row.task.tool, style="bold" if row.state is State.RUNNING else "")
    for slot, value in inputs(row.task, view.signs.arrow):
        text.append(f"  {slot} ", style="bright_black")
        text.append(value, style="cyan" if value.startswith(view.signs.arrow) else "")
    return text


def _second(row: Row, view: View) -> Text:
    """The model and why; what went wrong; or, once done, what came out."""
    if row.problem:
        return Text(one_line(row.problem, 400), style=_STYLES[row.state])
    if not row.model:
        return Text(one_line(row.why, 400), style="yellow")
    text = Text(row.model, style="magenta")
    if row.setbacks and row.state is State.RUNNING:
        text.append(f" {view.signs.dot} {one_line(row.setbacks[-1], 200)}", style="yellow")
    elif row.why:
        text.append(f" {view.signs.dot} {row.why}", style="bright_black")
    return text


def _sign(row: Row, progress: Progress, view: View) -> str:
    if row.state is State.RUNNING and not progress.stopped:
        return _spinner(progress, view)
    return view.signs.states[list(State).index(row.state)]


def _spinner(progress: Progress, view: View) -> str:
    frames = view.signs.spinner
    return frames[int(progress.clock() * 10) % len(frames)]


def _time(row: Row, seconds: float | None, progress: Progress) -> str:
    if progress.stopped and not row.state.over:
        return "stopped"
    if row.state in (State.RUNNING, State.DONE) and seconds is not None:
        return duration(seconds)
    return row.state.value


class Board:
    """Draws a run while it goes on; after `close` the last picture stays on the screen."""

    def __init__(self, console: Console, progress: Progress, signs: Signs = UNICODE) -> None:
        self._console, self._progress, self._signs = console, progress, signs
        self._live: Live | None = None
        self._echo = Echo()

    def open(self) -> None:
        """Begins to draw, ten times a second."""
        from rich.live import Live

        self._echo.off()

        self._live = Live(
            get_renderable=self._now,
            console=self._console,
            refresh_per_second=10,
            transient=True,
            vertical_overflow="crop",
        )
        self._live.start(refresh=True)

    def close(self, *, keep: bool = True) -> None:
        """Stops drawing; with `keep` the whole picture is printed once more, however long it is."""
        if self._live is not None:
            self._live.stop()
            self._live = None
            self._echo.on()
            if keep:
                view = View(self._console.width, None, self._signs)
                self._console.print(picture(self._progress, view))

    @contextmanager
    def paused(self) -> Generator[None]:
        """Leaves the screen to someone else, for a question."""
        drawing = self._live is not None
        self.close(keep=False)
        try:
            yield
        finally:
            if drawing:
                self.open()

    def _now(self) -> RenderableType:
        size = self._console.size
        return picture(self._progress, View(size.width, size.height, self._signs))
