"""Runs that begin before all words are said: nothing with an effect is done, and nothing is remembered, until then."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jarvis.execution.fake import FunctionWorker
from jarvis.journal.journal import Journal
from jarvis.messages import Answered, Event, TaskFinished, Told, Value
from jarvis.session import Circumstances
from jarvis.tools.handler import Inputs
from tests.jarvis.fakes import fake_jarvis

_STATE = {"id": 0, "task": "home-state", "args": {"target": "oven"}}
_LIGHT = {"id": 1, "task": "home-control", "args": {"action": "turn_off", "target": "hall light"}}


def _house(inputs: Inputs) -> Value:
    return {"device": inputs.text("target"), "state": "off"}


async def _run(out: Path, *, released: bool) -> tuple[list[Event], list[Event], int]:
    jarvis, _ = fake_jarvis([[_STATE, _LIGHT]], out, worker=FunctionWorker(_house))
    session = jarvis.session()
    release, first = asyncio.Event(), asyncio.Event()
    events: list[Event] = []

    async def follow() -> None:
        about = Circumstances(release=release)
        async for event in session.stream("is the oven on, and hall light off", circumstances=about):
            events.append(event)
            if isinstance(event, TaskFinished):
                first.set()

    work = asyncio.create_task(follow())
    await first.wait()
    await asyncio.sleep(0.1)
    before = list(events)
    if released:
        release.set()
        await work
    else:
        work.cancel()
        await asyncio.wait([work])
    return before, events, len(session.memory.turns)


def _finished(events: list[Event]) -> list[int]:
    return [event.result.task_id for event in events if isinstance(event, TaskFinished)]


def test_effects_and_the_answer_wait_for_the_last_word(tmp_path: Path) -> None:
    before, after, turns = asyncio.run(_run(tmp_path, released=True))
    assert _finished(before) == [0]
    assert not any(isinstance(event, Answered) for event in before)
    assert _finished(after) == [0, 1]
    assert turns == 1


def test_a_run_that_is_dropped_was_never_asked(tmp_path: Path) -> None:
    _, after, turns = asyncio.run(_run(tmp_path, released=False))
    assert _finished(after) == [0]
    assert turns == 0


def test_a_dropped_run_is_no_unfinished_one(tmp_path: Path) -> None:
    async def look() -> list[str]:
        jarvis, _ = fake_jarvis([[_STATE, _LIGHT]], tmp_path, worker=FunctionWorker(_house), journal=True)
        about = Circumstances(release=asyncio.Event())
        events = jarvis.stream("is the oven on, and hall light off", circumstances=about)
        async for event in events:
            if isinstance(event, TaskFinished):
                break
        await events.aclose()
        await asyncio.sleep(0.2)
        jarvis.close()
        journal = Journal(tmp_path / "data" / "journal")
        try:
            assert journal.runs(unfinished=True) == []
            return [run.state.value for run in journal.runs()]
        finally:
            journal.close()

    assert asyncio.run(look()) == ["dropped"]


async def _told(out: Path) -> tuple[list[str], list[str], list[str]]:
    slow = asyncio.Event()

    async def house(inputs: Inputs) -> Value:
        if inputs.text("target") == "oven":
            await slow.wait()
        return {"device": inputs.text("target"), "state": "off"}

    plan = [
        {"id": 0, "task": "home-state", "args": {"target": "hall light"}},
        {"id": 1, "task": "home-state", "args": {"target": "oven"}},
    ]
    jarvis, _ = fake_jarvis([plan], out, worker=FunctionWorker(house))
    early: list[str] = []
    every: list[str] = []
    async for event in jarvis.stream("is the hall light on, and the oven"):
        if isinstance(event, Told):
            every.append(event.claim.text)
            if not slow.is_set():
                early.append(event.claim.text)
                slow.set()
        elif isinstance(event, Answered):
            return early, every, [claim.text for claim in event.response.claims]
    raise AssertionError


def test_what_is_finished_is_told_while_other_tasks_still_run(tmp_path: Path) -> None:
    early, every, claims = asyncio.run(_told(tmp_path))
    assert early == ["Hall light is off."]
    assert every == claims == ["Hall light is off.", "Oven is off."]


def test_the_room_is_told_to_tools_that_ask_for_it(tmp_path: Path) -> None:
    rooms: list[str] = []

    def house(inputs: Inputs) -> Value:
        rooms.append(inputs.text("room"))
        return {"device": inputs.text("target"), "state": "off"}

    async def run() -> None:
        jarvis, _ = fake_jarvis([[_STATE]], tmp_path, worker=FunctionWorker(house))
        await jarvis.run("is the oven on", room="kitchen")

    asyncio.run(run())
    assert rooms == ["kitchen"]
