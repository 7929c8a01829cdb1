"""What becomes of a plan that is not sure: a question, a larger planner on a real HTTP server, or it stays."""

from __future__ import annotations

import asyncio
import json
from functools import cache
from typing import Any

import pytest

from jarvis.graph import Task
from jarvis.messages import Decision
from jarvis.planners.chat import ChatPlanner, EndpointChat, LangChainChat
from jarvis.planners.confidence import PlanRecord
from jarvis.planners.escalation import EscalatingPlanner
from jarvis.planners.local import LocalPlanner
from jarvis.planners.protocol import AskBack, PlanRequest, Turn
from jarvis.tools.toolset import builtin_tools
from tests.planners.endpoints import READ_ALOUD, READ_ALOUD_TASKS, Endpoint, endpoint
from tests.planners.handwritten import HandWritten

LOCAL = "fine-tuned SmolLM2-135M"
LARGER = "chat model a-model"
SPOKEN = [Task(0, "text-to-speech", {"text": "@text"})]
ANSWER = json.dumps(READ_ALOUD)
pytestmark = pytest.mark.xdist_group("planner")  # one process loads the model


@cache
def local() -> LocalPlanner:
    return LocalPlanner()


def request(text: str = "Read page.png aloud", **fields: Any) -> PlanRequest:
    return PlanRequest(text, builtin_tools(), **fields)


def planned(planner: EscalatingPlanner, asked: PlanRequest) -> list[Task]:
    async def collect() -> list[Task]:
        return [task async for task in planner.plan(asked)]

    return asyncio.run(collect())


def larger(server: Endpoint) -> ChatPlanner:
    return ChatPlanner(EndpointChat(server.url, "a-model", timeout=5.0))


def how(planner: EscalatingPlanner) -> tuple[str, str]:
    assert planner.decision is not None
    assert planner.decision.probability is not None
    assert 0 <= planner.decision.probability <= 1
    return planner.decision.planner, planner.decision.outcome


def test_a_plan_that_is_sure_enough_is_kept_and_nobody_else_is_asked() -> None:
    with endpoint() as server:
        planner = EscalatingPlanner(local(), larger(server), threshold=0.0)
        assert planned(planner, request()) == READ_ALOUD_TASKS
        assert server.asked == []
    assert how(planner) == (LOCAL, "kept")


def test_a_plan_that_is_not_sure_goes_to_the_larger_planner_as_a_draft() -> None:
    french = {"tasks": [{"id": 0, "task": "translation", "args": {"text": "cat", "target_language": "French"}}]}
    with endpoint(json.dumps(french)) as server:
        planner = EscalatingPlanner(local(), larger(server), threshold=1.0, ask=False)
        reported: list[str] = []
        planner.report = reported.append
        found = planned(planner, request())
        said = server.asked[0]["messages"][-1]["content"]
    assert found == [Task(0, "translation", {"text": "cat", "target_language": "French"})]
    draft = {"tasks": [task.to_json() for task in READ_ALOUD_TASKS], "ask": None}
    assert json.dumps(draft) in said
    assert how(planner) == (LARGER, "handed over")
    assert reported == [f"the plan is not sure, so {LARGER} is asked"]


def test_a_question_of_the_small_planner_goes_over_as_a_draft_too() -> None:
    with endpoint(ANSWER) as server:
        planner = EscalatingPlanner(HandWritten([], question="Which page?"), larger(server), threshold=1.0)
        assert planned(planner, request()) == READ_ALOUD_TASKS
        assert '{"tasks": [], "ask": "Which page?"}' in server.asked[0]["messages"][-1]["content"]


def test_a_langchain_chat_model_can_be_the_larger_planner() -> None:
    from langchain_core.language_models import FakeListChatModel

    model = LangChainChat(FakeListChatModel(responses=[ANSWER]))
    planner = EscalatingPlanner(HandWritten(SPOKEN), ChatPlanner(model), threshold=1.0)
    assert planned(planner, request()) == READ_ALOUD_TASKS
    assert how(planner) == ("chat model FakeListChatModel", "handed over")


def test_whatever_a_langchain_model_raises_the_small_plan_stands() -> None:
    from langchain_core.language_models import FakeListChatModel

    planner = EscalatingPlanner(
        HandWritten(SPOKEN), ChatPlanner(LangChainChat(FakeListChatModel(responses=[]))), threshold=1.0
    )
    assert planned(planner, request()) == SPOKEN
    assert how(planner) == ("hand-written", "fell back")


def test_an_unreachable_larger_planner_is_told_once_and_the_small_plans_stand() -> None:
    with endpoint() as server:
        gone = larger(server)
    planner = EscalatingPlanner(local(), gone, threshold=1.0, ask=False)
    reported: list[str] = []
    planner.report = reported.append
    for _ in range(2):
        assert planned(planner, request()) == READ_ALOUD_TASKS
        assert how(planner) == (LOCAL, "fell back")
    assert planner.decision is not None
    assert "cannot be reached" in planner.decision.problem
    (told,) = [line for line in reported if "failed" in line]
    assert told == f"{planner.decision.problem}; the plan of {LOCAL} stands"


def test_a_larger_planner_that_is_wrong_twice_changes_nothing() -> None:
    with endpoint("no", "no") as server:
        planner = EscalatingPlanner(HandWritten(SPOKEN), larger(server), threshold=1.0)
        assert planned(planner, request()) == SPOKEN
        assert len(server.asked) == 2
    assert how(planner) == ("hand-written", "fell back")
    assert planner.decision is not None
    assert "no valid plan, twice" in planner.decision.problem


