"""What the driver remembers of the cluster: its nodes, the files that they hold, the models that are warm there."""

from __future__ import annotations

import asyncio
import time
from dataclasses import dataclass, field
from typing import Any

from jarvis.execution.cluster.calls import LostError
from jarvis.execution.cluster.placement import Need, NodeView, Seat

_SULK = 20.0
"""Seconds for which a node that did not answer is asked only when there is no other."""


@dataclass(frozen=True, slots=True)
class Limits:
    """How much of the cluster is used, and how patiently."""

    threads: int = 2
    """Threads of one model."""
    models: int = 8
    """Warm models on one node."""
    memory_mb: int = 0
    """Memory of all warm models on one node, by their cards; 0 for what the node offers to Ray."""
    store_mb: int = 2048
    """Files that one node keeps."""
    patience: float = 2.0
    """Seconds that a model which nobody waits for any more may still compute before its process is ended."""
    start_seconds: float = 60.0
    """Seconds that a node may take to start a process."""


@dataclass(eq=False, slots=True)
class Warm:
    """A model actor, or the place that is kept for one."""

    card: dict[str, Any]
    node: Node
    need: Need
    actor: Any = None
    pid: int = 0
    busy: bool = False
    began: float = 0.0
    used_at: float = 0.0

    @property
    def threads(self) -> int:
        """How many threads a call takes there."""
        return max(1, min(self.need.threads, int(self.node.cpus)))

    def seat(self) -> Seat:
        """The place as the placement sees it. A call that takes longer than expected is expected to go on as long."""
        need = self.need
        ran = time.monotonic() - self.began
        left = max(need.seconds - ran, ran / 2) if self.busy else 0.0
        return Seat(need.model, need.memory_mb, need.gpus, self.busy, left, self.used_at)


@dataclass(eq=False, slots=True)
class Node:
    """A node of the cluster."""

    id: str
    name: str
    cpus: float
    memory_mb: int
    gpus: float
    agent: Any = None
    root: str = ""
    """Where its agent keeps the files."""
    holds: dict[str, int] = field(default_factory=dict[str, int])
    warm: dict[str, Warm] = field(default_factory=dict[str, Warm])
    """By the id of the card."""
    unfit: dict[str, str] = field(default_factory=dict[str, str])
    """Cards that cannot run there, and why; "" for all cards."""
    silent_until: float = 0.0
    starting: asyncio.Lock = field(default_factory=asyncio.Lock)
    """Held while its agent is made."""

    def view(self, limits: Limits) -> NodeView:
        """The node as the placement sees it."""
        memory = min(self.memory_mb, limits.memory_mb) if limits.memory_mb else self.memory_mb
        busy = sum(warm.threads for warm in self.warm.values() if warm.busy)
        seats = tuple(warm.seat() for warm in self.warm.values())
        shunned = time.monotonic() < self.silent_until
        return NodeView(self.id, self.cpus, memory, self.gpus, busy, seats, limits.models, self.holds, shunned)

    def why_not(self, card: str) -> str:
        """Why a card cannot run there; empty when nothing is known against it."""
        return self.unfit.get("") or self.unfit.get(card, "")

    @property
    def keeper(self) -> Any:
        """Its agent.

        Raises:
            LostError: it did not answer another call meanwhile.
        """
        if self.agent is None:
            raise LostError("its agent is gone")
        return self.agent

    def silent(self) -> None:
        """It did not answer: what it held may be gone."""
        self.silent_until = time.monotonic() + _SULK
        self.agent = None
        self.holds.clear()


def nodes_of(rows: list[dict[str, Any]], known: dict[str, Node]) -> dict[str, Node]:
    """The nodes that are alive, by id; what is known of them stays."""
    alive: dict[str, Node] = {}
    for row in rows:
        if not row.get("Alive"):
            continue
        resources = row.get("Resources", {})
        node = known.get(row["NodeID"]) or Node(row["NodeID"], str(row.get("NodeManagerAddress", "")), 0, 0, 0)
        node.cpus = float(resources.get("CPU", 0))
        node.memory_mb = int(resources.get("memory", 0)) // 2**20
        node.gpus = float(resources.get("GPU", 0))
        alive[node.id] = node
    return alive
