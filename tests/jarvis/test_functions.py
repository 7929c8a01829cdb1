"""A typed function becomes a tool."""

from __future__ import annotations

from enum import Enum
from pathlib import Path
from typing import Any, Literal

import pytest

from jarvis.errors import TaskError, UsageError
from jarvis.functions import function_tool
from jarvis.spec import Effect, Slot, ToolSpec, ValueType


class Door(Enum):
    FRONT = "front"
    BACK = "back"


def water_plants(litres: float, where: Literal["garden", "balcony"], photo: Path | None = None) -> str:
    """Waters the plants.

    And more.
    """
    return f"{litres * 2} {where} {photo}"


def test_slots_types_and_choices_come_from_the_signature() -> None:
    assert function_tool(water_plants, "effect").spec == ToolSpec(
        "water-plants",
        (
            Slot("litres", ValueType.NUMBER),
            Slot("where", ValueType.NAME, choices=("garden", "balcony")),
            Slot("photo", ValueType.ANY, required=False),
        ),
        ValueType.TEXT,
        "Waters the plants.",
        Effect.EFFECT,
    )


def test_values_of_a_plan_are_turned_into_the_declared_types() -> None:
    tool = function_tool(water_plants)
    assert tool.bound(litres="1.5", where="garden", photo="a.jpg") == "3.0 garden a.jpg"


def test_a_value_of_the_wrong_kind_is_refused_by_name() -> None:
    with pytest.raises(TaskError, match="cannot take 'much' for 'litres'"):
        function_tool(water_plants).bound(litres="much", where="garden")


def test_an_enum_gives_choices_and_members() -> None:
    def unlock(door: Door) -> str:
        return door.name

    tool = function_tool(unlock, "irreversible")
    assert tool.spec.slots == (Slot("door", ValueType.NAME, choices=("front", "back")),)
    assert tool.bound(door="back") == "BACK"


def test_a_function_stays_callable() -> None:
    assert function_tool(water_plants)(1, "balcony") == "2 balcony None"


def untyped(a) -> None:  # type: ignore[no-untyped-def]
    pass


def odd(a: complex) -> None:
    pass


@pytest.mark.parametrize(
    ("function", "message"), [(untyped, "give the parameter 'a' a type"), (odd, "no plan can carry")]
)
def test_a_signature_that_no_plan_can_fill_is_refused(function: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        function_tool(function)
