"""Where a task runs: the node where it is done soonest, counting what it must wait for, load and fetch. Pure."""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import dataclass, field

from jarvis.execution.need import memory_of
from jarvis.model_registry.card import ModelCard

_BYTES_A_SECOND = 100e6
"""What a wired home or office network carries."""
_LEAST_MEMORY_MB = 128
"""What a Python process with Ray takes before it has loaded anything."""
_SHUNNED = 1e6
"""Seconds that stand for "only if there is nothing else"."""


@dataclass(frozen=True, slots=True)
class Need:
    """What one call of a model takes."""

    model: str
    threads: int
    memory_mb: int
    gpus: float = 0.0
    load_seconds: float = 1.0
    seconds: float = 1.0
    files: Mapping[str, int] = field(default_factory=dict[str, int])
    """Bytes of each input, by digest."""
    behind: int = 0
    """Calls of the same model that wait behind this one: the more, the sooner a second node is worth loading."""


@dataclass(frozen=True, slots=True)
class Seat:
    """A model that a node holds in memory."""

    model: str
    memory_mb: int
    gpus: float = 0.0
    busy: bool = False
    ready_in: float = 0.0
    """Seconds until its call is expected to end."""
    used_at: float = 0.0
    """When it last began or ended a call: the one with the least goes first."""


@dataclass(frozen=True, slots=True)
class NodeView:
    """A node as it is now."""

    id: str
    cpus: float
    memory_mb: int
    gpus: float = 0.0
    threads_busy: float = 0.0
    seats: tuple[Seat, ...] = ()
    most_seats: int = 8
    holds: Mapping[str, int] = field(default_factory=dict[str, int])
    """Bytes of each file in its store, by digest."""
    shunned: bool = False
    """Whether it failed this task before, or did not answer lately."""

    def threads_for(self, need: Need) -> int:
        """How many threads the model gets there."""
        return max(1, min(need.threads, int(self.cpus)))

    def can_ever(self, need: Need) -> bool:
        """Whether the model could run there if the node did nothing else."""
        return self.cpus >= 1 and self.memory_mb >= need.memory_mb and self.gpus >= need.gpus and self.most_seats >= 1

    def seat(self, model: str) -> Seat | None:
        """The model's seat, if it has one."""
        return next((seat for seat in self.seats if seat.model == model), None)


@dataclass(frozen=True, slots=True)
class Place:
    """Where a call goes."""

    node: str
    evict: tuple[str, ...] = ()
    """Models that have to go first."""


def need_of(card: ModelCard, threads: int, files: Mapping[str, int]) -> Need:
    """What a card says that it takes; `accelerator` among its parameters asks for one, or for a share of one."""
    measured = card.measured
    gpus = float(card.parameters.get("accelerator", 0))
    load = measured.load_seconds if measured else 1.0
    seconds = measured.seconds if measured else 1.0
    return Need(card.id, threads, max(memory_of(card), _LEAST_MEMORY_MB), gpus, max(load, 0.5), seconds, files)


def place(need: Need, nodes: Iterable[NodeView]) -> Place | None:
    """The node that has a free place and is done soonest; None when it is better, or necessary, to wait for one.

    Done soonest: seconds to fetch the inputs that a node lacks, and to load the model where it is not warm. A node that
    is busy counts too, with what its calls still take: a warm model is worth waiting for a little.
    """
    able = [node for node in nodes if node.can_ever(need)]
    evictions = {node.id: _room(need, node) for node in able}
    waits = {node.id: 0.0 if evictions[node.id] is not None else _wait(need, node) for node in able}
    best = min(able, key=lambda node: (_seconds(need, node) + waits[node.id], *_tie(node)), default=None)
    evict = evictions[best.id] if best else None
    return Place(best.id, evict) if best and evict is not None else None


def _seconds(need: Need, node: NodeView) -> float:
    missing = sum(size for digest, size in need.files.items() if digest not in node.holds)
    load = 0.0 if node.seat(need.model) else need.load_seconds
    return missing / _BYTES_A_SECOND + load + (_SHUNNED if node.shunned else 0.0)


def _wait(need: Need, node: NodeView) -> float:
    seat = node.seat(need.model)
    if seat and seat.busy:
        return max(seat.ready_in, 0.05) + need.behind * need.seconds
    return max(min((seat.ready_in for seat in node.seats if seat.busy), default=0.0), 0.05)


def _tie(node: NodeView) -> tuple[float, int, str]:
    return node.threads_busy / node.cpus, len(node.seats), node.id


def _room(need: Need, node: NodeView) -> tuple[str, ...] | None:
    """What must be evicted so that the call can begin now; None when it cannot."""
    if node.cpus - node.threads_busy < node.threads_for(need):
        return None
    seat = node.seat(need.model)
    if seat:
        return None if seat.busy else ()
    kept = sorted(node.seats, key=lambda seat: seat.used_at)
    evicted: list[str] = []
    while not _fits(need, node, kept):
        idle = next((seat for seat in kept if not seat.busy), None)
        if idle is None:
            return None
        kept.remove(idle)
        evicted.append(idle.model)
    return tuple(evicted)


def _fits(need: Need, node: NodeView, kept: list[Seat]) -> bool:
    memory = need.memory_mb + sum(seat.memory_mb for seat in kept)
    gpus = need.gpus + sum(seat.gpus for seat in kept)
    return memory <= node.memory_mb and gpus <= node.gpus and len(kept) < node.most_seats
