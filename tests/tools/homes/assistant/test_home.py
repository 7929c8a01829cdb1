"""What Home Assistant exposes is found by its names and rooms, and what is done counts when its state confirms it."""

from __future__ import annotations

import asyncio
import logging
import time
from datetime import datetime, timedelta
from pathlib import Path

import pytest

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance
from jarvis.errors import AmbiguousError, TaskError, UsageError
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.home import HomeHandler, act_on_all
from jarvis.tools.homes import Change, HomeError, Thing
from jarvis.tools.homes.assistant import AssistantHome
from jarvis.tools.homes.assistant.lists import NoListsError
from jarvis.tools.homes.assistant.server import TokenError
from jarvis.tools.homes.names import find
from tests.tools.homes.assistant.server import JPEG, TOKEN, Faults, OwnAssistant


def thing(home: AssistantHome, name: str) -> Thing:
    return next(thing for thing in home.things() if thing.name == name)


def meant(home: AssistantHome, target: str, action: str = "turn_on", room: str = "") -> list[str]:
    able = [thing for thing in home.things() if action in thing.actions]
    return [found.name for found in find(target, able, lambda thing: True, home.name, room=room)]


def test_names_aliases_rooms_and_floors_are_those_of_home_assistant(home: AssistantHome) -> None:
    ceiling = thing(home, "Deckenlampe")

    assert (ceiling.kind, ceiling.room, ceiling.floor) == ("light", "Küche", "Erdgeschoss")
    assert ceiling.also == ("big light",)
    assert ceiling.places == ("Kochnische", "parterre", "downstairs")
    assert ceiling.actions == {"turn_on", "turn_off", "set_brightness"}
    assert [(place.name, place.floor, place.is_floor) for place in home.places()] == [
        ("Küche", "Erdgeschoss", False),
        ("Schlafzimmer", "Erster Stock", False),
        ("Flur", "Erdgeschoss", False),
        ("Erdgeschoss", "", True),
        ("Erster Stock", "", True),
    ]


@pytest.mark.parametrize(
    ("target", "room", "found"),
    [
        ("big light", "", ["Deckenlampe"]),
        ("the light in the kitchen", "", ["Deckenlampe"]),
        ("Licht in der Kochnische", "", ["Deckenlampe"]),
        ("lights upstairs", "", ["Bed left", "Bed right"]),
        ("lights on the first floor", "", ["Bed left", "Bed right"]),
        ("Lampen im Schlafzimmer", "", ["Bed left", "Bed right"]),
        ("lights", "Schlafzimmer", ["Bed left", "Bed right"]),
        ("the lights in here", "Küche", ["Deckenlampe"]),
        ("all lights", "Küche", ["Deckenlampe", "Bed left", "Bed right"]),
        ("light", "kitchen", ["Deckenlampe"]),
        ("bet left", "", ["Bed left"]),
    ],
)
def test_a_name_is_found_by_area_floor_alias_sound_and_the_room_of_its_speaker(
    home: AssistantHome, target: str, room: str, found: list[str]
) -> None:
    assert meant(home, target, room=room) == found


def test_a_name_that_fits_two_asks_back(home: AssistantHome) -> None:
    with pytest.raises(AmbiguousError) as asked:
        meant(home, "bed light")
    assert asked.value.choices == ("Bed left", "Bed right")
    assert str(asked.value) == "Which one do you mean: Bed left or Bed right?"


def test_what_is_not_exposed_is_not_there_and_not_reached(home: AssistantHome, house: OwnAssistant) -> None:
    names = {thing.name for thing in home.things()}
    hidden = Thing("Secret door", "lock", entity_id="lock.secret")

    assert "Secret door" not in names
    assert "Signal" not in names  # a diagnostic sensor, as Home Assistant decides it
    with pytest.raises(HomeError, match="no longer exposes Secret door to voice"):
        home.state(hidden)
    with pytest.raises(HomeError, match="no longer exposes Secret door to voice"):
        home.act(hidden, "unlock")
    assert house.calls == []


def test_a_change_of_what_is_exposed_is_heard(home: AssistantHome, house: OwnAssistant) -> None:
    ceiling = thing(home, "Deckenlampe")
    house.exposed["light.ceiling"] = False
    house.changed("entity")
    deadline = time.monotonic() + 10
    while any(thing.entity_id == "light.ceiling" for thing in home.things()) and time.monotonic() < deadline:
        time.sleep(0.05)

    with pytest.raises(HomeError, match="no longer exposes"):
        home.act(ceiling, "turn_on")


