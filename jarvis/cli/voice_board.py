"""The voice loop on a screen: one line of what it does and hears, and the answers; or JSON lines."""

from __future__ import annotations

from contextlib import suppress
from typing import TYPE_CHECKING

from jarvis.cli.screen import Screen
from jarvis.cli.words import one_line
from jarvis.voice.seen import (
    Asking,
    Done,
    Interrupted,
    Measured,
    Notice,
    Problem,
    Saying,
    Seen,
    State,
    StateChanged,
    Words,
)

if TYPE_CHECKING:
    from rich.live import Live

_SIGNS = {
    State.STARTING: ("◌", "bright_black"),
    State.ASLEEP: ("·", "bright_black"),
    State.LISTENING: ("◉", "cyan"),
    State.HEARING: ("●", "red"),
    State.THINKING: ("◍", "yellow"),
    State.SPEAKING: ("▶", "green"),
}
_TOLD = {
    State.STARTING: "getting ready",
    State.ASLEEP: "waiting for its name",
    State.LISTENING: "listening",
    State.HEARING: "hearing",
    State.THINKING: "thinking",
    State.SPEAKING: "speaking",
}


class Lines:
    """One JSON object for each event."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self.all_done = True
        """Whether everything that was asked for was done."""

    def show(self, seen: Seen) -> None:
        """Prints it."""
        self.all_done &= not (isinstance(seen, Done) and seen.failed)
        self._screen.json(seen.to_json())

    def close(self) -> None:
        """Nothing is open."""


class Board:
    """Lines of the conversation; below them, on a terminal, what it does right now."""

    def __init__(self, screen: Screen) -> None:
        self._screen = screen
        self._state = State.STARTING
        self._words = ""
        self._live: Live | None = None
        self.all_done = True
        """Whether everything that was asked for was done."""
        if screen.interactive:
            self._open()

    def show(self, seen: Seen) -> None:
        """Takes note of what happened, and shows it."""
        self.all_done &= not (isinstance(seen, Done) and seen.failed)
        match seen:
            case StateChanged():
                self._state = seen.state
            case Words():
                self._words = "" if seen.final else seen.text
            case _:
                pass
        for line in _lines(seen):
            self._screen.write(line)
        self._draw()

    def close(self) -> None:
        """Takes the line away."""
        if self._live is not None:
            with suppress(OSError):  # the terminal is gone
                self._live.stop()

    def _open(self) -> None:
        from rich.live import Live

        self._live = Live(console=self._screen.out, auto_refresh=False, transient=True)
        self._live.start()
        self._draw()

    def _draw(self) -> None:
        if self._live is None:
            return
        from rich.text import Text

        sign, style = _SIGNS[self._state]
        sign = sign if not self._screen.ascii_only else "*"
        line = Text(f"{sign} {_TOLD[self._state]}", style=style)
        if self._words:
            line.append(f"  {one_line(self._words, 200)}", style="default")
        self._live.update(line, refresh=True)


def _lines(seen: Seen) -> list[str]:
    """What is worth a line of the conversation."""
    match seen:
        case Words() if seen.final:
            return [f"> {seen.text}"]
        case Saying() if seen.filler:
            return [f"  ({seen.text})"]
        case Asking() if seen.approval:
            return [f"  {seen.text}"]
        case Done() if seen.kind in ("answered", "asked", "failed") and seen.text:
            return [f"  {line}" for line in seen.text.splitlines()]
        case Notice():
            return [f"  * {seen.text}"]
        case Problem():
            return [f"  ! {one_line(seen.text, 400)}"]
        case Interrupted():
            return ["  (interrupted)"]
        case Measured():
            return []
        case _:
            return []
