"""Models on a real Ray cluster of three nodes: placed, kept warm, lost and found again, and nothing half-written."""

from __future__ import annotations

import asyncio
import os
import signal
import socket
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance, file_digest
from jarvis.errors import ModelError, TaskError, UsageError
from jarvis.execution.cluster.calls import Ran
from jarvis.execution.cluster.link import connect
from jarvis.execution.cluster.nodes import Limits
from jarvis.execution.distributed import RayWorker
from jarvis.execution.fake import FunctionWorker
from jarvis.execution.local import LocalWorker
from jarvis.execution.need import NOTHING, Need
from jarvis.execution.scheduler import Context, Executor
from jarvis.execution.worker import Call
from jarvis.graph import Ref, Task, TaskGraph
from jarvis.messages import Assignment, Candidate, Value
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.spec import Effect
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.execution.ray_cluster import RayCluster

pytestmark = [pytest.mark.anyio, pytest.mark.xdist_group("ray"), pytest.mark.timeout(900)]

TOOLS = builtin_tools()
REGISTRY = Registry.load()
MEDIA = Path(__file__).parents[3] / "examples" / "media"
CLASSIFY = REGISTRY.get("efficientnet-lite0")
SPEAK = REGISTRY.get("piper-joe")
SPEAK_SLOWLY = REGISTRY.get("kokoro-82m-int8")
HEAR = REGISTRY.get("whisper-tiny-en")
LONG = "The quick brown fox jumps over the lazy dog, and then it sleeps in the warm sun until the evening comes. " * 6


class Asking:
    """Asks a worker for one task at a time, into one folder, and keeps how each went."""

    def __init__(self, worker: RayWorker, ran: list[Ran]) -> None:
        self.worker, self.ran = worker, ran

    def into(self, folder: Path) -> Asking:
        self.folder = folder
        self.ran.clear()
        return self

    async def __call__(self, card: ModelCard, tool: str = "", **values: Value) -> Value:
        tool = tool or card.tasks[0]
        sink = Sink(ArtifactFolder(self.folder), Provenance(0, tool, card.id))
        return (await self.worker.run(Task(0, tool, {}), TOOLS[tool], card, Inputs(tool, values), sink)).value

    async def busy(self, model: str, *, but: str = "") -> dict[str, Any]:
        """The node, not `but`, that computes with a model, as soon as there is one."""
        return await self.until(lambda node: node["warm"].get(model, 0) and model in node["busy"] and node["id"] != but)

    async def until(self, wanted: Callable[[dict[str, Any]], bool]) -> dict[str, Any]:
        """The node that is as wanted, as soon as there is one."""
        async with asyncio.timeout(240):
            while True:  # A cluster tells of nothing by itself.
                for node in await self.worker.state():
                    if wanted(node):
                        return node
                await asyncio.sleep(0.2)


@pytest.fixture(scope="module")
def cluster(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RayCluster]:
    cluster = RayCluster(tmp_path_factory.mktemp("nodes"))
    yield cluster
    cluster.stop()


@pytest.fixture(scope="module")
def module_worker(cluster: RayCluster) -> Iterator[Asking]:
    ran: list[Ran] = []
    worker = RayWorker(cluster.address, FunctionWorker(lambda inputs: "here"), Limits(threads=1), heard=ran.append)
    yield Asking(worker, ran)
    worker.close()


@pytest.fixture
def ask(module_worker: Asking, tmp_path: Path) -> Asking:
    return module_worker.into(tmp_path / "out")


def picture(name: str) -> Artifact:
    path = MEDIA / name
    return Artifact(path.stem, path, "image/jpeg", file_digest(path))


def files_in(folder: Path) -> list[str]:
    return sorted(path.name for path in folder.iterdir()) if folder.exists() else []


@pytest.fixture
def nobody() -> str:
    """An address at which nobody listens."""
    with socket.socket() as listener:
        listener.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{listener.getsockname()[1]}"


# Without a cluster.


