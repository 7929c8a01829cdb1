"""Reads the YAML file of a simulated home. What is wrong in it is told with its line and what may stand there."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Mapping
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import InputError
from jarvis.tools.homes.devices import Device, actions_of, kinds, state_keys
from jarvis.tools.homes.protocol import Place, Thing

if TYPE_CHECKING:
    from yaml.nodes import MappingNode, Node

_LARGEST = 2_000_000
_COLDEST, _WARMEST = 5.0, 30.0
"""What heating can be set to, in °C, unless the file says something else."""
_WORDS = {"light": ("light",), "camera": ("camera",), "vacuum": ("vacuum",), "fan": ("fan",), "lock": ("lock",)}
_WEATHER = {"condition": str, "temperature": float, "low": float, "high": float, "humidity": float, "wind": float}


@dataclass(frozen=True, slots=True)
class Plan:
    """A simulated home as its file has it."""

    name: str
    devices: tuple[Device, ...]
    places: tuple[Place, ...]
    weather: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """Now; under `tomorrow` and `later` what is forecast."""


def read_home(path: Path) -> Plan:
    """The home of a file.

    Raises:
        InputError: it is missing, or holds what is no home; the message names the line.
    """
    import yaml

    try:
        if path.stat().st_size > _LARGEST:
            raise InputError(f"{path} is larger than {_LARGEST // 1_000_000} MB; a home is smaller", path=str(path))
        root = yaml.compose(path.read_text(encoding="utf-8"), yaml.SafeLoader)
    except OSError as error:
        raise InputError(
            f"the home {path} cannot be read ({error.strerror}); check JARVIS_HOME", path=str(path)
        ) from None
    except UnicodeDecodeError:
        raise InputError(f"the home {path} is not UTF-8 text; save it as UTF-8", path=str(path)) from None
    except yaml.MarkedYAMLError as error:
        line = f" line {error.problem_mark.line + 1}:" if error.problem_mark else ""
        raise InputError(f"{path}{line} {error.problem}; mend it there", path=str(path)) from None
    except yaml.YAMLError as error:
        raise InputError(f"{path} is no YAML ({' '.join(str(error).split())}); mend it", path=str(path)) from None
    return _Reader(path).home(root)


class _Reader:
    def __init__(self, path: Path) -> None:
        self._path = path
        self._named: dict[str, int] = {}
        """Names of devices and the lines where they stand."""

    def home(self, root: Node | None) -> Plan:
        if root is None:
            raise InputError(f"{self._path} is empty; a home has `rooms:` with things in them", path=str(self._path))
        parts = self._table(root, ("name", "rooms", "scenes", "weather"), "a home")
        if "rooms" not in parts:
            raise self._wrong(root, "a home has `rooms:` with things in them")
        devices: list[Device] = []
        places: list[Place] = []
        for name, node in self._pairs(parts["rooms"], "rooms"):
            place, things = self._room(name, node)
            places.append(place)
            devices += things
        for name, node in self._pairs(parts["scenes"], "scenes") if "scenes" in parts else ():
            devices.append(self._scene(name, node, {device.name: device for device in devices}))
        title = self._value(parts["name"], str, "name") if "name" in parts else self._path.stem
        floors = dict.fromkeys(place.floor for place in places if place.floor)
        places += [Place(floor, is_floor=True) for floor in floors]
        return Plan(str(title), tuple(devices), tuple(places), self._weather(parts.get("weather")))

    def _room(self, name: str, node: Node) -> tuple[Place, list[Device]]:
        parts = self._table(node, ("also", "floor", "things"), f"the room {name!r}")
        also = self._names(parts.get("also"))
        floor = str(self._value(parts["floor"], str, "floor")) if "floor" in parts else ""
        place = Place(name, also, floor)
        rows = self._pairs(parts["things"], "things") if "things" in parts else ()
        return place, [self._device(title, row, place) for title, row in rows]

    def _device(self, name: str, node: Node, place: Place) -> Device:
        self._claim(name, node)
        parts = dict(self._pairs(node, name))
        if "kind" not in parts:
            raise self._wrong(node, f"{name!r} lacks a kind; say one of {_listed(sorted(kinds() - {'scene'}))}")
        kind = str(self._value(parts["kind"], str, "kind"))
        if kind not in kinds() - {"scene"}:
            raise self._wrong(parts["kind"], f"{kind!r} is no kind; say one of {_listed(sorted(kinds() - {'scene'}))}")
        parts = self._table(node, ("kind", "also", *state_keys(kind)), f"a {kind}")
        state = self._state(kind, {key: value for key, value in parts.items() if key not in ("kind", "also")})
        picture = self._picture(parts["picture"]) if "picture" in parts else None
        low, high = float(state.pop("low", _COLDEST)), float(state.pop("high", _WARMEST))
        state.pop("picture", None)
        thing = Thing(
            name, kind, place.name, place.floor, self._names(parts.get("also")), place.also, _WORDS.get(kind, ()),
            actions=actions_of(kind),
        )  # fmt: skip
        return Device(thing, state, low, high, picture)

    def _scene(self, name: str, node: Node, devices: Mapping[str, Device]) -> Device:
        self._claim(name, node)
        parts = self._table(node, ("also", "sets"), "a scene")
        sets: dict[str, dict[str, Any]] = {}
        for target, row in self._pairs(parts["sets"], "sets") if "sets" in parts else ():
            if target not in devices:
                raise self._wrong(row, f"the scene {name!r} sets {target!r}, which is no device of this home")
            kind = devices[target].kind
            sets[target] = self._state(kind, self._table(row, tuple(state_keys(kind)), f"a {kind}"))
        thing = Thing(name, "scene", also=self._names(parts.get("also")), actions=actions_of("scene"))
        return Device(thing, sets=sets)

    def _weather(self, node: Node | None) -> dict[str, Any]:
        if node is None:
            return {}
        parts = self._table(node, (*_WEATHER, "tomorrow", "later"), "the weather")
        found = {key: self._value(value, _WEATHER[key], key) for key, value in parts.items() if key in _WEATHER}
        for day in ("tomorrow", "later"):
            if day in parts:
                rows = self._table(parts[day], tuple(_WEATHER), "the weather")
                found[day] = {key: self._value(value, _WEATHER[key], key) for key, value in rows.items()}
        return found

    # Pieces.

    def _state(self, kind: str, parts: Mapping[str, Node]) -> dict[str, Any]:
        return {key: self._value(node, state_keys(kind)[key], key) for key, node in parts.items()}

    def _claim(self, name: str, node: Node) -> None:
        line = node.start_mark.line + 1
        if name in self._named:
            raise self._wrong(node, f"{name!r} is there already, in line {self._named[name]}; names must differ")
        self._named[name] = line

    def _picture(self, node: Node) -> Path:
        path = self._path.parent / str(self._value(node, str, "picture"))
        if not path.is_file():
            raise self._wrong(node, f"there is no picture {path}; paths are taken from the folder of this file")
        return path

    def _names(self, node: Node | None) -> tuple[str, ...]:
        from yaml.nodes import ScalarNode, SequenceNode

        if node is None:
            return ()
        if not isinstance(node, SequenceNode) or not all(isinstance(item, ScalarNode) for item in node.value):
            raise self._wrong(node, "`also` is a list of names: [ceiling lamp, big light]")
        return tuple(str(item.value) for item in node.value)

    def _value(self, node: Node, kind: type, key: str) -> Any:
        from yaml import SafeLoader
        from yaml.nodes import ScalarNode

        if not isinstance(node, ScalarNode):
            raise self._wrong(node, f"{key!r} must be {_SAID[kind]}")
        if kind is str:
            return str(node.value)
        made = SafeLoader("")
        try:
            value = made.construct_object(node)
        finally:
            made.dispose()
        if kind is bool and isinstance(value, bool):
            return value
        if kind is float and isinstance(value, int | float) and not isinstance(value, bool):
            return value
        if kind is object and isinstance(value, str | int | float):
            return str(node.value) if isinstance(value, bool) else value
        raise self._wrong(node, f"{key!r} is {node.value!r}; it must be {_SAID[kind]}")

    def _table(self, node: Node, allowed: Iterable[str], what: str) -> dict[str, Node]:
        names = tuple(allowed)
        found: dict[str, Node] = {}
        for key, value in self._pairs(node, what):
            if key not in names:
                raise self._wrong(value, f"{what} has no {key!r}; it has {_listed(names)}")
            found[key] = value
        return found

    def _pairs(self, node: Node, what: str) -> Iterator[tuple[str, Node]]:
        from yaml.nodes import MappingNode, ScalarNode

        if isinstance(node, ScalarNode) and node.tag.endswith(":null"):
            return
        if not isinstance(node, MappingNode):
            raise self._wrong(node, f"{what} must be written as `name: value` pairs")
        seen: set[str] = set()
        for key, value in _pairs_of(node):
            name = str(key.value)
            if not isinstance(key, ScalarNode) or not name.strip():
                raise self._wrong(key, "a name must be a word or several")
            if name in seen:
                raise self._wrong(key, f"{name!r} is there twice; put both together")
            seen.add(name)
            yield name, value

    def _wrong(self, node: Node, message: str) -> InputError:
        return InputError(f"{self._path} line {node.start_mark.line + 1}: {message}", path=str(self._path))


_SAID: Mapping[type, str] = {
    bool: "true or false",
    float: "a number",
    str: "text",
    object: "a number or text",
    dict: "`name: value` pairs",
}


def _pairs_of(node: MappingNode) -> list[tuple[Node, Node]]:
    return list(node.value)


def _listed(names: Iterable[str]) -> str:
    items = list(names)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
