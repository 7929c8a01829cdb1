"""States of entities as the WebSocket API sends them: first all, then what changes (`subscribe_entities`)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Any

Message = Mapping[str, Any]
Attributes = Mapping[str, Any]

GONE = "unavailable"
UNKNOWN = "unknown"


@dataclass(frozen=True, slots=True)
class State:
    """One entity at one moment."""

    entity_id: str
    state: str
    """As Home Assistant has it: "on", "21.5", "unavailable"."""
    attributes: Attributes = field(default_factory=dict[str, Any])
    changed: float = 0.0
    """When `state` last became what it is, in seconds since 1970."""

    @property
    def domain(self) -> str:
        """What kind of entity it is: the beginning of its id."""
        return self.entity_id.partition(".")[0]

    @property
    def features(self) -> int:
        """The bits of what it can do."""
        found = self.attributes.get("supported_features")
        return found if isinstance(found, int) else 0

    @property
    def is_there(self) -> bool:
        """Whether its device answers."""
        return self.state != GONE

    def number(self, name: str) -> float | None:
        """An attribute that is a number."""
        found = self.attributes.get(name)
        return float(found) if isinstance(found, int | float) and not isinstance(found, bool) else None

    def text(self, name: str) -> str:
        """An attribute that is a text."""
        found = self.attributes.get(name)
        return found if isinstance(found, str) else ""

    def texts(self, name: str) -> list[str]:
        """An attribute that is a list of texts."""
        found = self.attributes.get(name)
        return [str(item) for item in found] if isinstance(found, list | tuple) else []


def applied(states: Mapping[str, State], event: Message) -> tuple[dict[str, State], set[str]]:
    """All states after a message of `subscribe_entities`, and the ids of those that it speaks of.

    Raises:
        KeyError, TypeError, AttributeError: it is no such message.
    """
    after, told = dict(states), set[str]()
    for entity_id, row in event.get("a", {}).items():
        after[entity_id] = State(entity_id, str(row["s"]), dict(row.get("a", {})), float(row.get("lc", 0.0)))
        told.add(entity_id)
    for entity_id, row in event.get("c", {}).items():
        before = after.get(entity_id)
        if before is not None:
            after[entity_id] = _changed(before, row)
            told.add(entity_id)
    for entity_id in event.get("r", ()):
        after.pop(entity_id, None)
        told.add(entity_id)
    return after, told


def _changed(before: State, row: Message) -> State:
    more, less = row.get("+", {}), row.get("-", {})
    attributes = {**before.attributes, **more.get("a", {})}
    for name in less.get("a", ()):
        attributes.pop(name, None)
    state = str(more.get("s", before.state))
    return State(before.entity_id, state, attributes, float(more.get("lc", before.changed)))
