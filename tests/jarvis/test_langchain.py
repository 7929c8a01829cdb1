"""Jarvis inside LangChain: what a chain and an agent see of it. Tools are functions, so no model is needed."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from pathlib import Path

import pytest
from langchain_core.runnables import RunnableLambda
from pydantic import BaseModel

from jarvis import Jarvis, JarvisError, Response, Settings, Task
from jarvis.langchain import Ask, JarvisRunnable, as_tools
from jarvis.planners.protocol import PlanRequest


class SayPlanner:
    """Plans one use of the tool `shout` on the request."""

    name = "a planner of this test"

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        yield Task(0, "shout", {"text": request.text, "times": str(len(request.files) or 1)})


@pytest.fixture
def jarvis(tmp_path: Path) -> Jarvis:
    opened = Jarvis.open_sync(Settings(out=tmp_path, cache_dir=tmp_path / "cache"), planner=SayPlanner())

    @opened.tool()
    def shout(text: str, times: int = 1) -> str:
        """Say a text in capitals."""
        return " ".join([text.upper()] * times)

    @opened.tool(effect="irreversible")
    def launch(rocket: str) -> str:
        """Launch a rocket."""
        return f"{rocket} is gone"

    return opened


def said(answer: Response) -> object:
    return answer.results[0].value


def test_a_request_is_a_link_of_a_chain(jarvis: Jarvis) -> None:
    chain = JarvisRunnable(jarvis) | RunnableLambda(said)
    assert chain.invoke("hello") == "HELLO"
    assert chain.batch(["a", "b"]) == ["A", "B"]


def test_a_chain_hands_files_over(jarvis: Jarvis, tmp_path: Path) -> None:
    files = [tmp_path / "a.txt", tmp_path / "b.txt"]
    for file in files:
        file.write_text("a text")
    answer = asyncio.run(JarvisRunnable(jarvis).ainvoke(Ask(text="hi", files=files)))
    assert said(answer) == "HI HI"


def test_what_jarvis_raises_comes_through(jarvis: Jarvis) -> None:
    with pytest.raises(JarvisError, match="the request is empty"):
        JarvisRunnable(jarvis).invoke("")


def test_a_task_type_is_a_tool_with_typed_arguments(jarvis: Jarvis) -> None:
    (tool,) = as_tools(jarvis, ["home-control"])
    assert (tool.name, tool.description) == ("home_control", jarvis.tools["home-control"].does)
    assert isinstance(tool.args_schema, type)
    assert issubclass(tool.args_schema, BaseModel)
    schema = tool.args_schema.model_json_schema()
    assert schema["required"] == ["action", "target"]
    assert "turn_on" in schema["properties"]["action"]["enum"]


def test_a_tool_call_gives_text_for_the_model_and_the_whole_response(jarvis: Jarvis) -> None:
    (tool,) = as_tools(jarvis, ["shout"])
    message = tool.invoke({"name": "shout", "args": {"text": "hey", "times": "2"}, "id": "1", "type": "tool_call"})
    assert "HEY HEY" in message.content
    assert said(message.artifact) == "HEY HEY"
    assert message.artifact.planner == "a caller's own plan"


def test_a_tool_works_in_an_event_loop(jarvis: Jarvis) -> None:
    (tool,) = as_tools(jarvis, ["shout"])
    assert "HEY" in asyncio.run(tool.ainvoke({"text": "hey"}))


def test_a_tool_does_nothing_irreversible_without_approval(jarvis: Jarvis) -> None:
    (tool,) = as_tools(jarvis, ["launch"])
    message = tool.invoke({"name": "launch", "args": {"rocket": "Ariane"}, "id": "1", "type": "tool_call"})
    assert not message.artifact.ok
    assert "not approved" in message.content


def test_calling_a_tool_leaves_the_planner_as_it_was(jarvis: Jarvis) -> None:
    (tool,) = as_tools(jarvis, ["shout"])
    tool.invoke({"text": "hey"})
    assert isinstance(jarvis.planner, SayPlanner)


def test_every_task_type_becomes_a_tool(jarvis: Jarvis) -> None:
    assert len(as_tools(jarvis)) == len(jarvis.tools)
    with pytest.raises(KeyError):
        as_tools(jarvis, ["no-such-task"])
