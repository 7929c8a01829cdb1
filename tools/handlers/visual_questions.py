"""Answers to the few kinds of questions about pictures that detections and read text can answer; no VQA model.

Photos: how many, is there, where is, what is it. Documents: the lines closest in meaning to the question. Every other
question is refused, because an answer would be made up.
"""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.captions import Findings, caption, listed, part
from jarvis.tools.handlers.classification import EfficientNetLite0
from jarvis.tools.handlers.coco_words import coco_labels, counted, plural
from jarvis.tools.handlers.detection import SsdDetector
from jarvis.tools.handlers.embeddings import Embedder, MiniLmEmbedder
from jarvis.tools.handlers.ocr import PaddleOcr

VQA_MODEL = "Salesforce/blip-vqa-base"
DOCUMENT_MODEL = "impira/layoutlm-document-qa"

_PLACE = (
    r"(?: (?:visible|shown|present))?(?: (?:here|(?:in|on) (?:the|this|that|my) (?:picture|photo|image|"
    r"photograph|pic)))?"
)
_QUESTIONS = {
    "count": (
        (
            r"how many (?P<thing>.+?)(?: (?:are|is|do|can|did)(?: (?:there|you|we|i))?(?: (?:see|count|find|"
            rf"visible|shown))?)?{_PLACE}"
        ),
        r"(?:there (?:are|is) )?(?:what is )?the number of (?P<thing>.+?)" + _PLACE,
        rf"count (?:the |all )?(?P<thing>.+?){_PLACE}",
        r"(?:图里|图中|照片里|图片里|画面中)?(?:有|一共有)?(?:多少|几)[个只条辆张把台匹]?(?P<thing>\w+?)",
        (
            r"wie viele (?P<thing>.+?)(?: (?:sind|gibt es|siehst du|sieht man))?(?: (?:zu sehen|da|"
            r"hier))?(?: (?:auf|in) dem (?:bild|foto))?"
        ),
        r"cu[aá]nt[oa]s (?P<thing>.+?) (?:hay|se ven|ves)(?: en la (?:foto|imagen))?",
        (
            r"combien (?:de |d')(?P<thing>.+?)(?: (?:y a-t-il|vois-tu|voit-on|sont visibles))?(?: (?:sur|"
            r"dans) (?:la photo|l'image))?"
        ),
    ),
    "presence": (
        rf"(?:is|are) there (?:also )?(?:(?:an?|any|some) )?(?P<thing>.+?){_PLACE}",
        rf"(?:can|do) (?:you|we) see (?:(?:an?|any|some|the) )?(?P<thing>.+?){_PLACE}",
        (
            r"(?:does|do) (?:it|this|the (?:picture|photo|image)) (?:show|contain|have|include) (?:(?:an?|any|"
            r"some) )?(?P<thing>.+?)"
        ),
        r"(?:图里|图中|照片里|图片里|画面中)?有(?:没有)?(?P<thing>\w+?)吗?",
        r"(?:gibt es|ist da|siehst du) (?:eine?n? )?(?P<thing>.+?)(?: (?:auf|in) dem (?:bild|foto))?",
        r"hay (?:una?s? |alg[uú]na? )?(?P<thing>.+?)(?: en la (?:foto|imagen))?",
        r"(?:est-ce qu'il )?y a-?t-?il (?:une? |des )?(?P<thing>.+?)(?: (?:sur|dans) (?:la photo|l'image))?",
    ),
    "place": (rf"where(?: is|'s| are) (?:the |my |an? )?(?P<thing>.+?){_PLACE}",),
    "what": (
        r"what(?: is|'s| are| can)(?: you see)?(?: (?:this|that|it|these|those|here|visible|shown))?"
        r"(?: ?(?:in|on) (?:the|this|that|my) (?:picture|photo|image))?",
        r"what (?:does|do) (?:it|this|the (?:picture|photo|image)) (?:show|contain|depict)",
        r"what (?:do|can) (?:you|we|i) see(?: here)?(?: (?:in|on) (?:the|this) (?:picture|photo|image))?",
        (
            r"what (?:things|objects|animals?|thing|object)(?: (?:is|are)(?: (?:this|that|it|there|"
            r"these))?)?(?: shown)?(?: in (?:the|this) (?:picture|photo|image))?"
        ),
        r"(?:图里|图中|照片里|图片里|这)(?:有|是)(?:些)?什么(?:东西|动物)?",
        r"was ist (?:das|(?:auf|in) dem (?:bild|foto)(?: zu sehen)?)",
        r"qu[eé] (?:es esto|hay en la (?:foto|imagen)|se ve)",
        r"qu'est-ce que c'est|que voit-on(?: sur la photo)?",
    ),
}


# "in photos/coffee.jpg": which file is meant is known already.
_FILE_NAME = re.compile(
    r"(?:\s*\b(?:in|on|of|from|at|auf|im|dans|sur|en|de))?\s*[\w./\\~-]*\w\.[a-z]{3,4}\b", re.IGNORECASE
)


def read_question(question: str) -> tuple[str, str]:
    """The kind of a question ("count", "presence", "place", "what"; "" for none of them) and the thing it is about."""
    plain = _FILE_NAME.sub("", question).strip().casefold().rstrip("?？.!。 ").lstrip("¿ ")
    for kind, patterns in _QUESTIONS.items():
        for pattern in patterns:
            if found := re.fullmatch(pattern, plain):
                return kind, (found.groupdict().get("thing") or "").strip()
    return "", ""


