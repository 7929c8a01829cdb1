"""Planning with a chat model, against a real HTTP server on this machine."""

from __future__ import annotations

import asyncio
import json
from typing import Any

import pytest

from jarvis.errors import PlannerError
from jarvis.graph import Ref, Task
from jarvis.planners.chat import ChatPlanner, EndpointChat, LangChainChat
from jarvis.planners.protocol import AskBack, PlanRequest, Turn
from jarvis.tools.toolset import builtin_tools
from tests.planners.endpoints import READ_ALOUD, READ_ALOUD_TASKS, Endpoint, endpoint


def plan(server: Endpoint, request: PlanRequest, *, key: str = "", timeout: float = 5.0) -> list[Task]:
    planner = ChatPlanner(EndpointChat(server.url, "a-model", key, timeout))

    async def collect() -> list[Task]:
        return [task async for task in planner.plan(request)]

    return asyncio.run(collect())


def request(text: str = "Read page.png aloud", **fields: Any) -> PlanRequest:
    return PlanRequest(text, builtin_tools(), **fields)


def test_a_plan_in_json_becomes_tasks() -> None:
    with endpoint(json.dumps(READ_ALOUD)) as server:
        assert plan(server, request()) == READ_ALOUD_TASKS


def test_words_and_a_code_fence_around_the_plan_do_no_harm() -> None:
    with endpoint(f"Here you go:\n```json\n{json.dumps(READ_ALOUD)}\n```\nAnything else?") as server:
        assert plan(server, request()) == READ_ALOUD_TASKS


def test_the_model_reads_the_tools_and_the_request() -> None:
    with endpoint(json.dumps(READ_ALOUD)) as server:
        plan(server, request(files=("page.png",)), key="secret")
        (body,), (key,) = server.asked, server.keys
    assert body["model"] == "a-model"
    system, user = body["messages"]
    assert "text-to-speech(text: text) -> audio: Say a text aloud." in system["content"]
    assert "action: name in turn_on|" in system["content"]
    assert user["content"].endswith("Request: Read page.png aloud")
    assert "Files given: page.png" in user["content"]
    assert key == "Bearer secret"


@pytest.mark.parametrize(
    ("wrong", "rule"),
    [
        ("I cannot do that.", "not a JSON object"),
        ('{"plan": []}', 'no list of "tasks"'),
        ('{"tasks": [{"id": 0, "task": "text-to-speech", "args": {"text": "$7"}}]}', "task 7, which does not exist"),
        ('{"tasks": [{"id": 0, "task": "sing", "args": {}}]}', "unknown tool 'sing'"),
        ('{"tasks": ["read it"]}', "is not a task"),
    ],
)
def test_a_wrong_plan_goes_back_once_with_the_rule_it_broke(wrong: str, rule: str) -> None:
    with endpoint(wrong, json.dumps(READ_ALOUD)) as server:
        assert plan(server, request()) == READ_ALOUD_TASKS
        first, second = server.asked
    assert second["messages"][: len(first["messages"])] == first["messages"]
    reply, complaint = second["messages"][len(first["messages"]) :]
    assert reply == {"role": "assistant", "content": wrong}
    assert rule in complaint["content"]


def test_a_plan_that_is_wrong_twice_is_given_up() -> None:
    with endpoint("no", "no", json.dumps(READ_ALOUD)) as server:
        with pytest.raises(PlannerError, match="a-model gave no valid plan, twice"):
            plan(server, request())
        assert len(server.asked) == 2


def test_a_draft_stands_before_the_request_as_one_that_may_be_wrong() -> None:
    draft = Turn("Read page.png aloud", (READ_ALOUD_TASKS[0],))
    with endpoint(json.dumps(READ_ALOUD)) as server:
        plan(server, request(draft=draft))
        user = server.asked[0]["messages"][-1]["content"]
    wanted = json.dumps({"tasks": [READ_ALOUD_TASKS[0].to_json()], "ask": None})
    assert f"A first draft, which may be wrong in any of its tasks, values and references: {wanted}\n" in user
    assert user.endswith("Request: Read page.png aloud")


def test_a_question_goes_to_the_user() -> None:
    with endpoint('{"tasks": [], "ask": "Which picture?"}') as server, pytest.raises(AskBack) as asked:
        plan(server, request("Describe it"))
    assert asked.value.question == "Which picture?"


