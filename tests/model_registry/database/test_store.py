"""The file of the cards: versions, damage, and what is said about them."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path

import pytest

from jarvis.errors import StorageError
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.database import CardDatabase
from jarvis.model_registry.database.packing import Packing, to_card, to_text
from jarvis.model_registry.database.store import FORMAT, open_store, writing
from tests.model_registry.database.made import card, many


@pytest.fixture
def path(tmp_path: Path) -> Path:
    found = tmp_path / "cards.sqlite3"
    with CardDatabase(found) as database:
        database.put(many(40))
        database.finish()
    return found


def changed(path: Path, *statements: str) -> None:
    with closing(sqlite3.connect(path)) as connection:
        for statement in statements:
            connection.execute(statement)
        connection.commit()


def test_a_file_of_a_newer_jarvis_is_left_alone(path: Path) -> None:
    changed(path, f"PRAGMA user_version = {FORMAT + 1}")
    before = path.read_bytes()

    with pytest.raises(
        StorageError, match=r"written by a newer Jarvis .*; update Jarvis, or delete .* `jarvis models sync`"
    ):
        CardDatabase(path).search("bert")
    assert path.read_bytes() == before


def test_a_file_that_is_no_database_is_told(tmp_path: Path) -> None:
    path = tmp_path / "cards.sqlite3"
    path.write_bytes(b"hello, I am a text, and long enough to be read as a header of something" * 100)

    with pytest.raises(StorageError, match=r"is damaged .*; delete .* and run `jarvis models sync`"):
        CardDatabase(path).search("bert")


def test_a_database_of_something_else_is_not_touched(tmp_path: Path) -> None:
    path = tmp_path / "cards.sqlite3"
    changed(path, "CREATE TABLE music (song TEXT)")

    with pytest.raises(StorageError, match="is not a model database of Jarvis; move it away"):
        CardDatabase(path).put([card()])


def test_pages_that_were_overwritten_are_told_not_shown(path: Path) -> None:
    data = bytearray(path.read_bytes())
    data[4096 : len(data)] = b"\xff" * (len(data) - 4096)
    path.write_bytes(data)

    with pytest.raises(StorageError, match="is damaged"):
        CardDatabase(path).search("bert")


def test_a_body_that_cannot_be_read_is_told(path: Path) -> None:
    changed(path, "UPDATE bodies SET body = x'00ff00ff'")

    with CardDatabase(path) as database, pytest.raises(StorageError, match="a card cannot be read"):
        database.search("bert")


def test_a_half_file_is_told(path: Path) -> None:
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])

    with pytest.raises(StorageError, match="is damaged"):
        CardDatabase(path).search("", limit=1000)


def test_a_folder_that_is_a_file_is_told(tmp_path: Path) -> None:
    (tmp_path / "models").write_text("x")

    with pytest.raises(StorageError, match="JARVIS_DATA_DIR"):
        CardDatabase(tmp_path / "models" / "cards.sqlite3").put([card()])


def test_an_older_file_is_brought_up_to_date_step_by_step(path: Path) -> None:
    def second(connection: sqlite3.Connection) -> None:
        connection.execute("ALTER TABLE cards ADD COLUMN more TEXT NOT NULL DEFAULT 'm'")

    def third(connection: sqlite3.Connection) -> None:
        connection.execute("UPDATE cards SET more = more || id")

    with closing(open_store(path, version=FORMAT + 2, steps={FORMAT: second, FORMAT + 1: third})) as connection:
        rows = connection.execute("SELECT count(*) FROM cards WHERE more = 'm' || id").fetchone()
        version = connection.execute("PRAGMA user_version").fetchone()

    assert (rows, version) == ((40,), (FORMAT + 2,))


def test_a_step_that_fails_leaves_the_file_as_it_was(path: Path) -> None:
    def broken(connection: sqlite3.Connection) -> None:
        connection.execute("DELETE FROM cards")
        raise sqlite3.OperationalError("no")

    with pytest.raises(StorageError):
        open_store(path, version=FORMAT + 1, steps={FORMAT: broken})

    with CardDatabase(path) as database:
        assert database.count() == 40


def test_a_file_that_is_too_old_names_the_way_out(path: Path) -> None:
    with pytest.raises(StorageError, match="too old; delete"):
        open_store(path, version=FORMAT + 1, steps={})


def test_words_that_were_chosen_in_another_way_are_indexed_again(path: Path) -> None:
    changed(
        path, "INSERT INTO found (found) VALUES ('delete-all')", "DELETE FROM vocabulary", "UPDATE cards SET marks = ''"
    )
    changed(path, "UPDATE facts SET value = 0 WHERE name = 'words'")

    with CardDatabase(path) as database:
        assert database.search("bert").count == sum("bert" in one.id for one in many(40))
        assert len(database.candidates("translation")) == sum(
            "translation" in c.tasks and bool(c.variants) for c in many(40)
        )


def test_a_writer_that_fails_writes_nothing(path: Path) -> None:
    def delete_and_fail(connection: sqlite3.Connection) -> None:
        with writing(connection):
            connection.execute("DELETE FROM cards")
            raise ZeroDivisionError

    with closing(open_store(path)) as connection:
        with pytest.raises(ZeroDivisionError):
            delete_and_fail(connection)

        assert connection.execute("SELECT count(*) FROM cards").fetchone() == (40,)


def test_a_field_of_a_newer_jarvis_is_left_out() -> None:
    text = to_text(card())

    assert to_card(text[:-1] + b',"mood":"good"}') == card()
    with pytest.raises(ValueError, match="validation error"):
        to_card(b'{"id":3}')


def test_a_packed_card_is_small() -> None:
    packing = Packing()
    texts = [to_text(one) for one in many(200)]

    packed = [packing.pack(text) for text in texts]

    assert [packing.unpack(body) for body in packed] == texts
    assert sum(map(len, packed)) < 0.45 * sum(map(len, texts))
    assert isinstance(to_card(packing.unpack(packed[0])), ModelCard)
