"""Points in time as people say them: "7:15", "tomorrow at 8", "quarter to seven", "Friday at 3 pm", "明天早上八点"."""

from __future__ import annotations

import re
from datetime import datetime, time, timedelta

from jarvis.tools.homes.numbers import NUMBERS, duration, tokens

_WEEKDAYS = (
    "monday mon montag lundi lunes 周一 星期一", "tuesday tue dienstag mardi martes 周二 星期二",
    "wednesday wed mittwoch mercredi miércoles 周三 星期三", "thursday thu donnerstag jeudi jueves 周四 星期四",
    "friday fri freitag vendredi viernes 周五 星期五", "saturday sat samstag samedi sábado 周六 星期六",
    "sunday sun sonntag dimanche domingo 周日 星期天 星期日",
)  # fmt: skip
_DAY_OF_WEEK = {word: day for day, words in enumerate(_WEEKDAYS) for word in words.split()}
_DAYS_AHEAD = {
    "today": 0, "tonight": 0, "heute": 0, "hoy": 0, "aujourd": 0, "今天": 0, "今晚": 0,
    "tomorrow": 1, "demain": 1, "mañana": 1, "明天": 1, "明早": 1, "明晚": 1,
}  # fmt: skip
_PARTS = {
    "morning": 8, "midday": 12, "noon": 12, "afternoon": 15, "evening": 19, "tonight": 20, "night": 21, "midnight": 24,
    "matin": 8, "midi": 12, "soir": 19, "abend": 19, "mittag": 12, "tarde": 16, "noche": 21,
    "早上": 8, "早晨": 8, "明早": 8, "上午": 9, "中午": 12, "下午": 15, "晚上": 19, "今晚": 20, "明晚": 20,
}  # fmt: skip
_REPEATS = re.compile(r"every|each|daily|weekdays|weekends|jeden|täglich|chaque|tous les|cada|todos|每")
_CLOCK = re.compile(r"(\d{1,2})\s*(?:[:.]\s*(\d{2})|h\s*(\d{2})?|点(?:(\d{1,2})分?)?|uhr)?\s*(am|pm|a\.m|p\.m)?")
_CHINESE = re.compile(
    "|".join(sorted((w for w in (_DAY_OF_WEEK | _DAYS_AHEAD | _PARTS) if ord(w[0]) > 0x3000), key=len))
)


def repeats(text: str) -> bool:
    """Whether a text speaks of something that comes again: "every day at nine"."""
    return bool(_REPEATS.search(text.casefold()))


def moment(text: str, now: datetime) -> datetime | None:
    """The next such point in time after `now`, in its time zone; None when the text is not clear.

    An hour without am or pm is the next one that fits the part of the day, if one is named.
    """
    plain = _plain(text)
    if re.match(r"(in|nach|dans|en)\b", plain) and (length := duration(plain)):
        return now + length
    words = re.findall(r"[^\W\d_]+", plain)
    part = next((_PARTS[word] for word in words if word in _PARTS), None)
    clock = _clock(plain, words, part)
    day = _day(words, now)
    if clock is None:
        return None if part is None and day is None else _on_day(day, _hours(part if part is not None else 8), now)
    return _on_day(day, clock[0], now) if clock[1] or day is not None else _next(clock[0], now)


def _plain(text: str) -> str:
    plain = re.sub(r"(\d{1,2})点半|点半", lambda m: f"{m[1] or ''}点30", text.casefold().replace("明早", "明早 "))
    plain = _CHINESE.sub(lambda m: f" {m[0]} ", plain)
    plain = re.sub(r"[零一二三四五六七八九十]+(?=点)", lambda m: tokens(m[0])[0], plain)
    return plain.strip()


def _day(words: list[str], now: datetime) -> int | None:
    """How many days ahead, None when no day is named."""
    for word in words:
        if word in _DAYS_AHEAD:
            return _DAYS_AHEAD[word]
        if word == "morgen":  # German: tomorrow
            return 1
        if word in _DAY_OF_WEEK:
            return (_DAY_OF_WEEK[word] - now.weekday() - 1) % 7 + 1
    return None


def _clock(plain: str, words: list[str], part: int | None) -> tuple[timedelta, bool] | None:
    """Time since midnight, and whether it is sure which half of the day is meant."""
    said = _digits(plain) or _spelled(words)
    if said is None:
        return None
    hours, minutes, half = said
    if hours > 24 or minutes > 59:
        return None
    later = half == "p" or (half == "" and part is not None and part >= 12)
    if later and hours < 12:
        hours += 12
    elif half == "a" and hours == 12:
        hours = 0
    elif half == "" and part is None and 0 < hours < 6 and _DAY_OF_WEEK.keys() & set(words):
        hours += 12  # "Friday at 3" is an appointment, not the middle of the night.
    sure = bool(half) or part is not None or hours > 12 or hours == 0
    return timedelta(hours=hours, minutes=minutes), sure


def _digits(plain: str) -> tuple[int, int, str] | None:
    found = _CLOCK.search(plain)
    if not found:
        return None
    minutes = next((group for group in found.groups()[1:4] if group), "0")
    return int(found[1]), int(minutes), (found[5] or "")[:1]


def _spelled(words: list[str]) -> tuple[int, int, str] | None:
    """Hours, minutes and half of the day from "six thirty", "quarter to seven", "half past six", "halb sieben"."""
    values = [NUMBERS[word] for word in words if word in NUMBERS]
    half = next((word[0] for word in words if word in ("am", "pm")), "")
    if not values:
        return None
    hours, minutes = values[0], sum(values[1:])
    if "halb" in words:  # German counts to the coming hour.
        return hours - 1, 30, half
    if "half" in words or "media" in words or "demie" in words:
        return hours, 30, half
    if "quarter" in words or "quart" in words or "cuarto" in words:
        early = bool({"to", "moins", "menos"} & set(words))
        return (hours - 1, 45, half) if early else (hours, 15, half)
    return hours, minutes, half


def _hours(hours: int) -> timedelta:
    return timedelta(hours=hours)


def _on_day(day: int | None, clock: timedelta, now: datetime) -> datetime:
    start = datetime.combine(now.date(), time(), now.tzinfo) + timedelta(days=day or 0)
    found = start + clock
    return found if found > now else found + timedelta(days=1)


def _next(clock: timedelta, now: datetime) -> datetime:
    """The next time that a clock with twelve hours shows this."""
    start = datetime.combine(now.date(), time(), now.tzinfo)
    return next(
        found
        for halves in range(4)
        if (found := start + clock % timedelta(hours=12) + timedelta(hours=12 * halves)) > now
    )
