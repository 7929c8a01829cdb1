"""What runs on a node, with a real model, as a node runs it."""

from __future__ import annotations

import json
import shutil
from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import Artifact, file_digest
from jarvis.execution.cluster.actors import ModelActor, NodeAgent
from jarvis.execution.cluster.content import ContentStore
from jarvis.execution.cluster.parcels import Note, Packed, notes_in, pack
from jarvis.messages import Value
from jarvis.model_registry.registry import Registry

MEDIA = Path(__file__).parents[4] / "examples" / "media"
REGISTRY = Registry.load()


def actor(model: str, store: ContentStore) -> ModelActor:
    return ModelActor(json.loads(REGISTRY.get(model).model_dump_json()), 1, str(store.root))


def sent(**values: Value) -> dict[str, Packed]:
    packed: dict[str, Packed] = json.loads(json.dumps({name: pack(value) for name, value in values.items()}))
    return packed


def artifact(path: Path, media_type: str = "image/jpeg") -> Artifact:
    return Artifact(path.stem, path, media_type, file_digest(path))


def held(store: ContentStore, *files: Artifact) -> None:
    for file in files:
        part = store.begin()
        store.write(part, 0, file.path.read_bytes())
        store.seal(part, file.digest)


def test_a_model_finds_its_inputs_in_the_store_and_leaves_its_files_there(tmp_path: Path) -> None:
    store = ContentStore(tmp_path / "store")
    cat = artifact(MEDIA / "cat.jpg")
    held(store, cat)
    enlarge = actor("pillow-edits", store)

    done = enlarge.run("image-to-image", [sent(image=cat, prompt="rotate it by 90 degrees")])

    assert "values" in done, done
    (note,) = notes_in(json.loads(json.dumps(done["values"][0])))
    assert note.given is False
    assert len(store.read(note.digest, 0, 10**9)) == note.size
    assert sorted(path.name for path in store.root.iterdir()) == sorted([cat.digest, note.digest])


def test_several_tasks_are_done_in_one_call(tmp_path: Path) -> None:
    store = ContentStore(tmp_path / "store")
    pictures = [artifact(MEDIA / name) for name in ("cat.jpg", "coffee.jpg")]
    held(store, *pictures)
    classify = actor("efficientnet-lite0", store)

    together = classify.run("image-classification", [sent(image=picture) for picture in pictures])
    alone = [classify.run("image-classification", [sent(image=picture)]) for picture in pictures]

    assert together["values"] == [one["values"][0] for one in alone]
    assert [together["calls"], *(one["calls"] for one in alone)] == [1, 2, 3]


def test_inputs_that_are_not_there_any_more_are_asked_for(tmp_path: Path) -> None:
    cat = artifact(MEDIA / "cat.jpg")
    classify = actor("efficientnet-lite0", ContentStore(tmp_path / "store"))

    assert classify.run("image-classification", [sent(image=cat)]) == {"lacking": [cat.digest]}


@pytest.mark.parametrize(
    ("model", "values", "kind", "message"),
    [
        ("efficientnet-lite0", {"image": "no picture"}, "TaskError", "needs a file for 'image'"),
        ("no-weights", {}, "ModelError", "none-such is not installed; run"),
    ],
)
def test_what_goes_wrong_is_told_by_name(tmp_path: Path, model: str, values: Any, kind: str, message: str) -> None:
    card = REGISTRY.get("efficientnet-lite0")
    if model == "no-weights":
        card = card.model_copy(update={"files": (card.files[0].model_copy(update={"package": "none-such"}),)})
    classify = ModelActor(json.loads(card.model_dump_json()), 1, str(tmp_path / "store"))

    error = classify.run("image-classification", [sent(**values)])["error"]

    assert error["kind"] == kind
    assert message in error["message"]


def test_what_a_killed_process_left_behind_is_removed(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("JARVIS_CACHE_DIR", str(tmp_path))
    agent = NodeAgent(limit_mb=1)
    root = Path(agent.hello()["root"])
    for pid in (7, 8):
        (root / f"call-{pid}-x" / "made").mkdir(parents=True)

    agent.tidy(7)

    assert [path.name for path in root.glob("call-*")] == ["call-8-x"]


def test_an_agent_takes_a_file_only_when_it_is_the_one_that_was_meant(tmp_path: Path, monkeypatch: Any) -> None:
    monkeypatch.setenv("JARVIS_CACHE_DIR", str(tmp_path))
    agent = NodeAgent(limit_mb=1)
    cat = artifact(MEDIA / "cat.jpg")
    part = agent.begin()
    agent.write(part, 0, b"something else")

    assert "another content" in agent.seal(part, cat.digest)
    assert agent.lacking([cat.digest]) == [cat.digest]

    part = agent.begin()
    agent.write(part, 0, cat.path.read_bytes())
    assert agent.seal(part, cat.digest) == ""
    assert agent.read(cat.digest, 0) == cat.path.read_bytes()
    shutil.rmtree(agent.hello()["root"])


def test_a_note_says_what_its_file_is() -> None:
    cat = artifact(MEDIA / "cat.jpg")

    (note,) = notes_in(sent(image=cat)["image"])

    assert note == Note("cat", "image/jpeg", cat.digest, cat.path.stat().st_size, "cat.jpg", str(cat.path))
