"""The two clocks of a machine: the one on the wall, which people set, and the one that only goes on."""

from __future__ import annotations

import asyncio
import time
from contextlib import suppress
from datetime import datetime, tzinfo
from pathlib import Path
from typing import Protocol

_BOOT = Path("/proc/sys/kernel/random/boot_id")


class Clock(Protocol):
    """What time it is, and a way to wait. Tests bring one of their own."""

    @property
    def boot(self) -> str:
        """What tells this start of the machine from others; empty when nothing does."""
        ...

    def now(self) -> float:
        """Seconds since 1970 as the wall clock has it: it may be set, forward and back."""
        ...

    def steady(self) -> float:
        """Seconds that passed since some moment of this boot, sleep of the machine included; never set."""
        ...

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Returns when the event is set, or after so many seconds."""
        ...


class SystemClock:
    """The clocks of this machine."""

    def __init__(self) -> None:
        self._boot = ""
        with suppress(OSError):  # Elsewhere than on Linux a restart cannot be told, and only the wall clock counts.
            self._boot = _BOOT.read_text(encoding="ascii").strip()

    @property
    def boot(self) -> str:
        """The kernel's id of this boot; empty where there is none."""
        return self._boot

    def now(self) -> float:
        """Seconds since 1970."""
        return time.time()

    def steady(self) -> float:
        """Seconds since the machine started, sleep included where the system counts it."""
        clock = getattr(time, "CLOCK_BOOTTIME", None)
        return time.monotonic() if clock is None else time.clock_gettime(clock)

    async def wait(self, event: asyncio.Event, seconds: float) -> None:
        """Waits on the event loop."""
        with suppress(TimeoutError):
            await asyncio.wait_for(event.wait(), max(0.0, seconds))


def local(moment: datetime, zone: tzinfo | None) -> datetime:
    """A time of day without a zone as a point in time: in `zone`, or in this machine's, with its summer time.

    A time that the change to summer time leaves out is as much later; of one that comes twice it is the first.
    """
    return moment.astimezone() if zone is None else moment.replace(tzinfo=zone)


def at(seconds: float, zone: tzinfo | None) -> datetime:
    """Seconds since 1970 as a time of day in `zone`, or in this machine's."""
    return datetime.fromtimestamp(seconds, zone) if zone else datetime.fromtimestamp(seconds).astimezone()
