"""`jarvis trace`: where the time of a run went, as bars, as JSON, or as a page."""

from __future__ import annotations

from contextlib import closing
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.cli.runs import journal_of
from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.words import duration, one_line
from jarvis.errors import StorageError
from jarvis.journal.page import figures, page
from jarvis.journal.tracing import Span, Trace, trace_of

if TYPE_CHECKING:
    from rich.text import Text

_STYLES = {"done": "green", "cached": "cyan", "failed": "red", "skipped": "yellow", "unfinished": "bright_black"}


def show_trace(run_id: str, html: Path | None, screen: Screen, services: Services, *, as_json: bool) -> int:
    """Shows one run; 1 when it is not finished or something in it failed.

    Raises:
        UsageError: there is no such run.
        JournalError: the journal cannot be used.
        StorageError: the page cannot be written.
    """
    with closing(journal_of(services.settings())) as journal:
        trace = trace_of(journal.read(run_id))
    if html is not None:
        _write(html, page(trace))
        screen.note(f"the trace of run {trace.record.id} is in {html}")
    if as_json:
        screen.json(trace.to_json())
    elif screen.interactive:
        _draw(trace, screen)
    elif html is None:
        _print(trace, screen)
    return 0


def _write(path: Path, text: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {path} ({error.strerror}); name another file with --html") from error


def _print(trace: Trace, screen: Screen) -> None:
    screen.write(f"run {trace.record.id}: {trace.record.summary.standing}: {one_line(trace.record.request.text, 200)}")
    for name, words in figures(trace):
        screen.write(f"{name}\t{one_line(words, 300)}")
    screen.write()
    for span in trace.spans:
        began = "-" if span.started is None else f"{span.started:.3f}"
        ended = "-" if span.finished is None else f"{span.finished:.3f}"
        sign = "*" if span.critical else ""
        problem = one_line(span.problem, 200)
        cells = (
            f"{span.task_id}{sign}",
            span.tool,
            span.state,
            began,
            ended,
            f"{span.waited:.3f}",
            span.model,
            problem,
        )
        screen.write("\t".join(cells).rstrip())


def _draw(trace: Trace, screen: Screen) -> None:
    from rich.text import Text

    from jarvis.cli.tables import facts_table, plain_table

    record = trace.record
    screen.out.print(Text(one_line(record.request.text, 400), style="bold"))
    screen.out.print(Text(f"run {record.id}, {record.summary.standing}", style="bright_black"))
    screen.out.print()
    table = plain_table("", "task", "model", "time line", "worked")
    table.columns[3].no_wrap = True
    table.columns[4].justify = "right"
    width = max(screen.out.width - 62, 16)
    for span in trace.spans:
        style = "bold" if span.critical else ""
        name = Text(one_line(span.tool, 24), style=style)
        bar = _bar(span, trace.seconds, width, ascii_only=screen.ascii_only)
        table.add_row(str(span.task_id), name, Text(one_line(span.model, 22)), bar, duration(span.work))
    screen.out.print(table)
    screen.out.print()
    screen.out.print(facts_table(list(figures(trace))))
    for span in trace.spans:
        if span.problem:
            screen.write(f"task {span.task_id} {span.state}: {one_line(span.problem, 300)}")


def _bar(span: Span, seconds: float, width: int, *, ascii_only: bool) -> Text:
    """The task's place on a line that stands for the whole run: waiting thin, working thick."""
    from rich.text import Text

    wait, work = (".", "#") if ascii_only else ("╌", "█")
    scale = width / max(seconds, 1e-9)
    began = span.ready if span.started is None else span.started
    ended = seconds if span.finished is None else span.finished
    ready_at, began_at = int(span.ready * scale), int(began * scale)
    length = min(max(round((ended - began) * scale), 1), max(width - began_at, 1))
    bar = Text(" " * ready_at + wait * (began_at - ready_at), style="bright_black")
    return bar.append(work * length, style=_STYLES[span.state])