class DetectionAnswers:
    """Answers from detections and classes. Files: those of each part as `detector.*` and `classifier.*`."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._detector = SsdDetector(part(files, "detector"), options)
        self._classifier = EfficientNetLite0(part(files, "classifier"), options)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """One English sentence.

        Raises:
            TaskError: another kind of question, or about a thing that the detector doesn't know.
        """
        question = inputs.text("question")
        kind, thing = read_question(question)
        labels = coco_labels(thing)
        if not kind or (kind != "what" and not labels):
            raise TaskError(
                f"{question!r} cannot be answered from detections (how many, is there, where is, what is it, about the "
                f"80 things of COCO); use a model from the Hub such as {VQA_MODEL}"
            )
        things: Any = self._detector.run(inputs, sink)
        if kind == "what":
            classes: Any = self._classifier.run(inputs, sink)
            return caption(things, classes)
        return answer(kind, thing, [found for found in things if found["label"] in labels], inputs.image().size)


def answer(kind: str, thing: str, found: Findings, size: tuple[int, int]) -> str:
    """The sentence for `found`, the detections of the thing that was asked for, in an image of `size`."""
    labels = coco_labels(thing)
    name = next(iter(labels)) if len(labels) == 1 else thing
    if not found:
        return f"No {name} was detected." if kind != "count" else f"No {_many(name, labels)} were detected."
    were = "was" if len(found) == 1 else "were"
    if kind == "count":
        # A group ("animals") is told by its members.
        return (
            _sentence(f"{listed(found)} {were} detected.")
            if len(labels) > 1
            else f"{_number(found, name)} {were} detected."
        )
    if kind == "presence":
        return f"Yes: {listed(found)} {were} detected."
    where = " and ".join(_position(one["box"], size) for one in found[:3])
    return _sentence(f"{listed(found[:3])} {were} detected {where}.")


def _sentence(words: str) -> str:
    return f"{words[0].upper()}{words[1:]}"


def _number(found: Findings, name: str) -> str:
    return f"1 {name}" if len(found) == 1 else counted(len(found), name)


def _many(name: str, labels: frozenset[str]) -> str:
    return plural(name) if name in labels or not name.endswith("s") else name


def _position(box: Sequence[float], size: tuple[int, int]) -> str:
    across = (box[0] + box[2]) / 2 / size[0]
    down = (box[1] + box[3]) / 2 / size[1]
    column = "left" if across < 1 / 3 else "right" if across > 2 / 3 else ""
    row = "top" if down < 1 / 3 else "bottom" if down > 2 / 3 else ""
    place = " ".join(word for word in (row, column) if word)
    return f"at the {place}" if place else "in the middle"


class LineAnswers:
    """The lines of a document that are closest to a question. Files: `reader.*` and `embedder.model`."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._reader = PaddleOcr(part(files, "reader"), options)
        self._embedder: Embedder = MiniLmEmbedder(part(files, "embedder"), options)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """One or two lines of the document as they were read.

        Raises:
            TaskError: no text was read, or no line has to do with the question.
        """
        lines = [line.strip() for line in str(self._reader.run(inputs, sink)).splitlines() if line.strip()]
        if not lines:
            raise TaskError("no text could be read in the image, so no question about it can be answered")
        question = inputs.text("question")
        found = closest_lines(question, lines, self._embedder)
        if not found:
            raise TaskError(
                f"no line of the document seems to answer {question!r}; read all of it with "
                f"optical-character-recognition, or use a model from the Hub such as {DOCUMENT_MODEL}"
            )
        return "\n".join(found)


_LEAST_CLOSE = 0.25
_AS_CLOSE = 0.04
_WORD_BONUS = 0.15
_DIGIT_BONUS = 0.15
_NAME_BONUS = 0.1
_ASKS_FOR_DIGITS = (
    r"\b(?:when|how (?:much|many|long|old)|what time|time|hours|date|number|phone|price|cost|total|amount|year)\b"
)
_STOP_WORDS = frozenset(
    "a an the is are was were do does did what when where which who how many much of on in at to for it this that and"
    " or i can".split()
)


def closest_lines(question: str, lines: Sequence[str], embedder: Embedder) -> list[str]:
    """The line that is closest to the question and one that is as close, in the order of the document; else none.

    Closeness is the cosine of the meanings, with a bonus for the share of the question's words that the line has,
    one for a name of the question ("Saturday") in it, and one for digits when a time, an amount or a number is asked.
    """
    vectors = embedder.embed([question, *lines])
    asked = _words(question)
    names = _words(" ".join(re.findall(r"(?<=\s)[A-Z]\w+", question)))
    digits = _DIGIT_BONUS if re.search(_ASKS_FOR_DIGITS, question.casefold()) else 0.0
    scores = [
        float(vector @ vectors[0])
        + _WORD_BONUS * len(asked & _words(line)) / max(len(asked), 1)
        + _NAME_BONUS * bool(names & _words(line))
        + digits * any(letter.isdigit() for letter in line)
        for line, vector in zip(lines, vectors[1:], strict=True)
    ]
    best = max(scores)
    if best < _LEAST_CLOSE:
        return []
    near = sorted(range(len(lines)), key=lambda index: -scores[index])[:2]
    return [lines[index] for index in sorted(near) if scores[index] >= best - _AS_CLOSE]


def _words(text: str) -> set[str]:
    return set(re.findall(r"\w+", text.casefold())) - _STOP_WORDS
