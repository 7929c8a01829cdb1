"""Writing cards: replaced, removed, killed half-way, with readers and writers beside."""

from __future__ import annotations

import random
import signal
import sqlite3
import subprocess
import sys
import threading
import time
from contextlib import closing
from datetime import UTC, datetime
from pathlib import Path

import pytest

from jarvis.model_registry.card import Evaluation, ModelCard
from jarvis.model_registry.database import CardDatabase, Filters
from tests.model_registry.database.made import card, many, variant

FILLER = """
import sys
from pathlib import Path
from jarvis.model_registry.database import CardDatabase, filling
from tests.model_registry.database.made import many
filling.BATCH = 100
start, count = int(sys.argv[2]), int(sys.argv[3])
with CardDatabase(Path(sys.argv[1])) as database:
    for round in range(start, start + count):
        cards = [c.model_copy(update={"id": f"{c.id}-{round % 2}", "likes": round}) for c in many(100, 5)]
        database.put(cards)
        print(round, flush=True)
"""


@pytest.fixture
def path(tmp_path: Path) -> Path:
    return tmp_path / "models" / "cards.sqlite3"


def index_is_right(path: Path) -> bool:
    """Whether the index and the vocabulary are those of the cards that are there, and nothing else."""
    with CardDatabase(path) as database:
        cards = [database.get(one) for one in database.ids()]
    fresh = path.with_name("fresh.sqlite3")
    fresh.unlink(missing_ok=True)
    with CardDatabase(fresh) as database:
        database.put(one for one in cards if one)
    with closing(sqlite3.connect(path)) as one, closing(sqlite3.connect(fresh)) as other:
        one.execute("INSERT INTO found (found) VALUES ('integrity-check')")
        words = "SELECT word, cards FROM vocabulary ORDER BY word"
        if one.execute(words).fetchall() != other.execute(words).fetchall():
            return False
        for connection in (one, other):
            connection.execute("CREATE VIRTUAL TABLE temp.terms USING fts5vocab('main', 'found', 'row')")
        listed = "SELECT term, doc FROM temp.terms ORDER BY term"
        return one.execute(listed).fetchall() == other.execute(listed).fetchall()


def test_a_card_comes_back_as_it_was(path: Path) -> None:
    whole = card(
        "ann/whole",
        evaluations=(Evaluation(dataset="imdb", metric="accuracy", value=0.93, source="model-index"),),
        warnings=("pickled weights only",),
        parameters={"network": True},
        description="“quoted” – 中文 \u2028",
        variants=(variant(), variant("fp32-safetensors", "safetensors", 4)),
    )
    with CardDatabase(path) as database:
        assert database.put([whole]) == 1

    with CardDatabase(path) as database:
        assert database.get("ann/whole") == whole
        assert database.get("ann/other") is None


def test_reading_where_nothing_was_synced_makes_no_file(path: Path) -> None:
    with CardDatabase(path) as database:
        assert database.search("bert").cards == ()
        assert (database.count(), database.get("a"), database.syncs(), database.ids()) == (0, None, [], [])
        assert (database.candidates("translation"), database.prospects("translation")) == ((), [])

    assert not path.parent.exists()


def test_the_same_card_again_changes_nothing(path: Path) -> None:
    with CardDatabase(path) as database:
        assert database.put(many(50)) == 50
        assert database.put(many(50)) == 0
        changed = [one.model_copy(update={"likes": 77}) for one in many(50)[:5]]
        assert database.put(changed) == 5
        assert database.count() == 50
    assert index_is_right(path)


def test_of_two_cards_with_one_id_the_later_one_counts(path: Path) -> None:
    with CardDatabase(path) as database:
        database.put([card(likes=1), card(likes=2)])

        assert (database.count(), database.search("bert").cards[0].likes) == (1, 2)


def test_what_is_removed_or_replaced_is_not_found_any_more(path: Path) -> None:
    cards = many(300)
    with CardDatabase(path) as database:
        database.put(cards)
        assert database.remove([cards[0].id, cards[0].id, "nobody/nothing"]) == 1
        database.put([cards[1].model_copy(update={"description": "quite zebra-like", "downloads": 9_000_000})])

        assert database.get(cards[0].id) is None
        assert [one.id for one in database.search("zebra").cards] == [cards[1].id]
        assert database.search(sort="downloads").cards[0].downloads == max(
            9_000_000, *(c.downloads or 0 for c in cards)
        )
    assert index_is_right(path)


