"""The driver's side of a cluster: model actors are made where they are needed, kept warm, and made again when lost."""

from __future__ import annotations

import asyncio
import logging
import time
from collections.abc import Mapping, Sequence
from dataclasses import asdict, replace
from importlib import import_module
from pathlib import Path
from typing import Any

from jarvis.execution.cluster.actors import ModelActor, NodeAgent, version
from jarvis.execution.cluster.calls import Call, CallError, Done, LostError, Moved, Ran
from jarvis.execution.cluster.line import Line, Waiting
from jarvis.execution.cluster.nodes import Limits, Node, Warm, nodes_of
from jarvis.execution.cluster.parcels import Note, Packed, notes_in
from jarvis.execution.cluster.placement import Need, NodeView, Place, need_of, place
from jarvis.execution.cluster.transfers import Carrier, answer
from jarvis.model_registry.card import ModelCard

_TRIES = 3
"""How often a call is begun when what ran it was lost. It has no effect, so nothing is done twice."""
_FRESH = 2.0
"""Seconds for which the list of nodes is taken for true."""
_HEAD_SECONDS = 10.0
"""Seconds that the cluster's head may take to say which nodes there are."""

_TRANSFERS = 8
"""What an agent does at a time."""
_LOOK_AGAIN = 5.0
"""Seconds after which the nodes are looked up again while calls wait for a place."""

_log = logging.getLogger(__name__)


class _UnfitError(Exception):
    """A node cannot run a model: its weights or a library are missing there."""


