"""English nouns: their plural, their singular and their article."""

from __future__ import annotations

import re
from collections.abc import Mapping

_PLURALS: Mapping[str, str] = {
    "person": "people", "man": "men", "woman": "women", "child": "children", "mouse": "mice", "foot": "feet",
    "tooth": "teeth", "goose": "geese", "knife": "knives", "wolf": "wolves", "leaf": "leaves", "shelf": "shelves",
    "loaf": "loaves", "calf": "calves", "half": "halves", "ox": "oxen", "sheep": "sheep", "fish": "fish",
    "deer": "deer", "aircraft": "aircraft", "potato": "potatoes", "tomato": "tomatoes", "mosquito": "mosquitoes",
    "policeman": "policemen", "fireman": "firemen", "bookshelf": "bookshelves", "goldfish": "goldfish",
}  # fmt: skip
_SINGULARS = {many: single for single, many in _PLURALS.items()}
_PAIRS = frozenset(
    "scissors skis glasses sunglasses goggles jeans trousers pants shorts tweezers pliers binoculars headphones "
    "trunks tights".split()
)
_MASS = frozenset(
    "broccoli cattle cereal cutlery rice bread hair grass water sky snow sand sea food furniture guacamole".split()
)
_IE = frozenset("ties neckties pies cookies movies zombies brownies smoothies hoodies selfies birdies genies".split())
"""Plurals of words that end in "ie"."""
_NO_PLURAL = ("ss", "us", "is")
"""Ends of words that end in s without being plurals: glass, bus, tennis."""
_LONG_PLURAL = re.compile(r".*(?:ss|x|ch|sh|(?<!o)us|ns)es")
"""Plurals that lose "es": dresses, boxes, buses; but not houses and horses."""
_DETERMINER = re.compile(r"^(?:the|an?|any|some|all|every|each|my|your|our) +(?=\S)", re.IGNORECASE)
_VOWEL_SOUND = ("hour", "honest", "heir", "x-ray")
_CONSONANT_SOUND = ("uni", "use", "usu", "uten", "eu", "one", "once", "ukulele", "unicorn")


def plural(noun: str) -> str:
    """The plural of a noun or of a phrase that ends in its noun: "wine glass" -> "wine glasses"."""
    head, space, last = noun.rpartition(" ")
    return head + space + _plural_word(last)


def _plural_word(word: str) -> str:
    low = word.lower()
    if low in _PLURALS:
        return _PLURALS[low]
    if low in _PAIRS or low in _MASS:
        return word
    if low.endswith(("s", "x", "z", "ch", "sh")):
        return word + "es"
    if low.endswith("y") and low[-2:-1] not in "aeiou":
        return word[:-1] + "ies"
    return word + "s"


def one(label: str) -> str:
    """What one of it is called, without an article: "my mugs" -> "mug", "computer mice" -> "computer mouse"."""
    head, space, last = _DETERMINER.sub("", label.strip()).rpartition(" ")
    return head + space + _singular_word(last)


def _singular_word(word: str) -> str:
    low = word.lower()
    if low in _SINGULARS:
        return _SINGULARS[low]
    if low in _PAIRS or low in _MASS or not low.endswith("s") or low.endswith(_NO_PLURAL):
        return word
    if low.endswith("ies") and low not in _IE:
        return word[:-3] + "y"
    if _LONG_PLURAL.fullmatch(low):
        return word[:-2]
    return word[:-1]


def with_article(noun: str) -> str:
    """The noun as one unnamed thing: "a cup", "an orange", "scissors", "broccoli"."""
    last = noun.rpartition(" ")[2].lower()
    if last in _PAIRS or last in _MASS:
        return noun
    return f"{'an' if _starts_with_vowel(noun.lower()) else 'a'} {noun}"


def _starts_with_vowel(noun: str) -> bool:
    if noun.startswith(_VOWEL_SOUND):
        return True
    return noun.startswith(tuple("aeiou")) and not noun.startswith(_CONSONANT_SOUND)


def counted(noun: str, count: int) -> str:
    """Like "a cup" for one, "2 cups" for more; also "2 pairs of scissors" and "2 × broccoli"."""
    last = noun.rpartition(" ")[2].lower()
    if last in _PAIRS:
        return f"a pair of {noun}" if count == 1 else f"{count} pairs of {noun}"
    if last in _MASS:
        return noun if count == 1 else f"{count} × {noun}"
    return with_article(noun) if count == 1 else f"{count} {plural(noun)}"
