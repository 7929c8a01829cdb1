"""Names of languages and their ISO 639-1 codes; and which one a text is written in: told offline from its script and
its small words.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from unicodedata import normalize

_NAMES = {
    "ar": "Arabic", "bg": "Bulgarian", "bn": "Bengali", "ca": "Catalan", "cs": "Czech", "da": "Danish", "de": "German",
    "el": "Greek", "en": "English", "es": "Spanish", "et": "Estonian", "fa": "Persian", "fi": "Finnish", "fr": "French",
    "he": "Hebrew", "hi": "Hindi", "hr": "Croatian", "hu": "Hungarian", "id": "Indonesian", "it": "Italian",
    "ja": "Japanese", "ko": "Korean", "lt": "Lithuanian", "lv": "Latvian", "ms": "Malay", "nb": "Norwegian Bokmål",
    "nl": "Dutch", "no": "Norwegian", "pl": "Polish", "pt": "Portuguese", "ro": "Romanian", "ru": "Russian",
    "sk": "Slovak", "sl": "Slovenian", "sr": "Serbian", "sv": "Swedish", "sw": "Swahili", "ta": "Tamil", "th": "Thai",
    "tr": "Turkish", "uk": "Ukrainian", "ur": "Urdu", "vi": "Vietnamese", "zh": "Chinese",
}  # fmt: skip
_CODES = {name.lower(): code for code, name in _NAMES.items()} | {"mandarin": "zh", "brazilian portuguese": "pt"}

_KANA = re.compile(r"[\u3041-\u309f\u30a1-\u30fa]")
_HAN = re.compile(r"[\u3400-\u4dbf\u4e00-\u9fff\uf900-\ufaff]")
_WORD = re.compile(r"[^\W\d_]+")
_LATIN = re.compile(r"[A-Za-zÀ-ɏ]+")
_FOREIGN = re.compile(
    r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」|\"[^\"]*\"|(?<!\w)'.*?'(?!\w)|https?://\S+|[\w./\\-]+\.\w{1,5}\b"
)
"""What says nothing about the language of the request itself: quotations, addresses, file names."""

_SMALL_WORDS: Mapping[str, frozenset[str]] = {
    "en": frozenset(
        "the and of to in is it this that with for on what which who how where when are was please me my you your "
        "from into out then make find tell give show say read write does do can could would i a an there both all "
        "about at by or not no any".split()
    ),
    "de": frozenset(
        "der die das den dem des ein eine einen einem einer und oder ist sind was wie wer wo wann welche welcher "
        "welches bitte mir mich mein meine meinen ich du sie wir nicht mit von vom für auf im ins zum zur aus auch "
        "dann danach daraus sage mach zeig lies schreib schreibe gib finde erkenne beschreib beschreibe übersetze "
        "fasse zusammen schalte stelle licht bild es bei weg mal noch schon jetzt danke hallo guten minuten stopp "
        "zu um über kein keine".split()
    ),
    "es": frozenset(
        "el la los las un una unos unas y o es son qué que cómo quién dónde cuándo cuál cuántos cuántas por favor "
        "mi mis yo tú su te con de del para en al esta este esto luego después dime haz lee escribe pon ponme "
        "encuentra busca traduce muestra enciende apaga abre imagen texto foto hay pero muy más sin lo eres estás "
        "quiero hola gracias buenos buenas minutos porfa temporizador".split()
    ),
    "fr": frozenset(
        "le la les un une des et ou est sont que quoi quel quelle quels quelles comment qui où quand combien moi je "
        "tu vous nous mon ma mes avec de du pour dans sur au aux ce cet cette ces puis ensuite dis fais lis écris "
        "décris trouve traduis traduisez résume résumez transcris montre allume éteins ouvre ferme mets texte "
        "il elle y a plaît qu l c j n en pas plus très merci bonjour bonsoir ne se son sa ses".split()
    ),
}
_LETTERS: Mapping[str, str] = {"de": "äöüß", "es": "ñ¿¡áíóú", "fr": "çèêëîïôûœà"}


def language_name(code: str) -> str:
    """The English name of a language: "French" for "fr"; the code itself when it is not known."""
    return _NAMES.get(code, code)


def language_code(name: str) -> str:
    """The code of a language given by English name or by code; "" when it is not known."""
    word = name.strip().lower()
    return word if word in _NAMES else _CODES.get(word, "")


def language_of(text: str) -> str:
    """The ISO 639-1 code of the language that `text` is written in: en, zh, de, es, fr or ja.

    Quotations and file names do not count, so that `Translate "你好" into English` is English. Chinese
    characters make it Chinese unless Latin words outweigh them, kana make it Japanese, and between the
    others small words and letters of their own decide. English when nothing speaks for another one.
    """
    text = normalize("NFC", text)
    own = _FOREIGN.sub(" ", text)
    if not _WORD.search(own):
        own = text
    if _KANA.search(own):
        return "ja"
    # A Chinese word has one or two characters; half the characters is a fair count of its words.
    if len(_HAN.findall(own)) > 2 * len(_LATIN.findall(own)) or (_HAN.search(own) and not _votes(own)["en"]):
        return "zh"
    return _by_small_words(own)


def likely_languages(text: str) -> list[str]:
    """The language that `language_of` gives, then others of which the text has nearly as many words and letters."""
    first, votes = language_of(text), _votes(normalize("NFC", text))
    if first in ("zh", "ja"):
        return [first]
    near = sorted((code for code in votes if votes[code] and 2 * votes[code] >= votes[first]), key=lambda c: -votes[c])
    return list(dict.fromkeys([first, *near]))


def _votes(text: str) -> dict[str, int]:
    words = [word.lower() for word in _WORD.findall(text)]
    votes = {code: sum(word in known for word in words) for code, known in _SMALL_WORDS.items()}
    for code, letters in _LETTERS.items():
        votes[code] += sum(letter in letters for letter in text.lower())
    return votes


def _by_small_words(text: str) -> str:
    votes = _votes(text)
    best = max(votes, key=votes.__getitem__)
    return best if votes[best] > votes["en"] else "en"
