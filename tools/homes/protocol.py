"""What a home is: things with names and places, what can be done with them, and what they say about themselves."""

from __future__ import annotations

from collections.abc import AsyncIterator, Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Protocol, runtime_checkable

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value

Row = dict[str, JsonValue]
"""What a home tells: see `Home.act`, `Home.state`, `Home.weather`."""

KINDS = tuple(
    "light switch fan cover climate oven lock media vacuum appliance alarm humidifier water_heater button number "
    "select text scene script sensor camera weather list".split()
)
"""What things are."""


class HomeError(TaskError):
    """The home cannot be asked, or does not do what is asked; nothing is known to have been done."""


@dataclass(frozen=True, slots=True)
class Thing:
    """One device, sensor, scene, camera or list of a home."""

    name: str
    """What it is called; shown and spoken."""
    kind: str
    """One of KINDS."""
    room: str = ""
    """The area that it stands in; empty for none."""
    floor: str = ""
    also: tuple[str, ...] = ()
    """Other names."""
    places: tuple[str, ...] = ()
    """Other names of its room and floor."""
    words: tuple[str, ...] = ()
    """What things like it are called, whatever its own name: "light", "tv", "blinds"."""
    entity_id: str = ""
    """By which the home knows it: "light.kitchen"."""
    exposed: bool = True
    """Whether it may be reached by voice; things that may not are in no list of a home."""
    actions: frozenset[str] = frozenset()
    """What `home-control` can do with it: "turn_on", "set_brightness", ..."""


@dataclass(frozen=True, slots=True)
class Place:
    """A room (area) or a floor of a home."""

    name: str
    also: tuple[str, ...] = ()
    """Other names."""
    floor: str = ""
    """For a room: the floor that it is on."""
    is_floor: bool = False
    id: str = ""
    """By which the home knows it: the `area_id` of Home Assistant."""


@dataclass(frozen=True, slots=True)
class Change:
    """A thing has another state than before."""

    thing: Thing
    before: str
    """In the words of the home: "on", "finished", "21.5"; empty when nothing is known."""
    after: str
    at: datetime
    row: Mapping[str, JsonValue]
    """As `Home.state` gives it, after the change."""


@dataclass(frozen=True, slots=True)
class Picture:
    """What a camera sees now."""

    data: bytes
    media_type: str
    """As in an HTTP header: image/jpeg."""
    name: str = "camera"


class Home(Protocol):
    """A home. Its methods may be called from any thread and by several at once; those that ask a server wait for it.

    In an event loop call them with `asyncio.to_thread`, all but `watch`.
    """

    @property
    def name(self) -> str:
        """Like "simulated home", "Home Assistant"."""
        ...

    @property
    def simulated(self) -> bool:
        """Whether nothing of it is real."""
        ...

    def things(self) -> list[Thing]:
        """Everything that may be reached by voice.

        Raises:
            HomeError: the home cannot be asked.
        """
        ...

    def places(self) -> list[Place]:
        """The rooms and floors.

        Raises:
            HomeError: the home cannot be asked.
        """
        ...

    def state(self, thing: Thing) -> Row:
        """{"device", "state", "room", "entity_id", "unit"?, "simulated"?: true}; the state is a word, text or number.

        Raises:
            HomeError: it has no state now, or the home cannot be asked.
        """
        ...

    def act(self, thing: Thing, action: str, value: Value = None) -> Row:
        """Does an action and waits for the state that it should lead to: the row of `state` and "confirmed".

        Where "confirmed" is false, "wanted" says in a word what the state should have become, and "pending": true
        that it is on its way ("opening").

        Raises:
            TaskError: the thing cannot do it, or not with this value, or is not there now.
        """
        ...

    def check(self, thing: Thing, action: str, value: Value = None) -> None:
        """Raises what `act` would raise before it does anything, so that of several things all or none are changed.

        Raises:
            TaskError: the thing cannot do it, or not with this value, or is not there now.
        """
        ...

    def picture(self, thing: Thing) -> Picture:
        """What a camera sees now.

        Raises:
            HomeError: it gives no picture.
        """
        ...

    def weather(self, place: str = "", when: str = "") -> Row:
        """{"place", "when", "condition", "temperature", "low"?, "unit", "humidity"?, "wind"?, "simulated"?: true}.

        Raises:
            TaskError: the home knows no weather for then or there.
        """
        ...

    def watch(self) -> AsyncIterator[Change]:
        """Changes from now on, without end; those that happen while the home cannot be asked are told afterwards."""
        ...

    def close(self) -> None:
        """Ends connections; `watch` ends."""
        ...


@runtime_checkable
class ListKeeper(Protocol):
    """A home that keeps shopping and to-do lists."""

    def change_list(self, action: str, name: str, item: str, language: str = "en") -> Row:
        """`add`, `remove` or `read`: {"action", "list", "item"?, "items", "confirmed"?}.

        Raises:
            ModelError: it has no list at all.
            TaskError: there is no such list or item.
        """
        ...
