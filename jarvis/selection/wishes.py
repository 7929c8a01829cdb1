"""What a user asks of the models themselves: this one, none of those, fast, small, free to use."""

from __future__ import annotations

from dataclasses import dataclass, fields
from typing import Literal

Aim = Literal["", "fast", "best", "small"]
"""What matters most; empty: the usual balance."""


@dataclass(frozen=True, slots=True)
class Wishes:
    """Of the settings, or read from a request (`jarvis.selection.reading`)."""

    only: frozenset[str] = frozenset()
    """Ids of models that were named: a task that one of them does gets no other."""
    prefer: frozenset[str] = frozenset()
    """Ids of models to put first."""
    forbid: frozenset[str] = frozenset()
    """Ids of models that are never taken."""
    licenses: tuple[str, ...] = ()
    """The only licences to use: SPDX ids or classes of licences (`permissive`); empty allows all."""
    no_licenses: tuple[str, ...] = ()
    """Licences that are never taken, in the same words."""
    max_mb: float | None = None
    """How large the weights may be, in MB of 10**6 bytes."""
    aim: Aim = ""
    offline: bool = False
    """Whether models that need the network are ruled out."""

    def __bool__(self) -> bool:
        return any(getattr(self, field.name) != field.default for field in fields(self))

    def over(self, other: Wishes) -> Wishes:
        """These wishes on top of others: what both name adds up, and what only one can say is said by these.

        A ban of either holds; a licence must be allowed by both.
        """
        both = self.licenses and other.licenses
        return Wishes(
            only=self.only or other.only,
            prefer=self.prefer | other.prefer,
            forbid=self.forbid | other.forbid,
            licenses=_common(self.licenses, other.licenses) if both else self.licenses or other.licenses,
            no_licenses=tuple(dict.fromkeys((*self.no_licenses, *other.no_licenses))),
            max_mb=min((limit for limit in (self.max_mb, other.max_mb) if limit is not None), default=None),
            aim=self.aim or other.aim,
            offline=self.offline or other.offline,
        )


def _common(ours: tuple[str, ...], theirs: tuple[str, ...]) -> tuple[str, ...]:
    """What both allow. Lists that share no word are kept apart by the stricter reading: the newer one's."""
    return tuple(name for name in ours if name in theirs) or ours
