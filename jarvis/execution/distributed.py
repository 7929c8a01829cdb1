"""A worker made of a Ray cluster: models run where there is room for them and where their inputs are."""

from __future__ import annotations

import shutil
import tempfile
import time
from collections.abc import Callable, Sequence
from contextlib import ExitStack
from dataclasses import asdict
from pathlib import Path
from threading import Event, Lock
from typing import Any

from jarvis.artifacts import Artifact
from jarvis.errors import JarvisError, ModelError, StorageError, TaskError, TaskTimeoutError, UsageError
from jarvis.execution.cluster import calls as cluster
from jarvis.execution.cluster.calls import CallError, Ran
from jarvis.execution.cluster.link import Link, LinkLostError, checked_address, connect, unreachable
from jarvis.execution.cluster.nodes import Limits
from jarvis.execution.cluster.parcels import Note, Packed, pack, unpack
from jarvis.execution.need import NOTHING, Need, need_of
from jarvis.execution.threads import in_thread
from jarvis.execution.worker import Call, Output, Worker, run_together
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.spec import Effect, ToolSpec
from jarvis.tools.handler import Inputs, Sink

_REMEMBERED = 5.0
"""Seconds for which a cluster that could not be reached is not tried again: the next candidates fail at once."""

_ERRORS: dict[str, type[JarvisError]] = {
    "StorageError": StorageError,
    "TaskTimeoutError": TaskTimeoutError,
    "InputError": UsageError,
    "UsageError": UsageError,
    "ModelError": ModelError,
}


def unheard(ran: Ran) -> None:
    """Listens to nothing."""


class RayWorker:
    """Runs models with weights on a cluster, and hands everything else to another worker, here.

    What goes to the cluster gives the same output for the same input and changes nothing, so it may run again elsewhere
    when a node is lost. Effects, functions, and what looks at this home or network never leave this machine.

    Safe to use from several threads and event loops.
    """

    def __init__(
        self,
        address: str,
        otherwise: Worker,
        limits: Limits | None = None,
        *,
        cores: int = 0,
        heard: Callable[[Ran], None] = unheard,
    ) -> None:
        """`address` is HOST:PORT of the cluster's head. Nothing is connected before it is needed.

        `cores` are those of the cluster, for `need`. `heard` is told how each call went: where, how long, what was
        carried.

        Raises:
            UsageError: not an address.
        """
        checked_address(address)
        self.address = address
        self.otherwise = otherwise
        self.limits = limits or Limits()
        self.cores = cores
        self.heard = heard
        self._link: Link | None = None
        self._lock = Lock()
        self._failure: tuple[float, ModelError] | None = None

    def need(self, card: ModelCard) -> Need:
        """What a task takes of the executor's slots, for `Executor(need=...)`.

        With `cores` and slots that count them too, tasks wait here until the cluster has room. Without, all are sent at
        once and wait there, while the time limit of each runs. The same model may run on several nodes at a time.
        """
        if not travels(card):
            return need_of(card, self.limits.threads)
        return Need(self.limits.threads) if self.cores else NOTHING

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        """Runs one task on the cluster; its files are written here when all of them have arrived.

        Raises:
            ModelError: the cluster cannot be reached, or no node of it can run the model.
            TaskError: the model cannot do this task, or was lost again and again.
            StorageError: the files cannot be written.
        """
        if spec.effect is not Effect.NONE or not travels(card):
            return await self.otherwise.run(task, spec, card, inputs, sink)
        return (await self._run([Call(task, inputs, sink)], card))[0]

    async def run_batch(self, spec: ToolSpec, card: ModelCard, calls: Sequence[Call]) -> list[Output]:
        """The same for several tasks of one model, in one go where its handler can.

        Raises:
            ModelError: as for `run`.
            TaskError: the model cannot do one of them.
            StorageError: the files cannot be written.
        """
        if spec.effect is not Effect.NONE or not travels(card):
            return await run_together(self.otherwise, spec, card, calls)
        return await self._run(calls, card)

    async def state(self) -> list[dict[str, Any]]:
        """The nodes of the cluster: id, resources, the models that are warm there, the files that they hold.

        Raises:
            ModelError: the cluster cannot be reached.
        """
        link = await in_thread(self._connected)
        try:
            state: list[dict[str, Any]] = await link.ask("state")
        except LinkLostError as error:
            raise unreachable(self.address, "it was lost") from error
        except CallError as error:
            raise self._error(error) from error
        return state

    def close(self) -> None:
        """Lets go of the cluster, and of the models that it keeps warm; a later call connects again."""
        with self._lock:
            link, self._link = self._link, None
        if link:
            link.close()

    async def _run(self, calls: Sequence[Call], card: ModelCard) -> list[Output]:
        gave_up = Event()
        folder = Path(await in_thread(lambda: tempfile.mkdtemp(prefix="jarvis-call-")))
        try:
            answer = await self._asked(_asked_for(calls, card, folder))
            self.heard(Ran.from_json(answer["ran"]))
            values = await in_thread(lambda: _written(answer["values"], calls, gave_up))
            return [Output(value) for value in values]
        finally:
            gave_up.set()
            shutil.rmtree(folder, ignore_errors=True)

    async def _asked(self, call: cluster.Call) -> dict[str, Any]:
        """The driver's answer; asked once more when the driver is lost, since nothing that it does has an effect."""
        for _ in range(2):
            link = await in_thread(self._connected)
            try:
                answer: dict[str, Any] = await link.ask("run", asdict(call))
            except LinkLostError:
                continue
            except CallError as error:
                raise self._error(error) from error
            return answer
        raise unreachable(self.address, "it was lost twice while it worked")

    def _connected(self) -> Link:
        with self._lock:
            if self._link and not self._link.lost:
                return self._link
            if self._failure and time.monotonic() - self._failure[0] < _REMEMBERED:
                raise self._failure[1]
            if self._link:
                self._link.close()
                self._link = None
            try:
                self._link = connect(self.address, self.limits)
            except ModelError as error:
                self._failure = time.monotonic(), error
                raise
            self._failure = None
            return self._link

    def _error(self, error: CallError) -> JarvisError:
        if error.kind == "ClusterGone":
            return unreachable(self.address, error.message)
        return _ERRORS.get(error.kind, TaskError)(error.message)


