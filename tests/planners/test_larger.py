"""The larger planner that a setting names, or a sentence on what it must be."""

from __future__ import annotations

import asyncio
import json
import sys
from importlib.util import find_spec
from pathlib import Path

import pytest

from jarvis.errors import PlannerError, UsageError
from jarvis.graph import Task
from jarvis.llm.tokens import BASE_FILE, BASE_PACKAGE
from jarvis.model_registry.packaged import package_file
from jarvis.planners.choice import EmbeddedPlanner, choose_planner
from jarvis.planners.larger import GgufChat, gguf_chat, larger_planner
from jarvis.planners.protocol import PlanRequest
from jarvis.settings import Settings
from jarvis.tools.toolset import builtin_tools
from tests.planners.endpoints import READ_ALOUD, READ_ALOUD_TASKS, endpoint

MODULE = """
from langchain_core.language_models import FakeListChatModel

reply = {reply!r}
model = FakeListChatModel(responses=[reply])
number = 3


def make():
    return model
"""


def planned(settings: Settings) -> list[Task]:
    async def collect() -> list[Task]:
        request = PlanRequest("Read page.png aloud", builtin_tools())
        return [task async for task in larger_planner(settings).plan(request)]

    return asyncio.run(collect())


@pytest.fixture
def module(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> str:
    (tmp_path / "my_own_models.py").write_text(MODULE.format(reply=json.dumps(READ_ALOUD)), "utf-8")
    monkeypatch.syspath_prepend(str(tmp_path))
    monkeypatch.delitem(sys.modules, "my_own_models", raising=False)
    return "my_own_models"


def test_an_endpoint_plans_with_the_key_from_its_own_variable(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("LARGER_KEY", "secret")
    with endpoint(json.dumps(READ_ALOUD)) as server:
        settings = Settings(
            larger_planner=server.url, larger_planner_model="big", larger_planner_key_variable="LARGER_KEY"
        )
        assert planned(settings) == READ_ALOUD_TASKS
        assert server.asked[0]["model"] == "big"
        assert server.keys == ["Bearer secret"]


@pytest.mark.parametrize("name", ["model", "make"])
def test_a_langchain_model_is_found_by_its_name(module: str, name: str) -> None:
    assert planned(Settings(larger_planner=f"langchain:{module}:{name}")) == READ_ALOUD_TASKS


@pytest.mark.parametrize(
    ("name", "said"),
    [
        ("langchain:no_such_module:model", "not there .*langchain:MODULE:OBJECT"),
        ("langchain:json:no_such_object", "not there .*langchain:MODULE:OBJECT"),
        ("langchain:", "not there .*langchain:MODULE:OBJECT"),
        ("langchain:my_own_models:number", "is int, not a chat model"),
        ("qwen3", "must be the URL .* or the path of a .gguf file"),
        ("/nowhere/model.gguf", "/nowhere/model.gguf, which does not exist"),
    ],
)
def test_a_setting_that_names_nothing_says_what_it_must_be(module: str, name: str, said: str) -> None:
    with pytest.raises(UsageError, match=said):
        choose_planner(Settings(larger_planner=name))


def test_the_larger_planner_is_put_behind_the_embedded_one(module: str) -> None:
    assert isinstance(
        choose_planner(Settings(larger_planner=f"langchain:{module}:model", fast_path=False)), EmbeddedPlanner
    )


def test_a_gguf_file_is_run_by_llama_cpp_or_it_is_said_how_to_get_that() -> None:
    settings = Settings(larger_planner=str(package_file(BASE_PACKAGE, BASE_FILE)))
    if not (find_spec("llama_cpp") or find_spec("xllamacpp")):
        with pytest.raises(UsageError, match=r"needs llama\.cpp; run `pip install 'jarvis\[gguf\]'`"):
            larger_planner(settings)
        return
    chat = gguf_chat(package_file(BASE_PACKAGE, BASE_FILE), threads=1, longest_reply=12)
    reply = asyncio.run(chat.complete([("user", "What is the capital of France?")]))
    assert 0 < len(reply.split()) <= 12
    assert larger_planner(settings).name == f"chat model {chat.name}"


def test_a_file_that_is_no_model_is_told(tmp_path: Path) -> None:
    broken = tmp_path / "broken.gguf"
    broken.write_bytes(b"GGUF but not really")

    def load() -> None:
        raise ValueError("not a model")

    chat = GgufChat(broken, load)  # type: ignore[arg-type]
    with pytest.raises(PlannerError, match=r"broken\.gguf gave no answer"):
        asyncio.run(chat.complete([("user", "hello")]))
