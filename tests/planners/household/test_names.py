"""What words surely name in a home, more strictly than the home itself decides."""

from __future__ import annotations

import pytest

from jarvis.planners.household.names import Names, domains
from jarvis.tools.homes.protocol import Thing

ON = frozenset({"turn_on", "turn_off"})
HOME = Names(
    [
        Thing("kitchen light", "light", "kitchen", "downstairs", words=("light",), actions=ON),
        Thing("counter light", "light", "kitchen", "downstairs", words=("light",), actions=ON),
        Thing("living room thermostat", "climate", "living room", "downstairs", also=("heating",), actions=ON),
        Thing("back door", "lock", "garden", actions=frozenset({"lock", "unlock"})),
        Thing("garden camera", "camera", "garden", also=("yard camera",), words=("camera",)),
        Thing("movie night", "scene", actions=frozenset({"activate"})),
        Thing("lampe du salon", "light", "salon", words=("light",), actions=ON),
        Thing("Küchenlicht", "light", "kitchen", actions=ON),
    ]
)


@pytest.mark.parametrize(
    ("said", "names"),
    [
        ("kitchen light", {"kitchen light", "Küchenlicht"}),
        ("counter light", {"counter light"}),
        ("thermostat", {"living room thermostat"}),
        ("heating", {"living room thermostat"}),
        ("yard camera", {"garden camera"}),
        ("movie night", {"movie night"}),
        ("garden", {"back door", "garden camera"}),
        ("lampe", {"kitchen light", "counter light", "lampe du salon", "Küchenlicht"}),
    ],
)
def test_names_kinds_and_rooms_mean_things(said: str, names: set[str]) -> None:
    assert {thing.name for thing in HOME.meant(said)} == names


@pytest.mark.parametrize(
    "said", ["back", "counter", "movie", "night", "the", "sauna", "", "kitchen sauna", "kitchen door"]
)
def test_parts_of_names_and_strange_words_mean_nothing(said: str) -> None:
    assert HOME.meant(said) == ()


def test_all_of_them_are_meant_by_a_plural_and_by_everything() -> None:
    lights = {"kitchen light", "counter light", "Küchenlicht"}
    assert {thing.name for thing in HOME.meant("lights in the kitchen")} == lights
    assert len(HOME.meant("everything")) == len(HOME.things)


def test_rooms_and_floors_are_places() -> None:
    assert HOME.is_place("kitchen")
    assert HOME.is_place("downstairs")
    assert not HOME.is_place("kitchen light")


def test_things_of_an_unknown_kind_are_like_those_with_the_same_actions() -> None:
    assert domains(Thing("oven", "oven", actions=frozenset({"set_temperature"}))) == ("climate",)
    assert domains(Thing("kettle", "kettle", actions=ON)) == ("switch",)
    assert domains(Thing("moon", "moon")) == ()
