"""By which words people name a model: its id, or the beginning of its name in words ("whisper base")."""

from __future__ import annotations

import re
from dataclasses import dataclass
from weakref import WeakKeyDictionary

from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry

_PART = re.compile(r"[A-Za-z]+\d*(?:\.\d+)?[A-Za-z]*|\d+(?:\.\d+)?[A-Za-z]*")
_GAP = re.compile(r"[ \-_.:/]?")
_LEAD = re.compile(r"(?:(?:the|das|den|dem|le|la|el)\s+)?(?:(?:models?|modell|modèle|modelo|模型)\s+)?", re.IGNORECASE)
_TAIL = re.compile(r"\s*(?:models?|modell|模型)\b", re.IGNORECASE)
_Parts = tuple[str, ...]
_LONGEST_NAME = 8
_MOST = 40
"""Names that fit more models than this name none."""
_ORDINARY = frozenset(
    "answer answers audio base best box caption captions chat clean color code data deep detect detection distil edit "
    "edits extract face fast fine general good image images keep kept label labels language large line lines list long "
    "model models multi music nano new object open pillow photo pose real retrieval sentence simulated skeleton small "
    "smart sound speech stable super table text tiny translation video vision voice zero".split()
)
"""First words of names that people also use for other things."""


@dataclass(frozen=True, slots=True)
class Named:
    """Models that a text names, and where the name ends."""

    ids: frozenset[str]
    end: int


class Aliases:
    """The names of a registry's models."""

    def __init__(self, registry: Registry) -> None:
        self._by_parts: dict[_Parts, set[str]] = {}
        self._whole: dict[_Parts, set[str]] = {}
        """The whole names among them: "whisper base" is not "whisper base language"."""
        tasks = {part for card in registry for task in card.tasks for part in task.split("-")}
        for card in registry:
            names, whole = _names(card, tasks)
            for parts in names:
                self._by_parts.setdefault(parts, set()).add(card.id)
            for parts in whole:
                self._whole.setdefault(parts, set()).add(card.id)

    def at(self, text: str, start: int, *, strict: bool) -> Named | None:
        """The models that are named at a place of a text, by the longest name that fits.

        `strict`: a single word is a name only with the word "model" beside it.
        """
        lead = _LEAD.match(text, start)
        begin = lead.end() if lead else start
        parts, ends = _parts_at(text, begin)
        for count in range(len(parts), 0, -1):
            ids = self._whole.get(parts[:count]) or self._by_parts.get(parts[:count])
            if not ids or len(ids) > _MOST:
                continue
            tail = _TAIL.match(text, ends[count - 1])
            said = tail is not None or "mod" in text[start:begin].lower() or "模型" in text[start:begin]
            if count == 1 and strict and not said:
                return None
            return Named(frozenset(ids), tail.end() if tail else ends[count - 1])
        return None


def _parts_at(text: str, begin: int) -> tuple[_Parts, list[int]]:
    parts, ends = list[str](), list[int]()
    while len(parts) < _LONGEST_NAME and (part := _PART.match(text, begin)):
        parts.append(part[0].lower())
        ends.append(part.end())
        gap = _GAP.match(text, part.end())
        begin = gap.end() if gap else part.end()
    return tuple(parts), ends


def _names(card: ModelCard, tasks: set[str]) -> tuple[set[_Parts], set[_Parts]]:
    """All names of a card, and those of them that are its whole name."""
    whole = tuple(part.lower() for part in _PART.findall(card.id))
    own = tuple(part.lower() for part in _PART.findall(card.id.split("/")[-1].split(":")[0]))
    names = {own}
    if card.files or card.variants or card.source == "endpoint":  # what has no weights is called by its full id
        names |= {own[:count] for count in range(2, len(own))}
        if own and own[0] not in _ORDINARY | tasks and len(own[0]) > 3 and own[0].isascii():
            names.add(own[:1])
    names = {name for name in names if len(name) > 1 or (name and name[0] not in _ORDINARY | tasks)}
    full = {name for name in (whole, own) if len(name) > 1 or (name and name[0] not in _ORDINARY | tasks)}
    return names | full, full


_KNOWN: WeakKeyDictionary[Registry, Aliases] = WeakKeyDictionary()


def aliases_of(registry: Registry) -> Aliases:
    """The names of a registry, which never changes; kept as long as it lives."""
    found = _KNOWN.get(registry)
    if found is None:
        found = _KNOWN[registry] = Aliases(registry)
    return found
