"""`jarvis runs`: what was run here, newest first."""

from __future__ import annotations

import asyncio
import time
from contextlib import closing
from datetime import datetime

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.words import counted, duration, one_line
from jarvis.journal.journal import Journal, Retention
from jarvis.journal.records import Summary
from jarvis.settings import Settings

_STYLES = {"done": "green", "failed": "red", "broken": "red", "broken off": "yellow", "stopped": "yellow"}


def journal_of(settings: Settings) -> Journal:
    """The journal that the settings name.

    Raises:
        JournalError: it cannot be used.
    """
    return Journal(settings.data_dir / "journal", Retention(settings.journal_days, settings.journal_runs))


def list_runs(limit: int, screen: Screen, services: Services, *, unfinished: bool, as_json: bool) -> int:
    """Prints the newest runs.

    Raises:
        JournalError: the journal cannot be used.
    """
    with closing(journal_of(services.settings())) as journal:
        found = journal.runs(limit, unfinished=unfinished)
    if as_json:
        screen.json([summary.to_json() for summary in found])
    elif not found:
        screen.write("no run was broken off" if unfinished else "no runs yet")
    elif screen.interactive:
        _draw(found, screen)
    else:
        for summary in found:
            screen.write("\t".join(_cells(summary)))
    return 0


def tidy(screen: Screen, services: Services, *, as_json: bool) -> int:
    """Drops what is too old or too many now, and packs the file.

    Raises:
        JournalError: the journal cannot be used.
    """
    settings = services.settings()

    async def dropped() -> int:
        with closing(journal_of(settings)) as journal:
            count = await journal.prune()
            await journal.vacuum()
        return count

    count = asyncio.run(dropped())
    if as_json:
        screen.json({"dropped": count})
    else:
        kept = f"those of the last {settings.journal_days:g} days are kept, {settings.journal_runs} at most"
        screen.write(f"{counted(count, 'run')} dropped; {kept}")
    return 0


def _draw(found: list[Summary], screen: Screen) -> None:
    from rich.text import Text

    from jarvis.cli.tables import plain_table

    table = plain_table("run", "began", "state", "tasks", "took", "request")
    for column in table.columns[:5]:
        column.no_wrap = True
    table.columns[5].overflow = "ellipsis"
    table.columns[5].no_wrap = True
    for summary in found:
        run, began, state, tasks, took, request = _cells(summary)
        table.add_row(Text(run, style="bold"), began, Text(state, style=_STYLES.get(state, "")), tasks, took, request)
    screen.out.print(table)
    if any(summary.resumable for summary in found):
        screen.write("\n`jarvis resume RUN` finishes one that was broken off or stopped")


def _cells(summary: Summary) -> tuple[str, ...]:
    began = datetime.fromtimestamp(summary.began).astimezone()
    written = f"{began:%H:%M:%S}" if time.time() - summary.began < 43_200 else f"{began:%Y-%m-%d}"
    tasks = f"{summary.tasks}, {summary.failed} failed" if summary.failed else str(summary.tasks)
    took = "" if summary.seconds is None else duration(summary.seconds)
    return summary.id, written, summary.standing, tasks, took, one_line(summary.title, 100)