def test_a_question_of_the_larger_planner_is_put_where_somebody_answers() -> None:
    with endpoint('{"tasks": [], "ask": "Which page?"}') as server:
        planner = EscalatingPlanner(HandWritten(SPOKEN), larger(server), threshold=1.0)
        with pytest.raises(AskBack, match=r"Which page\?"):
            planned(planner, request())
    assert how(planner) == (LARGER, "asked")


def test_where_nobody_answers_a_plan_is_better_than_a_question() -> None:
    with endpoint('{"tasks": [], "ask": "Which page?"}') as server:
        planner = EscalatingPlanner(
            HandWritten(SPOKEN, other="text-to-audio"), larger(server), threshold=1.0, ask=False
        )
        assert planned(planner, request(at_hand=frozenset())) == SPOKEN
    assert how(planner) == ("hand-written", "fell back")


@pytest.mark.parametrize(
    ("text", "question"),
    [
        ("Read the text to me", "Which text do you mean? Paste it, or name the file."),
        ("Lies mir bitte den Text vor", "Welcher Text ist gemeint? Füge ihn ein oder nenne die Datei."),
        ("Lis-moi le texte", "De quel texte s’agit-il ? Collez-le ou nommez le fichier."),
        ("Léeme el texto por favor", "¿Qué texto es? Pégalo o nombra el archivo."),
        ("请朗读这段文字", "是哪段文字？请粘贴文字或说出文件名。"),
    ],
)
@pytest.mark.parametrize("with_larger", [False, True])
def test_an_input_that_is_missing_is_asked_for(text: str, question: str, with_larger: bool) -> None:
    with endpoint() as server:
        planner = EscalatingPlanner(HandWritten(SPOKEN), larger(server) if with_larger else None, threshold=0.0)
        with pytest.raises(AskBack) as asked:
            planned(planner, request(text, at_hand=frozenset({"image"})))
        assert server.asked == []
    assert asked.value.question == question
    assert how(planner) == ("hand-written", "asked")


@pytest.mark.parametrize(
    "fields",
    [
        {"at_hand": frozenset({"text"})},
        {"at_hand": None},
        {"at_hand": frozenset(), "history": (Turn("Read it", question="Which text?"),)},
    ],
    ids=["there is one", "nothing will be run", "it was asked for before"],
)
def test_an_input_is_not_asked_for_when(fields: dict[str, Any]) -> None:
    planner = EscalatingPlanner(HandWritten(SPOKEN))
    assert planned(planner, request(**fields)) == SPOKEN
    assert how(planner) == ("hand-written", "kept")


def test_two_tools_that_are_about_equally_likely_are_asked_about() -> None:
    planner = EscalatingPlanner(HandWritten(SPOKEN, other="text-to-audio"))
    with pytest.raises(AskBack) as asked:
        planned(planner, request("Mach aus dem Text etwas zum Hören", at_hand=frozenset({"text"})))
    assert asked.value.question == "Soll ich einen Text vorlesen oder Musik oder Geräusche erzeugen?"


def test_with_a_larger_planner_two_readings_are_asked_about_only_below_the_threshold() -> None:
    with endpoint() as server:
        sure = EscalatingPlanner(HandWritten(SPOKEN, other="text-to-audio"), larger(server), threshold=0.0)
        assert planned(sure, request()) == SPOKEN
        unsure = EscalatingPlanner(HandWritten(SPOKEN, other="text-to-audio"), larger(server), threshold=1.0)
        with pytest.raises(AskBack, match="Should I say a text aloud, or make music"):
            planned(unsure, request())
        assert server.asked == []


def test_without_a_larger_planner_tasks_come_while_the_plan_is_written() -> None:
    small = HandWritten(READ_ALOUD_TASKS)

    async def first() -> int:
        async for _ in EscalatingPlanner(small).plan(request()):
            return small.written
        return 0

    assert asyncio.run(first()) == 1


def test_with_a_larger_planner_the_draft_is_whole_before_a_task_comes() -> None:
    small = HandWritten(READ_ALOUD_TASKS)

    async def first() -> int:
        with endpoint() as server:
            async for _ in EscalatingPlanner(small, larger(server), threshold=0.0).plan(request()):
                return small.written
        return 0

    assert asyncio.run(first()) == 2


def test_the_embedded_planner_names_the_tool_that_came_close() -> None:
    # Whether a request is close depends on the weights; that the other tool is a known one and not the first does not.
    texts = ("turn the text into sound", "what is in a.png", "make b.png nicer", "sort these words: ant, bee", "hello")
    for text in texts:
        record = PlanRecord(wants_other=True)
        try:
            tasks = list(local().tasks(request(text), record))
        except AskBack:
            continue
        if record.other:
            assert record.other in builtin_tools()
            assert record.other != tasks[0].tool
        plain = list(local().tasks(request(text)))
        assert plain == tasks


def test_a_decision_tells_what_is_known() -> None:
    assert Decision("rules").to_json() == {"planner": "rules", "outcome": "kept"}
    assert Decision("a", "fell back", 0.123456, "b failed", "0123456789ab").to_json() == {
        "planner": "a",
        "outcome": "fell back",
        "probability": 0.1235,
        "problem": "b failed",
        "weights": "0123456789ab",
    }
