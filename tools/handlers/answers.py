"""Answers to questions about a given text: the sentence that tells, found by meaning and by words."""

from __future__ import annotations

import json
import re
from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.embeddings import load_embedder
from jarvis.tools.handlers.sentences import STOP_WORDS, content_words, split, stem, words
from jarvis.tools.handlers.tables import answer_from_table, table_context

NOT_TOLD = "The text does not say."
_MOST_READ = 300
_WORDS_WEIGH = 0.4
_POINTING = re.compile(r"^(he|she|it|they|his|her|its|their|this|these|that|those)\b", re.IGNORECASE)
_MONTHS = "January|February|March|April|May|June|July|August|September|October|November|December"
_DAYS = "Monday|Tuesday|Wednesday|Thursday|Friday|Saturday|Sunday"
_NUMBER = (
    r"\d|\b(one|two|three|four|five|six|seven|eight|nine|ten|eleven|twelve|twenty|hundred|thousand|million|half|third|"
    r"quarter|fifth|no|none)\b"
)
_TIME = (
    rf"{_NUMBER}|\b({_MONTHS}|{_DAYS}|today|tomorrow|yesterday|noon|midnight|morning|evening|night|week|year|spring|summer|"
    r"autumn|winter)"
)
_SOMEONE = (
    rf"(?<!^)(?<![.!?:] )\b(?!{_MONTHS}|{_DAYS}|I\b)[A-Z]\w|^[A-Z]\w+ [A-Z]|: [A-Z]|"
    r"(?i:\b(he|she|they|we|my|our)\b)"
)
_COLOUR = r"(?i:\b(black|white|grey|gray|red|green|blue|yellow|orange|brown|pink|purple|gold|silver|beige|colou?r\w+))"
_WANTED: tuple[tuple[str, str], ...] = (
    (r"\bwhen\b|\bwhat (year|date|day|time|month)\b", _TIME),
    (r"\bhow (many|much|old|long|far|tall|high|big|large|heavy|fast)\b", _NUMBER),
    (r"\bwho(se|m)?\b", _SOMEONE),
    (r"\b(what|which) colou?r\b", _COLOUR),
)
"""What a question asks for, and what a sentence must hold to tell it."""
_YES_OR_NO = re.compile(r"(is|are|was|were|do|does|did|can|could|has|have|had|will)\b", re.IGNORECASE)
_ENTRY = re.compile(r"^([^:.!?]{2,40}):\s*\S")
_ANYTHING = frozenset("object objects thing things item items element elements".split())


class AnswerByRetrieval:
    """Finds the sentence, the table cell or the entry of a list that answers a question.

    `parameters["least"]` is the score from which on a sentence answers: its cosine with the question plus 0.4 times the
    share of the question's words in it.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._embedder = load_embedder(files, options)
        self._least = float(options.parameters.get("least", 0.5))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The answer, or NOT_TOLD when nothing in the context is close to the question.

        Raises:
            TaskError: no question or no context.
        """
        question, context = inputs.text("question").strip(), inputs.text("context").strip()
        if not question or not context:
            raise TaskError("a question and a text to look in are needed; give both")
        data = inputs.data("context")
        if isinstance(data, str) and data.lstrip().startswith(("[", "{")):
            data = _json(data)
        if (told := answer_from_list(question, data)) is not None:
            return told
        if table := table_context(context):
            return answer_from_table(question, table, self._embedder) or NOT_TOLD
        return self._from_text(question, _plain(data) if isinstance(data, list | dict) else context)

    def _from_text(self, question: str, text: str) -> str:
        sentences = split(text)[:_MOST_READ]
        passages = [_passage(question, sentences, at) for at in range(len(sentences))]
        asked, *vectors = self._embedder.embed([question, *passages])
        scores = [
            float(asked @ vector) + _WORDS_WEIGH * _overlap(question, passage) + _entry_bonus(question, passage)
            if _can_tell(question, sentence, passage)
            else 0.0
            for sentence, passage, vector in zip(sentences, passages, vectors, strict=True)
        ]
        best = max(range(len(scores)), key=scores.__getitem__)
        return passages[best] if scores[best] >= self._least else NOT_TOLD


