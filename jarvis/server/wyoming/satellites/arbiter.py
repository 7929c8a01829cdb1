"""Two satellites that hear the same: one of them answers: the one that heard it better, else the earlier one."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable
from dataclasses import dataclass, field
from difflib import SequenceMatcher

WINDOW = 1.5
"""Seconds between two wake words that may be the same one."""
BETTER = 1.4
"""A level so many times higher (3 dB) is better heard."""
PATIENCE = 1.0
"""Seconds that one waits for the end of the turn of one that hears better."""
ALIKE = 0.5
"""The share of words in common from which two texts are the same words, heard twice."""
_KEPT = 60.0


@dataclass(eq=False, slots=True)
class Turn:
    """What one satellite heard after its wake word."""

    name: str
    woke: float
    level: Callable[[], float]
    """How loud it was so far."""
    text: str = ""
    answers: bool | None = None
    """None as long as it is not decided."""
    decided: asyncio.Event = field(default_factory=asyncio.Event)

    def decide(self, *, answers: bool) -> bool:
        """Says whether it is answered, once."""
        self.answers = answers
        self.decided.set()
        return answers


class Arbiter:
    """Decides for all satellites of a hub."""

    def __init__(self, clock: Callable[[], float] = time.monotonic) -> None:
        self._clock = clock
        self._turns: list[Turn] = []

    def woke(self, name: str, level: Callable[[], float]) -> Turn:
        """A satellite heard its wake word."""
        now = self._clock()
        self._turns = [turn for turn in self._turns if now - turn.woke < _KEPT and turn.name != name]
        turn = Turn(name, now, level)
        self._turns.append(turn)
        return turn

    async def meant(self, turn: Turn, text: str) -> bool:
        """Whether this satellite is the one to answer; the words of its turn are known now."""
        turn.text = text
        rivals = [each for each in self._turns if each is not turn and abs(each.woke - turn.woke) <= WINDOW]
        louder = [each for each in rivals if each.answers is None and each.level() > BETTER * turn.level()]
        if louder:
            await asyncio.wait([asyncio.ensure_future(_decided(each)) for each in louder])
        taken = any(each.answers and same_words(each.text, text) for each in rivals)
        return turn.decide(answers=not taken)


async def _decided(turn: Turn) -> None:
    try:
        async with asyncio.timeout(PATIENCE):
            await turn.decided.wait()
    except TimeoutError:
        return  # it still listens to something else


def same_words(one: str, other: str) -> bool:
    """Whether two texts are the same words, heard more or less well."""
    first, second = one.casefold().split(), other.casefold().split()
    return SequenceMatcher(None, first, second, autojunk=False).ratio() >= ALIKE
