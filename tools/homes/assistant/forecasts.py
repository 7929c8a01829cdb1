"""The weather that Home Assistant knows."""

from __future__ import annotations

from collections.abc import Mapping
from datetime import datetime
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import JsonValue
from jarvis.tools.homes.assistant.link import Link, RefusalError
from jarvis.tools.homes.assistant.server import NAME
from jarvis.tools.homes.assistant.states import State
from jarvis.tools.homes.names import find, terms
from jarvis.tools.homes.protocol import HomeError, Row, Thing
from jarvis.tools.homes.times import date_of, day_of

_AT_HOME = terms("home here outside outdoors house weather zuhause draußen maison dehors casa fuera 家 家里 外面 这里")


def station(place: str, things: list[Thing], home: str) -> Thing:
    """The weather entity for a place; `home` is what the home itself is called.

    Raises:
        TaskError: there is none.
    """
    known = [thing for thing in things if thing.kind == "weather"]
    if not known:
        raise HomeError(
            f"{NAME} has no weather that it exposes; expose its weather entity (Settings, Voice assistants, Expose)"
        )
    wanted = terms(place)
    if not wanted - _AT_HOME or wanted <= terms(home):
        return known[0]
    return find(place, known, lambda thing: True, NAME)[0]


async def weather(link: Link, thing: Thing, state: State, place: str, when: str) -> Row:
    """The row of `Home.weather`: now, or of a day to come.

    Raises:
        TaskError: nothing is forecast for then.
    """
    now = datetime.now().astimezone()
    days = day_of(when, now)
    row: dict[str, JsonValue] = {name: said for name, said in (("place", place), ("when", when)) if said}
    if days == 0:
        return row | _now(state)
    date = date_of(days, now)
    found = next((one for one in await _forecast(link, thing) if str(one.get("datetime", "")).startswith(date)), None)
    if found is None:
        raise TaskError(f"{thing.name} has no forecast for {when}; ask for a nearer day")
    high, low = found.get("temperature"), found.get("templow")
    told = {"condition": found.get("condition"), "low": low, "high": high, "humidity": found.get("humidity")}
    told |= {"wind": found.get("wind_speed")}
    return row | _known(told) | _units(state)


def _now(state: State) -> dict[str, JsonValue]:
    told = {"condition": state.state, "temperature": state.number("temperature")}
    told |= {"humidity": state.number("humidity"), "wind": state.number("wind_speed")}
    return _known(told) | _units(state)


def _known(told: Mapping[str, Any]) -> dict[str, JsonValue]:
    return {key: value for key, value in told.items() if isinstance(value, str | int | float)}


def _units(state: State) -> dict[str, JsonValue]:
    return {"unit": state.text("temperature_unit") or "°C", "wind_unit": state.text("wind_speed_unit") or "km/h"}


async def _forecast(link: Link, thing: Thing) -> list[Mapping[str, Any]]:
    """Day by day; servers before 2023.12 call the service by another name."""
    problem = ""
    for service in ("get_forecasts", "get_forecast"):
        try:
            found = await link.ask(
                "call_service", domain="weather", service=service, return_response=True,
                service_data={"entity_id": thing.entity_id, "type": "daily"},
            )  # fmt: skip
        except RefusalError as error:
            problem = str(error)
            continue
        answer = found.get("response", {})
        rows = answer.get(thing.entity_id, answer).get("forecast", [])
        return [row for row in rows if isinstance(row, Mapping)]
    raise HomeError(f"{thing.name} gives no forecast: {problem}")
