"""What the loop says of its own, and how answers are made speakable."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.graph import Task
from jarvis.messages import Claim, Result
from jarvis.tools.toolset import builtin_tools
from jarvis.voice.asking import approval_question
from jarvis.voice.filler import filler
from jarvis.voice.recognition.homophones import Homophones, sound
from jarvis.voice.sentences import sentence
from jarvis.voice.telling import Recording, aloud, problem, told

_DOOR = Task(0, "home-control", {"action": "unlock", "target": "front door"})
_READ = Task(0, "optical-character-recognition", {"image": "scan.png"})


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Shall I unlock the front door?"),
        ("de", "Soll ich front door aufschließen?"),
        ("fr", "Dois-je déverrouiller front door ?"),
        ("es", "¿Quieres que haga esto: desbloquear front door?"),
        ("zh", "要我打开front door的锁吗？"),
        ("sv", "Shall I unlock the front door?"),
    ],
)
def test_it_is_asked_what_exactly_is_to_be_done(language: str, question: str) -> None:
    assert approval_question(_DOOR, builtin_tools()["home-control"], language) == question


def test_a_filler_names_what_is_read() -> None:
    assert filler(_READ, "Read me the letter on the scanner", "en") == "I am reading the letter."
    assert filler(_READ, "Lies mir den Brief vor", "de") == "Ich lese den Brief."
    assert filler(_READ, "What does it say?", "en") == "I am reading the text."


def test_every_language_has_the_same_sentences() -> None:
    for code in ("de", "fr", "es", "zh"):
        for key in ("volume", "cancelled", "not done", "no answer", "yes or no", "did not work", "no voice", "file"):
            values = {"percent": "70", "question": "?", "problem": "x", "thing": "y"}
            assert sentence(key, code, **values) != sentence(key, "en", **values)


def test_notes_and_ways_out_are_for_readers() -> None:
    assert aloud("Summary of your text (sentences taken from the text): It rains.") == "Summary of your text: It rains."
    assert problem("no model for it; run `jarvis models pull X`") == "no model for it"


def test_a_file_is_announced_and_speech_is_played(tmp_path: Path) -> None:
    from jarvis.artifacts import ArtifactFolder, Provenance
    from jarvis.tools.handler import Sink
    from tests.sounds import say

    sink = Sink(ArtifactFolder(tmp_path), Provenance(0, "text-to-speech", "piper-joe"))
    speech = sink.audio("speech", say("Good morning.", "joe"), 16_000)
    task = Task(0, "text-to-speech", {"text": "Good morning."})
    claim = Claim(f"The spoken text was written to {speech.path}.", 0)

    (played,) = told(claim, task, {0: Result(0, value=speech)}, "en")

    assert isinstance(played, Recording)
    assert played.words == "Good morning."
    assert abs(played.samples).max() > 0.05


@pytest.mark.parametrize(
    ("heard", "meant"),
    [
        ("Turn the whole light off.", "Turn the hall light off."),
        ("turn the hole light on", "turn the hall light on"),
        ("Turn the redding lamp on.", "Turn the reading lamp on."),
        ("Switch off the lights in the whole.", "Switch off the lights in the hall."),
        ("Read me the whole list.", "Read me the whole list."),
        ("Turn the kitchen light off.", "Turn the kitchen light off."),
        ("", ""),
    ],
)
def test_words_that_sound_like_a_name_of_the_home_are_it(heard: str, meant: str) -> None:
    names = Homophones(["hall light", "hall", "kitchen light", "reading lamp", "Küche"])
    assert names.mended(heard) == meant


def test_how_words_sound() -> None:
    assert sound("whole") == sound("hall") == sound("hole")
    assert sound("knight") == sound("night")
    assert sound("lamp") != sound("light")
