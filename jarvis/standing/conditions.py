"""What must become true of a thing of the home before a plan runs: it is told by a change of its state."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from datetime import datetime
from typing import Any

_ACTIVE = re.compile(
    r"on\b|running|washing|rinsing|spinning|drying|heating|cooking|cleaning|in use|active|playing|busy|\d+ ?%"
)
_STATES: dict[str, re.Pattern[str]] = {
    "open": re.compile(r"open\b(?!ing)|opened|\d+ ?% open|on$"),
    "closed": re.compile(r"closed|shut|off$"),
    "on": re.compile(r"on\b|playing|running|heat|cool|auto|open\b|\d+ ?%"),
    "off": re.compile(r"off\b|standby|idle|stopped|closed"),
    "running": re.compile(r"on\b|running|washing|rinsing|spinning|drying|heating|cooking|cleaning|active|playing|busy"),
    "locked": re.compile(r"locked"),
    "unlocked": re.compile(r"unlocked"),
    "motion": re.compile(r"on\b|detected|motion|moving|occupied"),
    "rings": re.compile(r"on\b|ring|pressed|detected|\d{4}-\d\d-\d\dT"),
    "home": re.compile(r"home"),
    "away": re.compile(r"not_home|not home|away"),
}
"""Words of a home for each state that can be waited for, looked for at the beginning."""
_DONE = re.compile(r"done|finished|complete|ready|off\b|idle|standby|docked|stopped|not running|end")
_NUMBER = re.compile(r"-?\d+(?:[.,]\d+)?")
BECOMES = ("done", "above", "below", *_STATES)
"""What can be waited for."""


@dataclass(frozen=True, slots=True)
class Condition:
    """A thing becomes something, maybe at certain times of the day, maybe for some time."""

    thing: str
    """As the user names it: "washing machine"."""
    becomes: str
    """One of BECOMES."""
    value: float | None = None
    """For `above` and `below`."""
    window: tuple[int, int] | None = None
    """Only from this minute of the day to before that one; may go over midnight."""
    hold: int = 0
    """Seconds for which it must stay so."""
    said: str = ""
    """The user's words for it: "is done"."""

    def holds(self, state: object) -> bool | None:
        """Whether a state is the one that is waited for; None when the state says nothing about it.

        `done` is told by the change alone: see `became`.
        """
        text = str(state).strip().casefold()
        if not text or text in ("unknown", "unavailable", "none"):
            return None
        if self.becomes in ("above", "below"):
            number = _NUMBER.search(text.replace("−", "-"))
            if number is None or self.value is None:
                return None
            found = float(number[0].replace(",", "."))
            return found > self.value if self.becomes == "above" else found < self.value
        if self.becomes == "done":
            return bool(_DONE.match(text)) and not _ACTIVE.match(text)
        return bool(_STATES[self.becomes].match(text))

    def became(self, before: object, after: object) -> bool:
        """Whether a change of state made it true; a first state that is known makes nothing true."""
        if self.becomes == "done":  # What was not at work cannot be done: "off" after "unavailable" is no end.
            return bool(_ACTIVE.match(str(before).strip().casefold())) and self.holds(after) is True
        return self.holds(before) is False and self.holds(after) is True

    def counts_at(self, moment: datetime) -> bool:
        """Whether it is to be looked at, at this time of the day."""
        if self.window is None:
            return True
        minute, (first, last) = moment.hour * 60 + moment.minute, self.window
        return first <= minute < last if first < last else minute >= first or minute < last

    def to_json(self) -> dict[str, Any]:
        """All that is not as it mostly is."""
        row: dict[str, Any] = {"thing": self.thing, "becomes": self.becomes, "said": self.said}
        row |= {"value": self.value} if self.value is not None else {}
        row |= {"window": list(self.window)} if self.window else {}
        return row | ({"hold": self.hold} if self.hold else {})

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Condition:
        """Reads the form of `to_json`."""
        window = row.get("window")
        return cls(
            thing=str(row["thing"]),
            becomes=str(row["becomes"]),
            value=row.get("value"),
            window=(int(window[0]), int(window[1])) if window else None,
            hold=int(row.get("hold", 0)),
            said=str(row.get("said", "")),
        )