def test_an_action_is_confirmed_by_the_state_that_follows(home: AssistantHome, house: OwnAssistant) -> None:
    row = home.act(thing(home, "Deckenlampe"), "set_brightness", "40 percent")

    assert row == {
        "device": "Deckenlampe", "state": "on, 40 %", "room": "Küche", "entity_id": "light.ceiling", "confirmed": True,
    }  # fmt: skip
    assert house.calls == [("light", "turn_on", {"brightness": 102, "entity_id": "light.ceiling"})]


def test_what_no_state_confirms_does_not_count_as_done(home: AssistantHome, house: OwnAssistant) -> None:
    house.faults = Faults(deaf=True)
    row = home.act(thing(home, "Deckenlampe"), "turn_on")
    assert (row["state"], row["confirmed"], row["wanted"]) == ("off", False, "on")


def test_what_is_on_its_way_says_so(home: AssistantHome) -> None:
    row = home.act(thing(home, "Garage door"), "open")
    assert (row["state"], row["confirmed"], row["wanted"], row["pending"]) == ("opening", False, "open", True)


def test_what_home_assistant_only_assumes_is_not_confirmed(home: AssistantHome, house: OwnAssistant) -> None:
    house.put("light.bed", "off", assumed_state=True)
    row = home.act(thing(home, "Bed left"), "turn_on")
    assert (row["state"], row["confirmed"]) == ("on, 100 %", False)


@pytest.mark.parametrize(
    ("name", "action", "value", "message"),
    [
        ("Deckenlampe", "set_brightness", "purple", "say a percentage from 0 to 100"),
        ("Deckenlampe", "open", None, "Deckenlampe cannot open; it can set_brightness, turn_off, turn_on"),
        ("Garage door", "open", "half", "Garage door can only be opened and closed whole"),
        ("Radio", "play", None, r"Radio does not answer Home Assistant just now \(unavailable\)"),
    ],
)
def test_what_cannot_be_done_is_said_before_anything_is_sent(
    home: AssistantHome, house: OwnAssistant, name: str, action: str, value: str | None, message: str
) -> None:
    for ask in (home.act, home.check):
        with pytest.raises(TaskError, match=message):
            ask(thing(home, name), action, value)
    assert house.calls == []


def test_a_refusal_is_told_in_the_words_of_home_assistant(home: AssistantHome, house: OwnAssistant) -> None:
    house.faults = Faults(refuse="the bridge is offline")
    with pytest.raises(HomeError, match="does not do it for Deckenlampe: the bridge is offline"):
        home.act(thing(home, "Deckenlampe"), "turn_on")


def test_an_entity_that_was_removed_is_told(home: AssistantHome, house: OwnAssistant) -> None:
    lamp = thing(home, "Bed left")
    house.remove("light.bed")
    time.sleep(0.2)

    assert "Bed left" not in {thing.name for thing in home.things()}
    with pytest.raises(HomeError, match="Home Assistant has no Bed left any more"):
        home.act(lamp, "turn_on")


def test_several_are_done_side_by_side_and_one_that_is_not_there_is_told(home: AssistantHome) -> None:
    things = [thing(home, name) for name in ("Bed left", "Radio", "Bed right")]
    rows = act_on_all(home, things, "turn_on", None)

    assert [(row["device"], row["confirmed"]) for row in rows] == [
        ("Bed left", True),
        ("Bed right", True),
        ("Radio", False),
    ]
    assert "does not answer" in str(rows[2]["problem"])


# What goes wrong on the way.


