"""What is sent to Home Assistant for an action, and by which state one sees that it was done."""

from __future__ import annotations

import re
from collections.abc import Callable, Mapping
from dataclasses import dataclass, field
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.homes.assistant.states import State
from jarvis.tools.homes.levels import as_words

Test = Callable[[State], bool]


@dataclass(frozen=True, slots=True)
class Call:
    """One call of a service."""

    domain: str
    service: str
    wanted: str
    """What the state should become, in a word: "on", "60 %"."""
    done: Test
    """Whether a state shows that it was done."""
    data: Mapping[str, Any] = field(default_factory=dict[str, Any])
    pending: tuple[str, ...] = ()
    """States on the way there: "opening"."""
    failed: tuple[str, ...] = ()
    """States that show that it will not be done: "jammed"."""
    afresh: bool = False
    """Whether only a state after the call can show it: pressing a button changes nothing but a time."""


Planner = Callable[[State, Value], Call]
"""Makes the call for an entity from its present state and the value that was said."""


def became(*states: str) -> Test:
    """A test for one of these states."""
    return lambda state: state.state in states


def near(attribute: str, wanted: float, slack: float) -> Test:
    """A test for an attribute that is about a number."""

    def test(state: State) -> bool:
        found = state.number(attribute)
        return found is not None and abs(found - wanted) <= slack

    return test


def plain(service: str, *states: str, pending: tuple[str, ...] = (), domain: str = "", wanted: str = "") -> Planner:
    """A call without a value, after which the entity is in one of `states`."""

    def planner(state: State, value: Value) -> Call:
        return Call(domain or state.domain, service, wanted or states[0], became(*states), pending=pending)

    return planner


def name_of(state: State) -> str:
    """What an entity is called."""
    return state.text("friendly_name") or state.entity_id


def one_of(said: Value, choices: list[str], state: State, what: str) -> str:
    """The choice that was said, whatever its case.

    Raises:
        TaskError: it is none; the message names them.
    """
    wanted = _plain(as_words(said))
    found = [choice for choice in choices if _plain(choice) == wanted]
    found = found or [choice for choice in choices if wanted and wanted in _plain(choice)]
    if len(found) == 1:
        return found[0]
    known = ", ".join(choices[:12]) or "none"
    raise TaskError(f"{name_of(state)} has no {what} {as_words(said)!r}; it has {known}")


def _plain(text: str) -> str:
    return " ".join(text.replace("_", " ").casefold().split())


def code_of(state: State, value: Value, needed: bool) -> dict[str, str]:
    """The code that goes along where one was said.

    Raises:
        TaskError: one is needed, and none was said.
    """
    digits = "".join(re.findall(r"\d+", as_words(value)))
    if needed and not digits:
        raise TaskError(f"{name_of(state)} needs its code; say it with the command")
    return {"code": digits} if digits else {}