def test_any_order_of_writing_gives_the_index_of_what_is_there(path: Path) -> None:
    rng = random.Random(4)
    cards = many(200)
    with CardDatabase(path) as database:
        for _ in range(12):
            some = rng.sample(cards, 60)
            database.put(
                one.model_copy(update={"downloads": rng.randrange(10**6), "tags": (f"t{rng.random()}",)})
                for one in some
            )
            database.remove(one.id for one in rng.sample(cards, 20))
        database.finish()
    assert index_is_right(path)


def test_syncs_are_remembered_by_source(path: Path) -> None:
    when = datetime(2026, 5, 1, 12, tzinfo=UTC)
    with CardDatabase(path) as database:
        database.note_sync("huggingface", when, 10, "page-2")
        database.note_sync("modelscope", when.replace(day=2), 5)
        database.note_sync("huggingface", when.replace(day=3), 11, "page-3")

        found = database.last_sync("huggingface")
        assert found is not None
        assert (found.when, found.count, found.cursor) == (when.replace(day=3), 11, "page-3")
        assert [sync.source for sync in database.syncs()] == ["huggingface", "modelscope"]
        assert database.last_sync("folder") is None


@pytest.mark.timeout(300)
def test_a_killed_process_leaves_whole_batches_only(path: Path) -> None:
    rng = random.Random(8)
    written = -1
    for _ in range(6):
        with subprocess.Popen(
            [sys.executable, "-c", FILLER, str(path), str(written + 1), "1000"], stdout=subprocess.PIPE, text=True
        ) as filler:
            assert filler.stdout is not None
            written = int(filler.stdout.readline())
            time.sleep(rng.uniform(0, 0.3))
            filler.send_signal(signal.SIGKILL)
            told = filler.stdout.read().split()
            written = int(told[-1]) if told else written

        with CardDatabase(path) as database:
            for odd in (0, 1):
                likes = {
                    one.likes
                    for card_id in database.ids()
                    if card_id.endswith(f"-{odd}") and (one := database.get(card_id))
                }
                assert len(likes) <= 1, "half a batch is there"
                assert all(round_ is not None and round_ <= written + 1 for round_ in likes)
            assert database.count() in (100, 200)
    assert index_is_right(path)


@pytest.mark.timeout(300)
def test_many_readers_beside_one_writer_see_whole_batches(path: Path) -> None:
    with CardDatabase(path) as database:
        database.put(one.model_copy(update={"id": f"{one.id}-0", "likes": 0}) for one in many(100, 5))
    problems: list[str] = []
    stop = threading.Event()

    def read() -> None:
        with CardDatabase(path) as reader:
            while not stop.is_set():
                page = reader.search("bert", Filters(task="translation"), "likes", limit=100)
                counts = {one.likes for one in page.cards if one.id.endswith("-0")}
                if len(counts) != 1 or not reader.count():
                    problems.append(f"{counts}")

    readers = [threading.Thread(target=read) for _ in range(3)]
    for reader in readers:
        reader.start()
    try:
        fillers = [
            subprocess.Popen([sys.executable, "-c", FILLER, str(path), str(start), "15"], stdout=subprocess.DEVNULL)
            for start in (0, 1000)  # two writers wait for each other
        ]
        codes = [filler.wait() for filler in fillers]
    finally:
        stop.set()
        for reader in readers:
            reader.join()

    assert (codes, problems) == ([0, 0], [])
    assert index_is_right(path)


def test_threads_may_share_one_database(path: Path) -> None:
    cards = many(400)
    with CardDatabase(path) as database:
        parts = [threading.Thread(target=database.put, args=(cards[start::4],)) for start in range(4)]
        for part in parts:
            part.start()
        for part in parts:
            part.join()

        assert database.count() == 400
    assert index_is_right(path)


def test_a_large_sync_is_packed(path: Path) -> None:
    with CardDatabase(path) as database:
        cards = many(2000)
        for _ in range(11):
            cards = [one.model_copy(update={"likes": (one.likes or 0) + 100}) for one in cards]
            database.put(cards)
        before = sum(file.stat().st_size for file in path.parent.iterdir())
        database.finish()

        assert database.count() == 2000
        assert path.stat().st_size <= before
        assert path.with_name(path.name + "-wal").stat().st_size == 0
    assert index_is_right(path)


def test_a_card_with_an_endless_list_of_tags_is_bounded(path: Path) -> None:
    heavy = card(tags=tuple(f"tag{number}" for number in range(50_000)), description="x" * 100_000)
    with CardDatabase(path) as database:
        database.put([heavy])

        assert database.get(heavy.id) == heavy
        assert isinstance(database.search("tag7").cards[0], ModelCard)
