"""A user's own functions run as models: in a thread or in the loop, and what they give becomes a value."""

from __future__ import annotations

import threading
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance
from jarvis.errors import ModelError, TaskError
from jarvis.execution.fake import FunctionWorker
from jarvis.execution.functions import FunctionRunner, function_card
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.spec import spec
from jarvis.tools.handler import Inputs, Sink

pytestmark = pytest.mark.anyio

SPEC = spec("order", ["dish: name", "sides?: labels", "note?: text", "extra?: data"], "data", "Order food.")


async def call(function: Callable[..., Any], folder: Path = Path("unused"), **values: Value) -> Value:
    runner = FunctionRunner({"order": function}, FunctionWorker(lambda _: "elsewhere"))
    sink = Sink(ArtifactFolder(folder), Provenance(0, "order", "function:order"))
    return (await runner.run(Task(0, "order"), SPEC, function_card(SPEC), Inputs("order", values), sink)).value


def giving(value: object) -> Callable[..., object]:
    def order(dish: str) -> object:
        return value

    return order


async def test_filled_slots_come_as_keywords_in_the_form_of_their_type() -> None:
    def order(**given: Any) -> Any:
        return given

    given = await call(order, dish="soup", sides="bread, butter", note="", extra='{"table": 3}')

    assert given == {"dish": "soup", "sides": ["bread", "butter"], "extra": {"table": 3}}


async def test_plain_functions_run_in_a_thread_and_async_ones_in_the_loop() -> None:
    def plain(dish: str) -> bool:
        return threading.current_thread() is threading.main_thread()

    async def in_loop(dish: str) -> bool:
        return threading.current_thread() is threading.main_thread()

    assert (await call(plain, dish="soup"), await call(in_loop, dish="soup")) == (False, True)


async def test_a_path_becomes_a_copy_among_the_artifacts(tmp_path: Path) -> None:
    receipt = tmp_path / "receipt.txt"
    receipt.write_text("one soup")

    value = await call(giving(receipt), tmp_path / "out", dish="soup")
    receipt.write_text("changed")

    assert isinstance(value, Artifact)
    assert (value.name, value.media_type, value.path.read_text()) == ("receipt", "text/plain", "one soup")


@pytest.mark.parametrize(
    ("given", "message"),
    [(object(), "order gave object"), (float("nan"), "order gave float"), (Path("no/file"), "there is no such file")],
)
async def test_what_is_no_value_fails_with_what_to_give_instead(given: object, message: str) -> None:
    with pytest.raises(TaskError, match=message):
        await call(giving(given), dish="soup")


async def test_a_function_that_is_not_declared_is_a_missing_model_and_other_cards_go_on() -> None:
    runner = FunctionRunner({}, FunctionWorker(lambda _: "elsewhere"))
    sink = Sink(ArtifactFolder(Path("unused")), Provenance(0, "order", "x"))
    other = function_card(SPEC).model_copy(update={"id": "some-model"})

    with pytest.raises(ModelError, match="no function is declared for order"):
        await runner.run(Task(0, "order"), SPEC, function_card(SPEC), Inputs("order", {}), sink)
    assert (await runner.run(Task(0, "order"), SPEC, other, Inputs("order", {}), sink)).value == "elsewhere"