@pytest.mark.parametrize("address", ["", "ray", "ray://head:10001", "head:", "head:port", ":6379", "head:99999"])
def test_what_is_no_address_is_told_at_once(address: str) -> None:
    with pytest.raises(UsageError, match="give HOST:PORT"):
        RayWorker(address, LocalWorker())


async def test_a_cluster_that_is_not_there_is_told_within_seconds_with_the_way_out(nobody: str, tmp_path: Path) -> None:
    ask = Asking(RayWorker(nobody, LocalWorker()), []).into(tmp_path / "out")
    began = time.monotonic()

    for _ in range(3):
        with pytest.raises(
            ModelError, match=rf"no Ray cluster can be used at {nobody} .*ray start.*unset JARVIS_CLUSTER"
        ):
            await ask(SPEAK, text="Hello.")

    assert time.monotonic() - began < 10
    assert files_in(tmp_path / "out") == []


def test_something_else_that_listens_at_the_address_is_given_up_in_time() -> None:
    with socket.create_server(("127.0.0.1", 0)) as silent:
        address = f"127.0.0.1:{silent.getsockname()[1]}"

        with pytest.raises(ModelError, match=f"no Ray cluster can be used at {address}"):
            connect(address, Limits(), seconds=10)


async def test_effects_functions_and_what_looks_at_the_world_stay_here(nobody: str, tmp_path: Path) -> None:
    worker = RayWorker(nobody, FunctionWorker(lambda inputs: "here"))
    sink = Sink(ArtifactFolder(tmp_path), Provenance(0, "", ""))
    light = TOOLS["home-control"]
    weights = CLASSIFY.model_copy(update={"tasks": (light.name,)})
    network = CLASSIFY.model_copy(update={"parameters": {"network": True}})
    function = CLASSIFY.model_copy(update={"id": "function:mine", "handler": "", "files": ()})
    looking = TOOLS["image-classification"]
    assert light.effect is not Effect.NONE

    for spec, card in [
        (light, weights),
        (looking, network),
        (looking, function),
        (light, REGISTRY.get("simulated-home")),
    ]:
        call = Call(Task(0, spec.name), Inputs(spec.name, {}), sink)
        assert (await worker.run(call.task, spec, card, call.inputs, sink)).value == "here"
        assert [output.value for output in await worker.run_batch(spec, card, [call, call])] == ["here", "here"]


def test_what_goes_to_the_cluster_takes_slots_only_when_its_cores_are_counted(nobody: str) -> None:
    local = REGISTRY.get("grabcut")

    assert RayWorker(nobody, LocalWorker()).need(CLASSIFY) == NOTHING
    assert RayWorker(nobody, LocalWorker(), cores=16).need(CLASSIFY) == Need(cores=2)
    assert RayWorker(nobody, LocalWorker(), cores=16).need(local) == Need(1, 96)


# On a cluster.


async def test_a_model_runs_there_as_it_runs_here_and_stays_warm(ask: Asking, tmp_path: Path) -> None:
    here = await LocalWorker(RuntimeOptions(1)).run(
        Task(0, "image-classification"),
        TOOLS["image-classification"],
        CLASSIFY,
        Inputs("image-classification", {"image": picture("coffee.jpg")}),
        Sink(ArtifactFolder(tmp_path / "here"), Provenance(0, "", "")),
    )

    answers = [await ask(CLASSIFY, image=picture("coffee.jpg")) for _ in range(3)]

    assert answers == [here.value] * 3
    assert [ran.calls for ran in ask.ran] == [1, 2, 3]
    assert len({(ran.node, ran.pid) for ran in ask.ran}) == 1
    assert [ran.sent for ran in ask.ran] == [(picture("coffee.jpg").digest,), (), ()]


async def test_files_that_a_node_makes_are_written_here_and_used_there_again(ask: Asking, tmp_path: Path) -> None:
    speech = await ask(SPEAK, text="The weather is fine today.")
    heard = await ask(HEAR, audio=speech)

    assert isinstance(speech, Artifact)
    assert files_in(tmp_path / "out") == [speech.path.name]
    assert file_digest(speech.path) == speech.digest
    assert speech.provenance == Provenance(0, "text-to-speech", "piper-joe")
    assert "weather is fine" in str(heard)
    assert [ran.sent + ran.fetched for ran in ask.ran] == [(), ()]
    assert ask.ran[0].node == ask.ran[1].node


