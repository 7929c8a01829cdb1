"""How values cross between machines."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from jarvis.artifacts import Artifact, file_digest
from jarvis.execution.cluster.parcels import Note, artifact_at, notes_in, pack, unpack
from jarvis.messages import Value


def artifact(folder: Path, name: str, content: bytes) -> Artifact:
    path = folder / name
    path.write_bytes(content)
    return Artifact(path.stem, path, "image/png", file_digest(path))


@pytest.mark.parametrize(
    "value",
    ["text", 3, None, True, [1, "a", None], {"file": {"name": "no file at all"}, "list": [1]}, []],
    ids=str,
)
def test_data_arrives_as_it_was(value: Value) -> None:
    assert unpack(json.loads(json.dumps(pack(value))), lambda note: pytest.fail(str(note))) == value


def test_files_become_notes_of_their_content_wherever_they_stand(tmp_path: Path) -> None:
    one, two = artifact(tmp_path, "one.png", b"1"), artifact(tmp_path, "two.png", b"22")

    packed = json.loads(json.dumps(pack([one, two])))

    assert list(notes_in(packed)) == [
        Note("one", "image/png", one.digest, 1, "one.png", str(one.path)),
        Note("two", "image/png", two.digest, 2, "two.png", str(two.path)),
    ]
    assert unpack(packed, lambda note: artifact_at(note, Path(note.path))) == [one, two]


def test_a_file_that_is_gone_cannot_be_sent(tmp_path: Path) -> None:
    gone = artifact(tmp_path, "gone.png", b"1")
    gone.path.unlink()

    with pytest.raises(FileNotFoundError):
        pack(gone)
