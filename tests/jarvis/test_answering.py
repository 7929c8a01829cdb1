"""The answer to "which lamp?" is planned from the question, without a planner."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jarvis.answering import chosen
from jarvis.errors import AmbiguousError
from jarvis.execution.fake import FunctionWorker
from jarvis.messages import Value
from jarvis.tools.handler import Inputs
from tests.jarvis.fakes import fake_jarvis

_LAMPS = ("reading lamp", "ceiling lamp", "lamp in the hall")


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("the reading lamp", ["reading lamp"]),
        ("The redding lamp, please.", ["reading lamp"]),
        ("ceiling", ["ceiling lamp"]),
        ("the one in the hall", ["lamp in the hall"]),
        ("the second one", ["ceiling lamp"]),
        ("all of them", list(_LAMPS)),
        ("what is the weather like in the mountains of Norway tomorrow afternoon", []),
        ("turn the oven off", []),
        ("the lamp", []),
    ],
)
def test_a_choice_is_told_by_the_words_that_only_it_has(said: str, meant: list[str]) -> None:
    assert chosen(said, _LAMPS) == meant


def _house(inputs: Inputs) -> Value:
    if inputs.text("target") == "lamp":
        raise AmbiguousError("Which lamp: the reading lamp or the ceiling lamp?", ["reading lamp", "ceiling lamp"])
    return {"device": inputs.text("target"), "state": "on"}


_LAMP = {"id": 0, "task": "home-control", "args": {"action": "turn_on", "target": "lamp"}}
_HALL = {"id": 1, "task": "home-control", "args": {"action": "turn_on", "target": "hall light"}}


async def _two_turns(out: Path, answer: str) -> tuple[str | None, list[str], int]:
    later = [{"id": 2, "task": "home-control", "args": {"action": "turn_on", "target": "oven"}}]
    jarvis, planner = fake_jarvis([[_LAMP, _HALL], later], out, worker=FunctionWorker(_house))
    session = jarvis.session()
    first = await session.run("turn on the lamp and the hall light")
    second = await session.run(answer)
    return first.ask, [str(task.literal("target")) for task in second.graph], len(planner.asked)


async def _first(out: Path) -> tuple[str, str | None, list[bool]]:
    jarvis, _ = fake_jarvis([[_LAMP, _HALL]], out, worker=FunctionWorker(_house))
    response = await jarvis.run("turn on the lamp and the hall light")
    return response.text, response.ask, [result.ok for result in response.results.values()]


def test_an_unclear_name_asks_back_and_the_rest_is_done(tmp_path: Path) -> None:
    text, ask, done = asyncio.run(_first(tmp_path))
    assert ask == "Which lamp: the reading lamp or the ceiling lamp?"
    assert text == f"Hall light is now on. [1]\n{ask}"
    assert done == [False, True]


def test_the_next_turn_answers_and_only_the_unclear_task_is_done(tmp_path: Path) -> None:
    ask, targets, planned = asyncio.run(_two_turns(tmp_path, "the reading lamp"))
    assert ask is not None
    assert targets == ["reading lamp"]
    assert planned == 1


def test_both_does_both(tmp_path: Path) -> None:
    assert asyncio.run(_two_turns(tmp_path, "both"))[1] == ["reading lamp", "ceiling lamp"]


def test_another_request_is_planned_as_such(tmp_path: Path) -> None:
    _, targets, planned = asyncio.run(_two_turns(tmp_path, "no, turn on the oven"))
    assert targets == ["oven"]
    assert planned == 2
