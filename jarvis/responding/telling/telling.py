"""What a teller gets: one task, its value, and the words to say it in."""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.responding.naming import Naming
from jarvis.responding.phrases import Phrases


@dataclass(frozen=True, slots=True)
class Telling:
    """One result that is to be told."""

    task: Task
    value: Value
    naming: Naming
    note: str = ""
    """How the result was made, in brackets, when that is less than the task promises; mostly empty."""
    crowded: bool = False
    """Whether another told task has the same tool, so that each must say which one it is."""

    @property
    def phrases(self) -> Phrases:
        """The language of the answer."""
        return self.naming.phrases

    def say(self, key: str, **values: str) -> str:
        """A template with the phrases about the task's source, its note, its name, and `values` put in."""
        about = self.phrases.about(self.naming.source(self.task))
        return self.phrases.say(key, **({"note": self.note, "subject": self.subject} | about | values))

    @property
    def subject(self) -> str:
        """The name of the output at the start of a sentence."""
        return self.phrases.capital(self.naming.output(self.task).subject)

    def literal(self, slot: str) -> str:
        """The literal text in a slot; empty without one."""
        return self.task.literal(slot) or ""


Teller = Callable[[Telling], str | None]
"""Puts a value into words; None when the value has not the shape that it knows."""
