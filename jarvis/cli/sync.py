"""`jarvis models sync`: the database of cards, brought up to date with the hubs."""

from __future__ import annotations

import signal
import threading
from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from types import FrameType
from typing import TYPE_CHECKING

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.words import counted

if TYPE_CHECKING:
    from jarvis.model_registry.hubs.syncing import Progress

FAILED = 1


@dataclass(frozen=True, slots=True)
class SyncOptions:
    """What `jarvis models sync` was given."""

    sources: Sequence[str] = ()
    tasks: Sequence[str] = ()
    limit: int = 1000
    full: bool = False
    as_json: bool = False


def sync_models(options: SyncOptions, screen: Screen, services: Services) -> int:
    """Asks the hubs and writes what they say into the database; Ctrl-C ends it after the batch that it is at.

    Raises:
        UsageError: there is no such source or task.
        TransportError: the user forbade to ask hubs.
        StorageError: the database cannot be written.
    """
    from jarvis.model_registry.database import CardDatabase, card_file
    from jarvis.model_registry.hubs.syncing import Sync, sources_from_env, sync
    from jarvis.model_registry.hubs.tasks import TASKS

    hubs = sources_from_env(list(options.sources))
    with CardDatabase(card_file(services.settings().data_dir)) as database, _interrupts() as stop:
        with _line(screen) as progress:
            how = Sync(options.tasks or TASKS, options.limit, options.full, progress, stop)
            done = sync(database, hubs, how)
        known = database.count()
    if options.as_json:
        screen.json({
            "cards": done.cards, "changed": done.changed, "tasks": done.tasks, "known": known,
            "stopped": done.stopped, "problems": done.problems,
        })  # fmt: skip
    else:
        for problem in done.problems:
            screen.note(f"jarvis: {problem}")
        ended = "; stopped, the next sync goes on here" if done.stopped else ""
        said = f"{counted(done.cards, 'card')} of {counted(done.tasks, 'task')}, {done.changed} of them new or changed"
        screen.write(f"{said}; {known} known{ended}")
    return FAILED if done.problems or done.stopped else 0


@contextmanager
def _interrupts() -> Generator[threading.Event]:
    """An event that Ctrl-C sets; a second Ctrl-C ends the program as ever."""
    stop = threading.Event()
    if threading.current_thread() is not threading.main_thread():
        yield stop
        return
    before = signal.getsignal(signal.SIGINT)

    def set_stop(number: int, frame: FrameType | None) -> None:
        stop.set()
        signal.signal(signal.SIGINT, before)

    signal.signal(signal.SIGINT, set_stop)
    try:
        yield stop
    finally:
        signal.signal(signal.SIGINT, before)


@contextmanager
def _line(screen: Screen) -> Generator[Callable[[Progress], None]]:
    if not screen.interactive:
        yield _lines(screen)
        return
    from rich.status import Status

    with Status("asking the hubs", console=screen.out) as status:
        yield lambda at: status.update(
            f"{at.source}, {at.task}: {counted(at.cards, 'card')}, {at.changed} new or changed"
        )


def _lines(screen: Screen) -> Callable[[Progress], None]:
    def report(at: Progress) -> None:
        screen.note(f"{at.source}, {at.task}: {counted(at.cards, 'card')}, {at.changed} new or changed")

    return report
