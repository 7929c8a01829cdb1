"""The grammar of a language in the form that it is kept in: every template with the literal words that it needs.

Templates are those of Jarvis (`sentences/LANGUAGE.yaml`) and those of home-assistant-intents, both in hassil's form.
Parsing all of them takes a few tenths of a second, so what was found is kept on disk as JSON, a file per language and
version; a sentence then parses only the few templates whose words it has.
"""

from __future__ import annotations

import hashlib
import json
import os
from collections.abc import Iterable, Iterator, Mapping
from contextlib import suppress
from pathlib import Path
from typing import TYPE_CHECKING, Any

if TYPE_CHECKING:
    from hassil.expression import Expression, Sentence

Table = dict[str, Any]
"""{"language", "settings", "skip_words", "blocks", "templates", "rules", "lists", "numbers"}; see `compiled`."""

OWN = ("en", "de", "fr", "es", "zh")
"""Languages with sentences of Jarvis' own."""
_FILES = {"zh": "zh-CN", "no": "nb", "sr": "sr-Latn"}
"""Files of home-assistant-intents that are not called as the language."""
_SKIPPED = frozenset(
    "HassBroadcast HassRespond HassNevermind HassGetCurrentDate HassGetCurrentTime HassIncreaseTimer HassDecreaseTimer "
    "HassPauseTimer HassUnpauseTimer HassMediaNext HassMediaPrevious HassMediaPlayerUnmute HassLawnMowerDock "
    "HassVacuumReturnToBase HassVacuumCleanArea HassClimateSetFanMode HassGetWeather HassMediaSearchAndPlay "
    "HassLawnMowerStartMowing".split()
)
"""Intents that are no task of Jarvis, or of which more is asked than a template can tell."""
_TIMERS = frozenset("HassStartTimer HassCancelTimer HassCancelAllTimers HassTimerStatus".split())
_SENTENCES = Path(__file__).with_name("sentences")
_LARGEST_NUMBER = 250
_FORM = 3
"""Another number makes files that were kept before useless."""


def languages() -> frozenset[str]:
    """The languages that there are sentences for: ISO 639-1 codes, where that is enough to tell them apart."""
    from home_assistant_intents import get_languages

    return frozenset({*OWN, *_FILES, *(name for name in get_languages() if "-" not in name)})


def table_of(language: str, folder: Path | None) -> Table:
    """The grammar of a language, from `folder` if it was kept there."""
    from importlib.metadata import version

    own = _own_text(language)
    seed = f"{_FORM} {version('hassil')} {version('home-assistant-intents')} {own}"
    name = f"{language}-{hashlib.sha256(seed.encode()).hexdigest()[:12]}.json"
    kept = folder / name if folder else None
    if kept and kept.is_file():
        with suppress(OSError, ValueError):  # A file that is broken is made anew.
            found: Table = json.loads(kept.read_text(encoding="utf-8"))
            return found
    table = compiled(language, own)
    if kept:
        _keep(kept, json.dumps(table, ensure_ascii=False, separators=(",", ":")))
    return table


def compiled(language: str, own: str = "") -> Table:
    """Parses all templates of a language.

    A template is [text, block, clauses, lists]: of every clause (texts joined by a tab) one text must be said, and of
    every list named in `lists` one value. Blocks hold what their templates share, in the order in which they are tried.
    """
    from yaml import safe_load

    mine: Table = safe_load(own) if own else {}
    others = _intents(language)
    rules = {True: mine.get("rules", {}), False: others.get("expansion_rules", {})}
    known = {whose: _parsed(found) for whose, found in rules.items()}
    blocks: list[Table] = []
    templates: list[list[Any]] = []
    for data in _blocks(mine, others):
        local = {**known[data["own"]], **_parsed(data.get("expansion_rules", {}))}
        kept = ("intent", "own", "slots", "requires_context", "excludes_context", "expansion_rules", "lists")
        blocks.append({key: data[key] for key in kept if data.get(key)})
        templates += [[text, len(blocks) - 1, *_needs(text, local)] for text in data["sentences"]]
    return {
        "language": language,
        "settings": others.get("settings", {}),
        "skip_words": [*mine.get("skip_words", ()), *others.get("skip_words", ())],
        "lists": {**others.get("lists", {}), **mine.get("lists", {})},
        "rules": rules[False],
        "own_rules": rules[True],
        "blocks": blocks,
        "templates": templates,
        "numbers": _numbers(language),
    }


def _own_text(language: str) -> str:
    if language not in OWN:
        return ""
    return _SENTENCES.joinpath(f"{language}.yaml").read_text(encoding="utf-8")


def _intents(language: str) -> Table:
    from home_assistant_intents import get_intents

    return get_intents(_FILES.get(language, language)) or {"language": language, "intents": {}}


def _blocks(own: Table, others: Table) -> Iterator[Table]:
    """Jarvis' own sentences first. `own` says whose rules and lists a block uses: names may be the same in both."""
    skipped = _SKIPPED | _TIMERS if own else _SKIPPED
    for mine, source in ((True, own), (False, others)):
        for intent, rows in source.get("intents", {}).items():
            for data in rows["data"] if mine or intent not in skipped else ():
                yield {"intent": intent, "own": mine, **data}


def _parsed(rules: Mapping[str, str]) -> dict[str, Sentence]:
    from hassil import parse_sentence

    return {name: parse_sentence(body, keep_text=True) for name, body in rules.items()}


def _needs(text: str, rules: Mapping[str, Sentence]) -> tuple[list[str], list[str]]:
    from hassil import parse_sentence

    sentence = parse_sentence(text, keep_text=True)
    clauses = sentence.get_required_clauses(dict(rules))
    return sorted("\t".join(sorted(clause)) for clause in clauses), sorted(_lists(sentence.expression, rules))


def _lists(expression: Expression, rules: Mapping[str, Sentence], depth: int = 0) -> set[str]:
    """Lists of which every sentence of a template has a value."""
    from hassil.expression import Alternative, Group, ListReference, RuleReference

    if isinstance(expression, ListReference):
        return {expression.list_name}
    if isinstance(expression, RuleReference) and depth < 24 and expression.rule_name in rules:
        return _lists(rules[expression.rule_name].expression, rules, depth + 1)
    if isinstance(expression, Alternative):
        if expression.is_optional or not expression.items:
            return set()
        return set.intersection(*(_lists(item, rules, depth) for item in expression.items))
    if isinstance(expression, Group):
        return {name for item in expression.items for name in _lists(item, rules, depth)}
    return set()


def _numbers(language: str) -> dict[str, int]:
    """Numbers in words, from 0 up: {"twenty five": 25, ...}."""
    from hassil.numbers import get_rbnf_engine

    spelled: dict[str, int] = {}
    try:
        engine = get_rbnf_engine(_FILES.get(language, language))
        for number in range(_LARGEST_NUMBER + 1):
            for word in _spellings(engine.format_number(number).text_by_ruleset.values()):
                spelled.setdefault(word, number)
    except ValueError:  # There are no rules for it: its numbers are said in digits alone.
        return {}
    return spelled


def _spellings(words: Iterable[str]) -> Iterator[str]:
    for word in words:
        plain = word.replace("\xad", "").casefold()
        if not plain[-1:].isdigit():
            yield " ".join(plain.replace("-", " ").split())


def _keep(path: Path, text: str) -> None:
    part = path.with_name(f".{path.name}.{os.getpid()}.part")
    with suppress(OSError):  # Where nothing can be kept, it is made anew each time.
        path.parent.mkdir(parents=True, exist_ok=True)
        part.write_text(text, encoding="utf-8")
        os.replace(part, path)
