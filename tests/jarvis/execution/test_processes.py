"""Models in processes: loaded once, asked across, ended when they misbehave, and nothing else is harmed."""

from __future__ import annotations

import asyncio
import gc
import os
import signal
import subprocess
import sys
import threading
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance, file_digest
from jarvis.errors import InputError, ModelError, StorageError, TaskError
from jarvis.execution import pool
from jarvis.execution.local import LocalWorker
from jarvis.execution.processes import ProcessWorker
from jarvis.execution.worker import Call, Worker
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.registry import Registry
from jarvis.spec import Effect
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.execution.asking import OWN, SPEC, TASK, ask, card, pids, sink
from tests.jarvis.execution.troublemakers import wait_for

pytestmark = [pytest.mark.anyio, pytest.mark.timeout(300)]

ROOT = Path(__file__).parents[3]
MEDIA = ROOT / "examples/media"
TOOLS = builtin_tools()
Make = Callable[..., ProcessWorker]


@pytest.fixture
def make() -> Iterator[Make]:
    """Makes workers whose handlers are the troublemakers; none is left behind."""
    made: list[ProcessWorker] = []

    def new(**settings: Any) -> ProcessWorker:
        made.append(ProcessWorker(handlers="tests.jarvis.execution", **settings))
        return made[-1]

    yield new
    for worker in made:
        worker.unload()


@pytest.fixture
def worker(make: Make) -> ProcessWorker:
    return make()


def is_gone(pid: int) -> bool:
    try:
        return Path(f"/proc/{pid}/stat").read_text().rpartition(")")[2].split()[0] == "Z"
    except OSError:
        return True


async def until(what: Callable[[], bool], seconds: float = 60) -> None:
    end = time.monotonic() + seconds
    while not what():
        assert time.monotonic() < end, "it did not come to pass"
        await asyncio.sleep(0.01)


# Values


@pytest.mark.parametrize(
    "value",
    [
        "ein Text, 文本, \ud83d and $file",
        {"$file": {"path": "/etc/passwd"}, "$data": [{"$floats": [1, 2]}], "a": None},
        [0.1, -1e300, 3],
        [n / 7 for n in range(5000)],
        [[n / 7 for n in range(384)] for _ in range(40)],
        "x" * 3_000_000,
        [True, False, 2**70],
        [],
    ],
)
async def test_a_value_comes_back_as_it_went(worker: ProcessWorker, value: Value) -> None:
    assert await ask(worker, card("a"), "echo", value=value) == value


async def test_arrays_cross_both_ways_and_large_ones_are_not_copied_on_arrival(worker: ProcessWorker) -> None:
    small = np.arange(6, dtype=">i2").reshape(2, 3)
    large = np.ones((512, 512), dtype=np.float64)[:, ::2]

    assert await ask(worker, card("a"), "describe", value=small) == ["ndarray", ">i2", [2, 3], 15.0, False]
    assert await ask(worker, card("a"), "describe", value=large) == ["ndarray", "float64", [512, 256], 131072.0, False]
    numbers = await ask(worker, card("a"), "numbers")
    assert np.array_equal(numbers["many"], np.arange(200_000, dtype=np.float32))
    assert (numbers["one"], numbers["none"].shape) == (0.5, (0, 3))


