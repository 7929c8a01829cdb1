"""A user's own endpoints in a TOML file."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.errors import UsageError
from jarvis.execution.fake import FunctionWorker
from jarvis.execution.need import NOTHING, need_of
from jarvis.execution.remote import Endpoints, RemoteWorker, is_remote, read_endpoints
from tests.jarvis.execution.remote.calls import do, nobody
from tests.jarvis.execution.remote.rude import rude, says

GOOD = """
[[endpoint]]
protocol = "openai"
url = "http://127.0.0.1:8080/v1"
model = "qwen3"
tasks = ["text-generation", "summarization"]
key_variable = "MY_KEY"
quality = 0.8
price = 0.002
languages = ["en"]
parameters = { max_tokens = 400 }

[[endpoint]]
protocol = "hugging-face"
model = "org/model"
provider = "together"
id = "flux"
tasks = ["text-to-image"]
"""


def written(folder: Path, text: str) -> Path:
    path = folder / "endpoints.toml"
    path.write_text(text, "utf-8")
    return path


def test_entries_become_cards(tmp_path: Path) -> None:
    found = read_endpoints(written(tmp_path, GOOD))
    chat, picture = found.cards
    assert (chat.id, chat.name, chat.tasks) == ("openai:qwen3", "qwen3", ("text-generation", "summarization"))
    assert (chat.quality, chat.languages) == (0.8, ("en",))
    assert chat.parameters == {
        "protocol": "openai",
        "network": True,
        "endpoint": "http://127.0.0.1:8080/v1",
        "model": "qwen3",
        "key_variable": "MY_KEY",
        "price": 0.002,
        "max_tokens": 400,
    }
    assert picture.id == "flux" and "endpoint" not in picture.parameters
    assert found.configured == ("http://127.0.0.1:8080/v1",)
    assert all(is_remote(card) and need_of(card) == NOTHING for card in found.cards)


def test_an_empty_file_names_no_endpoint(tmp_path: Path) -> None:
    assert read_endpoints(written(tmp_path, "")) == Endpoints()


def test_what_a_file_names_can_be_asked(tmp_path: Path) -> None:
    with rude(says({"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]})) as server:
        found = read_endpoints(
            written(tmp_path, GOOD.replace("http://127.0.0.1:8080", server.url).replace("key_v", "#"))
        )
        worker = RemoteWorker(FunctionWorker(nobody), found.configured)
        assert do(found.cards[0], "text-generation", tmp_path, worker, prompt="Well?") == "Yes."


@pytest.mark.parametrize(
    ("text", "said"),
    [
        ("[[endpoint", "no TOML file"),
        ("endpoint = 3", "must hold tables"),
        ("[other]", "must hold tables"),
        ("[[endpoint]]", "endpoint 1 in .*: protocol"),
        (
            '[[endpoint]]\nprotocol = "smtp"\nmodel = "m"\ntasks = ["x"]',
            "it can be openai, open-inference, hugging-face",
        ),
        ('[[endpoint]]\nprotocol = "openai"\nmodel = "m"\ntasks = ["x"]', "has no url"),
        ('[[endpoint]]\nprotocol = "openai"\nmodel = "m"\ntasks = []\nurl = "http://x"', "tasks"),
        ('[[endpoint]]\nprotocol = "openai"\nmodel = "m"\ntasks = ["x"]\nurl = "file:///x"', "http"),
        ('[[endpoint]]\nprotocol = "openai"\nmodel = "m"\ntasks = ["x"]\nurl = "http://a:b@x"', "password"),
        ('[[endpoint]]\nprotocol = "openai"\nmodel = "m"\ntasks = ["x"]\nurl = "http://x"\nkey = "sk-1"', "key"),
        (GOOD + GOOD, "two endpoints"),
    ],
)
def test_a_file_that_is_wrong_says_where(text: str, said: str, tmp_path: Path) -> None:
    with pytest.raises(UsageError, match=said) as caught:
        read_endpoints(written(tmp_path, text))
    assert "sk-1" not in str(caught.value)


def test_a_file_that_is_not_there_is_told(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="check the path"):
        read_endpoints(tmp_path / "none.toml")
