"""What one language has to say about time and conditions, as compiled patterns; see `spoken.base.Tongue`."""

from __future__ import annotations

import re
from collections.abc import Mapping
from functools import cache, cached_property

from jarvis.errors import UsageError
from jarvis.standing.conditions import Condition
from jarvis.standing.schedule import EVERY_DAY, WEEKDAYS, WEEKEND, Schedule
from jarvis.standing.spoken import TONGUES
from jarvis.standing.spoken.base import PARTS, Tongue

_GROUP = re.compile(r"\(\?P<\w+>")
_LATE = ("afternoon", "evening")
_WINDOWS = {"night": (22 * 60, 6 * 60), "morning": (5 * 60, 12 * 60), "afternoon": (12 * 60, 18 * 60),
            "evening": (18 * 60, 23 * 60)}  # fmt: skip
_SECONDS = re.compile(r"s(?:ec|eg|ek|$)|秒", re.IGNORECASE)
_HOURS = re.compile(r"h|stunde|小时|钟头|个小时", re.IGNORECASE)


def _bare(pattern: str) -> str:
    """The pattern without names, to be put into another one several times."""
    return _GROUP.sub("(?:", pattern)


def _any(words: Mapping[str, object] | tuple[str, ...]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


class Grammar:
    """The patterns of one language."""

    def __init__(self, tongue: Tongue) -> None:
        self.tongue = tongue
        end = r"(?!\w)" if tongue.spaced else ""
        self._number = rf"(?:\d{{1,4}}|(?:{_any(tongue.numbers)}){end})"
        self._day = "(?:" + "|".join(tongue.days) + ")"
        self._end = end
        self.time = "(?:" + "|".join(_bare(self._filled(p)) for p in tongue.clocks) + ")" + end

    def _filled(self, pattern: str) -> str:
        return pattern.replace("{N}", self._number).replace("{D}", self._day)

    @cached_property
    def clocks(self) -> list[re.Pattern[str]]:
        """Times of day."""
        return [self.compiled(pattern + self._end) for pattern in self.tongue.clocks]

    @cached_property
    def comes_again(self) -> list[tuple[str, re.Pattern[str]]]:
        """Days, by kind."""
        return [(kind, self.compiled(pattern + self._end)) for kind, pattern in self.tongue.comes_again]

    def compiled(self, pattern: str) -> re.Pattern[str]:
        """A pattern of the tongue, with numbers and days filled in."""
        return re.compile(self._filled(pattern), re.IGNORECASE)

    @cached_property
    def hints(self) -> re.Pattern[str]:
        """What is looked for first, so that ordinary requests cost nothing."""
        return re.compile(self.tongue.hints, re.IGNORECASE)

    @cached_property
    def clause(self) -> re.Pattern[str]:
        """Days and times, in either order."""
        start, end = (r"(?<!\w)", r"(?!\w)") if self.tongue.spaced else ("", "")
        days = "(?:" + "|".join(_bare(self._filled(p)) for _, p in self.tongue.comes_again) + ")" + end
        times = f"{self.time}(?:{self.tongue.joins}{self.time})*"
        window = f"(?:{_bare(self._windows)})"
        join = rf"(?:{self.tongue.joins})"
        return re.compile(
            f"{start}(?:{days}{window}?{join}{times}|{times}{join}?{days}{window}?|{days}{window}?){end}", re.I
        )

    @cached_property
    def _windows(self) -> str:
        time = f"(?:{self.time}|{self._number})"
        return "|".join(p.replace("{T}", time) for p in self.tongue.between)

    @cached_property
    def when(self) -> list[re.Pattern[str]]:
        """Whole conditions."""
        becomes = "(?P<becomes>" + "|".join(_bare(self._filled(p)) for p in self.tongue.becomes.values()) + ")"
        filled = {"{BECOMES}": becomes, "{WINDOW}": f"(?P<window>{_bare(self._windows)})?",
                  "{HOLD}": f"(?:{self._filled(self.tongue.hold)})?"}  # fmt: skip
        patterns: list[re.Pattern[str]] = []
        for pattern in self.tongue.when:
            for name, value in filled.items():
                pattern = pattern.replace(name, value)  # noqa: PLW2901 - filled step by step
            patterns.append(re.compile(pattern, re.IGNORECASE))
        return patterns

    def number(self, text: str) -> int | None:
        """A number in digits or words."""
        word = text.strip().lower()
        return int(word) if word.isdecimal() else self.tongue.numbers.get(word)

    def minute(self, text: str, hint: str = "") -> int | None:
        """The minute of the day that a time names; `hint` is the part of the day that was said before."""
        for pattern in self.clocks:
            if match := pattern.fullmatch(text.strip()):
                return self._minute(match.groupdict(), hint)
        hour = self.number(text)
        return None if hour is None else self._of(hour, 0, hint)

    def minutes(self, text: str, hint: str = "") -> list[int]:
        """All times in a text, in order and once each."""
        found: set[int] = set()
        for match in re.finditer(self.time, text, re.IGNORECASE):
            minute = self.minute(match[0], hint)
            if minute is None:
                return []
            found.add(minute)
        return sorted(found)

    def _minute(self, said: Mapping[str, str | None], hint: str) -> int | None:
        if noon := said.get("noon"):
            return PARTS[self.tongue.parts[noon.lower()]] * 60
        hour = self.number(said.get("h") or "")
        part = said.get("part") or said.get("part2") or ""
        part = self.tongue.parts.get(part.lower(), "") or hint
        minutes = self._minutes(said.get("m") or "")
        if hour is None or minutes is None:
            return None
        back = (said.get("dir") or "").lower() in self.tongue.before
        return self._of(hour, -minutes if back else minutes, part)

    def _minutes(self, said: str) -> int | None:
        word = said.strip().lower()
        return 0 if not word else self.tongue.fractions[word] if word in self.tongue.fractions else self.number(word)

    def _of(self, hour: int, minutes: int, part: str) -> int | None:
        if hour > 24 or abs(minutes) > 59:
            return None
        if (part in _LATE and hour < 12) or (part == "night" and 6 <= hour < 12) or (part == "noon" and hour < 6):
            hour += 12
        elif hour == 12 and part in ("morning", "night"):
            hour = 0
        return (hour * 60 + minutes) % 1440

    def schedule(self, text: str) -> Schedule | None:
        """The schedule that a text names, if it names one and nothing else; `clause` finds it in a sentence."""
        text = text.strip().rstrip(".!。！")
        if not self.hints.search(text) or not self.clause.fullmatch(text):
            return None
        for kind, pattern in self.comes_again:
            if match := pattern.search(text):
                rest = f"{text[: match.start()]} {text[match.end() :]}"
                try:
                    return self._schedule(kind, match, rest)
                except UsageError:  # "every day at 25": no time of day
                    return None
        return None

    def _schedule(self, kind: str, match: re.Match[str], rest: str) -> Schedule | None:
        said = match.groupdict()
        part = self.tongue.parts.get((said.get("part") or "").lower(), "")
        if kind == "interval":
            number = self.number(said["n"]) if said.get("n") else 1
            unit = self.tongue.units[(said.get("unit") or said.get("hourly") or "").lower()]
            return Schedule(interval=number * unit, window=self.window(rest)) if number else None
        named = re.search(self.time, rest, re.IGNORECASE) is not None
        times = tuple(self.minutes(rest, part)) if named else (PARTS[part or "morning"] * 60,)
        if not times:
            return None
        if kind == "month":
            nth = (said["nth"] or "").lower()
            day = self.tongue.ordinals.get(nth) or int(re.sub(r"\D", "", nth) or 0)
            return Schedule(times, month_days=(day,)) if -1 <= day <= 31 and day else None
        if kind == "other":
            return Schedule(times, each=self.number(said.get("n") or "") or 2)
        return Schedule(times, self._days(kind, said))

    def _days(self, kind: str, said: Mapping[str, str | None]) -> frozenset[int]:
        if kind == "range":
            first, last = self._named(said["first"] or "")[0], self._named(said["last"] or "")[0]
            return frozenset((first + n) % 7 for n in range((last - first) % 7 + 1))
        if kind == "names":
            return frozenset(self._named(said["names"] or ""))
        return {"weekday": WEEKDAYS, "weekend": WEEKEND}.get(kind, EVERY_DAY)

    def _named(self, text: str) -> list[int]:
        words = re.findall(self._day, text, re.IGNORECASE)
        return [n for word in words for n, names in enumerate(self.tongue.days) if re.fullmatch(names, word, re.I)]

    def window(self, text: str) -> tuple[int, int] | None:
        """Hours of the day in a text: "after ten at night" is from 22:00 to midnight's end, until the morning."""
        for pattern in self.tongue.between:
            time = f"(?:{self.time}|{self._number})"
            match = re.search(pattern.replace("{T}", time), f" {text.strip()}", re.IGNORECASE) if text.strip() else None
            if match is None:
                continue
            said = match.groupdict()
            if part := self.tongue.parts.get((said.get("part") or "").lower()):
                return _WINDOWS.get(part)
            first, last = (self.minute(said.get(name) or "") for name in ("after", "before"))
            if first is not None or last is not None:
                # "after ten at night" ends in the morning, "before seven" begins at night.
                late = 6 * 60 if (first or 0) >= 18 * 60 else 0
                return (first or 0, late if last is None else last)
        return None

    def condition(self, match: re.Match[str]) -> Condition | None:
        """What a match of `when` waits for."""
        said = match.groupdict()
        becomes = (said["becomes"] or "").strip()
        for kind, pattern in self.tongue.becomes.items():
            if found := self.compiled(pattern).fullmatch(becomes):
                values = {name: value for name, value in found.groupdict().items() if name.startswith("value")}
                text = next((value for value in values.values() if value), None)
                value = None if text is None else self._value(text)
                if text is not None and value is None:
                    return None
                thing = (said["thing"] or "").strip(" ,")
                return Condition(thing, kind, value, self.window(said.get("window") or ""), self._hold(said), becomes)
        return None

    def _value(self, text: str) -> float | None:
        number = self.number(text)
        if number is not None:
            return float(number)
        try:
            return float(text.replace(",", "."))
        except ValueError:
            return None

    def _hold(self, said: Mapping[str, str | None]) -> int:
        if not said.get("hold"):
            return 0
        number, unit = self.number(said["hold"] or "") or 1, said.get("unit") or ""
        return number * (1 if _SECONDS.match(unit) else 3600 if _HOURS.match(unit) else 60)


@cache
def grammar_of(code: str) -> Grammar:
    """The grammar of a language that is spoken here.

    Raises:
        KeyError: it is not.
    """
    return Grammar(TONGUES[code])


def schedule_of(text: str) -> Schedule | None:
    """The schedule that a text names and nothing else, in any language that is spoken here."""
    if len(text) > 200:
        return None
    return next((found for code in TONGUES if (found := grammar_of(code).schedule(text))), None)
