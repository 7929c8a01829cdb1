"""The engine: four stages, one stream of events, and an answer that is true."""

from __future__ import annotations

import asyncio
import json
from pathlib import Path
from typing import Any

import pytest

import jarvis as package
from jarvis.errors import InputError, TaskError, UsageError
from jarvis.execution.fake import FunctionWorker
from jarvis.functions import function_tool
from jarvis.graph import Task
from jarvis.messages import Answered, Event, Preparing, TaskFinished, TaskPlanned, TaskStarted, Value
from jarvis.model_registry.registry import Registry
from jarvis.planners.chat import ChatPlanner, EndpointChat
from jarvis.planners.escalation import EscalatingPlanner
from jarvis.planners.protocol import AskBack
from jarvis.tools.handler import Inputs
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.fakes import card, fake_jarvis
from tests.planners.endpoints import endpoint
from tests.planners.handwritten import HandWritten

SUMMARIZE = {"id": 0, "task": "summarization", "args": {"text": "a long text"}}
TRANSLATE = {"id": 1, "task": "translation", "args": {"text": "$0", "target_language": "French"}}


def row(task_id: int, task: str, **args: Any) -> dict[str, Any]:
    return {"id": task_id, "task": task, "args": args}


def test_a_request_becomes_graph_results_and_an_answer(tmp_path: Path) -> None:
    jarvis, planner = fake_jarvis([[SUMMARIZE, TRANSLATE]], tmp_path)
    answer = jarvis.run_sync("Summarize this and translate it into French: a long text")
    assert answer.graph.to_json() == [SUMMARIZE, TRANSLATE]
    assert answer.results[1].value == "translation(text=summarization(text=a long text), target_language=French)"
    assert answer.results[1].model == "fake-translation"
    assert {claim.task_id for claim in answer.claims} <= {0, 1}
    assert "[1]" in answer.text
    assert (answer.planner, answer.ask, answer.ok) == ("a script", None, True)
    assert planner.asked[0].first_id == 0


async def _events(jarvis: Any, text: str) -> list[Event]:
    return [event async for event in jarvis.stream(text)]


def test_events_come_in_order_and_end_with_the_answer(tmp_path: Path) -> None:
    jarvis, _ = fake_jarvis([[SUMMARIZE, TRANSLATE]], tmp_path)
    events = asyncio.run(_events(jarvis, "go"))
    planned = [event.task.id for event in events if isinstance(event, TaskPlanned)]
    started = [event.task_id for event in events if isinstance(event, TaskStarted)]
    finished = [event.result.task_id for event in events if isinstance(event, TaskFinished)]
    assert (planned, started, finished) == ([0, 1], [0, 1], [0, 1])
    assert isinstance(events[-1], Answered)


def test_a_failed_task_is_told_and_the_rest_still_runs(tmp_path: Path) -> None:
    def work(inputs: Inputs) -> Value:
        if inputs.task == "summarization":
            raise TaskError("the text is in no language known here; give another one")
        return "fine"

    plan = [SUMMARIZE, TRANSLATE, row(2, "conversational", text="hello")]
    jarvis, _ = fake_jarvis([plan], tmp_path, worker=FunctionWorker(work))
    answer = jarvis.run_sync("go")
    assert answer.results[2].value == "fine"
    assert answer.results[0].failure is not None
    assert answer.results[1].failure is not None
    assert answer.results[1].failure.kind == "Skipped"
    assert "in no language known here" in answer.text
    assert not answer.ok


def test_a_task_without_a_model_says_so_and_names_hub_models(tmp_path: Path) -> None:
    shipped = Registry.load()
    assert not shipped.for_task("text-to-video")
    jarvis, _ = fake_jarvis([[row(0, "text-to-video", prompt="a cat")]], tmp_path, registry=shipped)
    answer = jarvis.run_sync("a video of a cat")
    failure = answer.results[0].failure
    assert failure is not None
    assert failure.kind == "NoModelError"
    assert "Hugging Face Hub" in failure.message


def test_a_question_back_is_the_answer_and_nothing_runs(tmp_path: Path) -> None:
    jarvis, _ = fake_jarvis(["Which picture do you mean?"], tmp_path)
    answer = jarvis.run_sync("describe it")
    assert (answer.ask, answer.text, answer.results) == ("Which picture do you mean?",) * 2 + ({},)


