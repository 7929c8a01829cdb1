"""Which language a text is in: the naive Bayes model of py3langid over the bytes of the text."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from pathlib import Path
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink

SURE = 0.6
"""From this score on a text is taken to be in a language; below it nothing is refused for its language."""
_LEAST = 0.1
"""Below this score the answer would be a guess."""
_SHORT = 20
"""Letters below which a language other than English is never taken for sure."""

_TABLE = (
    "af=Afrikaans am=Amharic ar=Arabic az=Azerbaijani be=Belarusian bg=Bulgarian bn=Bengali bs=Bosnian "
    "ca=Catalan cs=Czech cy=Welsh da=Danish de=German el=Greek en=English eo=Esperanto es=Spanish et=Estonian "
    "eu=Basque fa=Persian fi=Finnish fr=French ga=Irish gl=Galician gu=Gujarati he=Hebrew hi=Hindi hr=Croatian "
    "hu=Hungarian hy=Armenian id=Indonesian is=Icelandic it=Italian ja=Japanese ka=Georgian kk=Kazakh km=Khmer "
    "kn=Kannada ko=Korean ky=Kyrgyz la=Latin lo=Lao lt=Lithuanian lv=Latvian mk=Macedonian ml=Malayalam "
    "mn=Mongolian mr=Marathi ms=Malay mt=Maltese my=Burmese ne=Nepali nl=Dutch no=Norwegian pa=Punjabi pl=Polish "
    "ps=Pashto pt=Portuguese ro=Romanian ru=Russian si=Sinhala sk=Slovak sl=Slovenian sq=Albanian sr=Serbian "
    "sv=Swedish sw=Swahili ta=Tamil te=Telugu tg=Tajik th=Thai tl=Tagalog tr=Turkish uk=Ukrainian ur=Urdu "
    "uz=Uzbek vi=Vietnamese zh=Chinese"
)

NAMES: dict[str, str] = {code: name for code, _, name in (pair.partition("=") for pair in _TABLE.split())}
"""English names by ISO 639-1 code of the languages that are told apart."""


class LanguageModel:
    """The identifier of py3langid. Without a model file it takes the one that its package carries.

    Only the languages in NAMES are asked for: with all 140 of the model, short texts go to rare relatives too often.
    """

    def __init__(self, model: Path | None = None) -> None:
        from py3langid.langid import MODEL_FILE, LanguageIdentifier

        self._identifier: Any = LanguageIdentifier.from_model_file(model or MODEL_FILE, norm_probs=True)
        self._identifier.set_languages(set(NAMES) & set(self._identifier.labels))

    def rank(self, text: str) -> list[tuple[str, float]]:
        """ISO 639-1 codes with probabilities, best first."""
        return [(str(code), float(score)) for code, score in self._identifier.rank(text)]


class LanguageIdentifier:
    """Tells the language of a text, with at most two others that it might be."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._model = LanguageModel(files["model"])

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """`[{"label": "fr", "name": "French", "score": 0.98}, ...]`, best first.

        Raises:
            TaskError: the text holds no letters, or too few to tell.
        """
        text = inputs.text("text")
        if not any(char.isalpha() for char in text):
            raise TaskError("the text holds no letters, so it is in no language; give a text with words")
        best, *others = self._model.rank(text)
        if best[1] < _LEAST:
            raise TaskError("the text is too short to tell its language; give a whole sentence")
        shown = [best, *(pair for pair in others[:2] if pair[1] >= 0.05)]
        rows: list[JsonValue] = [
            {"label": code, "name": NAMES.get(code, code), "score": round(score, 4)} for code, score in shown
        ]
        return rows


def require_english(text: str, hub_model: str) -> None:
    """Refuses a text that is surely not English.

    Raises:
        TaskError: the text is in another language; the message names a model of the Hub that reads it.
    """
    if text.isascii() and len(text) < _SHORT:
        return
    code, score = _shared_model().rank(text)[0]
    letters = sum(char.isalpha() for char in text)
    if code != "en" and score >= SURE and (letters >= _SHORT or not text.isascii()):
        language = NAMES.get(code, code)
        raise TaskError(f"this model reads English and the text is in {language}; the Hub model {hub_model} reads it")


@cache
def _shared_model() -> LanguageModel:
    return LanguageModel()
