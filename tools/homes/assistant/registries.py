"""What Home Assistant calls its entities, where they stand, and which of them may be reached by voice."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field, replace
from typing import Any

from jarvis.tools.homes.assistant.actions import actions_of
from jarvis.tools.homes.assistant.link import Link, RefusalError
from jarvis.tools.homes.assistant.states import State
from jarvis.tools.homes.protocol import Place, Thing

KINDS: Mapping[str, str] = {
    "light": "light", "switch": "switch", "input_boolean": "switch", "siren": "switch", "remote": "switch",
    "group": "switch", "fan": "fan", "cover": "cover", "valve": "cover", "climate": "climate", "lock": "lock",
    "media_player": "media", "vacuum": "vacuum", "lawn_mower": "vacuum", "alarm_control_panel": "alarm",
    "humidifier": "humidifier", "water_heater": "water_heater", "button": "button", "input_button": "button",
    "number": "number", "input_number": "number", "select": "select", "input_select": "select", "text": "text",
    "input_text": "text", "scene": "scene", "script": "script", "automation": "script", "sensor": "sensor",
    "binary_sensor": "sensor", "person": "sensor", "device_tracker": "sensor", "sun": "sensor", "camera": "camera",
    "weather": "weather", "todo": "list",
}  # fmt: skip
"""By domain, what a thing is; other domains cannot be spoken of."""

_WORDS: Mapping[str, tuple[str, ...]] = {
    "light": ("light",), "camera": ("camera",), "fan": ("fan",), "lock": ("lock",), "vacuum": ("vacuum",),
    "climate": ("thermostat",), "humidifier": ("humidifier",), "alarm_control_panel": ("alarm",),
    "water_heater": ("water heater",), "valve": ("valve",), "lawn_mower": ("lawn mower",),
}  # fmt: skip
_CLASS_WORDS: Mapping[str, tuple[str, ...]] = {
    "blind": ("blinds",), "shade": ("blinds",), "shutter": ("blinds",), "curtain": ("blinds",), "awning": ("awning",),
    "garage": ("garage door",), "garage_door": ("garage door",), "door": ("door",), "gate": ("gate",),
    "window": ("window",), "tv": ("tv",), "speaker": ("speaker",), "receiver": ("receiver",),
    "temperature": ("temperature",), "humidity": ("humidity",), "motion": ("motion",), "occupancy": ("occupancy",),
    "battery": ("battery",), "power": ("power",), "energy": ("energy",), "smoke": ("smoke",), "moisture": ("leak",),
    "outlet": ("socket", "plug"),
}  # fmt: skip
_FLOORS: Mapping[int, str] = {-1: "basement", 0: "downstairs", 1: "upstairs"}

# As Home Assistant decides for new entities; used where it has not decided yet, and where it does not tell.
_EXPOSED_DOMAINS = frozenset(
    "climate cover fan humidifier light lock media_player scene script switch todo vacuum valve water_heater".split()
)
_EXPOSED_CLASSES: Mapping[str, frozenset[str]] = {
    "binary_sensor": frozenset("door garage_door lock motion opening presence window".split()),
    "sensor": frozenset(
        "aqi carbon_monoxide carbon_dioxide humidity pm10 pm25 temperature volatile_organic_compounds".split()
    ),
}
_OLD = frozenset({"unknown_command"})
_FORBIDDEN = frozenset({"unauthorized"})


@dataclass(frozen=True, slots=True)
class Registries:
    """What was asked of the server about its entities."""

    areas: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    floors: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    devices: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    entities: Mapping[str, Mapping[str, Any]] = field(default_factory=dict[str, Mapping[str, Any]])
    exposed: Mapping[str, bool] = field(default_factory=dict[str, bool])
    """By entity id, what was decided; entities that are not in here follow `new`."""
    new: bool = True
    """Whether entities are exposed of which nothing was decided, where they are of a usual kind."""
    notes: tuple[str, ...] = ()
    """What this server does not tell, and what that means."""


async def read_registries(link: Link) -> Registries:
    """Asks for all of them.

    Raises:
        HomeError: the connection broke off.
    """
    notes: list[str] = []
    areas = await _listed(link, "config/area_registry/list", notes, "rooms")
    floors = await _listed(link, "config/floor_registry/list", [], "floors")
    devices = await _listed(link, "config/device_registry/list", notes, "devices")
    entities = await _listed(link, "config/entity_registry/list", notes, "names and rooms of entities")
    by_id = {str(row["entity_id"]): row for row in entities}
    for entity_id, row in (await _full_entries(link, list(by_id))).items():
        by_id[entity_id] = {**by_id[entity_id], **row}
    exposed, new = await _exposure(link, notes)
    return Registries(
        {str(row["area_id"]): row for row in areas},
        {str(row["floor_id"]): row for row in floors},
        {str(row["id"]): row for row in devices},
        by_id,
        exposed,
        new,
        tuple(notes),
    )


async def read_exposure(link: Link, known: Registries) -> Registries:
    """The same with what is now exposed to voice.

    Raises:
        HomeError: the connection broke off.
    """
    exposed, new = await _exposure(link, [])
    return replace(known, exposed=exposed, new=new)


async def _listed(link: Link, kind: str, notes: list[str], what: str) -> list[Mapping[str, Any]]:
    try:
        found = await link.sent(kind)
    except RefusalError as error:
        notes.append(f"this Home Assistant does not tell its {what} ({error})")
        return []
    return [row for row in found if isinstance(row, Mapping)]


async def _full_entries(link: Link, entity_ids: list[str]) -> dict[str, Mapping[str, Any]]:
    """The entries with their aliases, which the list lacks; servers before 2023.4 do not give them."""
    if not entity_ids:
        return {}
    try:
        found = await link.sent("config/entity_registry/get_entries", entity_ids=entity_ids)
    except RefusalError:
        return {}
    return {entity_id: row for entity_id, row in found.items() if isinstance(row, Mapping)}


async def _exposure(link: Link, notes: list[str]) -> tuple[dict[str, bool], bool]:
    try:
        found = await link.sent("homeassistant/expose_entity/list")
        new = await link.sent("homeassistant/expose_new_entities/get", assistant="conversation")
    except RefusalError as error:
        if error.code in _FORBIDDEN:
            why = "the token is not one of an administrator, so it is not told which entities are exposed to voice"
        else:
            why = "this Home Assistant is older than 2023.5 and does not say which entities are exposed to voice"
        notes.append(f"{why}; those are reached that Home Assistant exposes by itself")
        return {}, True
    decided = {
        entity_id: bool(row["conversation"])
        for entity_id, row in found["exposed_entities"].items()
        if "conversation" in row
    }
    return decided, bool(new["expose_new"])


def is_exposed(state: State, registries: Registries) -> bool:
    """Whether an entity may be reached by voice, as Home Assistant itself decides it."""
    entry = registries.entities.get(state.entity_id, {})
    if state.entity_id in registries.exposed:
        return registries.exposed[state.entity_id]
    if not registries.new or entry.get("entity_category") or entry.get("hidden_by"):
        return False
    if state.domain in _EXPOSED_DOMAINS:
        return True
    return state.text("device_class") in _EXPOSED_CLASSES.get(state.domain, ())


def thing_of(state: State, registries: Registries) -> Thing | None:
    """The entity as a thing; None when it may not be reached by voice."""
    kind = KINDS.get(state.domain)
    if kind is None or not is_exposed(state, registries):
        return None
    entry = registries.entities.get(state.entity_id, {})
    area = _area(entry, registries)
    floor = registries.floors.get(str(area.get("floor_id")), {})
    return Thing(
        name=state.text("friendly_name") or state.entity_id.partition(".")[2].replace("_", " "),
        kind=kind,
        room=str(area.get("name") or ""),
        floor=str(floor.get("name") or ""),
        also=_texts(entry.get("aliases")),
        places=(*_texts(area.get("aliases")), *_floor_names(floor)),
        words=(*_WORDS.get(state.domain, ()), *_CLASS_WORDS.get(state.text("device_class"), ())),
        entity_id=state.entity_id,
        actions=actions_of(state),
    )


def places_of(registries: Registries) -> list[Place]:
    """The areas and floors."""
    areas = [
        Place(
            str(row.get("name") or ""),
            _texts(row.get("aliases")),
            str(registries.floors.get(str(row.get("floor_id")), {}).get("name") or ""),
            id=area_id,
        )
        for area_id, row in registries.areas.items()
    ]
    floors = [
        Place(str(row.get("name") or ""), _floor_names(row), is_floor=True, id=floor_id)
        for floor_id, row in registries.floors.items()
    ]
    return areas + floors


def _area(entry: Mapping[str, Any], registries: Registries) -> Mapping[str, Any]:
    """Its own area, else that of its device."""
    own = entry.get("area_id") or registries.devices.get(str(entry.get("device_id")), {}).get("area_id")
    return registries.areas.get(str(own), {})


def _floor_names(floor: Mapping[str, Any]) -> tuple[str, ...]:
    level = floor.get("level")
    usual = (_FLOORS[level],) if isinstance(level, int) and level in _FLOORS else ()
    return (*_texts(floor.get("aliases")), *usual)


def _texts(found: object) -> tuple[str, ...]:
    return tuple(str(item) for item in found) if isinstance(found, Iterable) and not isinstance(found, str) else ()