def test_an_empty_plan_is_an_answer() -> None:
    with endpoint('{"tasks": [], "ask": null}') as server:
        assert plan(server, request("Water the plants")) == []


def test_tasks_come_after_those_they_need() -> None:
    backwards = {"tasks": [READ_ALOUD["tasks"][1], READ_ALOUD["tasks"][0]]}  # type: ignore[index]
    with endpoint(json.dumps(backwards)) as server:
        assert plan(server, request()) == READ_ALOUD_TASKS


def test_an_earlier_turn_can_be_referred_to() -> None:
    earlier = Turn("Describe cat.jpg", (Task(0, "image-to-text", {"image": "cat.jpg"}),))
    french = {"tasks": [{"id": 1, "task": "translation", "args": {"text": "$0", "target_language": "French"}}]}
    with endpoint(json.dumps(french)) as server:
        tasks = plan(server, request("now in French", history=(earlier,), first_id=1))
        said = [(m["role"], m["content"]) for m in server.asked[0]["messages"][1:3]]
    assert tasks == [Task(1, "translation", {"text": Ref(0), "target_language": "French"})]
    assert said == [
        ("user", "Describe cat.jpg"),
        ("assistant", json.dumps({"tasks": [earlier.tasks[0].to_json()], "ask": None})),
    ]


def test_a_question_back_is_part_of_the_conversation() -> None:
    asked = Turn("Describe it", (), "Which picture?")
    with endpoint(json.dumps({"tasks": []})) as server:
        plan(server, request("cat.jpg", history=(asked,)))
        said = [(m["role"], m["content"]) for m in server.asked[0]["messages"][1:]]
    assert said == [
        ("user", "Describe it"),
        ("assistant", json.dumps({"tasks": [], "ask": "Which picture?"})),
        ("user", "Number the tasks from 0.\n\nRequest: cat.jpg"),
    ]


@pytest.mark.parametrize(("status", "way_out"), [(401, "check the key"), (404, "check the address"), (500, "choices")])
def test_a_refusal_names_the_way_out_and_hides_the_key(status: int, way_out: str) -> None:
    with endpoint("{}", status=status) as server, pytest.raises(PlannerError, match=f"{status}.*{way_out}") as refused:
        plan(server, request(), key="secret")
    assert "secret" not in str(refused.value)
    assert "secret" not in repr(EndpointChat("http://127.0.0.1/v1", "a-model", "secret"))


def test_a_slow_endpoint_is_given_up_after_its_time() -> None:
    with endpoint("{}", delay=30) as server, pytest.raises(PlannerError, match=r"no answer in 0\.2 s"):
        plan(server, request(), timeout=0.2)


def test_an_endpoint_that_is_not_there_is_told() -> None:
    with endpoint() as server:
        pass
    with pytest.raises(PlannerError, match="cannot be reached"):
        plan(server, request())


def test_a_langchain_chat_model_plans_as_well() -> None:
    from langchain_core.language_models import FakeListChatModel

    planner = ChatPlanner(LangChainChat(FakeListChatModel(responses=["hm", json.dumps(READ_ALOUD)])))

    async def collect() -> list[Task]:
        return [task async for task in planner.plan(request())]

    assert asyncio.run(collect()) == READ_ALOUD_TASKS
    assert planner.name == "chat model FakeListChatModel"


def test_after_a_failure_the_model_reads_what_failed_and_may_not_build_on_it() -> None:
    done = Turn("Read page.png aloud in French", (*READ_ALOUD_TASKS, Task(2, "translation", {"text": Ref(0)})))
    other = {"id": 3, "task": "text2text-generation", "args": {"text": "$0", "instruction": "into French"}}
    wrong = {**other, "args": {"text": "$2", "instruction": "into French"}}
    lines = [json.dumps({"tasks": [row]}) for row in (wrong, other)]
    failed = {2: "no model for translation can run here"}
    with endpoint(*lines) as server:
        tasks = plan(server, request(history=(done,), first_id=3, failed=failed))
    assert tasks == [Task(3, "text2text-generation", {"text": Ref(0), "instruction": "into French"})]
    first, second = (body["messages"] for body in server.asked)
    assert "- task 2: no model for translation can run here" in first[-1]["content"]
    assert first[-1]["content"].endswith("Number the tasks from 3.")
    assert "task 2, which does not exist" in second[-1]["content"]
