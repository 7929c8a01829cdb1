"""Vectors of tools from the real embedder, and what is kept of them."""

from __future__ import annotations

import base64
import threading
from pathlib import Path
from typing import Any

import diskcache
import numpy as np
import pytest

from jarvis.cache import PlainDisk, ResultCache
from jarvis.planners.vectors import AT_ONCE, ToolVectors, packs

pytestmark = pytest.mark.xdist_group("embedder")  # one process loads the model
TEXTS = ["book table: Reserve a table.", "cat: Feeds the cat.", "tea: Makes tea."]


class Delivered:
    """What arrived, and when."""

    def __init__(self) -> None:
        self.vectors: Any = None
        self.thread = ""
        self.event = threading.Event()

    def __call__(self, vectors: Any) -> None:
        self.vectors, self.thread = vectors, threading.current_thread().name
        self.event.set()


def made(texts: list[str], folder: Path) -> Any:
    delivered = Delivered()
    ToolVectors(folder).make(texts, delivered)
    assert delivered.event.wait(100)
    return delivered.vectors


def replace_only_entry(folder: Path, value: Any) -> None:
    with diskcache.Cache(str(folder), disk=PlainDisk) as keys:
        (key,) = keys.iterkeys()
    store = ResultCache(folder)
    store.put(str(key), value)
    store.close()


def test_few_vectors_come_before_the_call_returns_one_row_a_text(tmp_path: Path) -> None:
    source, delivered = ToolVectors(tmp_path), Delivered()

    source.make(TEXTS, delivered)

    asked = source.of(["a table for two"])
    assert delivered.thread == threading.current_thread().name
    assert delivered.vectors.shape == (3, 384)
    assert np.allclose(np.linalg.norm(delivered.vectors, axis=1), 1, atol=1e-3)
    assert asked is not None and int(np.argmax(asked @ delivered.vectors.T)) == 0


def test_many_vectors_come_from_a_thread(tmp_path: Path) -> None:
    delivered = Delivered()

    ToolVectors(tmp_path).make([f"tool {number}" for number in range(AT_ONCE + 1)], delivered)

    assert delivered.event.wait(100)
    assert (delivered.thread, len(delivered.vectors)) == ("jarvis-tool-vectors", AT_ONCE + 1)


def test_another_instance_finds_the_same_on_the_disk(tmp_path: Path) -> None:
    first = made(TEXTS, tmp_path)
    mark = next(tmp_path.glob("cache.db")).stat().st_size

    again = made(TEXTS, tmp_path)

    assert np.array_equal(first, again)
    assert next(tmp_path.glob("cache.db")).stat().st_size == mark


def test_what_lies_on_the_disk_is_used(tmp_path: Path) -> None:
    made(TEXTS, tmp_path)
    kept = np.zeros((3, 384), dtype=np.float16)
    replace_only_entry(tmp_path, {"float16": base64.b64encode(kept.tobytes()).decode()})

    assert not made(TEXTS, tmp_path).any()


@pytest.mark.parametrize("damage", [{"float16": "!"}, {"float16": "AAAA"}, {"float16": 5}, [1], None, "x"])
def test_a_damaged_entry_is_made_again(tmp_path: Path, damage: Any) -> None:
    first = made(TEXTS, tmp_path)
    replace_only_entry(tmp_path, damage)

    assert np.array_equal(made(TEXTS, tmp_path), first)


def test_a_folder_that_cannot_be_used_costs_nothing_but_time(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    assert made(TEXTS, tmp_path / "file" / "cache").shape == (3, 384)


def test_without_the_embedder_nothing_comes(tmp_path: Path) -> None:
    source, delivered = ToolVectors(tmp_path, model="no-such-model"), Delivered()

    source.make(TEXTS, delivered)

    assert (source.here(), source.of(TEXTS), delivered.vectors) == (False, None, None)


def test_the_cache_is_where_the_environment_says_unless_turned_off(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("JARVIS_CACHE_DIR", str(tmp_path / "here"))
    ToolVectors().make(TEXTS, Delivered())
    assert (tmp_path / "here" / "tools" / "cache.db").is_file()

    monkeypatch.setenv("JARVIS_CACHE_DIR", str(tmp_path / "off"))
    monkeypatch.setenv("JARVIS_CACHE_MB", "0")
    ToolVectors().make(TEXTS, Delivered())
    assert not (tmp_path / "off" / "tools").exists()


def test_a_text_that_is_added_spoils_one_pack() -> None:
    texts = [f"tool {number}" for number in range(300)]

    before = {tuple(texts[row] for row in rows) for rows in packs(texts)}
    more = [*texts[150:], "another", *texts[:150]]
    after = {tuple(more[row] for row in rows) for rows in packs(more)}

    assert sorted(row for rows in packs(texts) for row in rows) == list(range(300))
    assert len(before) == 8
    assert len(before - after) == 1
    assert packs([]) == []


def test_equal_texts_have_equal_vectors(tmp_path: Path) -> None:
    vectors = made(["tea", "tea", "\ud800"], tmp_path)

    assert np.array_equal(vectors[0], vectors[1])
