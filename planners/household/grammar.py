"""Matches a whole sentence against the templates of a language; hassil does it, with those that can match at all."""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jarvis.planners.household.compiled import Table

if TYPE_CHECKING:
    from hassil import IntentData, Intents, RecognizeResult, Sentence, SlotList

_RULE = re.compile(r"<([^<>]+)>")


@dataclass(frozen=True, slots=True)
class Option:
    """A value of a list that a sentence holds."""

    text: str
    """As it is said."""
    value: Any = None
    """What it means; None for its text."""
    domain: str = ""
    """For a name: what it is, as Home Assistant calls it."""


@dataclass(frozen=True, slots=True)
class Slot:
    """A part of a sentence that a template asks for."""

    name: str
    text: str
    value: Any
    start: int
    """Where it stands in the sentence; -1 when it is not said."""
    end: int
    open: bool = False
    """Whether the template takes anything here."""


@dataclass(frozen=True, slots=True)
class Match:
    """A reading of a sentence."""

    intent: str
    own: bool
    """Whether it is a sentence of Jarvis' own."""
    slots: tuple[Slot, ...]
    fixed: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """What the template says itself."""
    about: tuple[str, ...] = ()
    """The only kinds of things that the template is about, as Home Assistant calls them."""
    here: bool = False
    """Whether it is about the room that the speaker is in."""
    literal: int = 0
    """Characters that are words of the template."""

    def slot(self, name: str) -> Slot | None:
        """The slot called `name` that is said, or None."""
        return next((slot for slot in self.slots if slot.name == name and slot.start >= 0), None)


