"""Labels of the user's own for images, matched to what a detector and a classifier with fixed labels found.

This is no CLIP: it knows only what the two models know, and compares names, not pictures.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.captions import part
from jarvis.tools.handlers.classification import EfficientNetLite0
from jarvis.tools.handlers.coco_words import coco_labels
from jarvis.tools.handlers.detection import COCO, SsdDetector
from jarvis.tools.handlers.embeddings import Embedder, MiniLmEmbedder

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

SAME_MEANING = 0.83
"""From this cosine on two names mean the same: "kitty" and "cat" have 0.84, "puppy" and "dog" 0.80, "wolf" 0.50."""
_RELATED = 0.35
"""Below it what was seen has nothing to do with any label."""
_SHARPNESS = 20.0
"""How much a label that is closer in meaning takes from the others: weights are exp(cosine * this)."""
_CLASSES = 10
CLIP_MODEL = "openai/clip-vit-base-patch32"


class LabelledDetection:
    """Detections of what the user names. Files: `detector.graph`, `detector.layout`, and maybe `embedder.model`.

    Without the embedder, names are compared by a table of words only.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._detector = SsdDetector(part(files, "detector"), options)
        embedder = part(files, "embedder")
        self._embedder: Embedder | None = MiniLmEmbedder(embedder, options) if embedder else None

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Detections {"label", "score", "box"} under the user's names, best first.

        "seen_as" is the detector's own label where it differs. A name that the detector doesn't know gives none. With
        several names for one thing, the first is used.

        Raises:
            TaskError: no labels, or no image.
        """
        wanted = inputs.needed_labels("labels", "look for")
        names = self.names(wanted)
        detected: Any = self._detector.run(inputs, sink)
        return [_renamed(thing, names[thing["label"]]) for thing in detected if thing["label"] in names]

    def names(self, wanted: Sequence[str]) -> dict[str, str]:
        """The user's name for each of the detector's labels that it stands for."""
        found: dict[str, str] = {}
        for name in wanted:
            for label in sorted(coco_labels(name) or self._close(name)):
                found.setdefault(label, name)
        return found

    def _close(self, name: str) -> frozenset[str]:
        if self._embedder is None:
            return frozenset()
        labels = list(COCO.values())
        vectors = self._embedder.embed([name, *labels])
        near = vectors[1:] @ vectors[0]
        best = int(near.argmax())
        return frozenset({labels[best]}) if near[best] >= SAME_MEANING else frozenset()


def _renamed(thing: Mapping[str, Any], name: str) -> JsonValue:
    own = {} if name == thing["label"] else {"seen_as": thing["label"]}
    return {**thing, "label": name, **own}


class MatchedLabels:
    """Scores for the user's labels from classes and detections, matched by sentence embeddings.

    Files: those of each part as `detector.*`, `classifier.*`, `embedder.model`.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        classes = RuntimeOptions(options.threads, {"top": _CLASSES})
        classifier = part(files, "classifier")
        self._detector = SsdDetector(part(files, "detector"), options)
        self._classifier = EfficientNetLite0(classifier, classes)
        self._embedder: Embedder = MiniLmEmbedder(part(files, "embedder"), options)
        lines = classifier["labels"].read_text(encoding="utf-8").splitlines()
        self._all_names = {line.split(",")[0].strip(): line.strip() for line in lines}

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The labels as {"label", "score"}, best first; the scores add up to 1.

        Raises:
            TaskError: no labels, no image, or nothing was seen that has to do with any label.
        """
        wanted = inputs.needed_labels("labels")
        seen = self._seen(inputs, sink)
        scores = match(wanted, seen, self._embedder)
        if scores is None:
            names = ", ".join(list(seen)[:3])
            raise TaskError(
                f"what was seen in the image ({names}) has nothing to do with the labels; "
                f"use a model from the Hub that compares pictures with words, such as {CLIP_MODEL}"
            )
        ranked = sorted(zip(wanted, scores.tolist(), strict=True), key=lambda pair: -pair[1])
        return list[JsonValue]({"label": label, "score": round(score, 3)} for label, score in ranked)

    def _seen(self, inputs: Inputs, sink: Sink) -> dict[str, float]:
        classes: Any = self._classifier.run(inputs, sink)
        things: Any = self._detector.run(inputs, sink)
        named = [(str(found["label"]), float(found["score"])) for found in classes]
        seen = {self._all_names.get(label, label): score for label, score in named}
        for thing in things:
            seen[thing["label"]] = max(seen.get(thing["label"], 0.0), float(thing["score"]))
        return seen


def match(wanted: Sequence[str], seen: Mapping[str, float], embedder: Embedder) -> NDArray[np.float32] | None:
    """How much of what was seen goes to each label, shape [labels], sum 1; None when no label has to do with it.

    `seen` has names with weights. Each name's weight is shared among the labels by closeness in meaning, and what is
    far from all of them counts for nothing.
    """
    import numpy as np

    vectors = embedder.embed([*seen, *wanted])
    near = vectors[: len(seen)] @ vectors[len(seen) :].T
    related = np.where(near.max(axis=1) >= _RELATED, list(seen.values()), 0.0)
    if related.sum() < 0.1:
        return None
    shares = np.exp((near - near.max(axis=1, keepdims=True)) * _SHARPNESS)
    shares /= shares.sum(axis=1, keepdims=True)
    total = (shares * related[:, None]).sum(axis=0)
    return np.asarray(total / total.sum(), dtype=np.float32)
