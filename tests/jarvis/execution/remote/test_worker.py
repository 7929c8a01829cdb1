"""The remote worker in the place where workers stand."""

from __future__ import annotations

import asyncio
import gc
from pathlib import Path

import pytest

from jarvis.execution.fake import FunctionWorker
from jarvis.execution.remote import RemoteModelError, RemoteWorker
from jarvis.transport import RefusedUrlError
from tests.jarvis.execution.cards import registry_of
from tests.jarvis.execution.remote.calls import card, do, doing, nobody
from tests.jarvis.execution.remote.rude import rude, says

YES = {"choices": [{"message": {"content": "Yes."}, "finish_reason": "stop"}]}


def test_a_card_without_a_protocol_goes_to_the_other_worker(tmp_path: Path) -> None:
    (local,) = registry_of(["local"], ["text-generation"])
    worker = RemoteWorker(FunctionWorker(lambda inputs: f"here: {inputs.text('prompt')}"))
    assert do(local, "text-generation", tmp_path, worker, prompt="Hi") == "here: Hi"


def test_a_protocol_that_nobody_speaks_is_told(tmp_path: Path) -> None:
    worker = RemoteWorker(FunctionWorker(nobody))
    with pytest.raises(RemoteModelError, match="it can be openai, open-inference, hugging-face"):
        do(card("smtp", "http://127.0.0.1"), "text-generation", tmp_path, worker, prompt="Hi")


@pytest.mark.parametrize("protocol", ["openai", "open-inference"])
def test_a_card_without_an_address_is_told(protocol: str, tmp_path: Path) -> None:
    worker = RemoteWorker(FunctionWorker(nobody))
    with pytest.raises(RemoteModelError, match="names no endpoint"):
        do(card(protocol), "text-generation", tmp_path, worker, prompt="Hi")


def test_an_address_that_cannot_be_asked_is_told_at_once() -> None:
    with pytest.raises(RefusedUrlError):
        RemoteWorker(FunctionWorker(nobody), ["ftp://example.org"])


def test_one_worker_serves_many_loops_and_many_tasks_at_once(tmp_path: Path) -> None:
    async def many(worker: RemoteWorker, url: str) -> list[object]:
        model = card("openai", url)
        works = [doing(model, "text-generation", tmp_path, worker, prompt=f"Hi {n}") for n in range(20)]
        found: list[object] = list(await asyncio.gather(*works))
        await worker.aclose()
        return found

    with rude(says(YES)) as server:
        worker = RemoteWorker(FunctionWorker(nobody), [server.url])
        for _ in range(2):
            assert asyncio.run(many(worker, server.url)) == ["Yes."] * 20
    assert len(server.asked) == 40
    gc.collect()  # An open socket would be told as a warning here, which is an error in the tests.
