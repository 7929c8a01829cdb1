"""Guesses at what a plan goes on with, for the model to check many tokens in one step.

Two things are easy to guess: a value that has begun goes on as the request does (prompt lookup,
https://github.com/apoorvumang/prompt-lookup-decoding), and names of tools and slots follow each other as they did in
earlier plans. The latter is a table of short contexts, counted once over the training plans:

    python -m jarvis.planners.drafting train.jsonl planners/weights/drafts.json
"""

from __future__ import annotations

import json
import sys
from collections import Counter, defaultdict
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from functools import cache
from pathlib import Path
from typing import Self

from jarvis.llm.tokens import WireTokenizer
from jarvis.planners.wire import END, PlanRow, WireText, normalize, write_plan

TABLE = Path(__file__).with_name("weights") / "drafts.json"
NUMBER = -1
"""Stands for the number of the line in a context; a reference to the line `n` before is NUMBER - n."""
_LONGEST = 4
"""Tokens of a context."""
_SEEN, _SHARE = 20, 0.3
"""A context is kept when it was seen so often, and went on with the same token in such a share."""
_COPIED = 0.7
"""How likely a value goes on by another token of the request."""
_ENOUGH = 0.2
"""A token is drafted while all up to it are so likely right: to read it costs a sixth of the step that it may save."""
_MOST = 12
_STARTS, _AHEAD = 48, 60
"""How many places of a request are looked at for the one that is being copied, and characters of each."""


@dataclass(frozen=True, slots=True)
class DraftTable:
    """What short contexts go on with."""

    follows: Mapping[tuple[int, ...], tuple[int, float]]
    """The likeliest token after a context, and its share."""

    def next(self, context: Sequence[int]) -> tuple[int, float] | None:
        """The likeliest token after the longest known end of a context."""
        for length in range(min(_LONGEST, len(context)), 0, -1):
            if found := self.follows.get(tuple(context[-length:])):
                return found
        return None

    @classmethod
    def read(cls, path: Path) -> Self:
        """Reads what `write` wrote."""
        rows = json.loads(path.read_text(encoding="utf-8"))
        return cls({tuple(context): (token, percent / 100) for *context, token, percent in rows})

    def write(self, path: Path) -> None:
        """One row a context: its tokens, the next one, its share in percent."""
        rows = [[*context, token, round(100 * share)] for context, (token, share) in sorted(self.follows.items())]
        path.write_text("[\n" + ",\n".join(map(json.dumps, rows)) + "\n]\n", encoding="utf-8")

    @classmethod
    @cache
    def shipped(cls) -> Self:
        """The table that comes with the planner."""
        return cls.read(TABLE)


class PlanDrafter:
    """Guesses at the plan for one request."""

    def __init__(self, tokenizer: WireTokenizer, request: WireText, first: int, table: DraftTable) -> None:
        """`first` is the number of the plan's first line."""
        self._tokenizer, self._request, self._first, self._table = tokenizer, request.text, first, table
        self._marks = Marks(tokenizer)
        self._suffixes: dict[int, list[int]] = {}

    def draft(self, written: Sequence[int]) -> list[int]:
        """Tokens that probably follow, as many as are worth reading."""
        tokens, draft = list(written), list[int]()
        copied: list[int] = []
        likely = 1.0
        while len(draft) < _MOST:
            known = self._table.next(self._marks.context(tokens))
            copied = copied or ([] if known and known[1] > _COPIED else self._copied(tokens))
            if copied:
                more, share = [copied.pop(0)], _COPIED
            elif known:
                more, share = self._spelled(known[0], tokens), known[1]
            else:
                break
            likely *= share
            if likely < _ENOUGH or not more:
                break
            tokens += more
            draft += more
        return draft

    def _spelled(self, token: int, tokens: list[int]) -> list[int]:
        if token > NUMBER:
            return [token]
        number = self._first + tokens.count(self._marks.line_break) + token - NUMBER
        return self._tokenizer.encode(str(number)) if number >= 0 else []

    def _copied(self, tokens: list[int]) -> list[int]:
        """What follows in the request after the value that is being written; empty between values."""
        value = self._marks.value(tokens)
        text = self._tokenizer.decode(value).rstrip("\ufffd") if value else ""
        starts = [at for at in range(len(self._request)) if value and self._request.startswith(text, at)]
        for at in starts[:_STARTS]:
            if at not in self._suffixes:
                self._suffixes[at] = self._tokenizer.encode(self._request[at : at + len(text) + _AHEAD])
            suffix = self._suffixes[at]
            if suffix[: len(value)] == value:
                return suffix[len(value) :]
        return []