def test_a_wrong_token_is_said_clearly_and_not_tried_again_and_again(
    house: OwnAssistant, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    monkeypatch.setenv("MY_TOKEN", "not-this-one")
    home = AssistantHome(house.url, "MY_TOKEN")
    with caplog.at_level(logging.DEBUG), pytest.raises(TokenError, match="does not take the token in MY_TOKEN"):
        home.things()
    time.sleep(1.0)
    home.close()

    assert house.logins == 1
    assert "not-this-one" not in caplog.text


def test_a_token_is_never_logged(home: AssistantHome, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.DEBUG)
    home.picture(thing(home, "Door camera"))
    assert TOKEN not in caplog.text


def test_without_a_token_it_is_said_where_it_belongs(house: OwnAssistant, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HOME_ASSISTANT_TOKEN", raising=False)
    home = AssistantHome(house.url, "HOME_ASSISTANT_TOKEN")
    with pytest.raises(TokenError, match="environment variable HOME_ASSISTANT_TOKEN, or into the keyring"):
        home.things()
    home.close()
    assert house.connections == 0


@pytest.mark.parametrize("address", ["http://user:secret@127.0.0.1:8123", "http://", "ftp://127.0.0.1"])
def test_an_address_that_may_not_be_asked_is_refused_at_once(address: str) -> None:
    with pytest.raises(UsageError, match="JARVIS_HOME: ") as refused:
        AssistantHome(address, "HOME_ASSISTANT_TOKEN")
    assert "secret" not in str(refused.value)


def test_a_server_that_is_down_is_told_at_once_and_used_again_when_it_is_up(
    home: AssistantHome, house: OwnAssistant
) -> None:
    lamp = thing(home, "Deckenlampe")
    house.stop()
    time.sleep(0.2)
    began = time.monotonic()
    with pytest.raises(HomeError, match=r"Home Assistant at 127\.0\.0\.1:\d+ cannot be reached"):
        home.act(lamp, "turn_on")
    assert time.monotonic() - began < 5

    house.start()
    assert home.act(lamp, "turn_on")["confirmed"] is True
    assert house.connections == 2


def test_a_connection_that_was_cut_is_opened_again_without_being_asked(
    home: AssistantHome, house: OwnAssistant
) -> None:
    home.things()
    house.cut_all()
    deadline = time.monotonic() + 10
    while house.connections < 2 and time.monotonic() < deadline:
        time.sleep(0.05)

    assert house.connections == 2
    assert home.state(thing(home, "Deckenlampe"))["state"] == "off"


def test_a_cut_in_the_middle_of_an_action_says_that_nobody_knows(home: AssistantHome, house: OwnAssistant) -> None:
    lamp = thing(home, "Deckenlampe")
    house.faults = Faults(cut=frozenset({"call_service"}))
    with pytest.raises(HomeError, match="nobody knows whether Deckenlampe was changed: look before asking again"):
        home.act(lamp, "turn_on")

    house.faults = Faults()
    assert home.act(lamp, "turn_on")["confirmed"] is True


def test_a_question_that_was_cut_off_is_asked_again(home: AssistantHome, house: OwnAssistant) -> None:
    home.things()
    house.faults = Faults(cut=frozenset({"todo/item/list"}))
    with pytest.raises(HomeError, match="broke off"):
        home.change_list("read", "shopping", "")
    house.faults = Faults()
    assert home.change_list("read", "shopping", "")["items"] == ["Milk"]


@pytest.mark.parametrize("kind", ["get_config", "config/area_registry/list", "subscribe_entities"])
def test_half_a_message_while_connecting_is_an_unreachable_server(
    home: AssistantHome, house: OwnAssistant, kind: str
) -> None:
    house.faults = Faults(garble=frozenset({kind}))
    with pytest.raises(HomeError, match="cannot be reached"):
        home.things()
    house.faults = Faults()
    assert home.things()


@pytest.mark.parametrize("kind", ["get_config", "subscribe_entities"])
def test_a_server_that_does_not_answer_is_not_waited_for_longer_than_its_limit(
    home: AssistantHome, house: OwnAssistant, kind: str
) -> None:
    house.faults = Faults(mute=frozenset({kind}))
    began = time.monotonic()
    with pytest.raises(HomeError, match="gave no answer in 1 s"):
        home.things()
    assert time.monotonic() - began < 10


def test_a_service_that_never_answers_is_told_as_not_confirmed(home: AssistantHome, house: OwnAssistant) -> None:
    lamp = thing(home, "Deckenlampe")
    house.faults = Faults(mute=frozenset({"call_service"}))
    assert home.act(lamp, "turn_on")["confirmed"] is False


def test_an_older_server_and_a_guest_s_token_say_what_they_do_not_tell(
    home: AssistantHome, house: OwnAssistant
) -> None:
    house.faults = Faults(
        unknown=frozenset({"config/floor_registry/list", "config/entity_registry/get_entries"}),
        forbidden=frozenset({"homeassistant/expose_entity/list"}),
    )
    names = {thing.name for thing in home.things()}

    assert names == {"Deckenlampe", "Bed left", "Bed right", "Garage door", "Secret door", "Shopping List",
                     "Outside", "Radio"}  # fmt: skip
    assert len(home.notes) == 1
    assert "the token is not one of an administrator" in home.notes[0]


# Cameras, weather, lists, changes.


def test_a_picture_comes_as_the_camera_gives_it(home: AssistantHome, house: OwnAssistant) -> None:
    picture = home.picture(thing(home, "Door camera"))
    assert (picture.data, picture.media_type) == (JPEG, "image/jpeg")


@pytest.mark.parametrize(
    ("status", "message"), [(500, r"no picture just now \(status 500\)"), (404, "status 404"), (401, "does not take")]
)
def test_a_camera_without_a_picture_is_told(
    home: AssistantHome, house: OwnAssistant, status: int, message: str
) -> None:
    camera = thing(home, "Door camera")
    house.faults = Faults(status=status)
    with pytest.raises(HomeError, match=message):
        home.picture(camera)


def test_the_weather_is_that_of_the_weather_entity(home: AssistantHome, house: OwnAssistant) -> None:
    tomorrow = (datetime.now().astimezone() + timedelta(days=1)).date().isoformat()
    house.forecast = [{"datetime": f"{tomorrow}T12:00:00+00:00", "condition": "rainy", "temperature": 12, "templow": 7}]

    assert home.weather() == {"condition": "sunny", "temperature": 21.5, "unit": "°C", "wind_unit": "km/h"}
    row = home.weather(when="tomorrow")
    assert (row["condition"], row["low"], row["high"]) == ("rainy", 7, 12)
    with pytest.raises(TaskError, match="has no 'Paris'"):
        home.weather("Paris")


def test_lists_are_changed_and_confirmed(home: AssistantHome, house: OwnAssistant) -> None:
    assert home.change_list("add", "my shopping list", "eggs") == {
        "action": "add", "list": "Shopping List", "items": ["Milk", "eggs"], "item": "eggs", "confirmed": True,
    }  # fmt: skip
    assert home.change_list("remove", "Einkaufsliste", "milk", "de")["items"] == ["eggs"]
    with pytest.raises(TaskError, match="'milk' is not on Shopping List; it holds eggs"):
        home.change_list("remove", "shopping", "milk")

    house.remove("todo.shopping")
    time.sleep(0.2)
    with pytest.raises(NoListsError, match="exposes no list"):
        home.change_list("read", "shopping", "")


def test_changes_are_told_also_those_that_happened_without_a_connection(
    home: AssistantHome, house: OwnAssistant
) -> None:
    found: list[Change] = []

    async def collect() -> None:
        async for change in home.watch():
            found.append(change)  # noqa: PERF401 - it never ends

    async def live() -> None:
        await asyncio.to_thread(home.things)
        collecting = asyncio.create_task(collect())
        await asyncio.sleep(0.05)
        house.put("light.bed", "on")
        house.put("lock.secret", "unlocked")
        await asyncio.sleep(0.2)
        await asyncio.to_thread(house.stop)
        house.states["light.bed_two"]["s"] = "on"
        await asyncio.to_thread(house.start)
        for _ in range(200):
            if len(found) == 2:
                break
            await asyncio.sleep(0.05)
        collecting.cancel()

    asyncio.run(live())
    assert [(change.thing.name, change.before, change.after) for change in found] == [
        ("Bed left", "off", "on, 100 %"),
        ("Bed right", "off", "on, 100 %"),
    ]


def test_watching_ends_when_the_home_is_closed(home: AssistantHome) -> None:
    async def live() -> None:
        async def collect() -> None:
            async for _ in home.watch():
                pass

        watching = asyncio.create_task(collect())
        await asyncio.sleep(0.2)
        await asyncio.to_thread(home.close)
        await asyncio.wait_for(watching, 10)

    asyncio.run(live())


def test_the_handler_acts_reads_looks_and_lists_over_one_connection(
    house: OwnAssistant, monkeypatch: pytest.MonkeyPatch, tmp_path: Path
) -> None:
    monkeypatch.setenv("HOME_ASSISTANT_TOKEN", TOKEN)
    parameters = {"home": house.url, "home_token_variable": "HOME_ASSISTANT_TOKEN", "folder": str(tmp_path)}
    handler = HomeHandler({}, RuntimeOptions(parameters=parameters))
    sink = Sink(ArtifactFolder(tmp_path), Provenance(0, "x", "home-assistant"))

    def ask(task: str, **slots: str) -> object:
        return handler.run(Inputs(task, slots), sink)

    try:
        rows = ask("home-control", action="turn_on", target="lights", room="Schlafzimmer")
        assert isinstance(rows, list)
        assert len(rows) == 2
        state = ask("home-state", target="outside temperature")
        assert isinstance(state, dict)
        assert (state["state"], state["unit"]) == (19.5, "°C")
        picture = ask("camera-snapshot", target="door camera")
        assert isinstance(picture, Artifact)
        assert picture.path.read_bytes() == JPEG
        assert ask("weather", language="fr") == "ensoleillé, 21,5 °C"
        listed = ask("list-item", action="read", list="groceries")
        assert isinstance(listed, dict)
        assert listed["items"] == ["Milk"]
        assert house.connections == 1
    finally:
        handler.home.close()