def travels(card: ModelCard) -> bool:
    """Whether a model may run on another machine: it has weights, and asks nothing of this home or of the network."""
    return bool(card.files) and not card.parameters.get("network") and not card.parameters.get("endpoint")


def _asked_for(calls: Sequence[Call], card: ModelCard, folder: Path) -> cluster.Call:
    task = calls[0].inputs.task
    try:
        batch = [{name: pack(value) for name, value in call.inputs.values.items()} for call in calls]
    except OSError as error:
        raise TaskError(f"a file of {task} is gone ({error}); give it again") from error
    return cluster.Call(task, card.model_dump(mode="json"), batch, str(folder))


def _files(value: Value) -> list[Artifact]:
    if isinstance(value, list):
        return [file for item in value for file in _files(item)]
    return [value] if isinstance(value, Artifact) else []


def _written(packed: Sequence[Packed], calls: Sequence[Call], gave_up: Event) -> list[Value]:
    """The values with their files among the artifacts: all of them, or none when one fails or nobody waits any more."""
    with ExitStack() as undo:
        values = [_unpacked(value, call, undo) for value, call in zip(packed, calls, strict=True)]
        if not gave_up.is_set():
            undo.pop_all()
    return values


def _unpacked(packed: Packed, call: Call, undo: ExitStack) -> Value:
    given = {file.digest: file for value in call.inputs.values.values() for file in _files(value)}

    def write(note: Note) -> Artifact:
        if note.given:
            return given[note.digest]
        with Path(note.path).open("rb") as source:
            made = call.sink.write(note.name, note.media_type, lambda out: shutil.copyfileobj(source, out))
        undo.callback(made.path.unlink, missing_ok=True)
        return made

    value: Value = unpack(packed, write)
    return value
