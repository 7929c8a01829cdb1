"""Telling texts: transcripts, translations, answers, and texts that stand for themselves."""

from __future__ import annotations

from collections.abc import Mapping

from jarvis.artifacts import Artifact
from jarvis.responding.telling.telling import Telling

PLAIN = frozenset({"text-generation", "conversational"})
"""Tasks whose text is the answer itself and gets no heading."""
_SHORT = 600
"""Characters that are told of a text whose rest lies in a file."""
_QUESTION = 80
_ANSWERS = frozenset(
    {"question-answering", "visual-question-answering", "document-question-answering", "table-question-answering"}
)
_ASKED: Mapping[str, str] = {"text2text-generation": "instruction", "web-search": "query"} | dict.fromkeys(
    _ANSWERS, "question"
)
"""Tasks that may repeat what they were asked, and the slot that holds it."""


def tell_text(telling: Telling) -> str | None:
    """A text under a heading that says what it is; the whole text, unless a file holds it."""
    text = _text_of(telling)
    if text is None:
        return None
    if telling.task.tool in PLAIN and text.strip() and not telling.note:
        return text.strip()
    if not text.strip():
        return _empty(telling)
    values = {"text": text.strip(), "language": telling.phrases.language(telling.literal("target_language"))}
    return telling.say(_heading(telling), **values, **_wording(telling))


def _text_of(telling: Telling) -> str | None:
    value = telling.value
    if isinstance(value, str):
        return value
    if isinstance(value, Artifact) and value.media_type.startswith("text/"):
        return _beginning(value, telling)
    return None


def _beginning(artifact: Artifact, telling: Telling) -> str | None:
    if not artifact.path.is_file():
        return None
    with artifact.path.open(encoding="utf-8", errors="replace") as file:
        text = file.read(_SHORT + 1)
    if len(text) <= _SHORT:
        return text
    start = text[:_SHORT].rpartition(" ")[0] or text[:_SHORT]
    return telling.phrases.say("beginning", text=start.rstrip(), path=str(artifact.path))


def _empty(telling: Telling) -> str:
    key = f"empty.{telling.task.tool}"
    return telling.say(key if key in telling.phrases.texts else "empty")


def _heading(telling: Telling) -> str:
    tool = telling.task.tool
    key = "text.answer" if tool in _ANSWERS else f"text.{tool}"
    if tool == "weather" and telling.literal("place"):
        return "text.weather.place"
    if "question" in _wording(telling):
        return f"{key}.asked"
    if tool == "translation" and not telling.literal("target_language"):
        return "text.*"
    return key if key in telling.phrases.texts else "text.*"


def _wording(telling: Telling) -> dict[str, str]:
    """What the task was asked, when it is short enough to repeat and needed to tell answers apart."""
    tool = telling.task.tool
    asked = telling.literal(_ASKED.get(tool, ""))
    values = {"place": telling.literal("place")}
    needed = tool not in _ANSWERS or telling.crowded
    if asked and needed and len(asked) <= _QUESTION and not asked.startswith("@"):
        values["question"] = telling.phrases.quoted(asked)
    return values
