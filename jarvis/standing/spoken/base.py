"""What a language must say so that its sentences about time and conditions are understood, and told."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

PARTS: Mapping[str, int] = {"morning": 8, "noon": 12, "afternoon": 15, "evening": 19, "night": 22, "midnight": 0}
"""Parts of a day, and the hour that stands for each where no time is said."""


@dataclass(frozen=True, slots=True)
class Tongue:
    """One language. Patterns are searched for without regard to case; `{N}` in them is any number.

    A pattern of a clock time has the groups `h`, and maybe `m` (minutes, or a word of `fractions`), `dir` (a word of
    `before` makes the minutes count backwards) and `part`; or `noon`, a word of `parts`.
    """

    code: str
    """ISO 639-1."""
    hints: str
    """Words of which one stands in whatever this grammar knows; what has none is not looked at further."""
    numbers: Mapping[str, int]
    fractions: Mapping[str, int]
    """Words for minutes: "half" is 30, "moins le quart" is -15."""
    before: frozenset[str]
    parts: Mapping[str, str]
    """Words for parts of a day, with the name in PARTS; "am" is `morning`, "pm" is `afternoon`."""
    clocks: tuple[str, ...]
    days: tuple[str, ...]
    """The names of the days of the week, Monday first; each with its other forms, divided by |."""
    units: Mapping[str, int]
    """Words for an interval, in minutes."""
    ordinals: Mapping[str, int]
    """Days of a month in words; -1 is the last one."""
    comes_again: tuple[tuple[str, str], ...]
    """(kind, pattern): kinds are `day`, `weekday`, `weekend`, `part` (group `part`), `names` (group `names`), `range`
    (`first`, `last`), `interval` (`n`, `unit`), `other` (`n`) and `month` (`nth`). `{D}` is the name of a day."""
    joins: str
    """What may stand between a day and a time, and between two times."""
    also: str
    """What stands between two requests."""
    spaced: bool
    """Whether words are divided by spaces."""
    when: tuple[str, ...]
    """Whole conditions: groups `thing` and `becomes`, maybe `window` and `hold`; `{BECOMES}`, `{WINDOW}`, `{HOLD}`."""
    becomes: Mapping[str, str]
    """What can be waited for -> pattern; `above` and `below` have the group `value`."""
    hold: str
    """How long a state must last: groups `hold` and `unit`."""
    ifs: str
    """Words for "when" that may also ask about now: "if the door is open" is no standing plan, ..."""
    static: str
    """... because "is open" tells a state, where "opens" tells a change."""
    always: str
    """Words for "when" that mean each time."""
    next_time: str
    """Words for "when" that mean once."""
    between: tuple[str, ...]
    """Windows of a day: groups `after`, `before`, or `part`. `{T}` is a time."""
    no_thing: str
    """What a condition is never about: "it", "someone"."""
    tells: str
    """Requests that want no more than to be told: group `room`."""
    reminds: str
    """Requests for a repeating reminder or alarm, without the clause: group `label`."""
    weather: str
    """Requests to be read the weather: what is wished for most, and not worth a model."""
    polite: str
    """What may stand before a request and says nothing."""
    plain: str
    """First words of sentences that tell something instead of asking for it."""
    doing: str
    """First words of requests for which a clause at the end or in the middle says when to do them."""
    about: str
    """Words behind which a clause belongs to what is spoken of: "about", "who"."""
    manages: tuple[tuple[str, str], ...]
    """(action, pattern): list, remove, pause, resume, change; groups `what` and `when`."""
    yes: str
    no: str
    texts: Mapping[str, str]
    """Templates of what is told."""
    deeds: Mapping[str, str] = field(default_factory=dict[str, str])
    """How a task is told in a plan: "weather" -> "the weather{place}"; of `home-control` by action."""