async def test_files_cross_by_path_also_by_one_that_is_relative(
    worker: ProcessWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.chdir(tmp_path)
    (tmp_path / "given.txt").write_text("given")
    given = Artifact("given", Path("given.txt"), "text/plain", file_digest(Path("given.txt")))
    await ask(worker, card("a"), "echo", value="the process is there")
    (tmp_path / "elsewhere").mkdir()
    monkeypatch.chdir(tmp_path / "elsewhere")

    back = await ask(worker, card("a"), "echo", value=[given])
    first, second = await ask(worker, card("a"), "write", Path("out"))

    assert back == [given]
    assert (first.path, first.path.read_text(), first.digest) == (Path("out/note.txt"), "one", file_digest(first.path))
    assert (second.path, second.path.read_text(), second.provenance) == (
        Path("out/note-2.txt"),
        "two",
        Provenance(0, "text-generation", "m"),
    )
    assert sorted(os.listdir("out")) == ["note-2.txt", "note.txt"]


async def test_several_calls_go_in_one_where_the_handler_can(worker: ProcessWorker) -> None:
    calls = [Call(TASK, Inputs("text-generation", {"do": "echo", "value": word}), sink()) for word in ("a", "b")]

    together = await worker.run_batch(SPEC, card("a", handler="troublemakers:Together"), calls)
    alone = await worker.run_batch(SPEC, card("b"), calls)

    assert [output.value for output in together] == ["a of 2", "b of 2"]
    assert [output.value for output in alone] == ["a", "b"]


async def test_threads_and_the_key_of_an_effect_reach_the_handler(make: Make) -> None:
    worker = make(options=RuntimeOptions(threads=3))
    inputs = Inputs("text-generation", {"do": "where"})
    seen = (await worker.run(TASK, SPEC, card("a"), inputs, sink(key="run:0"))).value

    assert isinstance(seen, dict)
    assert (seen["threads"], seen["omp"], seen["key"]) == (3, "3", "run:0")
    assert seen["pid"] != os.getpid()


# Errors


async def test_errors_cross_with_their_class_their_message_and_what_they_carry(worker: ProcessWorker) -> None:
    with pytest.raises(InputError, match="it is empty; give another") as caught:
        await ask(worker, card("a"), "input-error")
    assert caught.value.path == "a.jpg"
    with pytest.raises(TaskError, match="no face to be seen"):
        await ask(worker, card("a"), "task-error")
    with pytest.raises(ValueError, match="seven"):
        await ask(worker, card("a"), "value-error")
    for do, name, message in (("key-error", "KeyError", "'seven'"), ("strange-error", "StrangeError", "odd")):
        with pytest.raises(Exception, match=message) as other:
            await ask(worker, card("a"), do)
        assert (type(other.value).__name__, str(other.value)) == (name, message)
        assert "troublemakers.py" in other.value.__notes__[0]
    with pytest.raises(TaskError, match="tried to end the program"):
        await ask(worker, card("a"), "sys-exit")
    with pytest.raises(TaskError, match="object is neither text, JSON data nor a file"):
        await ask(worker, card("a"), "object")
    assert await ask(worker, card("a"), "echo", value="still here") == "still here"


async def test_what_cannot_be_loaded_is_told_with_the_way_out(worker: ProcessWorker) -> None:
    with pytest.raises(ModelError, match=r"No module named .*pip install 'jarvis\[text\]'"):
        await ask(worker, card("a", handler="no_such_module:Nothing"), "echo")
    with pytest.raises(ModelError, match=r"no_such_library.*pip install 'jarvis\[text\]'"):
        await ask(worker, card("b", handler="troublemakers:Lacking"), "echo")
    with pytest.raises(ModelError, match="the handler 'troublemakers:Nothing', which does not exist"):
        await ask(worker, card("c", handler="troublemakers:Nothing"), "echo")
    with pytest.raises(ModelError, match=r"the process that loaded d was killed \(signal 9, SIGKILL\)"):
        await ask(worker, card("d", handler="troublemakers:Unloadable"), "echo")
    assert worker.loaded == frozenset()


async def test_a_folder_that_cannot_be_written_is_told_by_its_own_name(worker: ProcessWorker, tmp_path: Path) -> None:
    (tmp_path / "file").write_text("in the way")

    with pytest.raises(StorageError, match=f"cannot write to {tmp_path}/file/out "):
        await ask(worker, card("a"), "write", tmp_path / "file/out")


# Loading


async def test_a_model_is_loaded_once_and_two_models_load_at_the_same_time(make: Make, tmp_path: Path) -> None:
    both = tmp_path / "loads"
    one, other = (card(name, OWN, loads=str(both), waits_for=str(both)) for name in "ab")
    worker = make(slots=2)

    # Each ends loading only when the other one has begun to.
    seen = await asyncio.gather(*(ask(worker, model, "where") for model in (one, one, other, other, one)))

    assert len(both.read_text().splitlines()) == 2
    assert len({answer["pid"] for answer in seen}) == 2
    assert worker.loaded == {"a", "b"}


async def test_small_models_share_a_process_and_a_pinned_one_has_its_own(make: Make) -> None:
    worker = make(pinned={"voice"})
    for name in ("a", "b", "voice"):
        await ask(worker, card(name), "where")
    await ask(worker, card("large", OWN), "where")

    placed = pids(worker)
    assert placed["a"] == placed["b"]
    assert len(set(placed.values())) == 3


async def test_a_model_is_warmed_in_the_background_once(make: Make, tmp_path: Path) -> None:
    loads = tmp_path / "loads"
    worker = make()
    model = card("a", loads=str(loads))

    for warmed in (worker.warm(model), worker.warm(model)):
        await asyncio.wrap_future(warmed)
    assert worker.loaded == {"a"}
    await ask(worker, model, "where")
    assert len(loads.read_text().splitlines()) == 1


async def test_a_model_is_prepared_beside_what_runs_when_there_is_room(make: Make, tmp_path: Path) -> None:
    worker = make(slots=1, memory_mb=3 * OWN)
    began, until, loads = (tmp_path / name for name in ("began", "until", "loads"))
    first = asyncio.create_task(ask(worker, card("first", OWN), "meet", began=str(began), until=str(until)))
    await asyncio.to_thread(wait_for, began)
    second, small = card("second", OWN, loads=str(loads)), card("small")

    await asyncio.wrap_future(worker.prepare(second))
    await asyncio.wrap_future(worker.prepare(card("large", 4 * OWN)))
    await asyncio.wrap_future(worker.prepare(card("broken", handler="troublemakers:Lacking")))
    beside = worker.loaded, first.done()
    until.write_text("x\n")
    await first
    await ask(worker, second, "where")
    await ask(worker, small, "where")

    assert beside == (frozenset({"first", "second"}), False)
    assert len(loads.read_text().splitlines()) == 1
    assert worker.loaded == {"first", "second", "small"}


async def test_nothing_is_prepared_in_a_process_that_is_at_work(make: Make, tmp_path: Path) -> None:
    worker = make(slots=1)
    began, until = tmp_path / "began", tmp_path / "until"
    first = asyncio.create_task(ask(worker, card("first"), "meet", began=str(began), until=str(until)))
    await asyncio.to_thread(wait_for, began)

    await asyncio.wait_for(asyncio.wrap_future(worker.prepare(card("second"))), 60)
    until.write_text("x\n")
    await first

    assert worker.loaded == {"first"}


async def test_what_cannot_be_warmed_is_told_in_the_log(
    worker: ProcessWorker, caplog: pytest.LogCaptureFixture
) -> None:
    with pytest.raises(ModelError):
        await asyncio.wrap_future(worker.warm(card("a", handler="troublemakers:Nothing")))
    assert "a could not be loaded ahead of time: the card of a names" in caplog.text


async def test_the_least_valuable_model_goes_when_memory_runs_short_and_a_pinned_one_stays(make: Make) -> None:
    worker = make(memory_mb=500, pinned={"voice"})
    for name in ("voice", "a", "b"):
        await ask(worker, card(name, OWN, megabytes=120), "where")
    for name in ("a", "a", "a"):
        await ask(worker, card(name, OWN), "where")
    await ask(worker, card("c", OWN, megabytes=120), "where")

    assert worker.loaded == {"voice", "a", "c"}
    assert sum(process.mb for process in worker.processes) < 500


async def test_a_model_larger_than_the_budget_runs_alone(make: Make) -> None:
    worker = make(memory_mb=100)
    await ask(worker, card("small", OWN), "where")
    await ask(worker, card("large", 1000, megabytes=150), "where")

    await until(lambda: worker.loaded == frozenset({"large"}))


# Trouble


@pytest.mark.parametrize(
    ("do", "how"),
    [
        ("segfault", r"was killed \(signal 11, SIGSEGV\), after saying 'Fatal Python error: Segmentation fault'"),
        ("exit", r"ended by itself \(exit code 3\), after saying 'no use going on'"),
        ("nonsense", r"sent what is no message"),
    ],
)
async def test_a_crash_fails_its_task_only(worker: ProcessWorker, tmp_path: Path, do: str, how: str) -> None:
    began, end = tmp_path / "began", tmp_path / "end"
    other = asyncio.create_task(ask(worker, card("b", OWN), "meet", began=str(began), until=str(end)))
    await until(began.exists)

    with pytest.raises(ModelError, match=f"the process that ran a {how}.*; close other programs if memory is short"):
        await ask(worker, card("a", OWN), do)
    end.write_text("x\n")

    assert await other == "met"
    assert worker.loaded == {"b"}
    assert await ask(worker, card("a", OWN), "echo", value="again") == "again"


async def test_a_process_that_is_killed_from_outside_fails_its_task_and_the_next_gets_a_new_one(
    worker: ProcessWorker, tmp_path: Path
) -> None:
    began = tmp_path / "began"
    task = asyncio.create_task(ask(worker, card("a"), "spin", began=str(began)))
    await until(began.exists)
    os.kill(pids(worker)["a"], signal.SIGKILL)

    with pytest.raises(ModelError, match=r"the process that ran a was killed \(signal 9, SIGKILL\)"):
        await task
    assert await ask(worker, card("a"), "echo", value="again") == "again"


async def test_a_process_that_is_killed_at_rest_is_not_noticed(worker: ProcessWorker) -> None:
    await ask(worker, card("a"), "where")
    os.kill(pids(worker)["a"], signal.SIGKILL)
    await until(lambda: not worker.loaded)

    assert await ask(worker, card("a"), "echo", value="again") == "again"


async def test_a_crash_in_an_effect_does_not_look_as_if_nothing_had_been_done(worker: ProcessWorker) -> None:
    light = TOOLS["home-control"]
    assert light.effect is Effect.EFFECT

    with pytest.raises(TaskError, match="it is not known whether home-control was done"):
        await worker.run(TASK, light, card("a"), Inputs("home-control", {"do": "segfault"}), sink())


async def test_a_task_that_hangs_is_ended_with_its_process_and_what_that_started(
    worker: ProcessWorker, tmp_path: Path
) -> None:
    for do in ("spin", "with-child"):
        began = tmp_path / do
        task = asyncio.create_task(ask(worker, card("a"), do, began=str(began)))
        await until(lambda began=began: began.exists() and began.read_text().endswith("\n"))  # type: ignore[misc]
        process, started = pids(worker)["a"], int(began.read_text())
        task.cancel()

        with pytest.raises(asyncio.CancelledError):
            await task
        await until(lambda process=process, started=started: is_gone(process) and is_gone(started))  # type: ignore[misc]
        assert await ask(worker, card("a"), "echo", value="again") == "again"


async def test_a_handler_that_hears_that_nobody_waits_keeps_its_process(
    worker: ProcessWorker, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(pool, "_GRACE", 5.0)  # a busy machine may take longer than the usual 50 ms to hear it
    began = tmp_path / "began"
    before = await ask(worker, card("a"), "where")
    task = asyncio.create_task(ask(worker, card("a"), "listen", began=str(began)))
    await until(began.exists)
    task.cancel()
    with pytest.raises(asyncio.CancelledError):
        await task

    after = await ask(worker, card("a"), "where")
    assert after["pid"] == before["pid"]


async def test_a_process_that_leaks_is_replaced_after_its_task(
    worker: ProcessWorker, caplog: pytest.LogCaptureFixture
) -> None:
    first = await ask(worker, card("a"), "leak", megabytes=1)
    second = await ask(worker, card("a"), "leak", megabytes=400)
    await until(lambda: is_gone(first))
    third = await ask(worker, card("a"), "leak", megabytes=1)

    assert first == second != third
    assert "the process of a takes" in caplog.text


async def test_a_model_whose_card_says_too_little_is_not_loaded_for_each_task(make: Make, tmp_path: Path) -> None:
    loads = tmp_path / "loads"
    worker = make()
    for _ in range(6):
        await ask(worker, card("a", loads=str(loads), megabytes=400), "where")

    assert len(loads.read_text().splitlines()) == 2


async def test_memory_that_ran_out_is_a_model_that_cannot_be_used_here(worker: ProcessWorker) -> None:
    with pytest.raises(ModelError, match="a ran out of memory; close other programs or choose a smaller model"):
        await ask(worker, card("a"), "no-memory")


async def test_a_process_that_dies_while_it_writes_leaves_nothing(worker: ProcessWorker, tmp_path: Path) -> None:
    with pytest.raises(ModelError, match="signal 9"):
        await ask(worker, card("a"), "write-and-die", tmp_path / "out")

    assert list((tmp_path / "out").iterdir()) == []


async def test_a_pinned_model_whose_process_ended_is_loaded_again_at_once(make: Make) -> None:
    worker = make(pinned={"voice"})
    await ask(worker, card("voice"), "where")
    before = pids(worker)
    with pytest.raises(ModelError):
        await ask(worker, card("voice"), "segfault")

    await until(lambda: "voice" in worker.loaded)
    assert pids(worker) != before


# The end


async def test_one_worker_serves_several_event_loops(worker: ProcessWorker) -> None:
    answers: list[Any] = []

    def serve(value: str) -> None:
        answers.append(asyncio.run(ask(worker, card("a"), "echo", value=value)))

    threads = [threading.Thread(target=serve, args=(str(n),)) for n in range(4)]
    for thread in threads:
        thread.start()
    for thread in threads:
        await asyncio.to_thread(thread.join)

    assert sorted(answers) == ["0", "1", "2", "3"]


async def test_unloading_ends_what_works_and_the_next_task_starts_anew(worker: ProcessWorker, tmp_path: Path) -> None:
    began = tmp_path / "began"
    working = asyncio.create_task(ask(worker, card("a"), "spin", began=str(began)))
    waiting = asyncio.create_task(ask(worker, card("a"), "where"))
    await until(began.exists)
    process = pids(worker)["a"]
    await asyncio.to_thread(worker.unload)

    for task in (working, waiting):
        with pytest.raises(ModelError, match="a was unloaded while a task waited for it; ask again"):
            await task
    assert is_gone(process)
    assert not worker.loaded
    assert await ask(worker, card("a"), "echo", value="again") == "again"


async def test_a_worker_that_is_forgotten_ends_its_processes() -> None:
    worker = ProcessWorker(handlers="tests.jarvis.execution")
    await ask(worker, card("a"), "where")
    process = pids(worker)["a"]
    del worker
    gc.collect()

    assert is_gone(process)


PROGRAM = """
import asyncio, sys
from pathlib import Path
from jarvis.execution.processes import ProcessWorker
from tests.jarvis.execution.asking import ask, card, pids

async def main():
    worker = ProcessWorker(handlers="tests.jarvis.execution")
    await ask(worker, card("rests", 200), sys.argv[1])
    print(*pids(worker).values(), flush=True)
    if len(sys.argv) > 2:
        await ask(worker, card("works", 200), "spin", began=sys.argv[2])

asyncio.run(main())
"""


def test_what_models_print_is_not_output_of_the_program_and_ending_it_ends_them() -> None:
    done = subprocess.run(
        [sys.executable, "-c", PROGRAM, "print"], capture_output=True, text=True, check=True, timeout=200, cwd=ROOT
    )

    (pid,) = map(int, done.stdout.split())
    assert done.stderr == ""
    assert is_gone(pid)


async def test_models_end_with_a_program_that_is_killed(tmp_path: Path) -> None:
    began = tmp_path / "began"
    command = [sys.executable, "-c", PROGRAM, "where", str(began)]
    with subprocess.Popen(command, stdout=subprocess.PIPE, text=True, cwd=ROOT) as program:  # noqa: ASYNC220
        assert program.stdout
        rests = int(await asyncio.to_thread(program.stdout.readline))
        await asyncio.to_thread(wait_for, began)
        works = int(began.read_text())
        assert not is_gone(rests) and not is_gone(works)
        program.kill()

    await until(lambda: is_gone(rests) and is_gone(works))


# Real models


def photo(name: str, media_type: str = "image/jpeg") -> Artifact:
    return Artifact(name, MEDIA / name, media_type, file_digest(MEDIA / name))


REAL: list[tuple[str, str, dict[str, Value]]] = [
    ("ssd-mobilenet-v2-coco", "object-detection", {"image": photo("cat.jpg")}),
    ("efficientnet-lite3-int8", "image-classification", {"image": photo("coffee.jpg")}),
    ("canny-edges", "canny-control", {"image": photo("cat.jpg")}),
    ("silero-vad", "voice-activity-detection", {"audio": photo("voice.wav", "audio/wav")}),
    ("minilm-l6-int8", "sentence-similarity", {"text": "a cat sleeps", "other": "a kitten is asleep"}),
]


async def test_real_models_give_the_same_in_processes_as_in_this_one(tmp_path: Path) -> None:
    registry = Registry.load()

    async def each(worker: Worker, folder: Path) -> list[Value]:
        def one(model: str, tool: str, values: dict[str, Value]) -> Any:
            made = Sink(ArtifactFolder(folder), Provenance(0, tool, model))
            return worker.run(Task(0, tool), TOOLS[tool], registry.get(model), Inputs(tool, values), made)

        return [output.value for output in await asyncio.gather(*(one(*row) for row in REAL))]

    there = ProcessWorker()
    try:
        in_processes = await each(there, tmp_path / "there")
        assert there.loaded == {model for model, _, _ in REAL}
    finally:
        there.unload()
    here = await each(LocalWorker(), tmp_path / "here")

    edges = [values[2] for values in (in_processes, here)]
    assert isinstance(edges[0], Artifact) and isinstance(edges[1], Artifact)
    assert (edges[0].digest, edges[0].path.name) == (edges[1].digest, edges[1].path.name)
    assert in_processes[:2] + in_processes[3:] == here[:2] + here[3:]
