"""A simulated home: lights, covers, heating, locks, players and cameras that exist only on disk, and say so."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Mapping
from datetime import datetime
from pathlib import Path
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.homes.devices import Device, State, act, describe, start_state
from jarvis.tools.homes.drawing import as_png, draw_room, read_picture
from jarvis.tools.homes.names import terms
from jarvis.tools.homes.protocol import Change, HomeError, Picture, Place, Row, Thing
from jarvis.tools.homes.reading import read_home
from jarvis.tools.homes.store import JsonStore
from jarvis.tools.homes.times import day_of

_AT_HOME = terms("home here outside outdoors house zuhause draußen maison dehors casa fuera 家 家里 外面 这里")
EMBEDDED = Path(__file__).parent / "simulated.yaml"
_LOOK = 0.25
"""Seconds between two looks at the file: another program may act on the same home."""


class SimulatedHome:
    """A home out of a YAML file. What was done is kept in a file beside, and seen by the next program."""

    simulated = True

    def __init__(self, folder: Path, plan: Path = EMBEDDED) -> None:
        """`folder` is where its states are kept.

        Raises:
            InputError: the plan is no home; the message names the line.
        """
        self._plan = read_home(plan)
        self.name = self._plan.name
        self._devices = {device.name: device for device in self._plan.devices}
        own = "simulated-home" if plan == EMBEDDED else f"simulated-home-{plan.stem}"
        self._store = JsonStore(folder / f"{own}.json")
        self._closed = False

    def things(self) -> list[Thing]:
        """Every device and scene."""
        return [device.thing for device in self._devices.values()]

    def places(self) -> list[Place]:
        """The rooms and floors."""
        return list(self._plan.places)

    def state(self, thing: Thing) -> Row:
        """{"device", "state", "unit"?, "room", "simulated": true}.

        Raises:
            HomeError: there is no such device.
        """
        device = self._device(thing)
        return describe(device, self._now(device, self._store.read()))

    def check(self, thing: Thing, action: str, value: Value = None) -> None:
        """Raises what `act` would raise.

        Raises:
            TaskError: the device cannot do it, or not with this value.
        """
        device = self._device(thing)
        act(device, self._now(device, self._store.read()), action, value)

    def act(self, thing: Thing, action: str, value: Value = None) -> Row:
        """Changes the state; it is confirmed by what the file then holds.

        Raises:
            TaskError: the device cannot do it, or not with this value.
        """
        device = self._device(thing)
        with self._store.change() as kept:
            wanted = act(device, self._now(device, kept), action, value)
            kept[device.name] = wanted
            for name, state in device.sets.items():
                kept[name] = {**self._now(self._devices[name], kept), **state}
        after = self._now(device, self._store.read())
        return describe(device, after) | {"confirmed": after == wanted}

    def picture(self, thing: Thing) -> Picture:
        """The picture that the plan names, or a drawn room, brighter with a light on; it says that it is simulated."""
        device, now = self._device(thing), datetime.now().astimezone()
        if device.picture is not None:
            return Picture(as_png(read_picture(device.picture, device.name, now)), "image/png", "simulated-camera")
        kept = self._store.read()
        lit = any(
            self._now(other, kept)["on"]
            for other in self._devices.values()
            if other.kind == "light" and other.thing.room == thing.room
        )
        return Picture(as_png(draw_room(device.name, lit, now)), "image/png", "simulated-camera")

    def weather(self, place: str = "", when: str = "") -> Row:
        """The weather of the plan, for now, tomorrow or a later day; it says that it is simulated.

        Raises:
            TaskError: the plan has none, or another place is meant.
        """
        if place and terms(place) - _AT_HOME:
            raise TaskError(
                f"the {self.name} knows no weather but its own, and none of {place}; "
                "connect a Home Assistant that has a weather entity of that name"
            )
        days = day_of(when, datetime.now().astimezone())
        known = self._plan.weather
        row: Mapping[str, Any] = known if days == 0 else known.get("tomorrow" if days == 1 else "later", {})
        told = {key: row[key] for key in ("condition", "temperature", "low", "high", "humidity", "wind") if key in row}
        if not told:
            raise TaskError(f"the {self.name} has no weather for {when or 'now'}; give it a `weather:` in its file")
        said: dict[str, JsonValue] = {"place": place, "when": when, **told, "unit": "°C", "wind_unit": "km/h"}
        return {key: value for key, value in said.items() if value != ""} | {"simulated": True}

    async def watch(self) -> AsyncIterator[Change]:
        """Changes of states, also those that other programs make."""
        before, mark = await asyncio.to_thread(self._told), self._mark()
        while not self._closed:
            await asyncio.sleep(_LOOK)
            if self._mark() == mark:
                continue
            mark = self._mark()
            after = await asyncio.to_thread(self._told)
            for name, row in after.items():
                if row != before.get(name):
                    was = str(before[name]["state"]) if name in before else ""
                    at = datetime.now().astimezone()
                    yield Change(self._devices[name].thing, was, str(row["state"]), at, row)
            before = after

    def close(self) -> None:
        """Ends `watch`."""
        self._closed = True

    def _told(self) -> dict[str, Row]:
        kept = self._store.read()
        return {name: describe(device, self._now(device, kept)) for name, device in self._devices.items()}

    def _mark(self) -> object:
        try:
            stat = self._store.path.stat()
        except OSError:
            return None
        return stat.st_mtime_ns, stat.st_size, stat.st_ino

    def _device(self, thing: Thing) -> Device:
        device = self._devices.get(thing.name)
        if device is None:
            raise HomeError(f"the {self.name} has no {thing.name!r} any more")
        return device

    def _now(self, device: Device, kept: Mapping[str, Any]) -> State:
        return {**start_state(device), **kept.get(device.name, {})}
