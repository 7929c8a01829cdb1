"""What comes out of a run, as it is shown and written down."""

from __future__ import annotations

from pathlib import Path
from typing import BinaryIO

from jarvis.execution.fake import FunctionWorker
from jarvis.execution.worker import Output
from jarvis.graph import Task
from jarvis.messages import Response
from jarvis.model_registry.card import ModelCard
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Inputs, Sink
from tests.jarvis.fakes import fake_jarvis

CHAIN = [
    {"id": 0, "task": "image-to-text", "args": {"image": "examples/media/cat.jpg"}},
    {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}},
]
DIAGRAM = """```mermaid
flowchart LR
    t0["0 image-to-text"]
    t1["1 text-to-speech"]
    t0 -->|text| t1
```"""


class Speaking:
    """Writes a file for speech, and says something for anything else."""

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        def fill(file: BinaryIO) -> None:
            file.write(b"RIFF")

        if spec.name == "text-to-speech":
            return Output(sink.write("speech", "audio/wav", fill))
        return Output("a cat on a chair")


def shown(response: Response) -> str:
    return response._repr_markdown_()  # pyright: ignore[reportPrivateUsage] - the name that notebooks call


def test_a_notebook_shows_the_answer_the_files_and_the_graph(tmp_path: Path) -> None:
    jarvis, _ = fake_jarvis([CHAIN], tmp_path, worker=Speaking())
    answer = jarvis.run_sync("describe cat.jpg and read it aloud")
    path = tmp_path / "speech.wav"

    assert "a cat on a chair" in answer.text
    assert shown(answer) == f"{answer.text}\n\n- **speech**: `{path}`\n\n{DIAGRAM}"


def test_a_notebook_shows_an_answer_without_files(tmp_path: Path) -> None:
    jarvis, _ = fake_jarvis([CHAIN], tmp_path, worker=FunctionWorker(lambda _: "something"))
    answer = jarvis.run_sync("describe cat.jpg and read it aloud")

    assert shown(answer) == f"{answer.text}\n\n\n{DIAGRAM}"
