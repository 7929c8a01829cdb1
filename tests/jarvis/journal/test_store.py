"""The journal's file: for its owner alone, and a clear sentence when it cannot be used."""

from __future__ import annotations

import sqlite3
import subprocess
import sys
from contextlib import closing
from pathlib import Path

import pytest

from jarvis.errors import JournalError
from jarvis.journal.journal import Journal
from jarvis.journal.store import FORMAT, journal_file, open_store
from tests.jarvis.journal.runs import origin

pytestmark = pytest.mark.anyio


def test_the_folder_is_its_owners_alone(folder: Path) -> None:
    open_store(folder).close()
    assert folder.stat().st_mode & 0o777 == 0o700
    assert journal_file(folder).stat().st_mode & 0o777 == 0o600


@pytest.mark.parametrize(("version", "whose"), [(FORMAT + 1, "a newer Jarvis"), (FORMAT - 1, "an older Jarvis")])
def test_a_journal_of_another_version_is_named_and_left_alone(folder: Path, version: int, whose: str) -> None:
    with closing(open_store(folder)) as connection:
        connection.execute(f"PRAGMA user_version = {version}")
    before = journal_file(folder).read_bytes()
    with pytest.raises(JournalError, match=f"was written by {whose} .format {version}.* to begin a new one"):
        Journal(folder)
    assert journal_file(folder).read_bytes() == before


def test_a_file_that_is_no_database_is_named(folder: Path) -> None:
    folder.mkdir()
    journal_file(folder).write_bytes(b"this is no database, and was never one" * 100)
    with pytest.raises(JournalError, match=r"is damaged .*move that file away"):
        Journal(folder)


def test_a_database_of_something_else_is_left_alone(folder: Path) -> None:
    folder.mkdir()
    with closing(sqlite3.connect(journal_file(folder))) as other:
        other.execute("CREATE TABLE birds (name TEXT)")
    with pytest.raises(JournalError, match="is not a journal of Jarvis"):
        Journal(folder)


async def test_a_journal_damaged_in_the_middle_says_so_when_it_is_read(folder: Path) -> None:
    with closing(Journal(folder)) as journal:
        for _ in range(30):
            await journal.begin(origin(folder, "x" * 3000))
    content = bytearray(journal_file(folder).read_bytes())
    content[4096:] = b"\x99" * (len(content) - 4096)
    journal_file(folder).write_bytes(content)
    with closing(Journal(folder)) as journal, pytest.raises(JournalError, match="is damaged"):
        journal.runs()


def test_a_folder_that_cannot_be_written_is_named(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("not a folder")
    with pytest.raises(JournalError, match="choose one with JARVIS_DATA_DIR"):
        Journal(tmp_path / "file" / "journal")


def test_two_processes_may_make_it_at_once(folder: Path) -> None:
    code = f"from pathlib import Path\nfrom jarvis.journal.store import open_store\nopen_store(Path({str(folder)!r}))"
    others = [subprocess.Popen([sys.executable, "-c", code], cwd=Path.cwd()) for _ in range(4)]
    assert [other.wait(100) for other in others] == [0, 0, 0, 0]
