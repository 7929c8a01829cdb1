"""When what happened in one turn, in seconds since the end of speech."""

from __future__ import annotations

import time
from collections.abc import Callable
from dataclasses import dataclass, field

from jarvis.voice.seen import Measured, Show


@dataclass(slots=True)
class Marks:
    """The times of one turn. Until the turn is over the sound's clock counts, afterwards the machine's.

    (The two run alike while anybody works: sound comes in real time then, also from files.)
    """

    end_of_turn: float = 0.0
    """Seconds from the last speech until it was sure that the turn is over."""
    ended: float = field(default_factory=time.perf_counter)
    """When that was, on the machine's clock."""
    times: dict[str, float] = field(default_factory=dict[str, float])
    filler: bool = False
    ahead: bool = False
    clock: Callable[[], float] = time.perf_counter

    def since_end(self) -> float:
        """Seconds since it was sure that the turn is over."""
        return self.clock() - self.ended

    def note(self, name: str, later: float = 0.0) -> None:
        """The first time that something happens; `later` seconds are still to come."""
        self.times.setdefault(name, self.end_of_turn + self.since_end() + later)

    def tell(self, show: Show, at: float) -> None:
        """Gives them out."""
        times = {name: round(value, 4) for name, value in self.times.items()}
        known = {name: times.get(name) for name in ("words", "planned", "started", "claim", "sound")}
        show(Measured(at, round(self.end_of_turn, 4), **known, filler=self.filler, ahead=self.ahead))
