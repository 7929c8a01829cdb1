"""`jarvis people`: enrolling from recordings, listing, changing, forgetting, and asking who speaks."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest

from jarvis.voice.people.enrolment import SENTENCES
from tests.jarvis.cli.runs import CommandLine
from tests.sounds import recordings, say, scaled, silence, together, write_wav


@pytest.fixture
def recorded(tmp_path: Path) -> list[str]:
    """Options that give five recordings of joe."""
    options: list[str] = []
    for number, text in enumerate(SENTENCES):
        path = tmp_path / f"joe-{number}.wav"
        write_wav(path, together(0.3, scaled(say(text)), 0.3))
        options += ["--wav", str(path)]
    return options


def wav(tmp_path: Path, text: str, voice: str = "joe") -> str:
    path = tmp_path / f"{voice}.wav"
    write_wav(path, together(0.3, scaled(say(text, voice)), 0.3))
    return str(path)


def test_a_life_of_people(jarvis_command: CommandLine, recorded: list[str], tmp_path: Path) -> None:
    assert "nobody is enrolled, so every voice may do everything" in jarvis_command("people", "list").out

    enrolled = jarvis_command("people", "enrol", "Joe", *recorded, "--language", "German", "--may", "home-control:lock")
    assert enrolled.code == 0
    assert enrolled.out.startswith("Joe is enrolled: 1")
    assert "may home-control:lock of what cannot be taken back" in enrolled.out
    assert "no proof of identity" in enrolled.err

    mine = wav(tmp_path, "Please open the garage door and turn the heating down.")
    hers = wav(tmp_path, "Please open the garage door and turn the heating down.", "joe@1.2")
    heard = jarvis_command("people", "test", "--wav", mine, "--wav", hers)
    assert heard.code == 1
    assert heard.out.splitlines()[0].startswith("joe.wav: Joe (score 0.")
    assert heard.out.splitlines()[1].startswith("joe@1.2.wav: unknown (score 0.")
    assert jarvis_command("people", "test", "--wav", mine, "--json").json["heard"][0]["person"] == "Joe"

    assert jarvis_command("people", "set", "joe", "--may", "*").out == "Joe, German: may everything\n"
    assert jarvis_command("people", "set", "unknown", "--may", "home-control:lock, send-*").code == 0
    assert jarvis_command("people", "list").out.splitlines() == [
        "Joe, German: may everything",
        "unknown: may home-control:lock, send-* of what cannot be taken back",
    ]
    shown = jarvis_command("people", "show", "joe", "--json").json
    assert (shown["language"], shown["sentences"], shown["model"]) == ("de", 5, "speaker-encoder")
    assert "voices" not in shown
    assert jarvis_command("people", "rm", "Joe").code == 0
    assert jarvis_command("people", "list", "--json").json["people"] == []


def test_bad_recordings_are_left_out_and_too_few_are_refused(
    jarvis_command: CommandLine, recorded: list[str], tmp_path: Path
) -> None:
    write_wav(tmp_path / "quiet.wav", silence(2.0))
    outcome = jarvis_command("people", "enrol", "Joe", *recorded[:4], "--wav", str(tmp_path / "quiet.wav"))

    assert outcome.code == 2
    assert "quiet.wav is left out: hardly anybody speaks in it" in outcome.err
    assert "s of speech are too little" in outcome.err
    assert "nobody is enrolled" in jarvis_command("people", "list").out


def test_a_recording_of_any_rate_is_read(jarvis_command: CommandLine, tmp_path: Path) -> None:
    clips = [recording.samples for recording in recordings() if recording.person == "reader"]
    path = tmp_path / "reader.wav"
    write_wav(path, np.repeat(np.concatenate(clips), 3), rate=48_000)

    assert jarvis_command("people", "enrol", "Eva", "--wav", str(path)).code == 0


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        (["test"], "nobody is enrolled, so nobody can be recognised"),
        (["show", "Joe"], "nobody is called 'Joe' here; enrolled: nobody yet"),
        (["rm", "Joe"], "nobody is called 'Joe'"),
        (["set", "unknown", "--may", "*"], "nobody is enrolled"),
        (["set", "Joe"], "nothing to change"),
        (["enrol", "unknown"], "give another name"),
        (["enrol", "Joe", "--language", "Klingon", "--wav", "x.wav"], "there is no language 'Klingon'"),
        (["enrol", "Joe", "--wav", "missing.wav"], "there is no file missing.wav"),
        (["enrol", "Joe", "--wav", __file__], "test_people.py"),
    ],
)
def test_mistakes_are_one_sentence_with_the_way_out(
    jarvis_command: CommandLine, arguments: list[str], message: str
) -> None:
    outcome = jarvis_command("people", *arguments)

    assert (outcome.code, outcome.out) == (2, "")
    assert message in outcome.err
    assert outcome.err.count("\n") == 1
