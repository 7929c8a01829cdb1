"""A conversation about a mask: what is said next changes it, without planning and from the embedding that is known."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest

from jarvis import Jarvis, Settings
from jarvis.artifacts import Artifact
from jarvis.graph import Ref, Task
from jarvis.messages import Response, Result
from jarvis.planners.protocol import PlanRequest
from jarvis.refining import refined
from jarvis.session import Memory, Session
from jarvis.tools.handlers.sam.value import MaskSet, read_masks

COFFEE = Path(__file__).parents[2] / "examples" / "media" / "coffee.jpg"


class Scripted:
    """Plans the first request, and nothing after it."""

    name = "scripted"

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        if request.first_id == 0:
            yield Task(0, "object-detection", {"image": "coffee.jpg"})
            yield Task(1, "mask-generation", {"image": "coffee.jpg", "box": Ref(0)})


class Chat:
    def __init__(self, jarvis: Jarvis, out: Path) -> None:
        self.session, self._out = Session(jarvis), out

    def say(self, text: str) -> Response:
        files = [] if self.session.memory.turns else [COFFEE]
        return asyncio.run(self.session.run(text, files, self._out))


@pytest.fixture
def chat(tmp_path: Path) -> Chat:
    settings = Settings(journal=False, cache_mb=0, isolation="thread", prefer=("grabcut",))
    return Chat(Jarvis(settings, planner=Scripted()), tmp_path)


def _found(response: Response) -> MaskSet:
    (mask,) = response.artifacts.values()
    found = read_masks(mask.path)
    assert found is not None
    return found


def test_a_conversation_adds_and_moves_and_takes_away(chat: Chat) -> None:
    first = _found(chat.say("cut out the cup"))
    assert [thing.prompt.label for thing in first.instances] == ["cup"]

    moved = chat.say("a bit more to the right")
    assert [task.tool for task in moved.graph] == ["mask-generation"]
    before, after = first.instances[0].prompt.box, _found(moved).instances[0].prompt.box
    assert before is not None and after is not None
    assert after[0] > before[0]

    added = _found(chat.say("also the table"))
    assert [thing.prompt.label for thing in added.instances] == ["cup", "dining table"]

    less = _found(chat.say("without the cup"))
    assert [thing.prompt.label for thing in less.instances] == ["dining table"]


def test_a_thing_that_was_not_seen_is_looked_for_first(chat: Chat) -> None:
    chat.say("cut out the cup")

    tasks = refined("also the spoon", chat.session.memory, 2)

    assert [(task.tool, dict(task.args)) for task in tasks] == [
        ("zero-shot-object-detection", {"image": "coffee.jpg", "labels": "spoon"}),
        ("mask-generation", {"image": "coffee.jpg", "mask": Ref(1), "change": "also the spoon", "box": Ref(2)}),
    ]


def test_after_a_change_that_failed_the_mask_is_as_it_was(chat: Chat) -> None:
    chat.say("cut out the cup")

    failed = chat.say("also the giraffe")
    assert not failed.ok
    added = _found(chat.say("also the table"))
    assert [thing.prompt.label for thing in added.instances] == ["cup", "dining table"]


def test_another_request_goes_to_the_planner(chat: Chat) -> None:
    chat.say("cut out the cup")

    assert refined("describe it", chat.session.memory, 2) == []
    assert refined("also read it aloud", chat.session.memory, 2) == []


def test_without_a_mask_before_there_is_nothing_to_change(chat: Chat, tmp_path: Path) -> None:
    assert refined("the other cup", Memory(), 0) == []

    chat.say("cut out the cup")
    memory = chat.session.memory
    gone = Artifact("mask", tmp_path / "gone.png", "image/png", "0")
    lost = Memory(memory.turns, memory.types, {**memory.results, 1: Result(1, gone)}, memory.files, memory.named)

    assert refined("the other cup", lost, 2) == []
