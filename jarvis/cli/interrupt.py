"""Ctrl-C in a run."""


class InterruptedRunError(Exception):
    """Ctrl-C, and the sentence about it is on the screen already."""
