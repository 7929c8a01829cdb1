"""Variants on their shelf: whole or not there."""

from __future__ import annotations

import os
import subprocess
import sys
import time
from pathlib import Path

import pytest

from jarvis.errors import ModelError, ModelFileError
from jarvis.model_registry.card import StoredFile
from jarvis.model_registry.optimize.shelf import New, Shelf
from jarvis.model_registry.packaged import locate
from jarvis.model_registry.registry import Registry

CARD = Registry.load().get("efficientnet-lite0").model_copy(update={"id": "owner/net:int8"})

_PUT_FOREVER = """
import sys
from pathlib import Path
from jarvis.model_registry.optimize.shelf import New, Shelf
from jarvis.model_registry.registry import Registry
card = Registry.load().get("efficientnet-lite0").model_copy(update={"id": "owner/net:int8"})
shelf = Shelf(Path(sys.argv[1]))
print("begun", flush=True)
while True:
    shelf.put(card, {"weights": New("net.onnx", Path(sys.argv[2]))})
"""


@pytest.fixture
def graph(tmp_path: Path) -> Path:
    path = tmp_path / "made.onnx"
    path.write_bytes(bytes(range(256)) * 4000)
    return path


def test_a_variant_is_kept_beside_the_files_that_stay(tmp_path: Path, graph: Path) -> None:
    shelf = Shelf(tmp_path / "optimized")

    kept = shelf.put(CARD, {"weights": New("net.onnx", graph)})

    assert shelf.cards() == [kept]
    assert [file.role for file in kept.files] == ["labels", "weights"]
    assert locate(kept)["weights"].read_bytes() == graph.read_bytes()
    assert kept.source == "folder"


def test_a_variant_that_was_changed_is_not_loaded(tmp_path: Path, graph: Path) -> None:
    kept = Shelf(tmp_path / "optimized").put(CARD, {"weights": New("net.onnx", graph)})
    (stored,) = (file for file in kept.files if isinstance(file, StoredFile))
    Path(stored.path).write_bytes(bytes(stored.bytes))

    with pytest.raises(ModelFileError, match="is not the file that was checked"):
        locate(kept)


def test_a_variant_made_again_takes_the_place_of_the_old_one(tmp_path: Path, graph: Path) -> None:
    shelf = Shelf(tmp_path / "optimized")
    shelf.put(CARD, {"weights": New("net.onnx", graph)})
    graph.write_bytes(b"another")

    kept = shelf.put(CARD, {"weights": New("net.onnx", graph)})

    assert shelf.cards() == [kept]
    assert len(list(shelf.root.iterdir())) == 1


def test_a_removed_variant_leaves_nothing(tmp_path: Path, graph: Path) -> None:
    shelf = Shelf(tmp_path / "optimized")
    shelf.put(CARD, {"weights": New("net.onnx", graph)})

    assert shelf.remove(CARD.id) > 1_000_000
    assert list(shelf.root.iterdir()) == []
    with pytest.raises(ModelError, match="was not made here"):
        shelf.remove(CARD.id)


@pytest.mark.parametrize("evil", ["../../etc", "a/../../b", "..", ".hidden:int8", "/etc/passwd"])
def test_no_id_leads_out_of_the_shelf(tmp_path: Path, graph: Path, evil: str) -> None:
    shelf = Shelf(tmp_path / "deep" / "optimized")

    shelf.put(CARD.model_copy(update={"id": evil}), {"weights": New("net.onnx", graph)})

    assert [path.name for path in tmp_path.iterdir() if path != graph] == ["deep"]
    assert [path.name for path in (tmp_path / "deep").iterdir()] == ["optimized"]
    assert [card.id for card in shelf.cards()] == [evil]


def test_what_is_no_card_is_left_out(tmp_path: Path, caplog: pytest.LogCaptureFixture) -> None:
    for name, text in (("broken", "{"), ("list", "[1]"), ("huge", " " * 1_100_000)):
        (tmp_path / name).mkdir()
        (tmp_path / name / "card.json").write_text(text, encoding="utf-8")

    assert Shelf(tmp_path).cards() == []
    assert "make it again, or remove its folder" in caplog.text


@pytest.mark.parametrize("delay", [0.0, 0.003, 0.02, 0.05])
def test_a_killed_program_leaves_no_half_variant(tmp_path: Path, graph: Path, delay: float) -> None:
    shelf = Shelf(tmp_path / "optimized")
    command = [sys.executable, "-c", _PUT_FOREVER, str(shelf.root), str(graph)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True) as program:
        assert program.stdout is not None
        assert program.stdout.readline() == "begun\n"
        time.sleep(delay)
        program.kill()

    for card in shelf.cards():
        assert locate(card)["weights"].read_bytes() == graph.read_bytes()
    shelf.sweep()
    assert all(not path.name.startswith(".") for path in shelf.root.glob("*"))


def test_what_a_living_program_works_on_is_not_swept(tmp_path: Path) -> None:
    (tmp_path / f".{os.getpid()}-aaaa.part").mkdir()

    Shelf(tmp_path).sweep()

    assert len(list(tmp_path.iterdir())) == 1
