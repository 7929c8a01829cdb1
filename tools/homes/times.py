"""Which day a question about the weather means."""

from __future__ import annotations

from datetime import datetime, timedelta

_TOMORROW = ("tomorrow", "morgen", "demain", "mañana", "明天", "明早", "明晚")
_LATER = ("day after tomorrow", "übermorgen", "après-demain", "pasado mañana", "后天")
_WEEKEND = ("weekend", "wochenende", "week-end", "fin de semana", "周末")
_DAYS = (
    ("monday", "montag", "lundi", "lunes", "周一", "星期一"),
    ("tuesday", "dienstag", "mardi", "martes", "周二", "星期二"),
    ("wednesday", "mittwoch", "mercredi", "miércoles", "周三", "星期三"),
    ("thursday", "donnerstag", "jeudi", "jueves", "周四", "星期四"),
    ("friday", "freitag", "vendredi", "viernes", "周五", "星期五"),
    ("saturday", "samstag", "sonnabend", "samedi", "sábado", "周六", "星期六"),
    ("sunday", "sonntag", "dimanche", "domingo", "周日", "星期天", "星期日"),
)


def day_of(when: str, now: datetime) -> int:
    """How many days ahead the day is that `when` speaks of; 0 for today and for what is not understood."""
    plain = when.casefold()
    if any(word in plain for word in _LATER):
        return 2
    if any(word in plain for word in _TOMORROW):
        return 1
    if any(word in plain for word in _WEEKEND):
        return (5 - now.weekday()) % 7
    day = next((number for number, names in enumerate(_DAYS) if any(name in plain for name in names)), None)
    return 0 if day is None else (day - now.weekday()) % 7


def date_of(days: int, now: datetime) -> str:
    """The date so many days ahead, in ISO 8601."""
    return (now + timedelta(days=days)).date().isoformat()
