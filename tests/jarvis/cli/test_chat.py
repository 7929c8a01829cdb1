"""`jarvis chat` through a pipe, and the files in its lines."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.artifacts import Artifact
from jarvis.cli.attach import attached
from jarvis.errors import PlannerError
from tests.jarvis.cli.fakes import ScriptedJarvis
from tests.jarvis.cli.runs import CommandLine, broken, spoken


def test_each_line_is_answered_in_one_conversation(jarvis_command: CommandLine) -> None:
    jarvis = ScriptedJarvis(text="Hello.")

    done = jarvis_command("chat", jarvis=jarvis, stdin="hi\n\n  \nhow are you")

    assert (done.code, done.out, done.err) == (0, "Hello.\nHello.\n", "")
    assert [text for text, _, _ in jarvis.heard] == ["hi", "how are you"]
    assert (jarvis.opened, jarvis.closed) == (1, 1)


def test_quit_leaves(jarvis_command: CommandLine) -> None:
    jarvis = ScriptedJarvis()

    assert jarvis_command("chat", jarvis=jarvis, stdin="/quit\nhi\n").code == 0
    assert jarvis.heard == []


def test_a_dropped_file_is_attached_to_the_next_request_only(jarvis_command: CommandLine, speech: Artifact) -> None:
    jarvis = ScriptedJarvis()

    done = jarvis_command("chat", jarvis=jarvis, stdin=f"{speech.path}\nwhat is said?\nand now?\n/files\n")

    assert [(text, files) for text, files, _ in jarvis.heard] == [("what is said?", (speech.path,)), ("and now?", ())]
    assert done.out.splitlines()[-1] == f"attached\t{speech.path}"


def test_a_file_alone_answers_a_question(jarvis_command: CommandLine, speech: Artifact) -> None:
    jarvis = ScriptedJarvis(ask="Which recording?")

    jarvis_command("chat", jarvis=jarvis, stdin=f"transcribe it\n{speech.path}\n")

    assert [(text, files) for text, files, _ in jarvis.heard] == [
        ("transcribe it", ()),
        ("speech.wav", (speech.path,)),
    ]


def test_commands_tell_of_the_last_answer(jarvis_command: CommandLine, speech: Artifact) -> None:
    jarvis = ScriptedJarvis(spoken(speech), "A cat.")

    done = jarvis_command(
        "chat", jarvis=jarvis, stdin="/plan\n/why\ndescribe it\n/plan\n/why\n/files\n/help\n/nonsense\n"
    )

    lines = done.out.splitlines()
    assert lines[:5] == ["no plan yet", "no models were chosen yet", "A cat.", "", f"speech\t{speech.path}\taudio/wav"]
    assert lines[5:7] == ['0 image-to-text image="cat.jpg"', "1 text-to-speech text=$0"]
    assert "0 image-to-text: model-a (best of 2: quality .80, 0.3 s)" in lines
    assert "0 image-to-text: not model-c (needs 9000 MB of memory and 800 MB are free)" in lines
    assert f"speech\t{speech.path}" in lines
    assert "/quit    leave (also Ctrl-D)" in done.out
    assert done.err == "there is no /nonsense; /help shows what there is\n"


def test_why_tells_what_is_missing(jarvis_command: CommandLine) -> None:
    done = jarvis_command("chat", jarvis=ScriptedJarvis(broken(), "Could not."), stdin="describe it\n/why\n")

    assert "0 image-to-text: no model; no model for image-to-text is registered" in done.out


def test_an_error_does_not_end_the_conversation(jarvis_command: CommandLine) -> None:
    jarvis = ScriptedJarvis(error=PlannerError("no plan; say it otherwise"))

    done = jarvis_command("chat", jarvis=jarvis, stdin="one\ntwo\n")

    assert done.code == 0
    assert done.err == "jarvis: no plan; say it otherwise\n" * 2


@pytest.fixture
def photo(tmp_path: Path) -> Path:
    path = tmp_path / "my photo's (1).png"
    path.write_bytes(b"\x89PNG")
    return path


def _forms(path: Path) -> list[str]:
    backslashed = "".join(f"\\{c}" if c in " '()" else c for c in str(path))
    return [str(path), f'"{path}"', backslashed, path.as_uri()]


@pytest.mark.parametrize("form", range(4))
def test_a_line_that_is_a_file_is_attached_however_the_terminal_wrote_it(photo: Path, form: int) -> None:
    assert attached(_forms(photo)[form]) == ("", [photo])


@pytest.mark.parametrize("form", range(1, 4))
def test_a_file_inside_a_sentence_is_attached_and_named(photo: Path, form: int) -> None:
    assert attached(f"describe {_forms(photo)[form]} aloud") == (f"describe {photo.name} aloud", [photo])


def test_several_dropped_files_leave_no_request(photo: Path) -> None:
    assert attached(f'"{photo}" "{photo}"') == ("", [photo, photo])


@pytest.mark.parametrize(
    "line", ["what's up?", "don't stop", "1/2 of it", "see no-such.png", "~nobody/x.png", "a\x00/b"]
)
def test_other_words_stay_as_they_are(line: str) -> None:
    assert attached(line) == (line, [])
