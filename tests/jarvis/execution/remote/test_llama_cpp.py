"""A real llama.cpp server with the packaged model of 135 million parameters, asked in both of its tongues."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import httpx
import pytest

from jarvis.execution.remote import RemoteModelError, RemoteTaskError
from tests.jarvis.execution.remote.calls import card, do
from tests.jarvis.execution.remote.servers import serving

pytestmark = [pytest.mark.timeout(600), pytest.mark.xdist_group("llama.cpp")]

_WHERE = {
    "openai": "/v1",
    "hugging-face": "",
}
"""What stands behind the server's address for each protocol."""


@pytest.fixture(scope="module")
def llama(tmp_path_factory: pytest.TempPathFactory) -> Iterator[str]:
    program = Path(__file__).with_name("llama_server.py")
    with serving(program, "/health", tmp_path_factory.mktemp("llama")) as url:
        yield url


@pytest.mark.parametrize("protocol", list(_WHERE))
def test_it_writes_text(protocol: str, llama: str, tmp_path: Path) -> None:
    model = card(protocol, llama + _WHERE[protocol], "smollm2", max_tokens=24, temperature=0)
    value = do(model, "text-generation", tmp_path, None, prompt="What is the capital of France? Answer in one word.")
    assert isinstance(value, str) and "Paris" in value


@pytest.mark.parametrize("protocol", list(_WHERE))
def test_it_answers_from_a_text(protocol: str, llama: str, tmp_path: Path) -> None:
    model = card(protocol, llama + _WHERE[protocol], "smollm2", max_tokens=60, api="chat")
    context = "The meeting is on Tuesday at nine. Anna brings the cake."
    value = do(model, "question-answering", tmp_path, None, question="Who brings the cake?", context=context)
    assert isinstance(value, str) and "Anna" in value


def test_a_summary_that_ends_at_the_limit_of_the_server_is_told(llama: str, tmp_path: Path) -> None:
    model = card("openai", f"{llama}/v1", "smollm2", max_tokens=3)
    with pytest.raises(RemoteTaskError, match="raise max_tokens"):
        do(model, "summarization", tmp_path, None, text="The cat sat on the mat. It rained all day. Then the sun came.")


def test_a_text_that_is_too_long_for_the_server_is_told(llama: str, tmp_path: Path) -> None:
    model = card("openai", f"{llama}/v1", "smollm2", max_tokens=3)
    with pytest.raises(RemoteTaskError, match="answered 400"):
        do(model, "summarization", tmp_path, None, text="The cat sat on the mat. " * 400)


def test_a_wrong_address_is_told(llama: str, tmp_path: Path) -> None:
    with pytest.raises(RemoteModelError, match="check the endpoint's address"):
        do(card("openai", f"{llama}/v7", "smollm2"), "text-generation", tmp_path, None, prompt="Hello")


def test_the_server_is_the_one_that_was_started(llama: str) -> None:
    assert httpx.get(f"{llama}/v1/models", trust_env=False).json()["data"]