def answer_from_list(question: str, data: Any) -> str | None:
    """The answer from a list of labelled things (detections, classes, entities); None when `data` is no such list.

    Counts ("how many cups"), says whether there is one ("is there a dog"), else tells what there is with its number.
    """
    if not isinstance(data, list) or not all(isinstance(row, dict) and "label" in row for row in data):
        return None
    counts = Counter(str(row["label"]) for row in data)
    meant = _meant(question, counts)
    asked = question.lower()
    if "how many" in asked or asked.startswith(("count", "number of", "what is the number")):
        return str(sum(counts[label] for label in meant))
    if asked.startswith("where") and meant:
        return ". ".join(_place(row) for row in data if row["label"] in meant) + "."
    if _YES_OR_NO.match(asked):
        return f"Yes: {_told({label: counts[label] for label in meant})}." if meant else "No."
    named = {label: counts[label] for label in meant} or dict(counts)
    return f"{_told(named)}." if named else "Nothing."


def _meant(question: str, counts: Mapping[str, int]) -> list[str]:
    """Labels that a question names; all of them when it asks for things of any kind."""
    said = {stem(word) for word in words(question)}
    people = bool({"peopl", "person", "human"} & said)
    named = [label for label in counts if content_words(label) <= said or (people and label.lower() == "person")]
    return list(counts) if not named and _ANYTHING & set(words(question)) else named


def _place(row: Mapping[str, Any]) -> str:
    box = row.get("box")
    if not isinstance(box, list) or len(box) != 4:
        return str(row["label"])
    left, top, right, bottom = (round(float(edge)) for edge in box)
    return f"{row['label']} from ({left}, {top}) to ({right}, {bottom}) in pixels"


def _told(counts: Mapping[str, int]) -> str:
    return ", ".join(f"{count} x {label}" if count > 1 else label for label, count in counts.items())


def _passage(question: str, sentences: Sequence[str], at: int) -> str:
    """A sentence, with the one before it when it points back to a word of the question: "It has three levels."."""
    sentence = sentences[at]
    if not at or not _POINTING.match(sentence):
        return sentence
    both = f"{sentences[at - 1]} {sentence}"
    return both if _overlap(question, both) > _overlap(question, sentence) else sentence


def _entry_bonus(question: str, sentence: str) -> float:
    """For a line `Total due: 12 EUR` of a form whose name the question says."""
    entry = _ENTRY.match(sentence)
    name = content_words(entry.group(1)) if entry else set[str]()
    return 0.3 if name and name <= content_words(question) else 0.0


def _overlap(question: str, sentence: str) -> float:
    """The share of the question's content words that a sentence has."""
    asked = content_words(question) - STOP_WORDS
    return len(asked & content_words(sentence)) / len(asked) if asked else 0.0


def _can_tell(question: str, sentence: str, passage: str) -> bool:
    """Whether a sentence holds the kind of thing that a question asks for: a time, a number, a person, a colour.

    A question for yes or no needs most of its words in the passage: "It sells bread" tells nothing about shoes.
    """
    if _YES_OR_NO.match(question) and _overlap(question, passage) < 0.6:
        return False
    return all(re.search(kind, sentence) for asks, kind in _WANTED if re.search(asks, question, re.IGNORECASE))


def _json(text: str) -> Any:
    try:
        return json.loads(text)
    except ValueError:
        return text


def _plain(data: Any) -> str:
    """JSON data as lines of `key: value`."""
    rows = data if isinstance(data, list) else [data]
    return "\n".join(
        ", ".join(f"{key}: {value}" for key, value in row.items()) if isinstance(row, dict) else str(row)
        for row in rows
    )