async def test_a_file_crosses_from_node_to_node_by_content(ask: Asking, cluster: RayCluster) -> None:
    """The node that made it is busy, so the one that is free fetches it from there; here it is not asked for."""
    lone = cluster.add(num_gpus=1)
    there = {"parameters": {**SPEAK.parameters, "accelerator": 1}, "id": "speaks on the accelerator"}
    speech = await ask(SPEAK.model_copy(update=there), text="The weather is fine today.")
    busy = {"parameters": {**SPEAK_SLOWLY.parameters, "accelerator": 1}, "id": "busy on the accelerator"}
    long = asyncio.create_task(ask(SPEAK_SLOWLY.model_copy(update=busy), text=LONG))
    await ask.busy("busy on the accelerator")

    heard = await ask(HEAR, audio=speech)

    assert isinstance(speech, Artifact)
    assert "weather is fine" in str(heard)
    assert ask.ran[0].node == lone
    assert ask.ran[1].node != lone
    assert (ask.ran[1].fetched, ask.ran[1].sent) == ((speech.digest,), ())
    long.cancel()
    with pytest.raises(asyncio.CancelledError):
        await long
    cluster.kill(lone)


async def test_several_tasks_of_one_model_go_in_one_call(ask: Asking, tmp_path: Path) -> None:
    spec = TOOLS["image-classification"]
    calls = [
        Call(
            Task(n, spec.name),
            Inputs(spec.name, {"image": picture(name)}),
            Sink(ArtifactFolder(tmp_path / "out"), Provenance(n, spec.name, CLASSIFY.id)),
        )
        for n, name in enumerate(["coffee.jpg", "cat.jpg"])
    ]

    outputs = await ask.worker.run_batch(spec, CLASSIFY, calls)

    assert len(ask.ran) == 1
    assert [output.value for output in outputs] == [
        await ask(CLASSIFY, image=picture(n)) for n in ("coffee.jpg", "cat.jpg")
    ]


async def test_a_process_that_dies_is_replaced(ask: Asking) -> None:
    before = await ask(CLASSIFY, image=picture("cat.jpg"))
    os.kill(ask.ran[-1].pid, signal.SIGKILL)

    after = await ask(CLASSIFY, image=picture("cat.jpg"))

    assert after == before
    assert ask.ran[1].pid != ask.ran[0].pid


async def test_a_node_killed_in_the_middle_of_a_run_loses_nothing(
    ask: Asking, cluster: RayCluster, tmp_path: Path
) -> None:
    tasks = [Task(n, "text-to-speech", {"text": f"Number {n}. {LONG}"}) for n in range(3)]
    tasks += [Task(n + 3, "automatic-speech-recognition", {"audio": Ref(n)}) for n in range(3)]
    models = {"text-to-speech": SPEAK_SLOWLY.id, "automatic-speech-recognition": HEAR.id}
    chosen = {task.id: Assignment(task.id, (Candidate(models[task.tool], ""),)) for task in tasks}
    executor = Executor(ask.worker, REGISTRY, need=ask.worker.need)
    context = Context(TOOLS, ArtifactFolder(tmp_path / "out"), timeout=600)

    run = asyncio.create_task(executor.run(TaskGraph(tasks, TOOLS), chosen, context))
    killed = str((await ask.busy(SPEAK_SLOWLY.id, but=cluster.head))["id"])
    await asyncio.to_thread(cluster.kill, killed)
    results = await run
    cluster.add()

    assert [result.failure for result in results.values()] == [None] * 6
    assert all("lazy dog" in str(results[n].value).lower() for n in (3, 4, 5))
    assert killed in {node for ran in ask.ran for node in ran.lost}
    made = [results[n].value for n in range(3)]
    assert files_in(tmp_path / "out") == sorted(file.path.name for file in made if isinstance(file, Artifact))
    assert all(isinstance(file, Artifact) and file_digest(file.path) == file.digest for file in made)


