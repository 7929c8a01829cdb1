"""Edits of a text that a rule does exactly: case, counts, links, addresses, bullet points; key phrases by a parser."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from functools import cached_property
from pathlib import Path

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.entities import EnglishParser, key_phrases
from jarvis.tools.handlers.sentences import split

_URL = re.compile(r"(?:https?://|www\.)[^\s<>\"'，。（）]+[^\s<>\"'，。（）.,;:!?)\]]", re.IGNORECASE)
_MAIL = re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)*\.[A-Za-z]{2,}\b")
_PHONE = re.compile(r"(?<![\w.])\+?\(?\d[\d\s().-]{6,}\d(?!\w)")
_DATE = re.compile(r"\d{4}-\d\d?-\d\d?|\d\d?\.\d\d?\.\d{4}")
_MOST_PHRASES = 8
_EXTRACT = r"\b(extract|find|get|list|take|pull|give|show|return|what|which)\b.*"


class TextEdits:
    """Does the instructions that a rule does exactly, and refuses all others so that a language model gets them."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._files = files

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The edited text, or what was taken out of it, one a line.

        Raises:
            TaskError: no text, an instruction that is none of these, or nothing of the kind in the text.
        """
        text, instruction = inputs.text("text").strip(), inputs.text("instruction").strip()
        if not text:
            raise TaskError("there is no text to edit; paste one or name a file")
        rules = {**_RULES, rf"^(?:{_EXTRACT})?\bkey ?-?(words?|phrases?|terms?)\b": self._keywords}
        for pattern, edit in rules.items():
            if re.search(pattern, instruction, re.IGNORECASE) and _is_only(instruction):
                return edit(text)
        raise TaskError(
            f"no rule does {instruction!r}; rules change case, count, make bullet points, and take out keywords, "
            "links, mail addresses or phone numbers, everything else needs a language model"
        )

    @cached_property
    def _parser(self) -> EnglishParser:
        return EnglishParser(self._files)

    def _keywords(self, text: str) -> str:
        phrases = [phrase.text for phrase in key_phrases(self._parser.parse(text))]
        return ", ".join(_found(phrases[:_MOST_PHRASES], "key phrases").splitlines())


def _is_only(instruction: str) -> bool:
    """Whether an instruction asks for one thing: "make it upper case and friendlier" is more than a rule does."""
    return len(instruction.split()) <= 14 and not re.search(
        r"\b(then|rewrite|translate|summari[sz]e|paraphrase|explain|friendl|formal|polite|simpl|correct|grammar|tone)",
        instruction,
        re.IGNORECASE,
    )


def _found(items: list[str], what: str) -> str:
    if not items:
        raise TaskError(f"the text holds no {what}; check that it is the text you meant")
    return "\n".join(dict.fromkeys(items))


def _links(text: str) -> str:
    return _found([match.group() for match in _URL.finditer(text)], "links")


def _mails(text: str) -> str:
    return _found(_MAIL.findall(text), "mail addresses")


def _phones(text: str) -> str:
    found = [match.group().strip() for match in _PHONE.finditer(text)]
    enough = [number for number in found if 7 <= sum(map(str.isdigit, number)) <= 15 and not _DATE.search(number)]
    return _found(enough, "phone numbers")


def _bullets(text: str) -> str:
    return "\n".join(f"- {sentence.lstrip('-*•‣▪ ')}" for sentence in split(text))


def _title(text: str) -> str:
    small = set("a an and as at but by for from in into nor of on or the to with".split())
    parts = re.split(r"(\s+)", text)
    last = len(parts) - 1
    titled = [
        part.lower() if part.lower() in small and 0 < at < last else part[:1].upper() + part[1:].lower()
        for at, part in enumerate(parts)
    ]
    return "".join(titled)


def _sentence_case(text: str) -> str:
    return " ".join(sentence[:1].upper() + sentence[1:].lower() for sentence in split(text))


_RULES: dict[str, Callable[[str], str]] = {
    r"\b(upper[ -]?case|all caps|capital letters|capitali[sz]e (everything|all letters))\b": str.upper,
    r"\b(lower[ -]?case|small letters)\b": str.lower,
    r"\btitle[ -]?case\b|\bcapitali[sz]e (each|every) word\b": _title,
    r"\bsentence[ -]?case\b": _sentence_case,
    r"\b(count|number of|how many)\b.*\bwords?\b|\bword count\b": lambda text: str(len(text.split())),
    r"\b(count|number of|how many)\b.*\bsentences?\b": lambda text: str(len(split(text))),
    r"\b(count|number of|how many)\b.*\b(characters?|letters?)\b": lambda text: str(len(text)),
    r"\bbullet(ed)?[ -]?(points?|list)?\b": _bullets,
    rf"^(?:{_EXTRACT})?\b(urls?|links?|web ?(site )?address(es)?)\b": _links,
    rf"^(?:{_EXTRACT})?\be?-?mails?( address(es)?)?\b": _mails,
    rf"^(?:{_EXTRACT})?\b(tele)?phone( numbers?)?\b": _phones,
}
"""Instruction patterns and what they do."""
