"""Planning by rules: what the plainest requests become, and that nothing else gets a plan."""

from __future__ import annotations

import asyncio
from typing import Any

import pytest

from jarvis.errors import PlannerError
from jarvis.graph import Ref, Task, TaskGraph
from jarvis.planners.protocol import AskBack, PlanRequest, Turn
from jarvis.planners.rules import RulePlanner
from jarvis.tools.toolset import builtin_tools


def plan(text: str, **fields: Any) -> list[tuple[str, dict[str, Any]]]:
    request = PlanRequest(text, builtin_tools(), **fields)

    async def collect() -> list[Task]:
        return [task async for task in RulePlanner().plan(request)]

    tasks = asyncio.run(collect())
    earlier = {task.id: request.tools[task.tool].output for turn in request.history for task in turn.tasks}
    TaskGraph(tasks, request.tools, earlier)  # raises when a rule makes a wrong plan
    assert [task.id for task in tasks] == list(range(request.first_id, request.first_id + len(tasks)))
    return [(task.tool, dict(task.args)) for task in tasks]


@pytest.mark.parametrize(
    ("text", "tasks"),
    [
        (
            "What is in examples/media/cat.jpg, and read the text in examples/media/page.png aloud",
            [
                ("image-to-text", {"image": "examples/media/cat.jpg"}),
                ("optical-character-recognition", {"image": "examples/media/page.png"}),
                ("text-to-speech", {"text": Ref(1)}),
            ],
        ),
        (
            "Describe photo.png and read it aloud",
            [("image-to-text", {"image": "photo.png"}), ("text-to-speech", {"text": Ref(0)})],
        ),
        (
            "Could you please transcribe memo.wav, then translate it into German and summarize it?",
            [
                ("automatic-speech-recognition", {"audio": "memo.wav"}),
                ("translation", {"text": Ref(0), "target_language": "German"}),
                ("summarization", {"text": Ref(1)}),
            ],
        ),
        (
            "Describe photo.png and detect the objects in it",
            [("image-to-text", {"image": "photo.png"}), ("object-detection", {"image": "photo.png"})],
        ),
        ('say "hello, and goodbye"', [("text-to-speech", {"text": "hello, and goodbye"})]),
        ("turn on the kitchen light", [("home-control", {"action": "turn_on", "target": "kitchen light"})]),
        ("unlock the front door", [("home-control", {"action": "unlock", "target": "front door"})]),
        ("Set a timer for 5 minutes", [("timer", {"action": "start", "duration": "5 minutes"})]),
        (
            "add oat milk to my shopping list",
            [("list-item", {"action": "add", "list": "shopping list", "item": "oat milk"})],
        ),
        ("What is the weather in Paris tomorrow?", [("weather", {"place": "Paris", "when": "tomorrow"})]),
    ],
)
def test_plain_requests_become_plans(text: str, tasks: list[tuple[str, dict[str, Any]]]) -> None:
    assert plan(text) == tasks


@pytest.mark.parametrize(
    "text", ["", "Describe cat.jpg and feed her", "lock it", "add bread and milk to my list", "Find me a good book"]
)
def test_a_request_with_a_part_that_no_rule_knows_gets_no_plan(text: str) -> None:
    with pytest.raises(PlannerError, match="no rule knows what to do"):
        plan(text)


def test_a_refusal_names_ways_out_that_are_right_whichever_planner_was_set() -> None:
    with pytest.raises(PlannerError) as refused:
        plan("Describe cat.jpg and feed her")
    assert str(refused.value) == (
        "no rule knows what to do for 'feed her'; say it in plainer words, or have the embedded model plan "
        "(`jarvis setup` fetches it, JARVIS_PLANNER=local chooses it)"
    )


def test_a_thing_that_is_not_there_is_asked_for() -> None:
    with pytest.raises(AskBack, match="Which image do you mean"):
        plan("Describe this picture")


def test_an_attached_file_is_what_this_picture_means() -> None:
    assert plan("Describe this picture", files=("cat.jpg",)) == [("image-to-text", {"image": "@image"})]


def test_an_earlier_turn_is_what_it_means() -> None:
    earlier = Turn("Describe cat.jpg", (Task(0, "image-to-text", {"image": "cat.jpg"}),))
    tasks = plan("translate it into French", history=(earlier,), first_id=1)
    assert tasks == [("translation", {"text": Ref(0), "target_language": "French"})]


def test_what_came_along_goes_before_earlier_turns_when_it_is_of_the_kind() -> None:
    earlier = Turn("Describe cat.jpg", (Task(0, "image-to-text", {"image": "cat.jpg"}),))
    assert plan("Describe this picture", history=(earlier,), first_id=1) == [("image-to-text", {"image": "cat.jpg"})]
    assert plan("Describe this picture", history=(earlier,), first_id=1, files=("dog.jpg",)) == [
        ("image-to-text", {"image": "@image"})
    ]
    assert plan("say it", history=(earlier,), first_id=1, files=("dog.jpg",)) == [("text-to-speech", {"text": Ref(0)})]
    assert plan("transcribe it", history=(earlier,), first_id=1, files=("no_ending",)) == [
        ("automatic-speech-recognition", {"audio": "@audio"})
    ]


@pytest.mark.parametrize(
    ("asked", "answers", "tasks"),
    [
        ("describe it aloud", ["the one called cat.jpg"], [("image-to-text", "cat.jpg"), ("text-to-speech", Ref(0))]),
        ("say it", ["good morning"], [("text-to-speech", "good morning")]),
        ("say it", ['I mean "good morning"'], [("text-to-speech", "good morning")]),
        ("describe it", ["hm", "cat.jpg"], [("image-to-text", "cat.jpg")]),
        ("describe it", ["say 'hm'"], [("text-to-speech", "hm")]),
    ],
)
def test_an_answer_completes_the_request_that_was_asked_about(
    asked: str, answers: list[str], tasks: list[tuple[str, Any]]
) -> None:
    history = tuple(Turn(text, (), "Which one?") for text in (asked, *answers[:-1]))
    assert [(tool, *args.values()) for tool, args in plan(answers[-1], history=history)] == tasks


def test_an_answer_that_does_not_help_is_asked_again() -> None:
    with pytest.raises(AskBack, match="Which image"):
        plan("the blue one", history=(Turn("Describe it", (), "Which image?"),))


def test_the_name_says_that_it_is_rules() -> None:
    assert "rules" in RulePlanner().name