async def test_giving_up_returns_at_once_and_ends_the_model_that_computes(ask: Asking, tmp_path: Path) -> None:
    asked = asyncio.create_task(ask(SPEAK_SLOWLY, text=LONG * 20))
    node = await ask.busy(SPEAK_SLOWLY.id)

    began = time.monotonic()
    asked.cancel()
    with pytest.raises(asyncio.CancelledError):
        await asked

    assert time.monotonic() - began < 2
    await ask.until(lambda now: now["id"] == node["id"] and SPEAK_SLOWLY.id not in now["warm"])
    assert files_in(tmp_path / "out") == []


async def test_a_model_for_which_no_node_has_room_is_told(ask: Asking) -> None:
    assert CLASSIFY.measured
    huge = CLASSIFY.model_copy(
        update={"id": "huge", "measured": CLASSIFY.measured.model_copy(update={"memory_mb": 10**6})}
    )

    with pytest.raises(ModelError, match=r"no node of the cluster can run EfficientNet.*1000000 MB"):
        await ask(huge, image=picture("cat.jpg"))


async def test_weights_that_no_node_has_are_told_with_the_way_out(ask: Asking) -> None:
    absent = CLASSIFY.files[0].model_copy(update={"package": "no-such-package-of-weights"})

    with pytest.raises(ModelError, match="no-such-package-of-weights is not installed; run"):
        await ask(CLASSIFY.model_copy(update={"id": "absent", "files": (absent,)}), image=picture("cat.jpg"))


async def test_a_file_that_the_model_cannot_read_fails_as_it_does_here(ask: Asking, tmp_path: Path) -> None:
    broken = tmp_path / "broken.jpg"
    broken.write_bytes(b"no picture")

    with pytest.raises(TaskError, match=r"broken\.jpg"):
        await ask(CLASSIFY, image=Artifact("broken", broken, "image/jpeg", file_digest(broken)))


async def test_a_file_that_was_changed_meanwhile_is_not_taken_for_the_other(ask: Asking, tmp_path: Path) -> None:
    changed = tmp_path / "changed.jpg"
    changed.write_bytes(b"new")

    with pytest.raises(TaskError, match=r"changed\.jpg was changed while it was used"):
        await ask(CLASSIFY, image=Artifact("changed", changed, "image/jpeg", "0" * 64))


async def test_a_driver_that_dies_is_replaced_and_its_call_done_again(ask: Asking) -> None:
    asked = asyncio.create_task(ask(SPEAK_SLOWLY, text="Hello there."))
    await ask.busy(SPEAK_SLOWLY.id)
    for driver in drivers():
        os.kill(driver, signal.SIGKILL)

    assert isinstance(await asked, Artifact)


async def test_a_head_that_dies_is_told_within_seconds_and_this_process_goes_on(
    ask: Asking, cluster: RayCluster, tmp_path: Path
) -> None:
    await asyncio.to_thread(cluster.kill, cluster.head)
    began = time.monotonic()

    with pytest.raises(ModelError, match=r"no Ray cluster can be used at .*unset JARVIS_CLUSTER"):
        await ask(SPEAK, text="Hello.")

    assert time.monotonic() - began < 60
    assert files_in(tmp_path / "out") == []
    ask.worker.close()
    assert drivers() == []


def drivers() -> list[int]:
    """The processes of this one that are connected to a cluster."""
    found: list[int] = []
    for status in Path("/proc").glob("[0-9]*/status"):
        try:
            command = (status.parent / "cmdline").read_bytes().decode()
            parent = next(line for line in status.read_text().splitlines() if line.startswith("PPid:"))
        except (OSError, StopIteration):
            continue  # It has just ended.
        if "jarvis.execution.cluster.driver" in command and int(parent.split()[1]) == os.getpid():
            found.append(int(status.parent.name))
    return found
