"""Bringing the database up to date with the hubs: task by task, in small batches, the most downloaded models first.

A sync may be interrupted or killed at any moment: a batch is written whole or not at all, and a task counts as synced
only when its last batch is written. The next sync begins with the task where this one ended.
"""

from __future__ import annotations

import json
import threading
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import UTC, date, datetime, timedelta
from itertools import islice

from jarvis.errors import JarvisError, UsageError
from jarvis.model_registry.card import Source
from jarvis.model_registry.database import CardDatabase
from jarvis.model_registry.hubs.asking import RefusedError
from jarvis.model_registry.hubs.huggingface import HuggingFace
from jarvis.model_registry.hubs.modelscope import ModelScope
from jarvis.model_registry.hubs.names import HUBS
from jarvis.model_registry.hubs.protocol import Hub
from jarvis.model_registry.hubs.tasks import TASKS
from jarvis.transport.failures import TransportError

_BATCH = 200
_OVERLAP = timedelta(days=1)
"""Dates are days, and clocks differ: what changed on the day of the last sync is asked for again."""


@dataclass(frozen=True, slots=True)
class Progress:
    """How far a sync is."""

    source: Source
    task: str
    cards: int
    """Of this task, so far."""
    changed: int
    """Of them, new ones and those that differ from before."""


@dataclass(slots=True)
class Synced:
    """What a sync brought."""

    cards: int = 0
    changed: int = 0
    tasks: int = 0
    problems: list[str] = field(default_factory=list[str])
    """What went wrong, in sentences; the other tasks and sources were synced all the same."""
    stopped: bool = False


def _silent(progress: Progress) -> None:
    pass


@dataclass(frozen=True, slots=True)
class Sync:
    """How a sync is done."""

    tasks: Sequence[str] = TASKS
    limit: int = 1000
    """Cards of a task, at most."""
    full: bool = False
    """Asks for everything again: numbers of downloads grow old, and a sync of changes does not renew them."""
    progress: Callable[[Progress], None] = _silent
    stop: threading.Event = field(default_factory=threading.Event)
    now: Callable[[], datetime] = lambda: datetime.now(UTC)


def sync(database: CardDatabase, hubs: Iterable[Hub], how: Sync | None = None) -> Synced:
    """Brings the cards of all hubs and tasks into the database, or of those that changed since the last sync.

    Raises:
        UsageError: there is no such task.
        StorageError: the database cannot be written.
    """
    how = how or Sync()
    if strange := [task for task in how.tasks if task not in TASKS]:
        raise UsageError(f"no hub has models for {strange[0]!r}; tasks are {', '.join(TASKS)}")
    done = Synced()
    for hub in hubs:
        _one_source(database, hub, how, done)
    if done.changed:
        database.finish()
    return done


def sources_from_env(names: Sequence[str] = ()) -> list[Hub]:
    """The hubs of these names, with the endpoints and tokens of the environment; without names, Hugging Face.

    Raises:
        UsageError: there is no such hub.
        TransportError: the user forbade to ask hubs.
    """
    makers: dict[str, Callable[[], Hub]] = {"huggingface": HuggingFace.from_env, "modelscope": ModelScope.from_env}
    chosen = [HUBS.get(name, "") for name in names or ["huggingface"]]
    if "" in chosen:
        raise UsageError(f"there is no source {list(names)[chosen.index('')]!r}; there are huggingface and modelscope")
    return [makers[name]() for name in dict.fromkeys(chosen)]


class BackgroundSync:
    """A sync in a thread of its own, for programs that go on meanwhile. What goes wrong is in `result`."""

    def __init__(self, database: CardDatabase, hubs: Callable[[], Iterable[Hub]], how: Sync | None = None) -> None:
        self._how = how or Sync()
        self.result: Synced | None = None
        self._thread = threading.Thread(target=self._run, args=(database, hubs), name="jarvis-sync", daemon=True)
        self._thread.start()

    def stop(self, timeout: float | None = None) -> None:
        """Ends it after the batch that it is at."""
        self._how.stop.set()
        self._thread.join(timeout)

    def wait(self, timeout: float | None = None) -> bool:
        """Waits for its end; False when it goes on."""
        self._thread.join(timeout)
        return not self._thread.is_alive()

    def _run(self, database: CardDatabase, hubs: Callable[[], Iterable[Hub]]) -> None:
        try:
            self.result = sync(database, hubs(), self._how)
        except JarvisError as error:
            self.result = Synced(problems=[str(error)])


def _one_source(database: CardDatabase, hub: Hub, how: Sync, done: Synced) -> None:
    when = _when_synced(database, hub.source)
    with hub.asker:
        for task in sorted(how.tasks, key=lambda task: (when.get(task, ""), how.tasks.index(task))):
            if how.stop.is_set():
                done.stopped = True
                return
            began = how.now()
            try:
                whole = _one_task(database, hub, task, None if how.full else _since(when.get(task)), how, done)
            except JarvisError as error:
                if isinstance(error, UsageError) or not _is_hubs(error):
                    raise
                done.problems.append(f"{hub.source}, {task}: {error}")
                if len(done.problems) >= _PATIENCE:
                    return
                continue
            if whole:
                when[task] = began.isoformat()
                database.note_sync(hub.source, began, database.count(hub.source), json.dumps(when))
                done.tasks += 1


_PATIENCE = 3
"""Tasks that fail before a hub is left alone."""


def _one_task(database: CardDatabase, hub: Hub, task: str, since: date | None, how: Sync, done: Synced) -> bool:
    cards = hub.listed(task, since=since, limit=how.limit)
    taken = changed = 0
    while batch := list(islice(cards, _BATCH)):
        changed += database.put(batch)
        taken += len(batch)
        done.cards += len(batch)
        how.progress(Progress(hub.source, task, taken, changed))
        if how.stop.is_set():
            done.stopped = True
            break
    done.changed += changed
    return not done.stopped


def _when_synced(database: CardDatabase, source: Source) -> dict[str, str]:
    last = database.last_sync(source)
    try:
        known = json.loads(last.cursor) if last else {}
    except ValueError:  # another version wrote it
        return {}
    return {str(task): str(when) for task, when in known.items()} if isinstance(known, Mapping) else {}


def _since(when: str | None) -> date | None:
    try:
        return (datetime.fromisoformat(when) - _OVERLAP).date() if when else None
    except ValueError:
        return None


def _is_hubs(error: JarvisError) -> bool:
    """Whether an error is of the hub, not of this machine: the other tasks may go well."""
    return isinstance(error, RefusedError | TransportError)
