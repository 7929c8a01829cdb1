"""The terminal's echo: what is typed while a picture is redrawn would tear it."""

from __future__ import annotations

import sys
from types import ModuleType
from typing import Any


class Echo:
    """Turns the echo of standard input off and on; where there is no terminal, nothing happens."""

    def __init__(self) -> None:
        self._before: list[Any] | None = None

    def off(self) -> None:
        """What is typed from now on waits, unseen, for whoever reads it next; Ctrl-C works as always."""
        termios = _termios()
        if termios is None or self._before is not None:
            return
        before: list[Any] = termios.tcgetattr(sys.stdin)
        self._before, silent = before, [*before]
        silent[3] &= ~termios.ECHO
        termios.tcsetattr(sys.stdin, termios.TCSADRAIN, silent)

    def on(self) -> None:
        """As it was before `off`."""
        termios = _termios()
        if termios is not None and self._before is not None:
            termios.tcsetattr(sys.stdin, termios.TCSADRAIN, self._before)
            self._before = None


def _termios() -> ModuleType | None:
    """The module, where standard input is a terminal of a Unix system."""
    try:
        import termios
    except ImportError:
        return None
    try:
        return termios if sys.stdin.isatty() and sys.stdin.fileno() >= 0 else None
    except (OSError, ValueError):  # closed, or a stream without a descriptor
        return None
