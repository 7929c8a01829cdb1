"""Models in this process: loaded once, run one at a time, dropped when memory runs short, and never in the way."""

from __future__ import annotations

import asyncio
import subprocess
import sys
import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis.errors import ModelError, TaskError
from jarvis.execution.local import LocalWorker, handler_class, load_handler
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.tools.handler import Handler, Inputs, RuntimeOptions, Sink
from tests.jarvis.execution.asking import SPEC, TASK, card, sink

pytestmark = pytest.mark.anyio

SINK = sink()


class Calling:
    """A handler that calls a function."""

    def __init__(self, function: Callable[[Inputs], Value]) -> None:
        self.function = function

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        return self.function(inputs)


class Loader:
    """Loads handlers that call one function, and counts."""

    def __init__(self, function: Callable[[Inputs], Value], seconds: float = 0) -> None:
        self.function, self.seconds = function, seconds
        self.loads: list[str] = []

    def __call__(self, card: ModelCard, options: RuntimeOptions) -> Handler:
        time.sleep(self.seconds)
        self.loads.append(card.id)
        return Calling(self.function)


async def ask(worker: LocalWorker, model: ModelCard, prompt: str = "x") -> Value:
    return (await worker.run(TASK, SPEC, model, Inputs("text-generation", {"prompt": prompt}), SINK)).value


class Crowd:
    """Counts how many threads are inside at once."""

    def __init__(self) -> None:
        self.inside = self.most = 0
        self.lock = threading.Lock()

    def __call__(self, inputs: Inputs) -> Value:
        with self.lock:
            self.inside += 1
            self.most = max(self.most, self.inside)
        time.sleep(0.02)
        with self.lock:
            self.inside -= 1
        return inputs.text("prompt")


async def test_a_model_is_loaded_once_and_never_runs_two_tasks_at_once() -> None:
    crowd = Crowd()
    loader = Loader(crowd, seconds=0.02)
    worker = LocalWorker(load=loader, slots=4)

    answers = await asyncio.gather(*(ask(worker, card("a"), str(n)) for n in range(5)))

    assert answers == ["0", "1", "2", "3", "4"]
    assert loader.loads == ["a"]
    assert crowd.most == 1
    assert worker.loaded == {"a"}


async def test_no_more_models_run_at_once_than_there_are_slots() -> None:
    crowd = Crowd()
    worker = LocalWorker(load=Loader(crowd), slots=2)

    await asyncio.gather(*(ask(worker, card(f"m{n}")) for n in range(6)))

    assert crowd.most == 2


async def test_the_least_recently_used_model_is_dropped_when_memory_runs_short() -> None:
    loader = Loader(lambda _: "said")
    worker = LocalWorker(load=loader, memory_mb=100)
    for name in ("a", "b", "a", "c"):
        await ask(worker, card(name, memory_mb=40))

    assert worker.loaded == {"a", "c"}
    assert loader.loads == ["a", "b", "c"]


async def test_a_model_larger_than_the_budget_runs_alone() -> None:
    worker = LocalWorker(load=Loader(lambda _: "said"), memory_mb=100)
    await ask(worker, card("small"))

    assert await ask(worker, card("large", memory_mb=500)) == "said"
    assert worker.loaded == {"large"}


async def test_giving_up_on_a_model_returns_at_once_and_frees_its_core() -> None:
    hold = threading.Event()
    worker = LocalWorker(
        load=Loader(lambda inputs: hold.wait(10) if inputs.text("prompt") == "hang" else "said"), slots=1
    )
    start = time.monotonic()
    with pytest.raises(TimeoutError):
        async with asyncio.timeout(0.05):
            await ask(worker, card("a"), "hang")

    assert await ask(worker, card("b")) == "said"
    assert time.monotonic() - start < 5
    hold.set()


async def test_one_worker_serves_several_event_loops() -> None:
    worker = LocalWorker(load=Loader(Crowd()), slots=1)
    answers: list[Value] = []

    def serve(prompt: str) -> None:
        answers.append(asyncio.run(ask(worker, card("a"), prompt)))

    threads = [threading.Thread(target=serve, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)

    assert sorted(map(str, answers)) == ["0", "1", "2", "3"]


async def test_a_handler_that_ends_the_program_only_fails_its_task() -> None:
    worker = LocalWorker(load=Loader(lambda _: sys.exit(3)))

    with pytest.raises(TaskError, match="tried to end the program"):
        await ask(worker, card("a"))


async def test_a_failed_load_is_tried_again_next_time() -> None:
    outcomes: list[Exception | None] = [ModelError("half downloaded"), None]

    def load(card: ModelCard, options: RuntimeOptions) -> Handler:
        if error := outcomes.pop(0):
            raise error
        return Calling(lambda _: "said")

    worker = LocalWorker(load=load)
    with pytest.raises(ModelError, match="half downloaded"):
        await ask(worker, card("a"))

    assert worker.loaded == frozenset()
    assert await ask(worker, card("a")) == "said"


def test_a_missing_library_is_told_with_the_way_out() -> None:
    with pytest.raises(ModelError, match=r"No module named .*pip install 'jarvis\[text\]'"):
        handler_class(card("a", handler="no_such_module:Nothing"))
    with pytest.raises(ModelError, match="which does not exist"):
        handler_class(card("a", handler="home:Nothing"))


def test_the_parameters_of_a_card_reach_its_handler(tmp_path: Path) -> None:
    made = card("lists", handler="home_timers:Lists").model_copy(update={"parameters": {"folder": str(tmp_path)}})

    load_handler(made, RuntimeOptions()).run(
        Inputs("list-item", {"action": "add", "list": "shopping", "item": "milk"}), SINK
    )

    assert (tmp_path / "lists.json").is_file()


def test_a_model_that_hangs_does_not_keep_the_interpreter_from_ending() -> None:
    program = """
import asyncio, threading
from jarvis.execution.threads import in_thread
async def main():
    try:
        async with asyncio.timeout(0.05):
            await in_thread(threading.Event().wait)
    except TimeoutError:
        print("gave up", flush=True)
asyncio.run(main())
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=30, check=True)
    assert (done.stdout, done.stderr) == ("gave up\n", "")
