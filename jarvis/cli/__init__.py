"""The command line: `jarvis run`, `plan`, `chat`, `models`, `setup`, `doctor`."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jarvis.cli.services import Services


def main(argv: Sequence[str] | None = None, services: Services | None = None) -> int:
    """Runs one command and gives its exit code: 0 done, 1 failed or interrupted, 2 wrong usage. Never raises.

    `argv` is what stands after `jarvis` (default: that of this process); `services` is what the commands work with,
    for tests and for programs that bring their own.
    """
    from jarvis.cli.entry import enter

    return enter(argv, services)
