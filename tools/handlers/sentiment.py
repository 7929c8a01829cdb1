"""Sentiment of English texts by VADER, a lexicon with rules (Hutto and Gilbert, 2014); no neural network."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.languages import require_english
from jarvis.tools.handlers.sentences import split

HUB_MODEL = "nlptown/bert-base-multilingual-uncased-sentiment"
_NEUTRAL = 0.05
"""Compound scores closer to 0 than this are neutral, as the authors of VADER say."""


class LexiconSentiment:
    """Rates a text as positive, negative or neutral by the words in it."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        from vaderSentiment.vaderSentiment import SentimentIntensityAnalyzer

        # The analyzer joins its paths to its own folder, which leaves absolute ones as they are.
        self._analyzer: Any = SentimentIntensityAnalyzer(str(files["lexicon"]), str(files["emoji"]))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """`[{"label": "positive", "score": 0.92}, ...]`: positive, negative and neutral, best first; scores sum to 1.

        The mean over the sentences, for VADER is made for one sentence at a time.

        Raises:
            TaskError: no text, or not in English.
        """
        text = inputs.text("text").strip()
        if not text:
            raise TaskError("the text is empty; give some words")
        require_english(text, HUB_MODEL)
        rated = [float(self._analyzer.polarity_scores(sentence)["compound"]) for sentence in split(text)]
        # Sentences that say nothing either way do not water down those that do.
        telling = [score for score in rated if abs(score) >= _NEUTRAL] or rated
        shares = _shares(sum(telling) / len(telling))
        ranked = sorted(shares.items(), key=lambda pair: -pair[1])
        rows: list[JsonValue] = [{"label": label, "score": round(score, 4)} for label, score in ranked]
        return rows


def _shares(compound: float) -> dict[str, float]:
    """Shares of the three labels for a compound score in [-1, 1]."""
    if abs(compound) < _NEUTRAL:
        return {"neutral": 1 - 2 * abs(compound), "positive": abs(compound), "negative": abs(compound)}
    strong, weak = ("positive", "negative") if compound > 0 else ("negative", "positive")
    sure = (1 + abs(compound)) / 2
    return {strong: sure, "neutral": (1 - sure) * 0.75, weak: (1 - sure) * 0.25}
