"""Plans what is said to a home by its grammar: only where the whole sentence surely is such a one."""

from __future__ import annotations

import threading
from collections.abc import Callable, Iterable, Sequence
from importlib.util import find_spec
from pathlib import Path

from jarvis.graph import Task
from jarvis.languages import likely_languages
from jarvis.planners.household.compiled import languages, table_of
from jarvis.planners.household.doubts import is_general
from jarvis.planners.household.grammar import Grammar, Option
from jarvis.planners.household.names import Names
from jarvis.planners.household.said import Words
from jarvis.planners.household.spoken import names_file, parts_of, plain, refers, smooth, without_article
from jarvis.planners.household.tasks import Asked, asked_for, fitting, rank
from jarvis.planners.protocol import PlanRequest
from jarvis.tools.homes.protocol import Thing
from jarvis.tools.toolset import builtin_tools

NAME = "household sentences"
_LONGEST = 200
"""Characters of a sentence."""
_MOST_PARTS = 4
"""Commands in one sentence."""
_SCRIPTS = (
    ("\u3040", "\u30ff", "ja"), ("\uac00", "\ud7af", "ko"), ("\u0400", "\u04ff", "ru"), ("\u0370", "\u03ff", "el"),
    ("\u0590", "\u05ff", "he"), ("\u0600", "\u06ff", "ar"), ("\u0900", "\u097f", "hi"), ("\u0e00", "\u0e7f", "th"),
)  # fmt: skip
"""Letters that tell a language: from, to, which."""


def is_installed() -> bool:
    """Whether the extra `home` is here."""
    return bool(find_spec("hassil") and find_spec("home_assistant_intents"))


class Household:
    """The sentences of a home. Grammars are loaded when their language is first spoken; safe to use from any thread."""

    def __init__(
        self, things: Callable[[], Sequence[Thing]], spoken: Iterable[str] = (), folder: Path | None = None
    ) -> None:
        """`things` gives what the home has; `spoken` are languages (ISO 639-1) that are tried besides the one that a
        text shows to be in; compiled grammars are kept in `folder`.
        """
        self._things, self._spoken, self._folder = things, tuple(spoken), folder
        self._lock = threading.Lock()
        self._grammars: dict[str, Grammar] = {}
        self._names = Names(())
        self._known: frozenset[str] | None = None

    def prepare(self, language: str = "en") -> None:
        """Loads the grammar of a language, so that the first sentence need not wait for it."""
        self.grammar(language)

    def grammar(self, language: str) -> Grammar:
        """The grammar of a language, loaded once."""
        with self._lock:
            if language not in self._grammars:
                self._grammars[language] = Grammar(table_of(language, self._folder))
            return self._grammars[language]

    def plan(self, request: PlanRequest) -> list[Task]:
        """The tasks of a request that is nothing but household sentences; none for any other."""
        if request.files or request.failed or request.draft or names_file(request.text):
            return []
        learned = builtin_tools()
        asked = self.read(request.text, request.language)
        if any(request.tools.get(each.tool) != learned[each.tool] for each in asked):
            return []
        return [Task(request.first_id + number, each.tool, dict(each.args)) for number, each in enumerate(asked)]

    def doubts(self, request: PlanRequest, task: Task) -> bool:
        """Whether a task that reads the home was planned for a question that no home answers."""
        target = task.args.get("target")
        if task.tool != "home-state" or not isinstance(target, str) or request.files:
            return False
        return is_general(request.text, target, self._present())

    def read(self, text: str, language: str = "") -> list[Asked]:
        """What a text asks for; empty when it is not surely known. `language` (ISO 639-1) is tried before others."""
        said = plain(text)
        if not said or len(said) > _LONGEST or refers(said):
            return []
        names = self._present()
        for code in self._languages(text, language):
            if found := _Reading(self.grammar(code), names).tasks(said):
                return found
        return []

    def _present(self) -> Names:
        """The names of the home as it is now."""
        things = tuple(self._things())
        if things != self._names.things:
            self._names = Names(things)
        return self._names

    def _languages(self, text: str, language: str) -> list[str]:
        if self._known is None:
            self._known = languages()
        script = next((code for low, high, code in _SCRIPTS if any(low <= letter <= high for letter in text)), "")
        told = [script] if script else likely_languages(text)
        tried = dict.fromkeys([*([language] if language else ()), *told, *self._spoken])
        return [code for code in tried if code in self._known]


class _Reading:
    """One look at a request in one language."""

    def __init__(self, grammar: Grammar, names: Names) -> None:
        self._grammar, self._names = grammar, names
        self._options: dict[str, dict[str, list[Option]]] = {}

    def tasks(self, said: str) -> list[Asked]:
        """The commands of a sentence one after the other; none unless each of them is known.

        Jarvis' own sentences first: they are fewer, and give the words of the one who speaks.
        """
        return self._parts(said, (True,), _MOST_PARTS) or self._parts(said, (True, False), _MOST_PARTS)

    def _parts(self, said: str, sources: tuple[bool, ...], most: int) -> list[Asked]:
        if whole := self._whole(said, sources):
            return whole
        for left, right in parts_of(said) if most > 1 else ():
            first = self._whole(plain(left), sources)
            rest = first and (self._parts(plain(right), sources, most - 1) or self._same(first, plain(left), right))
            if rest:
                return [*first, *rest]
        return []

    def _same(self, first: list[Asked], left: str, right: str) -> list[Asked]:
        """The same for another thing: "the fan" after "turn off the hall light"."""
        target, other = first[-1].args.get("target", ""), without_article(plain(right))
        if not target or len(first) > 1 or not left.casefold().endswith(target.casefold()):
            return []
        again = fitting(Asked(first[0].tool, {**first[0].args, "target": other}), self._names)
        return [again] if again else []

    def _whole(self, spoken: str, sources: tuple[bool, ...]) -> list[Asked]:
        """The tasks of one command; none when it can be read in two ways that are equally good."""
        said = smooth(spoken)
        if said not in self._options:
            self._options[said] = Words(said, self._grammar).options(self._names)
        options = self._options[said]
        for own in sources:
            matches = self._grammar.matches(said, options, own=own)
            # What a template takes as it is does not go on behind a comma.
            closed = [match for match in matches if said == spoken or not any(slot.open for slot in match.slots)]
            found = [(rank(match), asked_for(match, self._names)) for match in closed]
            if kept := sorted(((key, asked) for key, asked in found if asked), key=lambda row: row[0]):
                best = {tuple(each.key for each in asked): asked for key, asked in kept if key == kept[0][0]}
                return next(iter(best.values())) if len(best) == 1 else []
        return []