class Grammar:
    """The templates of one language. Each is parsed when a sentence first has the words that it needs."""

    def __init__(self, table: Table) -> None:
        self._table = table
        self.language: str = table["language"]
        self.numbers: Mapping[str, int] = table["numbers"]
        self.joined: bool = bool(table["settings"].get("ignore_whitespace"))
        """Whether it is written without spaces."""
        # Jarvis' own templates come first, so that their bits are the lowest ones.
        mine = sum(bool(table["blocks"][template[1]].get("own")) for template in table["templates"])
        self._own = (1 << mine) - 1
        self._others = ((1 << len(table["templates"])) - 1) ^ self._own
        self._clauses = [(clause.split("\t"), mask) for clause, mask in self._masks(2).items()]
        self._needing = self._masks(3)
        self._parsed: dict[int, IntentData] = {}
        self._rules: dict[tuple[bool, str], Sentence] = {}
        self._lists = self._fixed_lists()

    @property
    def ranges(self) -> Mapping[str, tuple[int, int, float]]:
        """Lists of numbers: the lowest, the highest, and what a number is multiplied by."""
        return {
            name: (row["range"]["from"], row["range"]["to"], row["range"].get("multiplier") or 1)
            for name, row in self._table["lists"].items()
            if "range" in row
        }

    def matches(self, text: str, said: Mapping[str, Sequence[Option]], *, own: bool) -> Iterator[Match]:
        """All readings of the whole text, by Jarvis' own sentences or by those of home-assistant-intents.

        `said` has the values of lists that depend on the text.
        """
        from hassil import recognize_all

        numbers = self._able(text, said, self._own if own else self._others)
        if not numbers:
            return
        chosen = [self._template(number) for number in numbers]
        lists = {name: _text_list(name, values) for name, values in said.items()}
        for result in recognize_all(
            text, self._intents(chosen), slot_lists=lists, intent_context={"area": ""}, language=self.language
        ):
            yield _match(result)

    def _masks(self, column: int) -> dict[str, int]:
        """Which templates need what, as the bits of a number."""
        masks: dict[str, int] = {}
        for number, template in enumerate(self._table["templates"]):
            for need in template[column]:
                masks[need] = masks.get(need, 0) | 1 << number
        return masks

    def _able(self, text: str, options: Mapping[str, Sequence[Option]], among: int) -> list[int]:
        """The numbers of the templates whose words and lists the text has."""
        said = self._haystack(text)
        missing = 0
        for words, mask in self._clauses:
            if not any(word in said for word in words):
                missing |= mask
        for name, values in options.items():
            if not values:
                missing |= self._needing.get(name, 0)
        left, found = among & ~missing, list[int]()
        while left:
            bit = left & -left
            found.append(bit.bit_length() - 1)
            left ^= bit
        domains = {option.domain for values in options.values() for option in values}
        return [number for number in found if self._fits(number, domains)]

    def _fits(self, number: int, domains: set[str]) -> bool:
        """Whether one of the things that are named is of a kind that a template is about."""
        block = self._table["blocks"][self._table["templates"][number][1]]
        wanted = block.get("requires_context", {}).get("domain")
        return not wanted or bool(domains & ({wanted} if isinstance(wanted, str) else set(wanted)))

    def _haystack(self, text: str) -> str:
        from hassil.util import CJK_WHITESPACE, normalize_for_matching

        plain = normalize_for_matching(text).text.casefold()
        if not self.joined:
            return plain
        without = plain
        for word in self._table["skip_words"]:
            without = without.replace(word.casefold(), "")
        return "\n".join((plain, without, CJK_WHITESPACE.sub("", without)))

    def _intents(self, chosen: Iterable[IntentData]) -> Intents:
        from hassil.intents import Intent, Intents, IntentsSettings

        # One intent for all, so that they are tried in order; each block says by its metadata whose it is.
        return Intents(
            self.language,
            {"any": Intent("any", list(chosen))},
            self._lists,
            skip_words=self._table["skip_words"],
            settings=IntentsSettings(ignore_whitespace=self.joined),
        )

    def _template(self, number: int) -> IntentData:
        if number not in self._parsed:
            self._parsed[number] = self._parse(number)
        return self._parsed[number]

    def _parse(self, number: int) -> IntentData:
        from hassil import IntentData, Intents

        text, place, *_ = self._table["templates"][number]
        block = self._table["blocks"][place]
        local = Intents.from_dict(
            {
                "language": self.language,
                "intents": {},
                "lists": block.get("lists", {}),
                "expansion_rules": block.get("expansion_rules", {}),
            }
        )
        own = bool(block.get("own"))
        rules = dict(local.expansion_rules)
        self._add_rules(text, own, rules)
        return IntentData(
            [text],
            slots=block.get("slots", {}),
            requires_context=block.get("requires_context", {}),
            excludes_context=block.get("excludes_context", {}),
            expansion_rules=rules,
            slot_lists=local.slot_lists,
            wildcard_list_names={name for name, row in self._table["lists"].items() if row.get("wildcard")},
            metadata={"intent": block["intent"], "own": own},
        )

    def _add_rules(self, text: str, own: bool, found: dict[str, Sentence]) -> None:
        from hassil import parse_sentence

        bodies = self._table["own_rules" if own else "rules"]
        for name in _RULE.findall(text):
            if name not in found and name in bodies:
                if (own, name) not in self._rules:
                    self._rules[own, name] = parse_sentence(bodies[name], keep_text=True)
                found[name] = self._rules[own, name]
                self._add_rules(bodies[name], own, found)
        for sentence in list(found.values()):
            for name in _RULE.findall(sentence.text or ""):
                if name not in found:
                    self._add_rules(f"<{name}>", own, found)

    def _fixed_lists(self) -> dict[str, SlotList]:
        from hassil import Intents

        lists = {name: row for name, row in self._table["lists"].items() if "range" not in row}
        return Intents.from_dict({"language": self.language, "intents": {}, "lists": lists}).slot_lists


def _text_list(name: str, options: Iterable[Option]) -> SlotList:
    from hassil import TextSlotList, TextSlotValue
    from hassil.expression import TextChunk

    return TextSlotList(
        name,
        [
            TextSlotValue(TextChunk(o.text), o.text if o.value is None else o.value, {"domain": o.domain or None})
            if o.domain
            else TextSlotValue(TextChunk(o.text), o.text if o.value is None else o.value)
            for o in options
        ],
    )


def _match(result: RecognizeResult) -> Match:
    metadata = result.intent_data.metadata or {}
    slots = tuple(
        Slot(
            entity.name,
            entity.text.strip(),
            entity.value,
            entity.text_span[0] if entity.text_span else -1,
            entity.text_span[1] if entity.text_span else -1,
            bool(entity.is_wildcard),
        )
        for entity in result.entities_list
        if entity.text
    )
    needed = result.intent_data.requires_context
    about = needed.get("domain", result.intent_data.slots.get("domain", ()))
    return Match(
        metadata["intent"],
        metadata["own"],
        slots,
        dict(result.intent_data.slots),
        (about,) if isinstance(about, str) else tuple(about),
        "area" in needed,
        result.text_chunks_matched,
    )
