"""What machine this is, so that measurements of another one are not taken for its own."""

from __future__ import annotations

import hashlib
import os
import platform
from dataclasses import dataclass
from importlib import metadata
from pathlib import Path

_CPUINFO = Path("/proc/cpuinfo")


@dataclass(frozen=True, slots=True)
class Device:
    """What makes times comparable."""

    processor: str
    cores: int
    """That this program may use."""
    onnxruntime: str
    """Its version: another one has other kernels."""

    @property
    def fingerprint(self) -> str:
        """Twelve letters and digits that tell it from others."""
        return hashlib.sha256(f"{self.processor}|{self.cores}|{self.onnxruntime}".encode()).hexdigest()[:12]

    def __str__(self) -> str:
        return f"{self.processor}, {self.cores} core{'s' if self.cores != 1 else ''}, onnxruntime {self.onnxruntime}"


def this_device() -> Device:
    """The machine that this program runs on."""
    cores = len(os.sched_getaffinity(0)) if hasattr(os, "sched_getaffinity") else os.cpu_count() or 1
    return Device(_processor(), cores, metadata.version("onnxruntime"))


def load_average() -> float | None:
    """How many programs wanted to compute in the last minute, on average; None where the system does not say."""
    return round(os.getloadavg()[0], 2) if hasattr(os, "getloadavg") else None


def _processor() -> str:
    if _CPUINFO.is_file():
        for line in _CPUINFO.read_text(encoding="utf-8", errors="replace").splitlines():
            if line.startswith("model name"):
                return line.partition(":")[2].strip()
    return platform.processor() or platform.machine() or "unknown"
