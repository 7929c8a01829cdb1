"""Chinese text as it is said: numbers, times, dates, percentages and units in characters."""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable

_DIGITS = "零一二三四五六七八九"
_PLACES = ("", "十", "百", "千")
_GROUPS = ("", "万", "亿")
_UNITS = {
    "°C": "摄氏度", "℃": "摄氏度", "°F": "华氏度", "°": "度", "km/h": "公里每小时", "km": "公里", "cm": "厘米",
    "m": "米", "mm": "毫米", "kg": "公斤", "mg": "毫克", "g": "克", "ml": "毫升", "l": "升", "GB": "吉字节",
    "MB": "兆字节", "kWh": "度电", "kW": "千瓦", "W": "瓦", "Hz": "赫兹", "min": "分钟", "h": "小时", "s": "秒",
}  # fmt: skip
_UNIT_WORDS = "|".join(re.escape(unit) for unit in sorted(_UNITS, key=len, reverse=True))
_NUMBER = r"-?\d+(?:\.\d+)?"


def mandarin_speakable(text: str) -> str:
    """The text with every number, time, date and unit written in characters."""
    text = unicodedata.normalize("NFKC", text.replace("°", "\u0000").replace("℃", "\u0000C")).replace("\u0000", "°")
    for pattern, said in _RULES:
        text = pattern.sub(said, text)
    return text


def mandarin_number(digits: str) -> str:
    """A number as it is said: "205" 二百零五, "-3.5" 负三点五, "007" digit by digit.

    >>> mandarin_number("12030")
    '一万二千零三十'
    """
    sign, digits = ("负", digits[1:]) if digits.startswith("-") else ("", digits)
    whole, _, part = digits.partition(".")
    after = "点" + one_by_one(part) if part else ""
    if len(whole) > 12 or (len(whole) > 1 and whole.startswith("0")):
        return sign + one_by_one(whole) + after
    return sign + _whole(int(whole)) + after


def one_by_one(digits: str) -> str:
    """Digits one after the other, as in a year or a telephone number."""
    return "".join(_DIGITS[int(digit)] for digit in digits if digit.isdecimal())


def _whole(number: int) -> str:
    if number < 10:
        return _DIGITS[number]
    said = ""
    for group in reversed(range(len(_GROUPS))):
        part = number // 10_000**group % 10_000
        if not part:
            continue
        gap = bool(said) and (part < 1000 or number // 10_000 ** (group + 1) % 10 == 0)
        said += ("零" if gap else "") + _below_ten_thousand(part) + _GROUPS[group]
    return said.removeprefix("一") if said.startswith("一十") else said


def _below_ten_thousand(number: int) -> str:
    said, gap = "", False
    for place in reversed(range(4)):
        digit = number // 10**place % 10
        if digit:
            said += ("零" if gap else "") + _DIGITS[digit] + _PLACES[place]
            gap = False
        else:
            gap = bool(said)
    return said


def _date(found: re.Match[str]) -> str:
    return f"{one_by_one(found[1])}年{_whole(int(found[2]))}月{_whole(int(found[3]))}日"


def _clock(found: re.Match[str]) -> str:
    hour, minute = int(found[1]), int(found[2])
    if minute == 0:
        return f"{_hours(hour)}点"
    return f"{_hours(hour)}点{'零' if minute < 10 else ''}{_whole(minute)}分"


def _hours(hour: int) -> str:
    return "两" if hour == 2 else _whole(hour)


def _measured(found: re.Match[str]) -> str:
    return mandarin_number(found[1]) + _UNITS[found[2]]


def _counted(found: re.Match[str]) -> str:
    """Two of something is 两, not 二."""
    return ("两" if found[1] == "2" else mandarin_number(found[1])) + found[2]


_Said = str | Callable[[re.Match[str]], str]
_RULES: tuple[tuple[re.Pattern[str], _Said], ...] = (
    (re.compile(r"(\d{4})-(\d{1,2})-(\d{1,2})"), _date),
    (re.compile(r"(\d{4})(?=年)"), lambda m: one_by_one(m[1])),
    (re.compile(r"(?<![\d:])([01]?\d|2[0-3]):([0-5]\d)(?::\d\d)?(?!\d)"), _clock),
    (re.compile(rf"({_NUMBER})\s?%"), lambda m: f"百分之{mandarin_number(m[1])}"),
    (re.compile(rf"({_NUMBER})\s?({_UNIT_WORDS})(?![A-Za-z/])"), _measured),
    (re.compile(r"(?<![\d.])(\d+)([个只盏条张台部件位次点种分钟小时天本把扇间杯])"), _counted),
    (re.compile(r"(?<=\d)\s?[-–~]\s?(?=\d)"), "到"),
    (re.compile(r"(?<!\d)\d{7,}(?!\d)"), lambda m: one_by_one(m[0])),
    (re.compile(_NUMBER), lambda m: mandarin_number(m[0])),
)  # fmt: skip
