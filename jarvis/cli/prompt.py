"""Lines from a person, with history and completion; or from a pipe."""

from __future__ import annotations

import glob
import os
from collections.abc import Sequence
from contextlib import AbstractContextManager
from pathlib import Path
from types import ModuleType

from jarvis.cli.screen import Screen

_REMEMBERED = 1000
_LONGEST_LINE = 1_000_000


class Prompt(AbstractContextManager["Prompt"]):
    """Where the lines of a conversation come from."""

    def __init__(self, screen: Screen, commands: Sequence[str]) -> None:
        self._screen, self._commands = screen, commands
        self.interactive = screen.stdin.isatty() and screen.interactive
        """Whether a person types."""
        self._readline: ModuleType | None = None

    def __enter__(self) -> Prompt:
        if self.interactive:
            self._readline = _readline()
        if self._readline is not None:
            _load(self._readline, history_file())
            self._readline.set_completer_delims(" \t\n")
            self._readline.set_completer(self._complete)
            self._readline.parse_and_bind("tab: complete")
        return self

    def __exit__(self, *error: object) -> None:
        if self._readline is not None:
            _save(self._readline, history_file())

    def read(self, pending: int) -> str | None:
        """The next line, None at the end; `pending` files wait for it.

        Raises:
            KeyboardInterrupt: Ctrl-C.
        """
        if not self.interactive:
            return self._screen.stdin.readline(_LONGEST_LINE) or None
        # The codes between \x01 and \x02 colour the prompt; readline does not count them as columns.
        waiting = f"\x01\x1b[2m\x02{pending} attached \x01\x1b[0m\x02" if pending else ""
        try:
            return input(f"\n{waiting}\x01\x1b[1;36m\x02>\x01\x1b[0m\x02 ")
        except EOFError:
            self._screen.write()
            return None

    def _complete(self, text: str, state: int) -> str | None:
        if text.startswith("/") and self._readline is not None and self._readline.get_begidx() == 0:
            found = [command for command in self._commands if command.startswith(text)]
        else:
            found = []
        found += [
            f"{p}/" if os.path.isdir(p) else p for p in sorted(glob.glob(glob.escape(os.path.expanduser(text)) + "*"))
        ]
        return found[state] if state < len(found) else None


def history_file() -> Path:
    """Where what was typed is kept, readable by its owner only."""
    from platformdirs import user_state_path

    return user_state_path("jarvis", appauthor=False) / "history"


def _readline() -> ModuleType | None:
    try:
        import readline
    except ImportError:  # not on every platform
        return None
    return readline


def _load(readline: ModuleType, path: Path) -> None:
    try:
        readline.read_history_file(path)
    except OSError:  # the first time
        return


def _save(readline: ModuleType, path: Path) -> None:
    try:
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        path.touch(mode=0o600)
        readline.set_history_length(_REMEMBERED)
        readline.write_history_file(path)
    except OSError:  # a read-only home: nothing is remembered, and nothing else is lost
        return
