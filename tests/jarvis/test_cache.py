"""The disk cache never runs what it reads, stays in its folder, and is its owner's alone."""

from __future__ import annotations

import os
import pickle
import sqlite3
import stat
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import Artifact, file_digest
from jarvis.cache import ForeignCacheError, Hit, PlainDisk, ResultCache
from jarvis.errors import StorageError
from jarvis.messages import JsonValue


class Burglar:
    """Unpickling it makes a file."""

    def __init__(self, path: Path) -> None:
        self.path = path

    def __reduce__(self) -> tuple[Any, ...]:
        return os.mkdir, (str(self.path),)


@pytest.fixture
def cache(tmp_path: Path) -> Iterator[ResultCache]:
    made = ResultCache(tmp_path / "cache")
    yield made
    made.close()


def craft(folder: Path, **columns: object) -> None:
    """Changes the one row of a cache behind its back."""
    with sqlite3.connect(folder / "cache.db") as db:
        for name, value in columns.items():
            db.execute(f"UPDATE Cache SET {name} = ?", (value,))
    db.close()


@pytest.mark.parametrize("in_file", [False, True])
def test_a_pickled_value_is_refused_and_never_run(
    cache: ResultCache, tmp_path: Path, in_file: bool, caplog: pytest.LogCaptureFixture
) -> None:
    trap = pickle.dumps(Burglar(tmp_path / "burgled"))
    cache.put("key", "harmless")
    if in_file:
        (tmp_path / "cache" / "trap.val").write_bytes(trap)
    craft(tmp_path / "cache", mode=4, value=None if in_file else trap, filename="trap.val" if in_file else None)

    assert cache.get("key") is None
    assert "a value in the cache is pickled" in caplog.text
    assert not (tmp_path / "burgled").exists()
    pickle.loads(trap)  # the trap itself is armed
    assert (tmp_path / "burgled").exists()


def test_a_pickled_key_is_refused_and_never_run(cache: ResultCache, tmp_path: Path) -> None:
    cache.put("key", "harmless")
    craft(tmp_path / "cache", key=pickle.dumps(Burglar(tmp_path / "burgled")), raw=0)

    with pytest.raises(ForeignCacheError):
        list(cache._store)  # pyright: ignore[reportPrivateUsage]
    assert not (tmp_path / "burgled").exists()


def test_nothing_but_bytes_and_json_goes_in(tmp_path: Path) -> None:
    disk = PlainDisk(str(tmp_path), min_file_size=0, pickle_protocol=0)

    with pytest.raises(TypeError):
        disk.put(("a", "tuple"))
    with pytest.raises(TypeError, match="not JSON serializable"):
        disk.store({1, 2}, False)


def test_a_row_cannot_reach_a_file_outside_the_folder(cache: ResultCache, tmp_path: Path) -> None:
    secret = tmp_path / "secret"
    secret.write_text('{"value": "secret"}')
    cache.put("key", "harmless")
    craft(tmp_path / "cache", mode=3, value=None, filename="../secret")

    assert cache.get("key") is None
    cache.put("key", "new")  # replaces the row, and would remove its file
    assert secret.exists()


def test_the_folder_is_for_its_owner_alone(tmp_path: Path) -> None:
    folder = tmp_path / "cache"
    folder.mkdir(mode=0o777)
    folder.chmod(0o777)

    ResultCache(folder).close()

    assert stat.S_IMODE(folder.stat().st_mode) == 0o700


def test_a_damaged_database_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "cache").mkdir()
    (tmp_path / "cache" / "cache.db").write_bytes(b"not a database, but long enough to be taken for one" * 40)

    with pytest.raises(StorageError, match="delete the folder"):
        ResultCache(tmp_path / "cache")


def test_what_goes_in_comes_out(cache: ResultCache, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(bytes(range(256)) * 300)
    artifact = Artifact("speech", path, "audio/wav", file_digest(path))
    value: dict[str, JsonValue] = {"text": "naïve 你好", "scores": [0.1, None, True, {"deep": []}]}

    cache.put("data", value)
    cache.put("file", artifact)

    assert cache.get("data") == Hit(value)
    hit = cache.get("file")
    assert hit
    assert [(f.name, f.media_type, f.content) for f in hit.files] == [("speech", "audio/wav", path.read_bytes())]
    assert cache.get("nothing") is None


def test_a_result_whose_file_was_changed_is_computed_again(cache: ResultCache, tmp_path: Path) -> None:
    path = tmp_path / "a.wav"
    path.write_bytes(b"x" * 100_000)
    cache.put("file", Artifact("speech", path, "audio/wav", file_digest(path)))
    kept = next((tmp_path / "cache").rglob("*.val"))
    kept.write_bytes(b"y" * 100_000)

    assert cache.get("file") is None


def test_the_oldest_results_go_when_the_limit_is_reached(tmp_path: Path) -> None:
    cache = ResultCache(tmp_path / "cache", limit_mb=1)
    for n in range(40):
        cache.put(str(n), f"{n}" + "x" * 100_000)
    size = sum(path.stat().st_size for path in (tmp_path / "cache").rglob("*.val"))
    found = [n for n in range(40) if cache.get(str(n))]
    cache.close()

    assert size < 2 * 2**20
    assert 39 in found
    assert 0 not in found
