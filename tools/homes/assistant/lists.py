"""Shopping and to-do lists of Home Assistant."""

from __future__ import annotations

import asyncio
import re
import unicodedata
from collections.abc import Mapping
from typing import Any

from jarvis.errors import ModelError, TaskError
from jarvis.messages import JsonValue
from jarvis.tools.homes.assistant.link import Link, LostError, RefusalError
from jarvis.tools.homes.assistant.server import NAME
from jarvis.tools.homes.names import find
from jarvis.tools.homes.protocol import HomeError, Row, Thing

_ANY = re.compile(
    r"^(my |the |our |die |meine |la |ma |mi |las |les )?"
    r"(list|lists|to-?do|to-?do-? ?list|liste|lista|notes|清单|列表)$"
)
_SAME = (
    "shopping grocery groceries einkauf einkaufsliste einkaufszettel courses compra 购物".split(),
    "todo to-do tasks task aufgaben tâches tareas 待办".split(),
)
_LOOKS, _WAIT = 8, 0.25
"""How often, and how many seconds apart, it is looked whether a change is there."""


class NoListsError(ModelError):
    """There is no list at all; another keeper of lists may do."""


def meant(name: str, things: list[Thing], language: str = "en") -> Thing:
    """The list that a name means.

    Raises:
        NoListsError: none is there.
        AmbiguousError: several are meant.
        TaskError: none is called so.
    """
    lists = [thing for thing in things if thing.kind == "list"]
    if not lists:
        raise NoListsError(f"{NAME} exposes no list; add one there (Settings, Devices & services), and expose it")
    plain = unicodedata.normalize("NFC", name).casefold().strip()
    if len(lists) == 1 and _ANY.match(plain):
        return lists[0]
    for group in _SAME:
        if any(word in plain for word in group):
            alike = [thing for thing in lists if any(word in _names(thing) for word in group)]
            if len(alike) == 1:
                return alike[0]
    bare = re.sub(r"\b(list|liste|lista)\b|清单", " ", plain).strip() or plain
    return find(bare, lists, lambda thing: True, NAME, language=language)[0]


def _names(thing: Thing) -> str:
    return " ".join((thing.name, *thing.also)).casefold()


async def change(link: Link, thing: Thing, action: str, item: str) -> Row:
    """`add`, `remove` or `read`; what is changed is confirmed by the items that the list then has.

    Raises:
        TaskError: nothing was said to add, or it is not on the list.
    """
    entity_id, item = thing.entity_id, item.strip()
    before = await _items(link, thing)
    if action == "read":
        return _row(thing, action, "", before)
    if not item:
        raise TaskError(f"say what to {action} on {thing.name}")
    if action == "remove":
        held = _held(item, before, thing)
        await _call(link, thing, "remove_item", item=held["uid"] or held["summary"], entity_id=entity_id)
        item, expected = held["summary"], len(before) - 1
    else:
        await _call(link, thing, "add_item", item=item, entity_id=entity_id)
        expected = len(before) + 1
    after = before
    for _ in range(_LOOKS):  # Lists in a cloud take a moment.
        after = await _items(link, thing)
        if len(after) == expected:
            break
        await asyncio.sleep(_WAIT)
    names = [row["summary"].casefold() for row in after]
    done = len(after) == expected or (action == "add" and item.casefold() in names)
    return _row(thing, action, item, after) | {"confirmed": done}


def _held(item: str, rows: list[dict[str, str]], thing: Thing) -> dict[str, str]:
    found = next((row for row in rows if row["summary"].casefold() == item.casefold()), None)
    if found is None:
        names = ", ".join(row["summary"] for row in rows[:5])
        raise TaskError(f"{item!r} is not on {thing.name}; it {f'holds {names}' if names else 'is empty'}")
    return found


async def _items(link: Link, thing: Thing) -> list[dict[str, str]]:
    """What is still open on a list."""
    try:
        found = await link.ask("todo/item/list", entity_id=thing.entity_id)
    except RefusalError as error:
        raise HomeError(f"{NAME} does not tell what is on {thing.name}: {error}") from None
    rows: list[Mapping[str, Any]] = found.get("items", [])
    return [
        {"summary": str(row.get("summary") or ""), "uid": str(row.get("uid") or "")}
        for row in rows
        if row.get("status") != "completed"
    ]


async def _call(link: Link, thing: Thing, service: str, **data: str) -> None:
    try:
        await link.ask("call_service", domain="todo", service=service, service_data=data)
    except RefusalError as error:
        raise HomeError(f"{NAME} does not change {thing.name}: {error}") from None
    except LostError as error:
        raise HomeError(f"{error}; nobody knows whether {thing.name} was changed: look before asking again") from None


def _row(thing: Thing, action: str, item: str, rows: list[dict[str, str]]) -> Row:
    items: list[JsonValue] = [row["summary"] for row in rows]
    row: Row = {"action": action, "list": thing.name, "items": items}
    return row | {"item": item} if item else row
