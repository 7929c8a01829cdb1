"""What was computed once is not computed again, files come back whole, and effects are never remembered."""

from __future__ import annotations

import asyncio
import sys
from pathlib import Path

import pytest

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance
from jarvis.execution.cached import CachedWorker, cache_key, cacheable
from jarvis.execution.worker import Output
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard, WeightFile
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Inputs, Sink
from jarvis.tools.toolset import builtin_tools

pytestmark = pytest.mark.anyio

TOOLS = builtin_tools()


def card(weights: str = "aa", **changes: object) -> ModelCard:
    file = WeightFile(role="model", package="p", version="1", path="p/m", sha256=weights, bytes=1)
    made = ModelCard(
        id="m",
        name="m",
        tasks=tuple(TOOLS),
        handler="none:None",
        license="MIT",
        files=(file,),
        extra="text",
        quality=0.5,
        quality_source="none",
    )
    return made.model_copy(update=changes)


class Counting:
    """Makes a value, or a file with `name` and the text as content, and counts."""

    def __init__(self) -> None:
        self.runs = 0

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        self.runs += 1
        if spec.output == "audio":
            return Output(sink.write("speech", "audio/wav", lambda file: file.write(inputs.text("text").encode())))
        if spec.name == "image-segmentation":
            return Output([sink.write("mask", "image/png", lambda file: file.write(b"mask"))])
        return Output({"said": [inputs.text("text"), 1.5, None, True]})


async def ask(worker: CachedWorker, folder: Path, tool: str, made: ModelCard | None = None, **values: Value) -> Output:
    sink = Sink(ArtifactFolder(folder), Provenance(0, tool, "m"))
    return await worker.run(Task(0, tool), TOOLS[tool], made or card(), Inputs(tool, values), sink)


@pytest.fixture
def inner() -> Counting:
    return Counting()


@pytest.fixture
def worker(tmp_path: Path, inner: Counting) -> CachedWorker:
    return CachedWorker(inner, tmp_path / "results")


async def test_the_same_input_is_computed_once(worker: CachedWorker, inner: Counting, tmp_path: Path) -> None:
    first = await ask(worker, tmp_path, "text-classification", text="hello")
    again = await ask(worker, tmp_path, "text-classification", text="hello")
    other = await ask(worker, tmp_path, "text-classification", text="bye")
    worker.close()

    assert (first, again) == (Output({"said": ["hello", 1.5, None, True]}), Output(first.value, cached=True))
    assert (other.cached, inner.runs) == (False, 2)


async def test_a_file_comes_back_from_its_content_when_the_first_one_was_deleted(
    worker: CachedWorker, inner: Counting, tmp_path: Path
) -> None:
    first = (await ask(worker, tmp_path / "one", "text-to-speech", text="hello")).value
    assert isinstance(first, Artifact)
    first.path.unlink()
    again = (await ask(worker, tmp_path / "two", "text-to-speech", text="hello")).value
    worker.close()

    assert isinstance(again, Artifact)
    assert again.path.read_bytes() == b"hello"
    assert (again.path.parent, again.digest, again.media_type) == (tmp_path / "two", first.digest, "audio/wav")
    assert inner.runs == 1


async def test_a_list_of_one_file_stays_a_list(worker: CachedWorker, tmp_path: Path) -> None:
    await ask(worker, tmp_path, "image-segmentation")
    again = await ask(worker, tmp_path, "image-segmentation")
    worker.close()

    assert again.cached
    assert isinstance(again.value, list)
    assert len(again.value) == 1


async def test_effects_and_views_of_the_world_are_never_remembered(
    worker: CachedWorker, inner: Counting, tmp_path: Path
) -> None:
    for _ in range(2):
        await ask(worker, tmp_path, "home-control", action="turn_on", target="light")
        await ask(worker, tmp_path, "weather", card(files=()), place="Cork")
        await ask(worker, tmp_path, "weather", card(parameters={"network": True}), place="Cork")

    assert inner.runs == 6
    assert not cacheable(TOOLS["timer"], card())
    assert cacheable(TOOLS["summarization"], card())


def test_other_weights_parameters_inputs_or_tasks_have_other_keys(tmp_path: Path) -> None:
    text = Inputs("summarization", {"text": "hello"})
    keys = {
        cache_key(card(), text),
        cache_key(card("bb"), text),
        cache_key(card(parameters={"voice": "joe"}), text),
        cache_key(card(id="other"), text),
        cache_key(card(), Inputs("summarization", {"text": "bye"})),
        cache_key(card(), Inputs("text-to-speech", {"text": "hello"})),
        cache_key(card(), Inputs("summarization", {"other": "hello"})),
    }
    assert len(keys) == 7
    assert cache_key(card(), text) == cache_key(card(), Inputs("summarization", {"text": "hello"}))


async def test_two_processes_share_what_they_computed(tmp_path: Path, inner: Counting) -> None:
    program = """
import asyncio, sys
from pathlib import Path
sys.path[:0] = [sys.argv[2]]
from test_cached import CachedWorker, Counting, ask
async def main():
    inner = Counting()
    worker = CachedWorker(inner, Path(sys.argv[1]) / "results")
    for n in range(30):
        await ask(worker, Path(sys.argv[1]), "text-classification", text=str(n))
    worker.close()
asyncio.run(main())
"""
    here = str(Path(__file__).parent)
    both = [await asyncio.create_subprocess_exec(sys.executable, "-c", program, str(tmp_path), here) for _ in range(2)]
    assert [await process.wait() for process in both] == [0, 0]

    worker = CachedWorker(inner, tmp_path / "results")
    outputs = [await ask(worker, tmp_path, "text-classification", text=str(n)) for n in range(30)]
    worker.close()

    assert all(output.cached for output in outputs)
    assert inner.runs == 0


async def test_a_cache_folder_that_cannot_be_used_costs_no_run(
    tmp_path: Path, inner: Counting, caplog: pytest.LogCaptureFixture
) -> None:
    (tmp_path / "file").write_text("not a folder")
    worker = CachedWorker(inner, tmp_path / "file")

    outputs = [await ask(worker, tmp_path, "text-classification", text="hello") for _ in range(2)]
    worker.close()

    assert [output.cached for output in outputs] == [False, False]
    assert "results are not kept" in caplog.text