class Marks:
    """The tokens that structure a plan."""

    def __init__(self, tokenizer: WireTokenizer) -> None:
        def last(*texts: str) -> frozenset[int]:
            return frozenset(tokenizer.encode(text)[-1] for text in texts)

        self.line_break = tokenizer.encode("\n")[0]
        self.digits = last(*"0123456789")
        self._references = last("$", "=$", "|$")
        self._values = last("=", "|")
        self._ends = last("\n", "\t")
        self._tokenizer = tokenizer

    def context(self, tokens: Sequence[int]) -> list[int]:
        """The last tokens of a plan, with the number of a line and references in terms of it."""
        begun = [place for place, token in enumerate(tokens) if token == self.line_break][-2:]
        start = begun[0] + 1 if len(begun) == 2 else 0
        plain = [self.line_break]
        place, number = start, 0
        while place < len(tokens):
            end = self._digits(tokens, place)
            if end > place and plain[-1] == self.line_break:
                number = self._number(tokens[place:end])
                plain.append(NUMBER)
            elif end > place and plain[-1] in self._references:
                back = number - self._number(tokens[place:end])
                plain.append(NUMBER - max(back, 0))
            else:
                end = max(end, place + 1)
                plain.extend(tokens[place:end])
            place = end
        return plain[-_LONGEST:]

    def value(self, tokens: Sequence[int]) -> list[int]:
        """The tokens of the value that is being written; empty when none has begun."""
        for place in range(len(tokens) - 1, -1, -1):
            if tokens[place] in self._values:
                return list(tokens[place + 1 :])
            if tokens[place] in self._ends:
                break
        return []

    def _digits(self, tokens: Sequence[int], place: int) -> int:
        while place < len(tokens) and tokens[place] in self.digits:
            place += 1
        return place

    def _number(self, tokens: Sequence[int]) -> int:
        return int(self._tokenizer.decode(list(tokens)))


def count(plans: Iterable[Sequence[int]], marks: Marks) -> DraftTable:
    """The table of what short contexts go on with in these plans, each the tokens of its lines and of the end."""
    seen: dict[tuple[int, ...], Counter[int]] = defaultdict(Counter)
    for tokens in plans:
        for place in range(len(tokens)):
            context = marks.context(tokens[:place])
            after = marks.context(tokens[: place + 1])[-1]
            for length in range(1, len(context) + 1):
                seen[tuple(context[-length:])][after] += 1
    return DraftTable(_pruned(seen))


def _pruned(seen: Mapping[tuple[int, ...], Counter[int]]) -> dict[tuple[int, ...], tuple[int, float]]:
    follows: dict[tuple[int, ...], tuple[int, float]] = {}
    for context in sorted(seen, key=len):
        token, times = seen[context].most_common(1)[0]
        share = times / seen[context].total()
        shorter = next((follows[context[i:]] for i in range(1, len(context)) if context[i:] in follows), (None, 0.0))
        if seen[context].total() >= _SEEN and (token, round(share, 1)) != (shorter[0], round(shorter[1], 1)):
            follows[context] = (token, share)
    # An unlikely guess is kept where it stands before a likelier one that a shorter context would make.
    likely = {context for context, (_, share) in follows.items() if share >= _SHARE}
    shadows = {context for context in follows if any(context[i:] in likely for i in range(1, len(context)))}
    return {context: guess for context, guess in follows.items() if context in likely | shadows}


def main() -> None:
    """Counts over a file of plans and writes the table."""
    from jarvis.tools.toolset import builtin_tools

    source, target = map(Path, sys.argv[1:])
    tokenizer, tools = WireTokenizer.packaged(), builtin_tools()
    plans: list[list[int]] = []
    for line in source.read_text(encoding="utf-8").splitlines():
        row = json.loads(line)
        plan: list[PlanRow] = row["plans"][0] if row.get("plans") else []
        if all(task["task"] in tools for task in plan):
            plans.append(tokenizer.encode(write_plan(plan, normalize(row["request"]), tools) + END))
    count(plans, Marks(tokenizer)).write(target)


if __name__ == "__main__":
    main()
