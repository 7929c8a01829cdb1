"""Ctrl-C in a run."""

from __future__ import annotations

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services


class InterruptedRunError(Exception):
    """Ctrl-C, and everything about it is on the screen already."""


def leave(message: str, screen: Screen, services: Services, *, as_json: bool = False) -> InterruptedRunError:
    """Says in one sentence what became of the run, and gives the error to raise.

    It is said at once: a model that is still at work may keep the event loop from ending.
    """
    services.hurry(1)
    screen.note(message)
    if as_json:
        screen.json({"error": {"kind": "Interrupted", "message": message}})
    return InterruptedRunError(message)
