"""The embedded model as a chat model: an answer that nobody waits for any more ends at the next token."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.llm.chat import ChatModel, Message
from jarvis.llm.runtime import LanguageModel
from jarvis.llm.tokens import BASE_FILE, BASE_PACKAGE, WireTokenizer
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import Sink

pytestmark = pytest.mark.xdist_group("planner")  # one process loads the model

ASKED = [Message("user", "Tell me a long story about a lighthouse.")]


def test_an_answer_ends_between_two_tokens_when_its_task_was_given_up(tmp_path: Path) -> None:
    path = package_file(BASE_PACKAGE, BASE_FILE)
    chat = ChatModel(LanguageModel(path, None, 1), WireTokenizer.from_gguf(path))
    sink = Sink(ArtifactFolder(tmp_path), Provenance(1, "text-generation", "smollm2"))
    tokens = 0

    def check() -> None:
        nonlocal tokens
        tokens += 1
        sink.stop.asked = tokens == 5
        sink.check()

    with pytest.raises(TaskError, match="text-generation was stopped"):
        chat.reply(ASKED, 60, check)

    assert tokens == 5
    assert chat.reply(ASKED, 8)  # It is ready for the next one.
