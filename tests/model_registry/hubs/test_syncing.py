"""The database is brought up to date task by task; whenever a sync ends, what is in it is whole."""

from __future__ import annotations

import subprocess
import sys
from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jarvis.errors import UsageError
from jarvis.model_registry.database import CardDatabase
from jarvis.model_registry.hubs.asking import Patience
from jarvis.model_registry.hubs.huggingface import HuggingFace
from jarvis.model_registry.hubs.modelscope import ModelScope
from jarvis.model_registry.hubs.syncing import BackgroundSync, Progress, Sync, sources_from_env, sync
from tests.hubserver.faults import Slow, Status
from tests.hubserver.hub import HubServer
from tests.hubserver.scope import ScopeServer

TASKS = ["text-classification", "fill-mask"]
OCTOBER = datetime(2026, 10, 2, tzinfo=UTC)


@pytest.fixture
def database(tmp_path: Path) -> Iterator[CardDatabase]:
    with CardDatabase(tmp_path / "cards.sqlite3") as opened:
        yield opened


def client(hub: HubServer) -> HuggingFace:
    return HuggingFace(hub.url, patience=Patience(tries=2, first=0, silence=5))


def filled(hub: HubServer, count: int = 3) -> None:
    for number in range(count):
        hub.add(f"acme/c{number}", {}, downloads=100 + number)
        hub.add(f"acme/f{number}", {}, pipeline_tag="fill-mask")


def test_cards_of_all_tasks_and_hubs_come_in(hub: HubServer, scope: ScopeServer, database: CardDatabase) -> None:
    filled(hub)
    scope.add("acme/c0", {})
    seen: list[Progress] = []
    done = sync(database, [client(hub), ModelScope(scope.url)], Sync(TASKS, progress=seen.append))

    assert (done.cards, done.changed, done.tasks, done.problems) == (7, 7, 4, [])
    assert sorted(database.ids()) == [
        "acme/c0", "acme/c1", "acme/c2", "acme/f0", "acme/f1", "acme/f2", "modelscope/acme/c0",
    ]  # fmt: skip
    assert [(at.source, at.task, at.cards) for at in seen] == [
        ("huggingface", "text-classification", 3),
        ("huggingface", "fill-mask", 3),
        ("modelscope", "text-classification", 1),
    ]  # fmt: skip
    last = database.last_sync("huggingface")
    assert last is not None and last.count == 6


def test_the_next_sync_asks_for_what_changed_and_a_full_one_for_everything(
    hub: HubServer, database: CardDatabase
) -> None:
    filled(hub)
    how = Sync(["text-classification"], now=lambda: OCTOBER)
    sync(database, [client(hub)], how)
    hub.add("acme/new", {}, modified="2026-10-05T00:00:00.000Z")
    hub.add("acme/older", {}, modified="2026-09-05T00:00:00.000Z")
    done = sync(database, [client(hub)], how)
    assert done.cards == 4  # the day of the last sync is asked for again
    assert done.changed == 1
    assert "acme/new" in database.ids() and "acme/older" not in database.ids()
    sync(database, [client(hub)], Sync(["text-classification"], full=True))
    assert "acme/older" in database.ids()


def test_a_sync_that_was_stopped_goes_on_with_the_other_tasks(hub: HubServer, database: CardDatabase) -> None:
    filled(hub, 250)
    how = Sync(TASKS, limit=1000)
    stopping = Sync(TASKS, progress=lambda at: how.stop.set(), stop=how.stop)
    done = sync(database, [client(hub)], stopping)
    assert done.stopped and done.tasks == 0 and 0 < database.count() < 500
    done = sync(database, [client(hub)], Sync(TASKS))
    assert not done.stopped and database.count() == 500


def test_a_task_that_fails_does_not_keep_the_others_out(hub: HubServer, database: CardDatabase) -> None:
    filled(hub)
    hub.faults.add("/api/models", Status(503), times=2, at="api")
    done = sync(database, [client(hub)], Sync(TASKS))
    (problem,) = done.problems
    assert problem.startswith("huggingface, text-classification: 127.0.0.1 does not work right now (status 503)")
    assert sorted(database.ids()) == ["acme/f0", "acme/f1", "acme/f2"]


def test_what_a_person_gets_wrong_is_said(database: CardDatabase) -> None:
    with pytest.raises(UsageError, match="no hub has models for 'cooking'"):
        sync(database, [], Sync(["cooking"]))
    with pytest.raises(UsageError, match="there is no source 'nowhere'"):
        sources_from_env(["nowhere"])


def test_a_sync_in_the_background_can_be_stopped_and_waited_for(hub: HubServer, database: CardDatabase) -> None:
    filled(hub)
    running = BackgroundSync(database, lambda: [client(hub)], Sync(TASKS))
    assert running.wait(60)
    assert running.result is not None and running.result.cards == 6
    offline = BackgroundSync(database, lambda: sources_from_env(["nowhere"]))
    offline.stop(60)
    assert offline.result is not None and "no source" in offline.result.problems[0]


@pytest.mark.timeout(300)
def test_killed_at_any_moment_the_database_holds_whole_batches(hub: HubServer, database: CardDatabase) -> None:
    filled(hub, 450)
    hub.faults.add("/api/models", Slow(0.02, 20_000), times=None, at="api")
    command = [sys.executable, str(Path(__file__).with_name("sync_process.py")), hub.url, str(database.path)]
    for lines in (0, 1, 2):
        with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as process:
            assert process.stdout is not None
            for _ in range(lines):
                process.stdout.readline()
            process.kill()
        assert all(database.get(card_id) is not None for card_id in database.ids())
    assert subprocess.run(command, capture_output=True, text=True, check=True, timeout=200).stdout.endswith("whole\n")
    assert database.count() == 900
