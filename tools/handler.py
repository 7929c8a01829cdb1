"""What a handler is: code that runs one family of models for task types, and the typed inputs it gets."""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import TYPE_CHECKING, Any, BinaryIO, Protocol, runtime_checkable

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.messages import Value

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image


class Handler(Protocol):
    """A loaded model. It is made by `HandlerClass(files, options)` and used by one task at a time."""

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Does one task.

        Raises:
            TaskError: the model cannot do this input; the message says why.
        """
        ...


@runtime_checkable
class BatchHandler(Protocol):
    """A handler that does several tasks in one go quicker than one after another.

    The executor makes use of it when `parameters["batch"]` of the ModelCard says how many it takes.
    """

    def run_batch(self, several: Sequence[tuple[Inputs, Sink]]) -> list[Value]:
        """The values that `run` gives for each, in the same order.

        Raises:
            TaskError: one of them cannot be done; they are then run one by one.
        """
        ...


@dataclass(frozen=True, slots=True)
class RuntimeOptions:
    """How a model is to be run here."""

    threads: int = 2
    parameters: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """The `parameters` of its ModelCard: a voice, a threshold, a scale."""


@dataclass(frozen=True, slots=True)
class Inputs:
    """The values in a task's slots: files as Artifacts, everything else as text, lists or JSON data."""

    task: str
    values: Mapping[str, Value]

    def has(self, slot: str) -> bool:
        """Whether the slot holds anything."""
        return self.values.get(slot) not in (None, "", [])

    def text(self, slot: str) -> str:
        """The slot as text; several texts are joined by an empty line, data is written out as JSON."""
        value = self.values.get(slot, "")
        if isinstance(value, list) and value and all(isinstance(item, str) for item in value):
            return "\n\n".join(str(item) for item in value)
        if isinstance(value, str):
            return value
        if isinstance(value, Artifact):
            return value.path.read_text(encoding="utf-8", errors="replace")
        return json.dumps(value, ensure_ascii=False)

    def labels(self, slot: str) -> list[str]:
        """The slot as a list of words: of a list, of text split at commas, or of the labels in data."""
        value = self.values.get(slot)
        if isinstance(value, str):
            return [part.strip() for part in re.split(r"[,;\n，、]| and | or ", value) if part.strip()]
        if isinstance(value, list):
            found = [str(item["label"]) if isinstance(item, dict) and "label" in item else item for item in value]
            return [str(item) for item in dict.fromkeys(str(f) for f in found)]
        return []

    def needed_labels(self, slot: str, to: str = "choose from") -> list[str]:
        """The same, where it takes at least one; `to` says what for.

        Raises:
            TaskError: there are none.
        """
        labels = self.labels(slot)
        if not labels:
            raise TaskError(f"{self.task} needs labels to {to}; name them, separated by commas")
        return labels

    def data(self, slot: str) -> Any:
        """The slot as JSON data; text is parsed when it is JSON, else given as it is."""
        value = self.values.get(slot)
        if isinstance(value, str):
            try:
                return json.loads(value)
            except ValueError:
                return value
        return value

    def file(self, slot: str) -> Artifact:
        """The one file in the slot.

        Raises:
            TaskError: the slot holds no file.
        """
        value = self.values.get(slot)
        if isinstance(value, list) and value and isinstance(value[0], Artifact):
            value = value[0]
        if not isinstance(value, Artifact):
            raise TaskError(f"{self.task} needs a file for {slot!r}; give one with -f FILE or name it in the request")
        return value

    def image(self, slot: str = "image") -> Image:
        """The image in the slot, RGB, upright.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        from jarvis.tools.media import read_image

        return read_image(self.file(slot).path)

    def audio(self, slot: str = "audio", rate: int = 16_000) -> NDArray[np.float32]:
        """The sound in the slot: mono samples in [-1, 1] at `rate` Hz, shape [samples].

        Raises:
            TaskError: no sound, or one that cannot be decoded.
        """
        from jarvis.tools.media import read_audio

        return read_audio(self.file(slot).path, rate)


@dataclass(slots=True)
class Stop:
    """Says whether a task was given up. Set in one thread, looked at in others."""

    asked: bool = False


@dataclass(frozen=True, slots=True)
class Sink:
    """Where a handler puts the files that it makes, and where it hears that nobody waits for them any more."""

    folder: ArtifactFolder
    provenance: Provenance
    key: str = ""
    """For a task with an effect: tells repetitions of it apart from a second one (an idempotency key)."""
    stop: Stop = field(default_factory=Stop, compare=False)

    @property
    def cancelled(self) -> bool:
        """Whether the task was given up: what comes out of it is thrown away."""
        return self.stop.asked

    def check(self) -> None:
        """For handlers to call now and then while they work.

        Raises:
            TaskError: the task was given up.
        """
        if self.stop.asked:
            raise TaskError(f"{self.provenance.tool} was stopped, because nobody waits for it any more")

    def write(self, name: str, media_type: str, fill: Callable[[BinaryIO], object]) -> Artifact:
        """Writes a file; `fill` gets it open for binary writing."""
        return self.folder.write(name, media_type, fill, self.provenance)

    def image(self, name: str, image: Image) -> Artifact:
        """Writes an image as PNG."""
        return self.write(name, "image/png", lambda file: image.save(file, format="PNG"))

    def audio(self, name: str, samples: NDArray[np.float32], rate: int) -> Artifact:
        """Writes mono samples in [-1, 1] as 16-bit WAV."""
        from jarvis.tools.media import write_wav

        return self.write(name, "audio/wav", lambda file: write_wav(file, samples, rate))


HandlerClass = Callable[[Mapping[str, Path], RuntimeOptions], Handler]
"""Loads a model: files of the ModelCard by role, runtime options."""
