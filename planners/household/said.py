"""What a sentence holds for the lists of templates: names, rooms, numbers, settings, lengths of time, times, lists."""

from __future__ import annotations

import re
from collections.abc import Iterator
from datetime import UTC, datetime

from jarvis.planners.household.grammar import Grammar, Option
from jarvis.planners.household.names import Names, domains
from jarvis.tools.handlers.home_times import moment, repeats
from jarvis.tools.homes.numbers import NUMBERS, UNITS, duration, number
from jarvis.tools.homes.protocol import Thing

_LONGEST = 8
"""Words of a name or a time."""
_WORD = re.compile(r"[^\s'’,，、:：]+['’]?")
_DIGITS = re.compile(r"(?<![\d:.,])-?\d+(?:[.,]\d+)?(?![\d:])")
_CJK = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+")
_CJK_NUMBER = re.compile(r"[〇零一二三四五六七八九十百两]+")
_PERCENT = re.compile(r"\s?(?:%|percent|per cent|prozent|pour cent|pourcents?|por ciento)(?!\w)", re.IGNORECASE)
_DEGREES = re.compile(
    r"\s?(?:°\s?[cf]?|(?:degrees?|grad|degrés?|grados?)(?:\s(?:celsius|fahrenheit))?|摄氏度|度)(?!\w)", re.IGNORECASE
)
_CJK_LENGTH = re.compile(r"(?:(?:\d+|[零一二三四五六七八九十百两半])+个?半?(?:小时|钟头|分钟|秒钟|秒))+半?")
_CJK_MOMENT = re.compile(
    r"(?:今天|明天|后天|今晚|明晚|明早|周[一二三四五六日]|星期[一二三四五六日天])?"
    r"(?:早上|早晨|上午|中午|下午|晚上)?(?:\d{1,2}|[零一二三四五六七八九十]{1,3})点(?:半|\d{1,2}分?|[一二三四五]?十[一二三四五六七八九]?分?)?"
)
_LENGTH_WORDS = frozenset(
    "a an and und et y e d un une una uno ein eine einer einen half halb halbe halben quarter quart viertel cuarto "
    "third demi demie media medio de".split()
)
_TIME_WORDS = frozenset(
    "today tonight tomorrow morning midday noon afternoon evening night midnight am pm a.m p.m a.m. p.m. o'clock "
    "oclock o clock at in the on next this half past quarter to to. minutes "
    "heute morgen früh abend mittag nachmittag uhr um am halb viertel vor nach nächsten "
    "demain matin midi soir après aujourd hui heure heures h à moins et quart demie prochain "
    "hoy mañana tarde noche mediodía medianoche a las la de por menos y cuarto media próximo el le "
    "monday mon tuesday tue wednesday wed thursday thu friday fri saturday sat sunday sun "
    "montag dienstag mittwoch donnerstag freitag samstag sonntag lundi mardi mercredi jeudi vendredi samedi dimanche "
    "lunes martes miércoles jueves viernes sábado domingo".split()
)
_JOINING = frozenset("and und et y d de e".split())
_OPEN = _JOINING | {"a", "an"}
_NOT_FIRST = frozenset("at in the on to and a an um am à a las la le el de y et und past".split())
_LIST_LAST = re.compile(r"\w*(?:list|liste|zettel|todos|to-dos|groceries)$", re.IGNORECASE)
_LIST_FIRST = re.compile(r"^(?:liste|lista)$", re.IGNORECASE)
_CJK_LIST = re.compile(r"(?=([\u4e00-\u9fff]{1,4}(?:清单|列表)))")