class Pool:
    """Runs calls on the nodes of the cluster to which this process is connected. It belongs to one event loop."""

    def __init__(self, limits: Limits) -> None:
        self._limits = limits
        self._ray: Any = import_module("ray")
        self._nodes: dict[str, Node] = {}
        self._looked = 0.0
        self._looking = asyncio.Lock()
        self._carrier = Carrier()
        self._line: Line[Warm] = Line()
        self._watcher: asyncio.Task[None] | None = None
        self._ending: set[asyncio.Task[None]] = set()

    async def run(self, call: Call) -> Done:
        """Runs one call; again on another node when the first one is lost.

        Raises:
            CallError: the model cannot do it, or no node can run the model.
        """
        card = ModelCard.model_validate(call.card)
        need = need_of(card, self._limits.threads, {digest: note.size for digest, note in call.files.items()})
        lost: list[Node] = []
        while True:
            warm = await self._seat(need, card, lost)
            try:
                done = await self._on(warm, call)
            except _UnfitError as error:
                warm.node.unfit[card.id] = str(error)
            except LostError as error:
                _log.warning("%s was lost on %s: %s", card.id, warm.node.name, error)
                lost.append(warm.node)
                if len(lost) == _TRIES:
                    raise CallError("TaskError", _lost_for_good(card, lost, error)) from error
            else:
                return replace(done, ran=replace(done.ran, lost=tuple(node.id for node in lost)))

    async def state(self) -> list[dict[str, Any]]:
        """Each node, with what is warm there and which files it holds."""
        await self._look()
        return [
            {
                "id": node.id,
                "name": node.name,
                "cpus": node.cpus,
                "memory_mb": node.memory_mb,
                "gpus": node.gpus,
                "warm": {model: warm.pid for model, warm in node.warm.items()},
                "busy": sorted(model for model, warm in node.warm.items() if warm.busy),
                "holds": node.holds,
            }
            for node in self._nodes.values()
        ]

    # Choosing a place.

    async def _seat(self, need: Need, card: ModelCard, lost: list[Node]) -> Warm:
        """A place for a call, which is busy with it from now on; waits until there is one."""
        await self._look()
        if not any(view.can_ever(need) for view in self._views()):
            self._looked = 0.0  # One that can may have come since.
            await self._look()
        seat: asyncio.Future[Warm] = asyncio.get_running_loop().create_future()
        waiting = Waiting(need, card, frozenset(node.id for node in lost), seat)
        self._line.add(waiting)
        self._serve()
        if self._line and (self._watcher is None or self._watcher.done()):
            self._watcher = asyncio.create_task(self._watch())
        try:
            await asyncio.wait([seat])
        except asyncio.CancelledError:
            if not seat.done():
                self._line.leave(waiting)
            elif not seat.exception():
                self._release(seat.result())
            raise
        return seat.result()

    async def _watch(self) -> None:
        """Looks for nodes while calls wait: Ray does not tell of new ones, nor of those that are gone."""
        while self._line:
            await asyncio.sleep(_LOOK_AGAIN)
            try:
                await self._look()
            except CallError as error:
                for waiting in self._line:
                    self._line.leave(waiting)
                    waiting.seat.set_exception(error)
            self._serve()

    def _serve(self) -> None:
        """Gives places to those who wait."""
        self._line.serve(self._settled)

    def _settled(self, waiting: Waiting[Warm], behind: int) -> bool:
        need, card = replace(waiting.need, behind=behind), waiting.card
        views = [
            replace(view, shunned=view.shunned or view.id in waiting.avoid)
            for view in self._views()
            if not self._nodes[view.id].why_not(card.id)
        ]
        found = place(need, views)
        if found:
            waiting.seat.set_result(self._taken(found, need, card))
        elif not any(view.can_ever(need) for view in views):
            waiting.seat.set_exception(CallError("ModelError", self._nowhere(need, card)))
        return waiting.seat.done()

    def _views(self) -> list[NodeView]:
        return [node.view(self._limits) for node in self._nodes.values()]

    def _taken(self, found: Place, need: Need, card: ModelCard) -> Warm:
        node = self._nodes[found.node]
        for model in found.evict:
            self._end(node.warm[model])
        as_json = card.model_dump(mode="json")
        warm = node.warm.get(card.id)
        if warm and warm.card != as_json:
            self._end(warm)  # The card was changed meanwhile.
            warm = None
        if warm is None:
            warm = node.warm[card.id] = Warm(as_json, node, need)
        warm.busy, warm.began = True, time.monotonic()
        return warm

    async def _look(self) -> None:
        """Asks the head which nodes there are, unless it was asked a moment ago."""
        async with self._looking:
            if time.monotonic() - self._looked < _FRESH:
                return
            try:
                rows = await asyncio.wait_for(asyncio.to_thread(self._ray.nodes), _HEAD_SECONDS)
            except (TimeoutError, self._ray.exceptions.RayError) as error:
                raise CallError("ClusterGone", "its head does not answer any more") from error
            self._nodes = nodes_of(rows, self._nodes)
            self._looked = time.monotonic()

    def _nowhere(self, need: Need, card: ModelCard) -> str:
        reasons = {node.name: node.why_not(card.id) for node in self._nodes.values() if node.why_not(card.id)}
        for node in self._nodes.values():
            node.unfit.clear()  # Whoever mends it can ask again.
        told = "; ".join(f"{name}: {reason}" for name, reason in reasons.items())
        gpus = f", {need.gpus:g} GPU" if need.gpus else ""
        size = f"a node with a core and {need.memory_mb} MB of memory{gpus}"
        return f"no node of the cluster can run {card.name}; it needs {size}" + (f" ({told})" if told else "")

    # Running.

    async def _on(self, warm: Warm, call: Call) -> Done:
        """Runs a call at its place, and frees the place."""
        running: Any = None
        moved = Moved()
        try:
            await self._started(warm)
            reply: dict[str, Any] = {"lacking": []}
            while "lacking" in reply:
                await self._carrier.bring(warm.node, call.files, self._nodes.values(), moved)
                running = warm.actor.run.remote(call.task, [dict(values) for values in call.batch])
                reply = await answer(running, None)
                running = None
            return await self._done(reply, warm, call, moved)
        except LostError:
            await self._examine(warm)
            raise
        except asyncio.CancelledError:
            if running is not None:
                self._wind_down(warm, running)
            raise
        finally:
            if running is None or warm.actor is None:
                self._release(warm)

    async def _done(self, reply: Mapping[str, Any], warm: Warm, call: Call, moved: Moved) -> Done:
        if error := reply.get("error"):
            if error["kind"] == "ModelError":
                self._end(warm)
                raise _UnfitError(error["message"])
            if "trace" in error:
                _log.error("%s broke on %s:\n%s", warm.need.model, warm.node.name, error["trace"])
            raise CallError(error["kind"], error["message"])
        values = await self._brought_back(reply["values"], warm.node, Path(call.folder))
        sent, fetched = tuple(moved.sent), tuple(moved.fetched)
        return Done(values, Ran(warm.node.id, reply["pid"], reply["calls"], reply["seconds"], sent, fetched))

    async def _brought_back(self, values: Sequence[Packed], node: Node, folder: Path) -> list[Packed]:
        """The values, their files here; the node keeps them for the tasks that need them next."""
        paths: dict[str, str] = {}
        for note in (note for value in values for note in notes_in(value)):
            if note.given or note.digest in paths:
                continue
            node.holds[note.digest] = note.size
            target = folder / note.digest
            try:
                await self._carrier.get(node, note, target)
            except OSError as error:
                message = f"cannot write to {folder} ({error.strerror or error}); free some space there"
                raise CallError("StorageError", message) from error
            paths[note.digest] = str(target)
        return [_at(value, paths) for value in values]

    # Actors.

    async def _started(self, warm: Warm) -> None:
        node = warm.node
        async with node.starting:
            if node.agent is None:
                await self._greet(node)
        if warm.actor is None:
            need = warm.need
            model = self._actor(ModelActor, node, memory=need.memory_mb * 2**20, num_gpus=need.gpus)
            warm.actor = model.remote(warm.card, warm.threads, node.root)
        if not warm.pid:
            warm.pid = (await answer(warm.actor.hello.remote(), self._limits.start_seconds))["pid"]

    async def _greet(self, node: Node) -> None:
        agent = self._actor(NodeAgent, node, max_concurrency=_TRANSFERS).remote(self._limits.store_mb)
        hello = await answer(agent.hello.remote(), self._limits.start_seconds)
        if hello["version"] != version():
            node.unfit[""] = f"it has jarvis {hello['version']}, and this machine {version()}; install the same"
            raise _UnfitError(node.unfit[""])
        node.agent, node.root = agent, hello["root"]

    def _actor(self, kind: type, node: Node, **options: Any) -> Any:
        """A Ray actor class bound to a node.

        Its cores are counted per call and not reserved: a warm model that computes nothing holds no core. Memory and
        accelerators it holds. Bound for good: where else it may run is decided here, with its files in mind.
        """
        from ray.util.scheduling_strategies import NodeAffinitySchedulingStrategy

        bound = NodeAffinitySchedulingStrategy(node.id, soft=False)
        return self._ray.remote(kind).options(num_cpus=0, max_restarts=0, scheduling_strategy=bound, **options)

    async def _examine(self, warm: Warm) -> None:
        """After a loss: whether the whole node is gone, or one process."""
        node = warm.node
        self._looked = 0.0
        self._end(warm)
        if node.agent is None:
            node.silent()
            return
        try:
            await answer(node.agent.tidy.remote(warm.pid), 3)
        except LostError:
            node.silent()
            for other in [other for other in node.warm.values() if not other.busy]:
                self._end(other)

    def _end(self, warm: Warm) -> None:
        """Ends a model's process; the next call makes a new one."""
        if warm.node.warm.get(warm.need.model) is warm:
            del warm.node.warm[warm.need.model]
        if warm.actor is not None:
            self._ray.kill(warm.actor)
            warm.actor = None

    def _release(self, warm: Warm) -> None:
        warm.busy, warm.used_at = False, time.monotonic()
        if warm.actor is None and warm.node.warm.get(warm.need.model) is warm:
            del warm.node.warm[warm.need.model]  # It never started.
        self._serve()

    def _wind_down(self, warm: Warm, running: Any) -> None:
        task = asyncio.create_task(self._stopped(warm, running))
        self._ending.add(task)
        task.add_done_callback(self._ending.discard)

    async def _stopped(self, warm: Warm, running: Any) -> None:
        """Frees the place of a call that nobody waits for: when it ends soon, else by ending its process."""
        self._ray.cancel(running)  # A call that has not begun never begins; one that computes is not interrupted.
        try:
            await answer(running, self._limits.patience)
        except LostError:
            self._end(warm)
            if warm.node.agent is not None:
                warm.node.agent.tidy.remote(warm.pid)
        finally:
            self._release(warm)


def _at(value: Packed, paths: Mapping[str, str]) -> Packed:
    if "file" in value:
        note = Note(**value["file"])
        return {"file": asdict(replace(note, path="" if note.given else paths[note.digest]))}
    if "list" in value:
        return {"list": [_at(item, paths) for item in value["list"]]}
    return value


def _lost_for_good(card: ModelCard, lost: list[Node], error: LostError) -> str:
    where = ", ".join(dict.fromkeys(node.name for node in lost))
    return f"{card.name} was lost {len(lost)} times on the cluster ({where}: {error}); try a smaller input"