def test_plan_alone_runs_nothing(tmp_path: Path) -> None:
    jarvis, _ = fake_jarvis([[SUMMARIZE], "Which one?"], tmp_path)
    assert jarvis.plan_sync("go").to_json() == [SUMMARIZE]
    with pytest.raises(AskBack, match="Which one"):
        jarvis.plan_sync("go")


@pytest.mark.parametrize("text", ["", "   \n", "x" * 200_001])
def test_a_text_that_is_no_request_is_refused(tmp_path: Path, text: str) -> None:
    jarvis, _ = fake_jarvis([], tmp_path)
    with pytest.raises(UsageError):
        jarvis.run_sync(text)


def test_a_missing_attachment_is_refused_before_planning(tmp_path: Path) -> None:
    jarvis, planner = fake_jarvis([], tmp_path)
    with pytest.raises(InputError, match="does not exist"):
        jarvis.run_sync("describe it", files=[tmp_path / "none.jpg"])
    assert planner.asked == []


def test_a_file_named_in_the_text_that_is_missing_fails_its_task_only(tmp_path: Path) -> None:
    plan = [row(0, "image-to-text", image="none.jpg"), row(1, "conversational", text="hello")]
    jarvis, _ = fake_jarvis([plan], tmp_path)
    answer = jarvis.run_sync("go")
    failure = answer.results[0].failure
    assert failure is not None
    assert (failure.kind, answer.results[1].ok) == ("InputError", True)


def test_a_users_function_is_a_tool_and_an_irreversible_one_needs_approval(tmp_path: Path) -> None:
    opened: list[str] = []

    def unlock(door: str) -> str:
        """Unlocks a door."""
        opened.append(door)
        return f"{door} is open"

    async def approve(task: Task) -> bool:
        return task.literal("door") == "front door"

    plans = [[row(0, "unlock", door="front door")], [row(0, "unlock", door="vault")]]
    jarvis, _ = fake_jarvis(plans, tmp_path, tools=[function_tool(unlock, "irreversible")], approve=approve)
    assert jarvis.run_sync("unlock the front door").results[0].value == "front door is open"
    refused = jarvis.run_sync("unlock the vault").results[0].failure
    assert refused is not None
    assert (refused.kind, opened) == ("NotApproved", ["front door"])


def test_a_tool_can_be_declared_on_an_instance(tmp_path: Path) -> None:
    jarvis, _ = fake_jarvis([[row(0, "double", number="21")]], tmp_path)

    @jarvis.tool()
    def double(number: int) -> int:
        return 2 * number

    assert jarvis.run_sync("double 21").results[0].value == 42
    assert double(4) == 8


def test_closing_the_stream_cancels_the_run(tmp_path: Path) -> None:
    cancelled: list[bool] = []

    async def forever(inputs: Inputs) -> Value:
        try:
            await asyncio.sleep(60)
        except asyncio.CancelledError:
            cancelled.append(True)
            raise
        return None

    async def scenario() -> None:
        jarvis, _ = fake_jarvis([[SUMMARIZE]], tmp_path, worker=FunctionWorker(forever))
        stream = jarvis.stream("go")
        async for event in stream:
            if isinstance(event, TaskStarted):
                break
        await stream.aclose()
        await asyncio.sleep(0)

    asyncio.run(scenario())
    assert cancelled == [True]


def test_run_sync_works_inside_a_running_loop(tmp_path: Path) -> None:
    async def notebook() -> str:
        jarvis, _ = fake_jarvis([[SUMMARIZE]], tmp_path)
        return jarvis.run_sync("go").text

    assert "summarization" in asyncio.run(notebook())


def test_the_public_names_are_exactly_these() -> None:
    assert package.__all__ == sorted(package.__all__)
    for name in package.__all__:
        assert getattr(package, name).__name__ == name


def test_what_the_embedded_planner_cannot_have_is_asked_for_before_anything_runs(tmp_path: Path) -> None:
    planner = EscalatingPlanner(HandWritten([Task(0, "image-to-text", {"image": "@image"})]))
    jarvis, _ = fake_jarvis([], tmp_path, planner=planner)
    answer = jarvis.run_sync("Beschreibe bitte das Bild")
    assert answer.ask == "Welches Bild ist gemeint? Nenne die Datei oder hänge sie an."
    assert (len(answer.graph), answer.results) == (0, {})
    assert answer.decided_by is not None
    assert answer.to_json()["decided_by"]["outcome"] == "asked"