class Words:
    """A sentence cut into words."""

    def __init__(self, text: str, grammar: Grammar) -> None:
        self.text, self._grammar = text, grammar
        self._spans = [match.span() for match in _WORD.finditer(text)]
        self.numbers = sorted(set(self._numbers()))
        """Where numbers stand: (start, end, value)."""

    def options(self, names: Names) -> dict[str, list[Option]]:
        """The values of every list that depends on the sentence."""
        found = {name: self._in_range(*limits) for name, limits in self._grammar.ranges.items()}
        named = list(self._named(names))
        rooms = list(dict.fromkeys(self._rooms(names)))
        return {
            **found,
            "target": named,
            "name": named,
            "area": rooms,
            "floor": rooms,
            "percent": self._measured(_PERCENT, _DEGREES, "百分之"),
            "degrees": self._measured(_DEGREES, _PERCENT, ""),
            "duration": list(dict.fromkeys(self._lengths())),
            "moment": list(dict.fromkeys(self._moments())),
            "list": list(dict.fromkeys(self._lists())),
        }

    def _numbers(self) -> Iterator[tuple[int, int, float]]:
        for match in _DIGITS.finditer(self.text):
            yield *match.span(), float(match[0].replace(",", "."))
        for match in _CJK_NUMBER.finditer(self.text):
            if match[0] in self._grammar.numbers:
                yield *match.span(), float(self._grammar.numbers[match[0]])
        for start, end in self._runs(5):
            said = " ".join(self.text[start:end].casefold().replace("-", " ").split())
            if said in self._grammar.numbers:
                yield start, end, float(self._grammar.numbers[said])

    def _runs(self, longest: int = _LONGEST) -> Iterator[tuple[int, int]]:
        """Where runs of words begin and end, a hyphen or apostrophe not being an end."""
        for first, (start, _) in enumerate(self._spans):
            for _, end in self._spans[first : first + longest]:
                yield start, end

    def _pieces(self) -> Iterator[tuple[int, int]]:
        """Where anything that may be a name begins and ends, in writing without spaces."""
        for match in _CJK.finditer(self.text):
            for start in range(match.start(), match.end()):
                for end in range(start + 1, min(match.end(), start + 10) + 1):
                    yield start, end

    def _named(self, names: Names) -> Iterator[Option]:
        met = set[tuple[str, str]]()
        for said, things in self._names(names):
            for domain in dict.fromkeys(domain for thing in things for domain in domains(thing)):
                if (said, domain) not in met:
                    met.add((said, domain))
                    yield Option(said, said, domain)

    def _names(self, names: Names) -> Iterator[tuple[str, tuple[Thing, ...]]]:
        small = self.text.casefold()
        for name, things in names.spelled.items():
            if name in small:
                yield name, things
        telling = [names.tells(self.text[start:end]) for start, end in self._spans]
        standing = [names.may_stand(self.text[start:end]) for start, end in self._spans]
        for first, (start, _) in enumerate(self._spans):
            if not telling[first]:
                continue
            for last in range(first, min(first + _LONGEST, len(self._spans))):
                if not standing[last]:
                    break
                if telling[last] and (things := names.meant(said := self.text[start : self._spans[last][1]])):
                    yield said, things
        for start, end in self._pieces():
            if things := names.meant(said := self.text[start:end]):
                yield said, things

    def _rooms(self, names: Names) -> Iterator[Option]:
        small = self.text.casefold()
        for name in names.rooms:
            if name in small:
                yield Option(name)
        for start, end in (*self._runs(3), *self._pieces()):
            if names.is_place(said := self.text[start:end]):
                yield Option(said.casefold())

    def _in_range(self, low: int, high: int, factor: float) -> list[Option]:
        return [
            Option(self.text[start:end], value * factor) for start, end, value in self.numbers if low <= value <= high
        ]

    def _measured(self, unit: re.Pattern[str], other: re.Pattern[str], before: str) -> list[Option]:
        """Numbers with their unit, if one is said; those with another one are left out."""
        found: list[Option] = []
        for start, end, value in self.numbers:
            if other.match(self.text, end):
                continue
            tail = unit.match(self.text, end)
            head = len(before) if before and self.text[:start].endswith(before) else 0
            said = self.text[start - head : tail.end() if tail else end]
            # As it is said, if the home can read such numbers; else with digits.
            told = said if number(said) == value else f"{value:g}{self.text[end : tail.end()] if tail else ''}"
            found.append(Option(said, told))
        return list(dict.fromkeys(found))

    def _lengths(self) -> Iterator[Option]:
        for match in _CJK_LENGTH.finditer(self.text):
            yield Option(match[0])
        for start, end in self._runs():
            said = self.text[start:end]
            parts = re.findall(r"\d+(?:[.,]\d+)?|[^\W\d_]+", said.casefold())
            if not parts or parts[0] in _JOINING or parts[-1] in _OPEN or not all(map(self._is_length_word, parts)):
                continue
            if duration(told := self._with_digits(said)) is not None:
                yield Option(said, told)

    def _is_length_word(self, word: str) -> bool:
        known = word in UNITS or word in NUMBERS or word in _LENGTH_WORDS or word[0].isdigit()
        return known or word in self._grammar.numbers

    def _with_digits(self, said: str) -> str:
        """The same with numbers in digits that the timers do not know in words."""
        words = said.split(" ")
        known = [
            word
            if word.casefold() in NUMBERS
            or word.casefold() in _LENGTH_WORDS
            or word.casefold() not in self._grammar.numbers
            else str(self._grammar.numbers[word.casefold()])
            for word in words
        ]
        return " ".join(known)

    def _moments(self) -> Iterator[Option]:
        now = datetime.now(UTC)
        for match in _CJK_MOMENT.finditer(self.text):
            yield Option(match[0])
        for start, end in self._runs():
            said = self.text[start:end]
            parts = said.casefold().replace("'", " ").split()
            if parts[0] in _NOT_FIRST or parts[-1] in _NOT_FIRST or not all(map(self._is_time_word, parts)):
                continue
            if moment(said, now) is not None and not repeats(said):
                yield Option(said)

    def _is_time_word(self, word: str) -> bool:
        clock = re.fullmatch(r"\d{1,2}(?:[:.h]\d{2}|h)?(?:am|pm|a\.m\.?|p\.m\.?)?", word)
        return bool(clock) or word in _TIME_WORDS or word in NUMBERS or word in self._grammar.numbers

    def _lists(self) -> Iterator[Option]:
        for match in _CJK_LIST.finditer(self.text):
            yield Option(match[1])
        for start, end in self._runs(5):
            said = self.text[start:end]
            words = said.split()
            if _LIST_LAST.match(words[-1]) or _LIST_FIRST.match(words[0]):
                yield Option(said)
