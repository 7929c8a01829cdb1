"""Named entities and key phrases of English texts, by the small English model of spaCy."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterable, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.languages import require_english

HUB_MODEL = "Davlan/xlm-roberta-base-ner-hrl"
_MOST_LETTERS = 50_000
"""Longer texts are refused: the parser needs about 10 MB for each 1000 letters."""


@dataclass(frozen=True, slots=True)
class Phrase:
    """A key phrase and where it first stands in the text."""

    text: str
    start: int
    score: float
    """Between 0 and 1; the first phrase of a text has 1."""


class EnglishParser:
    """The spaCy pipeline. `files["config"]` lies in its data folder; the package around it is not imported."""

    def __init__(self, files: Mapping[str, Path]) -> None:
        from spacy.util import load_model_from_path

        self._parse: Any = load_model_from_path(files["config"].parent)

    def parse(self, text: str) -> Any:
        """A spaCy Doc.

        Raises:
            TaskError: no words, too many of them, or another language than English.
        """
        if not text.strip():
            raise TaskError("the text is empty; give some words")
        if len(text) > _MOST_LETTERS:
            raise TaskError(f"the text is longer than {_MOST_LETTERS} letters; split it or summarize it first")
        require_english(text, HUB_MODEL)
        return self._parse(text)


class EntityFinder:
    """Finds named entities, and key phrases: `parameters["key_phrases"]` at most, 5 unless told."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._parser = EnglishParser(files)
        self._phrases = int(options.parameters.get("key_phrases", 5))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Entities in the order of the text, then key phrases that are none of them, best first.

        Each is `{"label": "PERSON", "text": "Alice", "start": 0, "end": 5}`, places counted in letters;
        labels are those of OntoNotes 5 (PERSON, ORG, GPE, LOC, DATE, MONEY, ...) and KEY_PHRASE, which has a score too.
        A text with neither gives an empty list.

        Raises:
            TaskError: no text, too much of it, or not in English.
        """
        doc = self._parser.parse(inputs.text("text"))
        found: list[JsonValue] = [
            {"label": entity.label_, "text": entity.text, "start": entity.start_char, "end": entity.end_char}
            for entity in doc.ents
        ]
        known = {entity.text.lower() for entity in doc.ents}
        phrases = [phrase for phrase in key_phrases(doc) if phrase.text.lower() not in known]
        return found + [_row(phrase) for phrase in phrases[: self._phrases]]


def key_phrases(doc: Any) -> list[Phrase]:
    """The noun phrases of a spaCy Doc, best first, each once and none that is part of a better one.

    A phrase weighs as much as its words occur in the text, words of names a little more, as in RAKE (Rose et al., 2010)
    but with the parser's noun phrases in place of runs between stop words.
    """
    counts = Counter(_key(word) for chunk in doc.noun_chunks for word in _core(chunk))
    phrases: dict[str, tuple[float, Any]] = {}
    for chunk in doc.noun_chunks:
        if core := _core(chunk):
            name = " ".join(map(_key, core))
            phrases.setdefault(name, (_weight(core, counts), doc[core[0].i : core[-1].i + 1]))
    ranked = sorted(phrases.items(), key=lambda item: -item[1][0])
    most = ranked[0][1][0] if ranked else 1.0
    kept = [
        (weight / most, span)
        for place, (name, (weight, span)) in enumerate(ranked)
        if not any(f" {name} " in f" {better} " for better, _ in ranked[:place])
    ]
    return [Phrase(span.text, span.start_char, round(weight, 4)) for weight, span in kept]


def _core(chunk: Any) -> list[Any]:
    """The words of a noun phrase without articles, numbers, pronouns and stop words at its edges."""
    kept = list(chunk)
    while kept and _is_edge(kept[0]):
        kept.pop(0)
    while kept and _is_edge(kept[-1]):
        kept.pop()
    return kept


def _is_edge(word: Any) -> bool:
    return word.is_stop or word.is_punct or word.is_space or word.pos_ in {"DET", "PRON", "NUM", "PART", "SYM"}


def _key(word: Any) -> str:
    return str(word.lemma_).lower()


def _weight(words: Iterable[Any], counts: Mapping[str, int]) -> float:
    weights = [counts[_key(word)] + (0.5 if word.pos_ == "PROPN" else 0.0) for word in words]
    # Long phrases are not better just for being long: beyond three words only the best three count.
    return sum(sorted(weights, reverse=True)[:3])


def _row(phrase: Phrase) -> JsonValue:
    end = phrase.start + len(phrase.text)
    return {"label": "KEY_PHRASE", "text": phrase.text, "score": phrase.score, "start": phrase.start, "end": end}