def test_a_pasted_text_is_at_hand(tmp_path: Path) -> None:
    planner = EscalatingPlanner(HandWritten([Task(0, "summarization", {"text": "@text"})]))
    jarvis, _ = fake_jarvis([], tmp_path, planner=planner)
    answer = jarvis.run_sync(f"Summarize this: {'All work and no play. ' * 60}")
    assert (answer.ask, answer.ok) == (None, True)


def test_a_response_tells_that_a_larger_planner_failed(tmp_path: Path) -> None:
    with endpoint() as server:
        larger = ChatPlanner(EndpointChat(server.url, "big"))
    planner = EscalatingPlanner(HandWritten([Task.from_json(SUMMARIZE)]), larger, threshold=1.0)
    jarvis, _ = fake_jarvis([], tmp_path, planner=planner)
    events = asyncio.run(_events(jarvis, "Summarize a long text"))
    told = [event.message for event in events if isinstance(event, Preparing)]
    assert told[0] == "the plan is not sure, so chat model big is asked"
    assert "cannot be reached" in told[1]
    assert isinstance(events[-1], Answered)
    decided = events[-1].response.decided_by
    assert decided is not None
    assert (decided.planner, decided.outcome, events[-1].response.ok) == ("hand-written", "fell back", True)


WITHOUT_FRENCH = Registry(card(name) for name in builtin_tools() if name != "translation")
INTO_FRENCH = row(2, "text2text-generation", text="$0", instruction="into French")


def test_a_larger_planner_finds_another_way_once_and_what_is_done_is_kept(tmp_path: Path) -> None:
    plans = [[SUMMARIZE, TRANSLATE], [INTO_FRENCH]]
    with endpoint(*(json.dumps({"tasks": plan}) for plan in plans)) as server:
        planner = ChatPlanner(EndpointChat(server.url, "big"))
        jarvis, _ = fake_jarvis([], tmp_path, planner=planner, registry=WITHOUT_FRENCH)
        answer = jarvis.run_sync("Summarize a long text, in French")
    assert {n: result.ok for n, result in answer.results.items()} == {0: True, 1: False, 2: True}
    assert answer.graph.to_json() == [SUMMARIZE, TRANSLATE, INTO_FRENCH]
    assert answer.results[2].value == (
        "text2text-generation(text=summarization(text=a long text), instruction=into French)"
    )
    assert len(server.asked) == 2
    assert "translation(" not in server.asked[1]["messages"][0]["content"]


@pytest.mark.parametrize("line", ["no idea", '{"tasks": [], "ask": "Which French?"}', '{"tasks": []}'])
def test_without_another_way_the_answer_says_what_failed(line: str, tmp_path: Path) -> None:
    with endpoint(json.dumps({"tasks": [SUMMARIZE, TRANSLATE]}), line, line) as server:
        planner = ChatPlanner(EndpointChat(server.url, "big"))
        jarvis, _ = fake_jarvis([], tmp_path, planner=planner, registry=WITHOUT_FRENCH)
        answer = jarvis.run_sync("Summarize a long text, in French")
    assert {n: result.ok for n, result in answer.results.items()} == {0: True, 1: False}
    assert "translation" in answer.text
    assert answer.ask is None


def test_a_run_that_had_another_plan_gets_no_third_one_when_it_is_replayed(tmp_path: Path) -> None:
    plans = [[SUMMARIZE, TRANSLATE], [INTO_FRENCH]]
    with endpoint(*(json.dumps({"tasks": plan}) for plan in plans)) as server:
        planner = ChatPlanner(EndpointChat(server.url, "big"))
        jarvis, _ = fake_jarvis([], tmp_path, planner=planner, registry=WITHOUT_FRENCH)
        first = jarvis.run_sync("Summarize a long text, in French")
        again = asyncio.run(jarvis.replay(first.run_id)).response
        record = asyncio.run(jarvis.journal()).read(first.run_id)
    assert record.replanned
    assert again.graph.to_json() == first.graph.to_json() == [SUMMARIZE, TRANSLATE, INTO_FRENCH]
    assert len(server.asked) == 2
