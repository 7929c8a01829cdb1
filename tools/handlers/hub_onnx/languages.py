"""How models of translation are told the two languages: by tokens around the text, a first token, words in front."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass
from typing import Any, Protocol

from jarvis.errors import TaskError
from jarvis.languages import language_code, language_name, language_of

_NLLB = {
    "ar": "arb_Arab", "bg": "bul_Cyrl", "bn": "ben_Beng", "ca": "cat_Latn", "cs": "ces_Latn", "da": "dan_Latn",
    "de": "deu_Latn", "el": "ell_Grek", "en": "eng_Latn", "es": "spa_Latn", "et": "est_Latn", "fa": "pes_Arab",
    "fi": "fin_Latn", "fr": "fra_Latn", "he": "heb_Hebr", "hi": "hin_Deva", "hr": "hrv_Latn", "hu": "hun_Latn",
    "id": "ind_Latn", "it": "ita_Latn", "ja": "jpn_Jpan", "ko": "kor_Hang", "lt": "lit_Latn", "lv": "lvs_Latn",
    "ms": "zsm_Latn", "nb": "nob_Latn", "nl": "nld_Latn", "no": "nob_Latn", "pl": "pol_Latn", "pt": "por_Latn",
    "ro": "ron_Latn", "ru": "rus_Cyrl", "sk": "slk_Latn", "sl": "slv_Latn", "sr": "srp_Cyrl", "sv": "swe_Latn",
    "sw": "swh_Latn", "ta": "tam_Taml", "th": "tha_Thai", "tr": "tur_Latn", "uk": "ukr_Cyrl", "ur": "urd_Arab",
    "vi": "vie_Latn", "zh": "zho_Hans",
}  # fmt: skip
_MBART_REGIONS = """
XX AR CZ DE EE FI IN IT KZ KR LT LV MM NP RO RU LK TR VN CN AF AZ BD IR HR ID GE KH MK MN NL PL ZA SE KE TH UA PK ES SI
""".split()


class Vocabulary(Protocol):
    """Which token has which number."""

    def number(self, token: str) -> int | None:
        """The number of a token; None when there is none of that name."""
        ...


@dataclass(frozen=True, slots=True)
class Direction:
    """What a model needs to know about the languages."""

    words: str = ""
    """Words in front of the text."""
    before: tuple[int, ...] = ()
    """Tokens in front of the text."""
    after: tuple[int, ...] = ()
    """Tokens behind it; with either of them the tokenizer adds none of its own."""
    first: int | None = None
    """The first token that the model writes."""

    @property
    def plain(self) -> bool:
        """Whether the tokenizer adds its own special tokens."""
        return not self.before and not self.after


def source_language(given: str, text: str) -> str:
    """The code of the language of a text: the given one, else told from the text.

    Raises:
        TaskError: the given one is not known.
    """
    return _known(given) if given.strip() else language_of(text)


def target_language(given: str) -> str:
    """The code of the language to translate into.

    Raises:
        TaskError: it is not known.
    """
    return _known(given)


def _known(name: str) -> str:
    word = name.strip()
    code = language_code(word)
    if not code and not _looks_like_a_code(word):
        raise TaskError(
            f"the language {word[:40]!r} is not known; name it in English, such as French, or give its code"
        )
    return code or word


def _looks_like_a_code(word: str) -> bool:
    return 2 <= len(word) <= 8 and word.replace("_", "").replace("-", "").isalpha() and (len(word) <= 3 or "_" in word)


def direction(
    source: str, target: str, vocabulary: Vocabulary, config: Mapping[str, Any], settings: Mapping[str, Any], end: int
) -> Direction:
    """What the model of a configuration and its tokenizer's settings needs; `end` is the token that ends a text.

    Raises:
        TaskError: the model does not translate between these languages.
    """
    for way in (_by_wrapped_codes, _by_region_codes, _by_marked_target, _by_prefix, _by_pair):
        found = way(_Asked(source, target, vocabulary, config, settings, end))
        if found is not None:
            return found
    return Direction()


@dataclass(frozen=True, slots=True)
class _Asked:
    source: str
    target: str
    vocabulary: Vocabulary
    config: Mapping[str, Any]
    settings: Mapping[str, Any]
    end: int

    @property
    def names(self) -> str:
        return f"{language_name(self.source)} to {language_name(self.target)}"

    def cannot(self, knows: str = "") -> TaskError:
        more = f"; it knows {knows}" if knows else ""
        return TaskError(f"this model does not translate from {self.names}{more}; choose another model for that")

    def codes(self, code: Callable[[str], int | None], marker: str) -> tuple[int, int] | None:
        """The tokens of both languages; None when the marker says that the model names languages otherwise."""
        if self.vocabulary.number(marker) is None:
            return None
        source, target = code(self.source), code(self.target)
        if source is None or target is None:
            raise self.cannot()
        return source, target


def _by_wrapped_codes(asked: _Asked) -> Direction | None:
    """M2M100: `__de__`."""
    found = asked.codes(lambda code: asked.vocabulary.number(f"__{code}__"), "__en__")
    return Direction(before=found[:1], after=(asked.end,), first=found[1]) if found else None


def _by_region_codes(asked: _Asked) -> Direction | None:
    """NLLB, `deu_Latn`, and mBART, `de_DE`; some put the source language behind the text."""
    found = asked.codes(lambda code: asked.vocabulary.number(_NLLB.get(code, code)), "eng_Latn")
    behind = bool(asked.settings.get("legacy_behaviour"))
    if not found:
        found = asked.codes(lambda code: _mbart(code, asked.vocabulary), "en_XX")
        behind = "50" not in str(asked.settings.get("tokenizer_class", ""))
    if not found:
        return None
    if behind:
        return Direction(after=(asked.end, found[0]), first=found[1])
    return Direction(before=found[:1], after=(asked.end,), first=found[1])


def _mbart(code: str, vocabulary: Vocabulary) -> int | None:
    names = [code, f"{code}_{code.upper()}", *(f"{code}_{region}" for region in _MBART_REGIONS)]
    found = [number for name in names if "_" in name and (number := vocabulary.number(name)) is not None]
    return next(iter(found), None)


def _by_marked_target(asked: _Asked) -> Direction | None:
    """Marian with several target languages, `>>fra<<`, and MADLAD, `<2fr>`."""
    if asked.vocabulary.number("<2en>") is not None:
        if asked.vocabulary.number(f"<2{asked.target}>") is None:
            raise asked.cannot()
        return Direction(words=f"<2{asked.target}> ")
    three = _NLLB.get(asked.target, asked.target)
    marks = (asked.target, three.split("_")[0], three, {"zh": "cmn_Hans"}.get(asked.target, asked.target))
    found = next((mark for mark in marks if asked.vocabulary.number(f">>{mark}<<") is not None), None)
    return Direction(words=f">>{found}<< ") if found else None


def _by_prefix(asked: _Asked) -> Direction | None:
    """T5: "translate English to German: "."""
    if str(asked.config.get("model_type")) not in ("t5", "mt5", "umt5", "longt5"):
        return None
    params = asked.config.get("task_specific_params")
    known = (
        {str(name): each for name, each in params.items() if str(name).startswith("translation_")}
        if isinstance(params, Mapping)
        else {}
    )
    own = known.get(f"translation_{asked.source}_to_{asked.target}")
    if isinstance(own, Mapping) and isinstance(own.get("prefix"), str):
        return Direction(words=str(own["prefix"])[:200])
    if known:
        raise asked.cannot(
            ", ".join(sorted(name.removeprefix("translation_").replace("_to_", " to ") for name in known))[:200]
        )
    return Direction(words=f"translate {asked.names}: ")


def _by_pair(asked: _Asked) -> Direction | None:
    """Marian with one target language: its settings name the pair."""
    source, target = (str(asked.settings.get(f"{end}_lang") or "") for end in ("source", "target"))
    codes = [language_code(name) or _two_letters(name) for name in (source, target)]
    # Groups of languages, such as "ROMANCE" or "mul", take any.
    if any(code and code != want for code, want in zip(codes, (asked.source, asked.target), strict=True)):
        raise asked.cannot(f"{source} to {target}")
    return None


def _two_letters(name: str) -> str:
    return next((code for code, long in _NLLB.items() if long.split("_")[0] == name), "")
