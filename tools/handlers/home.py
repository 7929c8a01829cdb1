"""Acts on the home, reads it, looks through its cameras and asks its weather: a simulated home, or a real one."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

from jarvis.artifacts import Artifact
from jarvis.errors import ModelError, TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.homes import Home, HomeError, Row, Thing, opened
from jarvis.tools.homes.names import find, terms
from jarvis.tools.homes.protocol import ListKeeper
from jarvis.tools.homes.store import data_folder
from jarvis.tools.homes.weather import in_words

_AT_ONCE = 8
"""Things that are acted on side by side: radios take their time to confirm."""
_BY_NAME = ("oven", "water_heater")
_NO_STATE = ("scene", "script", "camera", "button", "list", "weather")
"""Kinds that are not told of when the state of a room is asked."""


class HomeHandler:
    """Does what is asked of the home that the parameters name: `home`, `home_token_variable`, `folder`."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        parameters = dict(options.parameters)
        where, variable = str(parameters.get("home", "")), str(parameters.get("home_token_variable", ""))
        self.home = opened(where, variable, data_folder(parameters))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Does `home-control`, `home-state`, `camera-snapshot`, `weather` or `list-item`.

        Gives the row of the thing or a list of rows, a picture, or words about the weather. The slot `room` says where
        the person stands, and `language` in which language is asked back.

        Raises:
            AmbiguousError: the name fits several things.
            TaskError: no such thing, or it cannot do that; the message names those that come near.
        """
        if inputs.task == "weather":
            language = inputs.text("language") or "en"
            return in_words(self.home.weather(inputs.text("place"), inputs.text("when")), language)
        if inputs.task == "list-item":
            return self._list(inputs)
        if inputs.task == "home-control":
            return self._control(inputs)
        if inputs.task == "camera-snapshot":
            return self._snapshot(inputs, sink)
        return self._read(inputs)

    def _control(self, inputs: Inputs) -> Value:
        action, value = inputs.text("action"), inputs.values.get("value")
        target = inputs.text("target")
        chosen = self._find(inputs, lambda thing: action in thing.actions and _may_be_meant(thing, action, target))
        return _one_or_all(act_on_all(self.home, chosen, action, value))

    def _read(self, inputs: Inputs) -> Value:
        chosen = self._find(inputs, lambda thing: thing.kind not in _NO_STATE)
        if len(chosen) == 1:
            return self.home.state(chosen[0])
        return _one_or_all([_state(self.home, thing) for thing in chosen])

    def _snapshot(self, inputs: Inputs, sink: Sink) -> Artifact:
        camera = self._find(inputs, lambda thing: thing.kind == "camera")[0]
        picture = self.home.picture(camera)
        return sink.write(picture.name, picture.media_type, lambda file: file.write(picture.data))

    def _list(self, inputs: Inputs) -> Value:
        if not isinstance(self.home, ListKeeper):
            raise ModelError(f"the {self.home.name} keeps no lists")
        said = (inputs.text("action"), inputs.text("list"), inputs.text("item"))
        return self.home.change_list(*said, inputs.text("language") or "en")

    def _find(self, inputs: Inputs, able: Callable[[Thing], bool]) -> list[Thing]:
        room, language = inputs.text("room"), inputs.text("language") or "en"
        target = inputs.text("target")
        where = f"the {self.home.name}" if self.home.simulated else self.home.name
        return find(target, self.home.things(), able, where, room=room, language=language)


def _may_be_meant(thing: Thing, action: str, target: str) -> bool:
    """Whether a thing may be among those of a room: an oven is turned on and set only by its own name."""
    if thing.kind not in _BY_NAME or action in ("turn_off", "stop"):
        return True
    names = {word for name in (thing.name, *thing.also) for word in terms(name)} - terms(thing.room)
    return bool(names & terms(target))


def act_on_all(home: Home, things: list[Thing], action: str, value: Value) -> list[Row]:
    """Acts on several things side by side. One that is not there becomes a row with its "problem".

    Raises:
        TaskError: nothing can be done with any of them, or not with this value; then nothing was done.
    """
    if len(things) == 1:
        return [home.act(things[0], action, value)]
    problems = [_checked(home, thing, action, value) for thing in things]
    first = next((problem for problem in problems if problem), None)
    if first is not None and all(problems):
        raise first
    left = [thing for thing, problem in zip(things, problems, strict=True) if problem is None]
    with ThreadPoolExecutor(_AT_ONCE, thread_name_prefix="jarvis-home") as pool:
        done = list(pool.map(partial(_acted, home, action, value), left))
    return done + [_problem(thing, problem) for thing, problem in zip(things, problems, strict=True) if problem]


def _checked(home: Home, thing: Thing, action: str, value: Value) -> HomeError | None:
    try:
        home.check(thing, action, value)
    except HomeError as error:
        return error
    return None


def _acted(home: Home, action: str, value: Value, thing: Thing) -> Row:
    try:
        return home.act(thing, action, value)
    except TaskError as error:
        return _problem(thing, error)


def _state(home: Home, thing: Thing) -> Row:
    try:
        return home.state(thing)
    except HomeError as error:
        return _problem(thing, error)


def _problem(thing: Thing, error: TaskError) -> Row:
    return {"device": thing.name, "state": None, "room": thing.room, "confirmed": False, "problem": str(error)}


def _one_or_all(rows: list[Row]) -> Value:
    if len(rows) == 1:
        return rows[0]
    several: list[JsonValue] = [*rows]
    return several
