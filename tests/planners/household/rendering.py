"""Sentences of Jarvis' own grammars, made at random: a template with one of its choices taken everywhere."""

from __future__ import annotations

import re
from collections.abc import Callable, Sequence
from dataclasses import dataclass, field

from hassil import Sentence, parse_sentence
from hassil.expression import Alternative, Expression, Group, ListReference, Permutation, RuleReference, TextChunk

from jarvis.planners.household.compiled import Table

Choose = Callable[[int], int]
"""One of so many, from 0 up."""
Fill = Callable[[str, Sequence[str]], str | None]
"""A value for a list, given the kinds of things that the template is about; None where there is none."""


class CannotFillError(Exception):
    """A list has no value that fits."""


@dataclass
class Rendered:
    """A sentence, and what its slots hold."""

    text: str = ""
    slots: dict[str, str] = field(default_factory=dict[str, str])


class Renderer:
    """Renders the own templates of a language."""

    def __init__(self, table: Table) -> None:
        self.table = table
        self.own = [template for template in table["templates"] if table["blocks"][template[1]].get("own")]
        self._rules = {name: parse_sentence(body, keep_text=True) for name, body in table["own_rules"].items()}

    def render(self, number: int, choose: Choose, fill: Fill) -> Rendered:
        """The template with this number.

        Raises:
            CannotFillError: a list has no value that fits.
        """
        text, place, *_ = self.own[number]
        block = self.table["blocks"][place]
        about = block.get("requires_context", {}).get("domain", ())
        made = Rendered(slots={name: str(value) for name, value in block.get("slots", {}).items()})
        sentence: Sentence = parse_sentence(text, keep_text=True)
        self._add(sentence.expression, made, choose, lambda name: fill(name, about))
        made.text = re.sub(r"\s+", " ", made.text).strip()
        return made

    def _add(self, part: Expression, made: Rendered, choose: Choose, fill: Callable[[str], str | None]) -> None:
        if isinstance(part, TextChunk):
            made.text += part.original_text
        elif isinstance(part, RuleReference):
            self._add(self._rules[part.rule_name].expression, made, choose, fill)
        elif isinstance(part, ListReference):
            value = fill(part.list_name)
            if value is None:
                raise CannotFillError(part.list_name)
            made.text += value
            made.slots[part.slot_name] = value
        elif isinstance(part, Alternative):
            self._add(part.items[choose(len(part.items))], made, choose, fill)
        elif isinstance(part, Permutation | Group):
            for item in part.items:
                self._add(item, made, choose, fill)
