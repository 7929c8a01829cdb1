"""What the words of a sentence mean in the home: which things a name, a room or a plural stands for.

It is stricter than the home itself, which also guesses at what was misheard: here only what surely names something
counts, and the rest is left to the planner.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterable, Sequence
from functools import lru_cache, reduce
from operator import or_

from jarvis.tools.homes import words
from jarvis.tools.homes.names import terms as _terms
from jarvis.tools.homes.protocol import Thing

_DOMAINS = {
    "light": ("light",),
    "switch": ("switch",),
    "fan": ("fan",),
    "cover": ("cover",),
    "climate": ("climate",),
    "water_heater": ("climate",),
    "lock": ("lock",),
    "media": ("media_player",),
    "vacuum": ("vacuum",),
    "appliance": ("switch",),
    "alarm": ("switch",),
    "humidifier": ("switch",),
    "button": ("button",),
    "scene": ("scene",),
    "script": ("script",),
    "sensor": ("sensor", "binary_sensor"),
    "camera": ("camera",),
}
"""What templates of Home Assistant call the kinds of things."""
_FIRST = frozenset("de du des del della di d la".split())
"""Words inside a name after which it is told more closely, so that the thing itself stands before them."""
_LONG = tuple(part for part in words.PARTS if " " in part or "-" in part)
"""Names of several words that are read as one."""
_WORD = re.compile(r"[^\W_]+")


@lru_cache(20_000)
def _word(word: str) -> frozenset[str]:
    return _terms(word)


@lru_cache(20_000)
def terms(text: str) -> frozenset[str]:
    """What `jarvis.tools.homes.names.terms` gives; most words are met again and again."""
    plain = unicodedata.normalize("NFC", text).casefold()
    if any(part in plain for part in _LONG):
        return _terms(plain)
    return frozenset(one for word in _WORD.findall(plain) for one in _word(word))


_HOUSEHOLD = frozenset(word for one in words.SAME for word in terms(one))
_PHRASES = frozenset(
    word for part in words.PARTS if " " in part or "-" in part for word in part.replace("-", " ").split()
)


class Names:
    """The names of a home. Which things have a word is a number with a bit for each thing, so that large homes are no
    slower.
    """

    def __init__(self, things: Sequence[Thing]) -> None:
        self.things = tuple(things)
        self._having: dict[str, int] = {}
        self._headed: dict[str, int] = {}
        """Things of which a word says what they are: "light" of "kitchen light"."""
        self._called: dict[frozenset[str], int] = {}
        self._places: set[frozenset[str]] = set()
        self._unplural = 0
        """Things that no plural means."""
        for number, thing in enumerate(things):
            self._add(thing, 1 << number)
        self._words = frozenset(self._having)
        self._met: dict[str, tuple[Thing, ...]] = {}
        self.spelled = _spelled(things)
        """Names and other names as they are written, each with its things."""
        places = (name for thing in things for name in (thing.room, thing.floor, *thing.places) if name)
        self.rooms = frozenset(name.casefold() for name in places)
        """Names of rooms and floors, in small letters."""

    def _add(self, thing: Thing, bit: int) -> None:
        called = (thing.name, *thing.also)
        around = tuple(place for place in (thing.room, thing.floor, *thing.places) if place)
        for text in (*called, *around, *thing.words):
            for word in terms(text):
                self._having[word] = self._having.get(word, 0) | bit
        for name in called:
            self._called[terms(name)] = self._called.get(terms(name), 0) | bit
        for text in (*called, *thing.words):
            for word in _head(text):
                self._headed[word] = self._headed.get(word, 0) | bit
        self._places.update(terms(place) for place in around)
        self._unplural |= bit if thing.kind in ("scene", "script") else 0

    def tells(self, word: str) -> bool:
        """Whether a single word can be a part of a name here: "kitchen", "all"; not "the"."""
        found = terms(word)
        if found:
            return found <= self._words or word.casefold() in _PHRASES
        return bool(words.EVERYTHING.search(word.casefold()))

    def may_stand(self, word: str) -> bool:
        """Whether a word can stand inside a name: "the" as well."""
        return self.tells(word) or not terms(word)

    def shares(self, said: str) -> bool:
        """Whether a word of it is in a name here, or is one for things that homes have."""
        found = terms(said)
        return bool(found & self._words) or any(one in words.SAME or one in _HOUSEHOLD for one in found)

    def meant(self, said: str) -> tuple[Thing, ...]:
        """The things that a few words surely mean; empty when they name nothing, or only perhaps."""
        if said not in self._met:
            if len(self._met) > 10_000:
                self._met.clear()
            self._met[said] = self._of(self._meant(said))
        return self._met[said]

    def is_place(self, said: str) -> bool:
        """Whether the words name a room or a floor and nothing else."""
        return terms(said) in self._places

    def _of(self, found: int) -> tuple[Thing, ...]:
        things: list[Thing] = []
        while found:
            bit = found & -found
            things.append(self.things[bit.bit_length() - 1])
            found ^= bit
        return tuple(things)

    def _meant(self, said: str) -> int:
        wanted, small = terms(said), said.casefold()
        found = (1 << len(self.things)) - 1
        if not wanted:
            return found if words.EVERYTHING.search(small) else 0
        for word in wanted:
            found &= self._having.get(word, 0)
        if wanted in self._places:
            return found
        exact = found & self._called.get(wanted, 0)
        if exact and not words.PLURAL.search(small):
            return exact
        heads = [self._headed.get(word, 0) for word in wanted]
        return found & reduce(or_, heads) & ~self._unplural


def domains(thing: Thing) -> tuple[str, ...]:
    """What templates of Home Assistant call a thing; what they do not know is like a thing with the same actions."""
    if thing.kind in _DOMAINS:
        return _DOMAINS[thing.kind]
    return ("climate",) if "set_temperature" in thing.actions else ("switch",) if thing.actions else ()


def _head(name: str) -> frozenset[str]:
    parts = name.replace("'", " ").replace("’", " ").split()
    first = any(part.casefold() in _FIRST for part in parts[1:])
    for part in parts if first else reversed(parts):
        if found := terms(part):
            return found if len(parts) > 1 or len(found) == 1 else found - _place_words()
    return frozenset()


def _place_words() -> frozenset[str]:
    return _ROOM_WORDS


_ROOM_WORDS = frozenset(
    "garden hall nursery office bathroom kitchen bedroom garage living room upstairs downstairs basement attic".split()
)
"""What tells a place in a name of one word: "Küchenlicht" is a light."""


def _spelled(things: Iterable[Thing]) -> dict[str, tuple[Thing, ...]]:
    found: dict[str, tuple[Thing, ...]] = {}
    for thing in things:
        for name in (thing.name, *thing.also):
            plain = " ".join(name.replace("’", "'").casefold().split())
            found[plain] = (*found.get(plain, ()), thing)
    return found
