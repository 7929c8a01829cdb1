"""The folder of files by content that each node of a cluster keeps."""

from __future__ import annotations

import hashlib
import subprocess
import sys
from io import BytesIO
from pathlib import Path

import pytest

from jarvis.errors import StorageError
from jarvis.execution.cluster.content import ContentStore, StoreFolder


def digest(content: bytes) -> str:
    return hashlib.sha256(content).hexdigest()


def put(store: ContentStore, content: bytes) -> str:
    part = store.begin()
    store.write(part, 0, content)
    store.seal(part, digest(content))
    return digest(content)


def test_a_file_that_came_in_pieces_in_any_order_is_there_whole(tmp_path: Path) -> None:
    store = ContentStore(tmp_path / "store")
    part = store.begin()
    store.write(part, 3, b"def")
    assert store.lacking([digest(b"abcdef")]) == [digest(b"abcdef")]
    store.write(part, 0, b"abc")
    store.seal(part, digest(b"abcdef"))

    out = BytesIO()
    store.fill(digest(b"abcdef"), out)
    assert out.getvalue() == b"abcdef"
    assert store.read(digest(b"abcdef"), 2, 3) == b"cde"
    assert store.lacking([digest(b"abcdef")]) == []


def test_a_file_with_another_content_than_its_digest_is_not_taken(tmp_path: Path) -> None:
    store = ContentStore(tmp_path / "store")
    part = store.begin()
    store.write(part, 0, b"half")

    with pytest.raises(StorageError, match="another content"):
        store.seal(part, digest(b"whole"))

    assert list(store.root.iterdir()) == []


@pytest.mark.parametrize("name", ["../escape", "", "A" * 64, "0" * 63])
def test_what_is_not_a_digest_names_no_file(tmp_path: Path, name: str) -> None:
    with pytest.raises(ValueError, match="not a SHA-256"):
        ContentStore(tmp_path / "store").read(name, 0, 1)


def test_what_was_used_longest_ago_is_dropped_and_links_to_it_stay(tmp_path: Path) -> None:
    store = ContentStore(tmp_path / "store", limit_mb=1)
    first, second = (put(store, bytes([n]) * 400_000) for n in (1, 2))
    store.link(first, tmp_path / "in use" / "first.bin")  # used now, so the second one goes

    third = put(store, b"3" * 400_000)

    assert store.lacking([first, second, third]) == [second]
    assert (tmp_path / "in use" / "first.bin").read_bytes() == bytes([1]) * 400_000


def test_a_file_larger_than_the_limit_is_kept_alone(tmp_path: Path) -> None:
    store = ContentStore(tmp_path / "store", limit_mb=1)
    small, large = put(store, b"small"), put(store, b"x" * 2_000_000)

    assert store.lacking([small, large]) == [small]


def test_the_store_is_its_owners_alone(tmp_path: Path) -> None:
    assert ContentStore(tmp_path / "store").root.stat().st_mode & 0o777 == 0o700


def test_a_store_that_cannot_be_made_is_told_with_the_way_out(tmp_path: Path) -> None:
    (tmp_path / "file").write_text("")

    with pytest.raises(StorageError, match="set JARVIS_CACHE_DIR"):
        ContentStore(tmp_path / "file" / "store")
    with pytest.raises(StorageError, match="set JARVIS_CACHE_DIR"):
        StoreFolder(tmp_path / "file" / "stores")


def test_stores_of_processes_that_are_gone_are_swept_and_others_stay(tmp_path: Path) -> None:
    mine = StoreFolder(tmp_path)
    program = "import sys; from pathlib import Path; from jarvis.execution.cluster.content import StoreFolder; "
    program += "made = StoreFolder(Path(sys.argv[1])); print(made.store.root)"
    done = subprocess.run([sys.executable, "-c", program, str(tmp_path)], capture_output=True, text=True, check=True)
    abandoned = Path(done.stdout.strip())
    assert abandoned.is_dir()

    other = StoreFolder(tmp_path)

    assert not abandoned.exists()
    assert mine.store.root.is_dir()
    mine.remove()
    other.remove()
    assert list(tmp_path.iterdir()) == []
