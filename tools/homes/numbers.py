"""Numbers, settings and durations as people say them, in English and a little German, French, Spanish and Chinese."""

from __future__ import annotations

import re
from datetime import timedelta

_ONES = (
    "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen "
    "seventeen eighteen nineteen"
)
_TENS = "twenty thirty forty fifty sixty seventy eighty ninety"
_OTHERS = {
    "zwei": 2, "drei": 3, "vier": 4, "fünf": 5, "sechs": 6, "sieben": 7, "acht": 8, "neun": 9, "zehn": 10, "elf": 11,
    "zwölf": 12, "fünfzehn": 15, "zwanzig": 20, "dreißig": 30, "vierzig": 40, "fünfundvierzig": 45,
    "deux": 2, "trois": 3, "quatre": 4, "cinq": 5, "sept": 7, "huit": 8, "neuf": 9, "dix": 10, "onze": 11,
    "douze": 12, "quinze": 15, "vingt": 20, "trente": 30, "quarante": 40,
    "dos": 2, "tres": 3, "cuatro": 4, "cinco": 5, "seis": 6, "siete": 7, "ocho": 8, "nueve": 9, "diez": 10,
    "once": 11, "doce": 12, "quince": 15, "veinte": 20, "treinta": 30, "cuarenta": 40, "hundred": 100,
}  # fmt: skip
_GERMAN_ONES = ("ein", "zwei", "drei", "vier", "fünf", "sechs", "sieben", "acht", "neun")
_GERMAN_TENS = ("zwanzig", "dreißig", "vierzig", "fünfzig", "sechzig", "siebzig", "achtzig", "neunzig")
_GERMAN = {word: 10 * n for n, word in enumerate(_GERMAN_TENS, 2)} | {
    f"{one}und{ten}": 10 * tens + ones
    for tens, ten in enumerate(_GERMAN_TENS, 2)
    for ones, one in enumerate(_GERMAN_ONES, 1)
}
_NUMBERS: dict[str, int] = {
    **{word: n for n, word in enumerate(_ONES.split())},
    **{word: 10 * n for n, word in enumerate(_TENS.split(), 2)},
    **_OTHERS,
    **_GERMAN,
}
NUMBERS: dict[str, int] = _NUMBERS | {word.casefold(): value for word, value in _NUMBERS.items()}
"""Number words, also as casefold writes them: dreissig."""
_ARTICLES = frozenset("a an un une ein eine einer einen una uno".split())
_FRACTIONS = {
    "half": 0.5, "halb": 0.5, "halbe": 0.5, "demi": 0.5, "demie": 0.5, "media": 0.5, "medio": 0.5,
    "quarter": 0.25, "quart": 0.25, "viertel": 0.25, "cuarto": 0.25, "third": 1 / 3, "halfway": 0.5, "mitad": 0.5,
}  # fmt: skip
_UNITS = (
    (86400, "day days tag tage jour jours día días"),
    (3600, "h hr hrs hour hours stunde stunden std heure heures hora horas"),
    (60, "m min mins minute minutes minuts minuten minuto minutos"),
    (1, "s sec secs second seconds sekunde sekunden seconde secondes segundo segundos"),
)
UNITS = {word: seconds for seconds, words in _UNITS for word in words.split()}
_CHINESE_DIGITS = {c: n for n, c in enumerate("零一二三四五六七八九")} | {"两": 2}
_CHINESE_UNITS = {
    "小时": " hours ",
    "钟头": " hours ",
    "分钟": " minutes ",
    "秒钟": " seconds ",
    "秒": " seconds ",
    "个": " ",
}


def tokens(text: str) -> list[str]:
    """Numbers and words, lower case; Chinese numerals become digits: "二十五分钟" gives ["25", "minutes"]."""
    plain = text.casefold().replace("百分之", "")
    for chinese, word in _CHINESE_UNITS.items():
        plain = plain.replace(chinese, word)
    plain = re.sub(r"半", " half ", plain)
    plain = re.sub(r"[零一二三四五六七八九十两百]+", lambda m: f" {_chinese(m[0])} ", plain)
    return re.findall(r"\d+(?:[.,]\d+)?|[^\W\d_]+", plain)


def _chinese(numeral: str) -> int:
    value = 0
    if "百" in numeral:
        head, numeral = numeral.split("百", 1)
        value += 100 * _CHINESE_DIGITS.get(head or "一", 1)
    if "十" in numeral:
        head, numeral = numeral.split("十", 1)
        value += 10 * _CHINESE_DIGITS.get(head or "一", 1)
    for digit in numeral:
        value += _CHINESE_DIGITS.get(digit, 0)
    return value


def number(text: str) -> float | None:
    """The first number in a text: 21 in "21 degrees", 20 in "twenty percent", -18 in "-18°"; None without one."""
    words = tokens(text)
    start = next((i for i, word in enumerate(words) if _as_number(word) is not None), None)
    if start is None:
        return None
    end = start
    while end < len(words) and _as_number(words[end]) is not None:
        end += 1
    value = _whole(words[start:end])
    sign = -1 if re.search(r"(?:^|\s)[-−–]\s*\d|minus", text) else 1
    return sign * value


def share(text: str) -> float | None:
    """A percentage in a text: 60 in "60 percent", 50 in "half"; None without one."""
    value = number(text)
    if value is not None:
        return value
    fraction = next((_FRACTIONS[word] for word in tokens(text) if word in _FRACTIONS), None)
    return None if fraction is None else round(100 * fraction)


def duration(text: str) -> timedelta | None:
    """A length of time: "half an hour", "6 and a half minutes", "1h30", "huit minutes", "二十分钟"; None if unclear."""
    total, last = 0.0, 0
    pending: list[str] = []
    for word in tokens(text):
        if word in UNITS:
            amount = _amount(pending)
            if amount is None:
                return None
            last = UNITS[word]
            total += amount * last
            pending = []
        elif word in _ARTICLES or word in _FRACTIONS or _as_number(word) is not None:
            pending.append(word)
    return _with_rest(total, last, pending)


def _with_rest(total: float, last: int, pending: list[str]) -> timedelta | None:
    """Adds what follows the last unit: "an hour and a half", "one hour ten", "nine minutes thirty"."""
    if last == 0:
        return None
    rest = _amount(pending) if pending else 0
    if rest is None:
        return None
    fraction = any(word in _FRACTIONS for word in pending)
    seconds = total + rest * (last if fraction else last // 60)
    return timedelta(seconds=seconds) if seconds > 0 else None


def _amount(words: list[str]) -> float | None:
    whole = [word for word in words if _as_number(word) is not None]
    fractions = [_FRACTIONS[word] for word in words if word in _FRACTIONS]
    if whole or fractions:
        return _whole(whole) + sum(fractions)
    return 1.0 if any(word in _ARTICLES for word in words) else None


def _whole(words: list[str]) -> float:
    """Adds up: twenty five is 25, one hundred ten is 110."""
    value = 0.0
    for word in words:
        part = _as_number(word) or 0.0
        value = value * part if part == 100 and 0 < value < 10 else value + part
    return value


def _as_number(word: str) -> float | None:
    if word[0].isdigit():
        return float(word.replace(",", "."))
    found = NUMBERS.get(word)
    return None if found is None else float(found)
