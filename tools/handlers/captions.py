"""A caption put together from what a detector, a classifier and a reader of text found. No caption model is involved.

Every sentence repeats a finding with its confidence; what was not found with confidence is not said.
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.classification import EfficientNetLite0
from jarvis.tools.handlers.coco_words import counted
from jarvis.tools.handlers.detection import SsdDetector
from jarvis.tools.handlers.ocr import PaddleOcr

SURE_THING, SURE_CLASS = 0.6, 0.5
"""What is less sure is not told: a tray of coins gave two clocks with 0.54 to 0.59."""
_LEAST_TEXT = 3
_MOST_TEXT = 300
CAPTION_MODEL = "Salesforce/blip-image-captioning-base"

Findings = Sequence[Mapping[str, Any]]


def part(files: Mapping[str, Path], name: str) -> dict[str, Path]:
    """The files of one part of a composition: `detector.graph` is `graph` of the part `detector`."""
    return {role.removeprefix(f"{name}."): path for role, path in files.items() if role.startswith(f"{name}.")}


class ComposedCaption:
    """A caption from three models. Files: those of each as `detector.*`, `classifier.*`, `reader.*`."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._detector = SsdDetector(part(files, "detector"), options)
        self._classifier = EfficientNetLite0(part(files, "classifier"), options)
        self._reader = PaddleOcr(part(files, "reader"), options)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """One to three English sentences.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        things: Any = self._detector.run(inputs, sink)
        classes: Any = self._classifier.run(inputs, sink)
        return caption(things, classes, str(self._reader.run(inputs, sink)))


def caption(things: Findings, classes: Findings, text: str = "") -> str:
    """Sentences that repeat detections, the best class when it is sure, and the text that was read."""
    sentences: list[str] = []
    things = [thing for thing in things if thing["score"] >= SURE_THING]
    if things:
        sentences.append(f"The picture shows {listed(things)} ({_sure(things)}).")
    if classes and classes[0]["score"] >= SURE_CLASS:
        sentences.append(f"{'As a whole it' if things else 'The picture'} looks like this: {_one(classes[0])}.")
    if sum(letter.isalnum() for letter in text) >= _LEAST_TEXT:
        sentences.append(f"Text in it reads: “{_short(text)}”")
    return " ".join(sentences) or (
        "Nothing in the picture was recognized with confidence; "
        f"a caption model from the Hub such as {CAPTION_MODEL} may tell more."
    )


def listed(things: Findings) -> str:
    """Detections counted by label, the surest label first: "a cat, 2 cups and a spoon"."""
    counts = Counter(str(thing["label"]) for thing in things)
    words = [counted(count, label) for label, count in counts.items()]
    return " and ".join([", ".join(words[:-1]), words[-1]] if len(words) > 1 else words)


def percent(score: float) -> str:
    """A score as people read it: "62 %"."""
    return f"{round(100 * score)} %"


def _sure(things: Findings) -> str:
    scores = [float(thing["score"]) for thing in things]
    low, high = percent(min(scores)), percent(max(scores))
    return f"{high} sure" if low == high else f"{low[:-2]} to {high} sure"


def _one(found: Mapping[str, Any]) -> str:
    return f"{found['label']} ({percent(found['score'])} sure)"


def _short(text: str) -> str:
    flat = " / ".join(line.strip() for line in text.splitlines() if line.strip())
    return flat if len(flat) <= _MOST_TEXT else f"{flat[:_MOST_TEXT].rsplit(' ', 1)[0]} …"
