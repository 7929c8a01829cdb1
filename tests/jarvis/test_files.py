"""Files are told by content, bound by name or placeholder, and refused with a way out."""

from __future__ import annotations

import wave
from pathlib import Path

import pytest
from PIL import Image

from jarvis.artifacts import Artifact
from jarvis.errors import InputError
from jarvis.files import Files, kind_of
from jarvis.graph import Arg, Task
from jarvis.messages import Value
from jarvis.tools.toolset import builtin_tools

TOOLS = builtin_tools()


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    Image.new("RGB", (8, 8), "red").save(tmp_path / "photo.jpg")
    Image.new("RGB", (8, 8), "blue").save(tmp_path / "second.png")
    with wave.open(str(tmp_path / "voice.wav"), "wb") as out:
        out.setparams((1, 2, 16000, 0, "NONE", ""))
        out.writeframes(b"\0\0" * 160)
    (tmp_path / "notes.txt").write_text("Buy milk.\n")
    (tmp_path / "fake.jpg").write_text("I am text.")
    (tmp_path / "empty.png").touch()
    (tmp_path / "clip.mp4").write_bytes(b"\0\0\0\x18ftypisom" + b"\0" * 40)
    return tmp_path


def bound(files: Files, tool: str, slot: str, literal: str) -> Value:
    args: dict[str, Arg] = {slot: literal}
    return files.bind(Task(0, tool, args), TOOLS[tool], slot, literal)


@pytest.mark.parametrize(
    ("name", "kind"),
    [
        ("photo.jpg", "image"),
        ("voice.wav", "audio"),
        ("notes.txt", "text"),
        ("fake.jpg", "text"),
        ("clip.mp4", "video"),
    ],
)
def test_the_kind_is_told_by_content(folder: Path, name: str, kind: str) -> None:
    assert kind_of(folder / name) == kind


def test_a_name_in_the_text_is_found_from_the_base_folder(folder: Path) -> None:
    value = bound(Files(base=folder), "image-to-text", "image", "photo.jpg")
    assert isinstance(value, Artifact)
    assert (value.path, value.media_type) == (folder / "photo.jpg", "image/jpeg")


def test_an_attached_file_is_found_by_its_name(folder: Path) -> None:
    value = bound(Files([folder / "photo.jpg"], base=Path("/")), "image-to-text", "image", "photo.jpg")
    assert isinstance(value, Artifact)


def test_placeholders_take_attached_files_in_order(folder: Path) -> None:
    files = Files([folder / "photo.jpg", folder / "notes.txt", folder / "second.png"])
    found = [bound(files, "image-to-text", "image", "@image") for _ in range(3)]
    assert [value.path.name for value in found if isinstance(value, Artifact)] == [
        "photo.jpg",
        "second.png",
        "second.png",
    ]
    assert bound(files, "summarization", "text", "@text") == "Buy milk.\n"


def test_a_text_file_in_a_text_slot_is_read(folder: Path) -> None:
    assert bound(Files(base=folder), "summarization", "text", "notes.txt") == "Buy milk.\n"
    assert bound(Files(base=folder), "summarization", "text", "Plain words.") == "Plain words."


def test_an_earlier_result_stands_in_for_a_placeholder() -> None:
    assert bound(Files(earlier={"text": "what was said"}), "text-to-speech", "text", "@text") == "what was said"


def test_what_is_at_hand_is_what_placeholders_can_stand_for(folder: Path) -> None:
    assert Files().at_hand == frozenset()
    assert Files([folder / "photo.jpg", folder / "notes.txt"]).at_hand == {"image", "text"}
    assert Files(earlier={"text": "what was said"}).at_hand == {"text"}
    assert Files([folder / "photo.jpg"]).at_hand == {"image", "audio", "video", "text"}


@pytest.mark.parametrize(
    ("literal", "message"),
    [
        ("missing.jpg", "missing.jpg does not exist; check the name, or give the file with -f"),
        ("fake.jpg", "fake.jpg holds text, not an image; give an image file"),
        ("clip.mp4", "clip.mp4 holds a video, not an image; give an image file"),
        ("empty.png", r"empty.png is empty \(0 bytes\); give a file with content"),
        (".", "is a directory; name a file in it"),
        ("https://x.org/a.jpg", "is a web address; download the file first"),
        ("@image", "speaks of a picture but none is given"),
    ],
)
def test_a_file_that_cannot_be_used_is_refused_with_the_way_out(folder: Path, literal: str, message: str) -> None:
    with pytest.raises(InputError, match=message):
        bound(Files(base=folder), "image-to-text", "image", literal)


def test_a_bad_attachment_is_refused_before_anything_runs(folder: Path) -> None:
    with pytest.raises(InputError, match="does not exist"):
        Files([folder / "nothing.wav"])
