"""What a task type takes and gives: slots, value types, which type fits where, and its effect on the world."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass
from enum import StrEnum


class ValueType(StrEnum):
    """The kinds of value that travel between tasks (`tasks.json` of the plan vocabulary)."""

    TEXT = "text"
    IMAGE = "image"
    AUDIO = "audio"
    VIDEO = "video"
    TABLE = "table"
    LABELS = "labels"
    DATA = "data"
    MASK = "mask"
    NAME = "name"
    NUMBER = "number"
    ANY = "any"

    @property
    def is_media(self) -> bool:
        """Whether a value of this type lives in a file."""
        return self in _MEDIA


_MEDIA = frozenset({ValueType.IMAGE, ValueType.AUDIO, ValueType.VIDEO, ValueType.MASK})

# From GUIDE.md of the plan vocabulary, "What fits without a node". Everything else needs a task of its own.
_FITS: frozenset[tuple[ValueType, ValueType]] = frozenset(
    {
        (ValueType.DATA, ValueType.TEXT),
        (ValueType.DATA, ValueType.LABELS),
        (ValueType.TEXT, ValueType.LABELS),
        (ValueType.MASK, ValueType.IMAGE),
        (ValueType.TEXT, ValueType.NAME),
        (ValueType.TEXT, ValueType.TABLE),
    }
)


def fits(given: ValueType, wanted: ValueType) -> bool:
    """Whether an output of type `given` may stand in a slot of type `wanted` without a task in between."""
    return given == wanted or ValueType.ANY in (given, wanted) or (given, wanted) in _FITS


class Effect(StrEnum):
    """What running a task does to the world outside Jarvis."""

    NONE = "none"
    """Nothing: the task may be repeated, cached, or started early."""
    EFFECT = "effect"
    """Something that can be undone: a light, a timer, a list."""
    IRREVERSIBLE = "irreversible"
    """Something that cannot be taken back: needs an approval."""


@dataclass(frozen=True, slots=True)
class Slot:
    """One named input of a task type."""

    name: str
    type: ValueType
    required: bool = True
    choices: tuple[str, ...] = ()
    """The only literal values allowed; empty when any value may stand here."""
    free: bool = False
    """Whether the value is wording of the user's own (a prompt, a question), not a thing to copy exactly."""


@dataclass(frozen=True, slots=True)
class ToolSpec:
    """A task type: its name, slots, output type, and effect."""

    name: str
    """The Hugging Face pipeline tag where one exists."""
    slots: tuple[Slot, ...]
    output: ValueType
    does: str
    """One sentence for people and for planners that read tools from their prompt."""
    effect: Effect = Effect.NONE
    irreversible_actions: tuple[str, ...] = ()
    """Values of the `action` slot that make the task irreversible, such as `unlock`."""
    context: tuple[str, ...] = ()
    """What the engine adds to the slots from the request, and no planner sees: `room` (where the one who speaks
    stands), `language` (of the request, ISO 639-1). They are text, and empty when they are not known."""

    def slot(self, name: str) -> Slot | None:
        """The slot called `name`, or None."""
        return next((slot for slot in self.slots if slot.name == name), None)

    def effect_of(self, action: str | None) -> Effect:
        """The effect of one use of this tool, given the literal in its `action` slot."""
        return Effect.IRREVERSIBLE if action in self.irreversible_actions else self.effect


def spec(
    name: str,
    slots: Iterable[str],
    output: str,
    does: str,
    *,
    effect: Effect = Effect.NONE,
    choices: dict[str, tuple[str, ...]] | None = None,
    irreversible_actions: tuple[str, ...] = (),
    context: tuple[str, ...] = (),
) -> ToolSpec:
    """A ToolSpec from slots written `name: type` (`name?: type` when optional, `name~: type` for free wording)."""
    return ToolSpec(
        name,
        tuple(_slot(text, choices or {}) for text in slots),
        ValueType(output),
        does,
        effect,
        irreversible_actions,
        context,
    )


def _slot(text: str, choices: dict[str, tuple[str, ...]]) -> Slot:
    head, kind = (part.strip() for part in text.split(":"))
    name = head.rstrip("?~")
    return Slot(name, ValueType(kind), "?" not in head, choices.get(name, ()), "~" in head)
