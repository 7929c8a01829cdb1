"""What the machine used, where it tells: the counters of RAPL, in Linux's power capping framework."""

from __future__ import annotations

from contextlib import suppress
from dataclasses import dataclass
from pathlib import Path

_POWERCAP = Path("/sys/class/powercap")
_MICRO = 1e-6


@dataclass(frozen=True, slots=True)
class Meter:
    """The counters of a machine's packages as they stood once, in microjoules."""

    counts: dict[Path, int]

    @classmethod
    def read(cls, folder: Path = _POWERCAP) -> Meter:
        """Reads the counters; there are none where the machine has none or shows them to root only."""
        counts: dict[Path, int] = {}
        for zone in sorted(folder.glob("intel-rapl:?")):  # the packages; zones within them count the same energy again
            with suppress(OSError, ValueError):
                counts[zone] = int((zone / "energy_uj").read_text("ascii"))
        return cls(counts)

    def joules_since(self, earlier: Meter) -> float | None:
        """Joules used since `earlier` was read; None where the machine does not tell."""
        parts = [
            _difference(zone, before, self.counts[zone])
            for zone, before in earlier.counts.items()
            if zone in self.counts
        ]
        return sum(parts) * _MICRO if parts else None


def _difference(zone: Path, before: int, now: int) -> int:
    if now >= before:
        return now - before
    with suppress(OSError, ValueError):  # the counter began again
        return now - before + int((zone / "max_energy_range_uj").read_text("ascii"))
    return 0
