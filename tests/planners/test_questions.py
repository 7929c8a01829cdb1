"""Questions back are short, in the language of the request, and say what can be meant."""

from __future__ import annotations

import pytest

from jarvis.planners.questions import either, own, which
from jarvis.spec import ToolSpec, ValueType
from jarvis.tools.deeds import deed
from jarvis.tools.toolset import builtin_tools

TOOLS = builtin_tools()
LANGUAGES = ("en", "de", "fr", "es", "zh")


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Which picture do you mean? Name the file or attach it."),
        ("de", "Welches Bild ist gemeint? Nenne die Datei oder hänge sie an."),
        ("fr", "De quelle image s’agit-il ? Nommez le fichier ou joignez-le."),
        ("es", "¿Qué imagen es? Nombra el archivo o adjúntalo."),
        ("zh", "是哪张图片？请说出文件名或附上文件。"),
        ("ja", "Which picture do you mean? Name the file or attach it."),
    ],
)
def test_what_is_missing_is_asked_for_in_the_language_of_the_request(language: str, question: str) -> None:
    assert which("@image", language) == question


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Should I say a text aloud, or make music or sound effects from words?"),
        ("de", "Soll ich einen Text vorlesen oder Musik oder Geräusche erzeugen?"),
        ("fr", "Faut-il lire un texte à voix haute ou créer de la musique ou des bruitages ?"),
        ("es", "¿Debo leer un texto en voz alta o crear música o efectos de sonido?"),
        ("zh", "是要朗读文字，还是要生成音乐或音效？"),
    ],
)
def test_two_readings_are_told_apart_in_the_language_of_the_request(language: str, question: str) -> None:
    assert either(TOOLS["text-to-speech"], TOOLS["text-to-audio"], language) == question


@pytest.mark.parametrize("language", LANGUAGES)
def test_no_two_tools_are_said_in_the_same_words(language: str) -> None:
    said = [deed(tool, language) for tool in TOOLS.values()]
    assert len(set(said)) == len(said)
    assert all(words == words.strip() and not words.endswith(".") for words in said)


@pytest.mark.parametrize(
    ("language", "question"),
    [
        ("en", "Should I do this: “Water the plants in a room”, or tell the weather?"),
        ("de", "Soll ich „Water the plants in a room“ ausführen oder das Wetter sagen?"),
    ],
)
def test_a_tool_of_the_user_is_quoted_in_its_own_words(language: str, question: str) -> None:
    tool = ToolSpec("water", (), ValueType.TEXT, "Water the plants in a room. Needs a tap.")
    assert either(tool, TOOLS["weather"], language) == question


def test_the_models_own_question_is_kept_in_english_only() -> None:
    assert own("Which photo do you mean?", "en") == "Which photo do you mean?"
    for language in ("de", "fr", "es", "zh"):
        assert own("Was soll ich haltpen?", language)[-1] in "?？"
        assert "haltpen" not in own("Was soll ich haltpen?", language)
