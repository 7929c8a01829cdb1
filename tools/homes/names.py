"""Finds the things that a person means: "lamps in the kitchen", "lights upstairs", "客厅电视", "bed side lamb"."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Protocol, TypeVar

from jarvis.errors import AmbiguousError, TaskError
from jarvis.tools.homes import words

ALIKE = 0.8
"""From here on two names are taken for one that was mistyped or misheard. Of 200 names with typing errors this finds
192, of 57 misheard ones 53, and takes one of those and none of 37 absent things for another (tests/tools/homes);
it was tuned on these."""
_WORDS_ALIKE = 0.82
"""The same for single words, which say less: "computer" is no "counter"."""
_APART = 0.02
"""By how much the nearest name must be nearer than the next one."""
_SPARED = frozenset("alarm scene script button number select text list".split())
"""Kinds that "everything" does not mean."""
_MOST_NAMED = 4


class Named(Protocol):
    """Something that has names and a place: a `Thing`."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def room(self) -> str:
        """The room that it stands in."""
        ...

    @property
    def floor(self) -> str:
        """The floor that its room is on."""
        ...

    @property
    def kind(self) -> str:
        """What it is: light, cover, media, ..."""
        ...

    @property
    def also(self) -> tuple[str, ...]:
        """Other names."""
        ...

    @property
    def places(self) -> tuple[str, ...]:
        """Other names of its room and floor."""
        ...

    @property
    def words(self) -> tuple[str, ...]:
        """What things like it are called."""
        ...


T = TypeVar("T", bound=Named)


@dataclass(frozen=True, slots=True)
class _Said:
    """What a person said."""

    text: str
    terms: frozenset[str]
    many: bool
    """All of them, wherever they are."""
    plural: bool
    here: bool

    @property
    def several(self) -> bool:
        return self.many or self.plural


def find(
    target: str, things: Sequence[T], able: Callable[[T], bool], where: str, *, room: str = "", language: str = "en"
) -> list[T]:
    """The things that `target` means and that are `able` to do what is wanted; `where` names the home.

    One thing, all of a plural ("lights"), or everything able in a room or on a floor ("kitchen"). What is in `room`,
    where the person stands, comes first. A name that is nowhere is taken for the one that sounds most like it.

    Raises:
        AmbiguousError: several are meant equally well; its question is in `language` (ISO 639-1).
        TaskError: none; the message names those that come near.
    """
    said = _said(target)
    near = _in_room(things, room)
    if said.here:
        if not near:
            raise TaskError(f"it is not known which room {target!r} means; name the room")
        things = near
    found = _holding(said, things)
    if not found and (mended := _mended(said, things)):
        said, found = mended, _holding(mended, things)
    fit = [thing for thing in found if able(thing)]
    if not fit and (misheard := _misheard(said, [thing for thing in things if able(thing)], near)):
        return [misheard]
    if not found:
        raise TaskError(f"{where} has no {target!r}; {_near(target, said.terms, things)}")
    if not fit:
        names = _list(thing.name for thing in (_exact(said.terms, found) or found)[:3])
        raise TaskError(f"{names} in {where} cannot do that; name another device or action")
    if said.several or said.here or _is_place(said.terms, things):
        return _all_meant(said, fit, near, things)
    return [_one_meant(said, fit, near, language)]


def terms(text: str) -> frozenset[str]:
    """The words of a name that carry meaning, each in one form: {"kitchen", "light"} for "the lamps in my kitchen"."""
    return frozenset(form for word in _raw_words(text) for form in _one_form(word).split())


def label(thing: Named, others: Iterable[Named]) -> str:
    """A name that tells a thing from the others, as a person would say it: with its room where that is needed."""
    alike = [other for other in others if other.name.casefold() == thing.name.casefold()]
    return f"{thing.room} {thing.name}".strip() if len(alike) > 1 and thing.room else thing.name


def _said(target: str) -> _Said:
    plain = unicodedata.normalize("NFC", target).casefold()
    here = bool(words.HERE.search(plain))
    found = terms(words.HERE.sub(" ", plain) if here else plain)
    return _Said(target, found, bool(words.EVERYTHING.search(plain)), bool(words.PLURAL.search(plain)), here)


def _raw_words(text: str) -> list[str]:
    plain = unicodedata.normalize("NFC", text).casefold()
    for part, word in words.PARTS.items():
        if not part.isalnum():
            plain = plain.replace(part, f" {word} ")
    found: list[str] = []
    for word in re.findall(r"[^\W_]+", plain):
        found += [word] if word in words.WORDS or word in words.SAME else _taken_apart(word)
    return [word for word in found if word not in words.IDLE]


def _taken_apart(word: str) -> list[str]:
    for part, known in words.PARTS.items():
        word = word.replace(part, f" {known} ")
    return word.split()


def _one_form(word: str) -> str:
    if word in words.WORDS:
        return words.WORDS[word]
    if word in words.SAME:
        return word
    singular = word[:-1] if word.endswith("s") and len(word) > 3 and not word.endswith("ss") else word
    return words.WORDS.get(singular, singular)


def _terms_of(thing: Named) -> frozenset[str]:
    return terms(" ".join((thing.name, thing.room, thing.floor, *thing.words, *thing.also, *thing.places)))


def _in_room(things: Sequence[T], room: str) -> list[T]:
    wanted = terms(room)
    if not wanted:
        return []
    return [thing for thing in things if any(wanted == terms(name) for name in (thing.room, *thing.places))]


def _holding(said: _Said, things: Sequence[T]) -> list[T]:
    """Things whose names and places have every word that was said."""
    if not said.terms and not said.many and not said.here:
        return []
    return [thing for thing in things if said.terms <= _terms_of(thing)]


