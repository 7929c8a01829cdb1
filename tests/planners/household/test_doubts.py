"""Which questions are about the world, though a planner would put them to the home."""

from __future__ import annotations

from functools import cache

import pytest

from jarvis.planners.household.doubts import is_general
from jarvis.planners.household.names import Names
from jarvis.settings import Settings
from jarvis.tools.homes.opening import open_home


@cache
def names() -> Names:
    return Names(open_home(Settings()).things())


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("wie heißt die hauptstadt von frankreich", "hauptstadt von frankreich"),
        ("Hey Jarvis, wie hoch ist der Mount Everest?", "Mount Everest"),
        ("warum ist der himmel blau", "himmel"),
        ("wo liegt der kilimandscharo", "kilimandscharo"),
        ("where is Timbuktu", "Timbuktu"),
        ("où est la tour eiffel", "tour eiffel"),
        ("dónde está el amazonas", "amazonas"),
        ("长城有多长，在哪里", "长城"),
    ],
)
def test_the_world_is_not_in_the_home(text: str, target: str) -> None:
    assert is_general(text, target, names())


@pytest.mark.parametrize(
    ("text", "target"),
    [
        ("how warm is the sauna", "sauna"),
        ("wie warm ist die sauna", "sauna"),
        ("wo ist mein handy", "handy"),
        ("where is the robot", "robot"),
        ("what is the garden camera", "garden camera"),
        ("when was the cat flap last opened", "cat flap"),
        ("whats the lawn mower doing", "lawn mower"),
        ("what is that window", "window"),
        ("is the mount everest high", "mount everest"),
        ("wie hoch ist die temperatur im iglu", "temperatur im iglu"),
    ],
)
def test_questions_that_a_home_is_asked_stay_with_it(text: str, target: str) -> None:
    assert not is_general(text, target, names())


def test_nothing_is_doubted_while_the_home_is_not_known() -> None:
    assert not is_general("wie hoch ist der mount everest", "mount everest", Names(()))
