"""A request divided into when it is to be done and what: standing plans, repeating reminders, and talk about plans.

Pure patterns, no model. What is not clearly one of these is left alone: a request for once, a timer, a question, a
sentence that only mentions days, anything within quotation marks.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

from jarvis.languages import language_of
from jarvis.standing.conditions import Condition
from jarvis.standing.grammar import Grammar, grammar_of
from jarvis.standing.schedule import Schedule
from jarvis.standing.spoken import TONGUES

LONGEST = 400
"""Characters: what is longer is a text, not something that one says of the days to come."""
_QUOTED = re.compile(r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|`[^`]*`")
_ENDS = " ,.!。！，"
_ASKS = ("?", "？")
_PLEASE = re.compile(
    r"[ ,，]+(?:please|thanks?(?: you)?|bitte|danke|s['’]il (?:te|vous) plaît|merci|por favor|gracias)$|[，,]?谢谢$",
    re.I,
)


@dataclass(frozen=True, slots=True)
class Wish:
    """A standing plan that is wished for."""

    language: str
    when: str
    """The words that say when."""
    request: str
    """What is to be done each time, as a request of its own; empty to only tell it."""
    schedule: Schedule | None = None
    condition: Condition | None = None
    tell: bool = False
    """Whether the condition itself is to be told."""
    room: str = ""
    """Where to tell it."""
    once: bool = False
    """Whether it ends with its first run."""
    several: bool = False
    """Whether more than one was wished for; only the first is here."""


@dataclass(frozen=True, slots=True)
class Reminder:
    """A reminder or alarm that comes again."""

    language: str
    at: str
    """The words that say when; `schedule_of` understands them."""
    label: str = ""


@dataclass(frozen=True, slots=True)
class Managing:
    """Something about the plans that are kept."""

    language: str
    action: str
    """list, remove, pause, resume or change."""
    what: str = ""
    """Which plan, as it was said; empty for all."""
    when: str = ""
    """For `change`: the new time."""


def understood(text: str, language: str = "") -> Wish | Reminder | Managing | None:
    """What a request wants of the days to come; None when it wants nothing of them."""
    said = " ".join(text.split()).lstrip("¿¡")
    if not said or len(said) > LONGEST:
        return None
    first = language or language_of(said)
    codes = [code for code in (first,) if code in TONGUES] + [code for code in TONGUES if code != first]
    return next((found for code in codes if (found := _in(grammar_of(code), said))), None)


def _in(grammar: Grammar, said: str) -> Wish | Reminder | Managing | None:
    if not grammar.hints.search(said):
        return None
    hidden = _QUOTED.sub(lambda quoted: "\x00" * len(quoted[0]), said)
    polite = _polite(grammar, hidden)
    body = _PLEASE.sub("", said[polite:].rstrip(_ENDS + "".join(_ASKS))).rstrip(_ENDS)
    mask = hidden[polite:][: len(body)]
    if found := _managing(grammar, body):
        return found
    if said.endswith(_ASKS) and not polite:  # "can you ...?" asks for it, "do you ...?" asks about it
        return None
    return _timed(grammar, body, mask) or _conditional(grammar, body, mask)


def _polite(grammar: Grammar, text: str) -> int:
    match = re.match(grammar.tongue.polite, text, re.IGNORECASE)
    return match.end() if match else 0


def _managing(grammar: Grammar, body: str) -> Managing | None:
    removing = 0
    for action, pattern in grammar.tongue.manages:
        removing += action == "remove"
        if match := grammar.compiled(pattern).fullmatch(body):
            # "Stop ..." and "don't ..." are about a plan only when they say when it ran.
            if action == "remove" and removing > 1 and not _says_when(grammar, body):
                continue
            said = match.groupdict()
            what = " ".join(value.strip() for name, value in said.items() if name.startswith("what") and value)
            when = (said.get("when") or "").strip()
            return Managing(grammar.tongue.code, action, what, when)
    return None


def _says_when(grammar: Grammar, body: str) -> bool:
    return bool(grammar.clause.search(body)) or any(pattern.search(body) for pattern in grammar.when)


def _timed(grammar: Grammar, body: str, mask: str) -> Wish | Reminder | None:
    clauses = list(grammar.clause.finditer(mask))
    if not clauses:
        return None
    clause = clauses[0]
    when = body[clause.start() : clause.end()].strip(_ENDS)
    schedule = grammar.schedule(when)
    head, tail = body[: clause.start()].strip(_ENDS), body[clause.end() :].strip(_ENDS)
    if schedule is None or not _asks_for(grammar, head, tail):
        return None
    rest = _joined(grammar, head, tail)
    if reminder := re.fullmatch(grammar.tongue.reminds, rest, re.IGNORECASE):
        return Reminder(grammar.tongue.code, when, _group(reminder, "label"))
    if not rest:
        return None
    return Wish(grammar.tongue.code, when, rest, schedule, several=len(clauses) > 1)


def _asks_for(grammar: Grammar, head: str, tail: str) -> bool:
    """Whether what stands around a clause is a request."""
    tongue = grammar.tongue
    if not head:
        return bool(tail) and not re.match(tongue.plain, tail, re.IGNORECASE)
    if not re.match(tongue.doing, head, re.IGNORECASE):
        return False
    return bool(re.fullmatch(tongue.reminds, head, re.IGNORECASE)) or not re.search(tongue.about, head, re.IGNORECASE)


def _joined(grammar: Grammar, head: str, tail: str) -> str:
    return (" " if grammar.tongue.spaced else "").join(part for part in (head, tail) if part)


def _conditional(grammar: Grammar, body: str, mask: str) -> Wish | None:
    for pattern in grammar.when:
        for match in _matches(pattern, mask):
            wish = _conditioned(grammar, body, match)
            if wish is not None:
                return wish
    return None


def _matches(pattern: re.Pattern[str], mask: str) -> Iterator[re.Match[str]]:
    place = 0
    while match := pattern.search(mask, place):
        yield match
        place = match.start() + 1


def _conditioned(grammar: Grammar, body: str, match: re.Match[str]) -> Wish | None:
    tongue = grammar.tongue
    head, tail = body[: match.start()].strip(_ENDS), _without_then(grammar, body[match.end() :])
    if bool(head) == bool(tail) or not _free(tongue.spaced, body, match):
        return None
    condition = grammar.condition(match)
    if condition is None or not _is_thing(grammar, condition.thing):
        return None
    how = (match.groupdict().get("how") or "").strip()
    now = re.fullmatch(tongue.ifs, how, re.IGNORECASE) and re.fullmatch(tongue.static, condition.said, re.IGNORECASE)
    if (now and not condition.hold) or not _asks_for(grammar, head, tail):
        return None
    request, tell, room = _told(grammar, head or tail)
    always = re.fullmatch(tongue.always, how, re.IGNORECASE)
    once = bool(re.fullmatch(tongue.next_time, how, re.IGNORECASE)) or bool(
        head and tell and not request and not always
    )
    when = body[match.start() : match.end()].strip(_ENDS)
    return Wish(tongue.code, when, request, None, condition, tell, room, once)


def _free(spaced: bool, body: str, match: re.Match[str]) -> bool:
    """Whether a match begins and ends where words do."""
    if not spaced:
        return True
    before, after = body[: match.start()][-1:], body[match.end() :][:1]
    return not before.isalnum() and not after.isalnum()


def _without_then(grammar: Grammar, text: str) -> str:
    return text[_polite(grammar, text.lstrip(_ENDS)) + len(text) - len(text.lstrip(_ENDS)) :].strip(_ENDS)


def _is_thing(grammar: Grammar, thing: str) -> bool:
    if "\x00" in thing or re.match(grammar.tongue.no_thing, thing, re.IGNORECASE):
        return False
    return len(thing.split()) <= 7 and not re.search(r"[,;:，。]", thing)


def _told(grammar: Grammar, rest: str) -> tuple[str, bool, str]:
    """What is left to be done, whether the condition is to be told, and where."""
    tells = re.compile(rf"(?:{grammar.tongue.tells})", re.IGNORECASE)
    if match := tells.fullmatch(rest):
        return "", True, _group(match, "room")
    for cut in re.finditer(grammar.tongue.also, rest, re.IGNORECASE):
        first, last = rest[: cut.start()].strip(_ENDS), rest[cut.end() :].strip(_ENDS)
        for told, other in ((first, last), (last, first)):
            if other and (match := tells.fullmatch(told)):
                return other, True, _group(match, "room")
    return rest, False, ""


def _group(match: re.Match[str], name: str) -> str:
    found = (value for key, value in match.groupdict().items() if key.startswith(name) and value)
    return next(found, "").strip()