def _exact(wanted: frozenset[str], things: Iterable[T]) -> list[T]:
    return [thing for thing in things if any(terms(name) == wanted for name in (thing.name, *thing.also))]


def _is_place(wanted: frozenset[str], things: Iterable[Named]) -> bool:
    return any(wanted == terms(place) for thing in things for place in _places_of(thing))


def _places_of(thing: Named) -> list[str]:
    return [place for place in (thing.room, thing.floor, *thing.places) if place]


def _all_meant(said: _Said, fit: list[T], near: Sequence[T], things: Sequence[T]) -> list[T]:
    """All of those; of a plural without a place only those where the person stands, if there are any."""
    placed = said.many or any(terms(place) & said.terms for thing in fit for place in _places_of(thing))
    if not placed and (close := [thing for thing in fit if thing in near]):
        fit = close
    return [thing for thing in fit if thing.kind not in _SPARED] or fit


def _one_meant(said: _Said, fit: list[T], near: Sequence[T], language: str) -> T:
    """The one that is called so; with several, the one where the person stands.

    Raises:
        AmbiguousError: it cannot be told which.
    """
    for wanted in (said.terms, *(said.terms | terms(thing.room) for thing in near[:1])):
        exact = _exact(wanted, fit)
        for chosen in ([thing for thing in exact if thing in near], exact):
            if len(chosen) == 1:
                return chosen[0]
        fit = exact or fit
    close = [thing for thing in fit if thing in near]
    left = close or fit
    choices = list(dict.fromkeys(label(thing, fit) for thing in left))
    if len(choices) == 1:
        return left[0]
    raise AmbiguousError(question(choices, language), choices)


def question(choices: Sequence[str], language: str = "en") -> str:
    """Like "Which one do you mean: kitchen light, counter light or hall light?"; the first few of many."""
    template, last = words.WHICH.get(language, words.WHICH["en"])
    shown = list(choices[:_MOST_NAMED])
    if len(choices) > _MOST_NAMED:
        return template.format(names=", ".join([*shown, "…"]))
    return template.format(names=last.join([", ".join(shown[:-1]), shown[-1]] if len(shown) > 1 else shown))


# Names that were mistyped or misheard.


def _mended(said: _Said, things: Iterable[Named]) -> _Said | None:
    """What was said with each unknown word put as the known one that is most like it; None when one is like none."""
    known = {word for thing in things for word in _terms_of(thing)}
    spoken = known | {word for word, one in words.WORDS.items() if set(one.split()) <= known}
    mended: set[str] = set()
    for word in said.terms:
        close = [word] if word in known else difflib.get_close_matches(word, spoken, n=1, cutoff=_WORDS_ALIKE)
        if not close:
            return None
        mended |= terms(close[0])
    several = bool(words.PLURAL.search(" ".join(sorted(mended))))
    return _Said(said.text, frozenset(mended), said.many, said.plural or several or _ends_plural(said), said.here)


def _ends_plural(said: _Said) -> bool:
    return bool(re.search(r"(ghts|mps|inds|eakers|meras)\b", said.text.casefold()))


def _misheard(said: _Said, things: Sequence[T], near: Sequence[T]) -> T | None:
    """The thing with a name that is like what was said as a whole, if one is nearer than all others."""
    if not said.terms or said.several:
        return None
    wanted = _spellings(said.text)
    elsewhere = [room for room in words.ROOMS if terms(room) <= said.terms]
    things = [thing for thing in things if all(terms(room) <= _terms_of(thing) for room in elsewhere)]
    scored = [(max(_likeness(wanted, _spellings(name)) for name in _full_names(thing)), thing) for thing in things]
    best = sorted(scored, key=lambda row: (-row[0], row[1] not in near))
    if not best or best[0][0] < ALIKE:
        return None
    if len(best) > 1 and best[0][0] - best[1][0] < _APART and (best[0][1] in near) == (best[1][1] in near):
        return None
    return best[0][1]


def _full_names(thing: Named) -> list[str]:
    own = [thing.name, *thing.also]
    return own + [f"{thing.room} {name}" for name in own if thing.room and thing.room.casefold() not in name.casefold()]


def _spellings(text: str) -> tuple[str, str, str]:
    """A name as it is, without blanks, and with its words in order of the alphabet."""
    plain = re.findall(r"[^\W_]+", unicodedata.normalize("NFC", text).casefold())
    plain = [word for word in plain if word not in words.IDLE] or plain
    return " ".join(plain), "".join(plain), " ".join(sorted(plain))


def _likeness(one: tuple[str, ...], other: tuple[str, ...]) -> float:
    """From 0 to 1. rapidfuzz's best measure found the same names, and a home has too few for its speed to matter."""
    pairs = zip(one, other, strict=True)
    return max(difflib.SequenceMatcher(None, a, b, autojunk=False).ratio() for a, b in pairs)


def _near(target: str, wanted: frozenset[str], things: Sequence[Named]) -> str:
    names = list(dict.fromkeys(thing.name for thing in things))
    if not names:
        return "it has no devices"
    sharing = [thing.name for thing in things if wanted & terms(thing.name)]
    close = difflib.get_close_matches(target.casefold(), names, n=3, cutoff=0.6)
    near = list(dict.fromkeys([*close, *sharing]))[:_MOST_NAMED]
    return f"it has {_list(near)}" if near else f"it has {len(names)} devices, such as {_list(names[:4])}"


def _list(names: Iterable[str]) -> str:
    items = list(names)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
