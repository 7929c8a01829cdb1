"""Tables in text, and questions that a look-up in them answers: a cell, a row, a count, a sum, a mean, an extreme."""

from __future__ import annotations

import csv
import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.embeddings import Embedder, load_embedder
from jarvis.tools.handlers.sentences import content_words, stem, words

HUB_MODEL = "google/tapas-base-finetuned-wtq"
_NUMBER = re.compile(r"^[^\w\-+.]{0,2}\s?([-+]?\d[\d,]*\.?\d*|[-+]?\.\d+)\s?(?:%|°?[A-Za-z€$£¥]{0,4}\.?)$")
_CLOSE = 0.3
"""Cosine from which on a column's name is taken to be meant by a question that does not name it."""
_OPERATIONS = {
    "mean": "average mean",
    "sum": "total sum altogether combined",
    "max": "highest most maximum max largest biggest greatest oldest longest tallest best top heaviest fastest "
    "expensive",
    "min": "lowest least minimum min smallest cheapest shortest youngest fewest worst lightest slowest",
}
_SHORT = {
    "qty": "quantity",
    "amt": "amount",
    "pop": "population",
    "avg": "average",
    "temp": "temperature",
    "no": "number",
}
_COMPARISON = re.compile(
    r"\b(?:(?P<more>more than|over|above|greater than|at least)|(?P<less>less than|under|below|fewer than|at most))"
    r"\s+[^\w\s]?(?P<number>\d[\d,]*\.?\d*)"
)


@dataclass(frozen=True, slots=True)
class Table:
    """A header and rows of as many cells."""

    header: tuple[str, ...]
    rows: tuple[tuple[str, ...], ...]

    def numeric(self, column: int) -> bool:
        """Whether most cells of a column are numbers."""
        filled = [row[column] for row in self.rows if row[column]]
        return sum(number(cell) is not None for cell in filled) * 2 > len(filled) > 0


def number(cell: str) -> float | None:
    """The number in a cell such as `$1,200.50`, `12 %` or `3 kg`; None when it is no number."""
    match = _NUMBER.match(cell.strip())
    return float(match.group(1).replace(",", "")) if match else None


def parse_table(text: str) -> Table | None:
    """The table that `text` is: CSV, TSV, Markdown, JSON records, or columns set apart by blanks; None when it is none.

    The first line is the header.
    """
    if table := _records(text):
        return table
    lines = [line for line in text.strip().splitlines() if line.strip() and not re.fullmatch(r"[\s|:+-]+", line)]
    for rows in (*(_delimited(lines, mark) for mark in "\t|;,"), _blanks(lines, r"\s{2,}")):
        if table := _checked(rows):
            return table
    # Words between single blanks are prose, unless a column of them is numbers.
    table = _checked(_blanks(lines, r"\s+"))
    return table if table and any(table.numeric(column) for column in range(len(table.header))) else None


def _records(text: str) -> Table | None:
    if not text.lstrip().startswith("["):
        return None
    try:
        data = json.loads(text)
    except ValueError:
        return None
    if not data or not all(isinstance(row, dict) and row.keys() == data[0].keys() for row in data):
        return None
    return Table(tuple(map(str, data[0])), tuple(tuple(str(cell) for cell in row.values()) for row in data))


def _delimited(lines: Sequence[str], mark: str) -> list[list[str]]:
    trimmed = [line.strip().strip("|") if mark == "|" else line for line in lines]
    return [[cell.strip() for cell in row] for row in csv.reader(trimmed, delimiter=mark, skipinitialspace=True)]


def _blanks(lines: Sequence[str], gap: str) -> list[list[str]]:
    return [re.split(gap, line.strip()) for line in lines]


def _checked(rows: list[list[str]]) -> Table | None:
    """A table when all rows are as wide as the first, which reads like a header."""
    if len(rows) < 2 or len(rows[0]) < 2 or any(len(row) != len(rows[0]) for row in rows):
        return None
    if any(len(cell) > 40 or number(cell) is not None for cell in rows[0]) or any(r[0].endswith(".") for r in rows):
        return None
    return Table(tuple(rows[0]), tuple(map(tuple, rows[1:])))


class TableLookup:
    """Answers by finding the row and the column that a question names. It computes; it does not reason."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._embedder = load_embedder(files, options)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The answer in a few words: `42`, `Oslo, Bergen`, `Norway (16)`.

        Raises:
            TaskError: no table, or a question that a look-up does not answer; the message names a model that might.
        """
        table = parse_table(inputs.text("table"))
        if table is None:
            raise TaskError("this is no table; give CSV, TSV or Markdown with a header line")
        question = inputs.text("question")
        answer = answer_from_table(question, table, self._embedder)
        if answer is None:
            raise TaskError(
                f"no row or column fits {question!r}; name one of {', '.join(table.header)}, or use {HUB_MODEL}"
            )
        return answer


def answer_from_table(question: str, table: Table, embedder: Embedder) -> str | None:
    """The answer to a question that a look-up answers, else None."""
    return _Lookup(question, table, embedder).answer()


class _Lookup:
    """One question to one table."""

    def __init__(self, question: str, table: Table, embedder: Embedder) -> None:
        self._question, self._table, self._embedder = question.lower(), table, embedder
        self._names = [_SHORT.get(name.lower().rstrip("."), name) for name in table.header]
        self._said = {stem(word) for word in words(question)}
        self._numeric = [column for column in range(len(table.header)) if table.numeric(column)]
        self._matched: set[int] = set()
        self._rows = self._matching_rows()
        self._named = self._named_columns()

    def answer(self) -> str | None:
        if compared := _COMPARISON.search(self._question):
            return self._compare(compared)
        operation = next((name for name, said in _OPERATIONS.items() if self._says(said)), None)
        if operation in {"mean", "sum"}:
            return self._aggregate(operation)
        if operation:
            return self._extreme(operation)
        if "how many" in self._question and not any(column in self._numeric for column in self._named):
            return self._count() or self._cell()
        return self._cell()

    def _says(self, said: str) -> bool:
        return bool(set(said.split()) & set(words(self._question)))

    def _named_columns(self) -> list[int]:
        """Columns that the question names, the best named first."""
        shares = [len(content_words(name) & self._said) / (len(content_words(name)) or 1) for name in self._names]
        return sorted((at for at, share in enumerate(shares) if share >= 0.5), key=lambda at: (-shares[at], at))

    def _matching_rows(self) -> list[tuple[str, ...]]:
        """Rows whose cells the question mentions most; all rows when it mentions none."""
        hits = [[at for at, cell in enumerate(row) if self._mentions(cell)] for row in self._table.rows]
        most = max((len(hit) for hit in hits), default=0)
        if not most:
            return list(self._table.rows)
        self._matched = {at for hit in hits if len(hit) == most for at in hit}
        return [row for row, hit in zip(self._table.rows, hits, strict=True) if len(hit) == most]

    def _mentions(self, cell: str) -> bool:
        stems = {stem(word) for word in words(cell)}
        return bool(stems) and stems <= self._said and not stems <= {"a", "the", "is", "no", "in", "of"}

    def _target(self, among: Sequence[int]) -> int | None:
        """The column asked for: a named one, else the only one, else the one whose name means what is asked."""
        open_columns = [column for column in among if column not in self._matched]
        named = [column for column in self._named if column in open_columns]
        if named or not open_columns:
            return named[0] if named else None
        return open_columns[0] if len(open_columns) == 1 else self._closest(open_columns)

    def _closest(self, columns: Sequence[int]) -> int | None:
        question, *names = self._embedder.embed([self._question, *(self._names[at] for at in columns)])
        cosines = [float(question @ name) for name in names]
        best = max(range(len(columns)), key=cosines.__getitem__)
        return columns[best] if cosines[best] >= _CLOSE else None

    def _cell(self) -> str | None:
        everything = range(len(self._table.header))
        if not self._matched:
            # Without a row only a whole named column can be meant: "list the names".
            return _listed([row[self._named[0]] for row in self._rows]) if self._named else None
        column = self._target(everything)
        if column is None and self._question.startswith(("who", "which")) and 0 not in self._matched:
            column = 0
        return None if column is None else _listed([row[column] for row in self._rows])

    def _count(self) -> str | None:
        """A number in the one row that is meant, else how many rows are meant."""
        if len(self._rows) == 1 and (column := self._target(self._numeric)) is not None:
            return self._rows[0][column]
        rows_meant = bool(self._matched) or self._says("rows entries items records lines") or bool(self._named)
        return str(len(self._rows)) if rows_meant else None

    def _values(self, column: int) -> list[tuple[float, tuple[str, ...]]]:
        numbers = [(number(row[column]), row) for row in self._rows]
        return [(value, row) for value, row in numbers if value is not None]

    def _aggregate(self, operation: str) -> str | None:
        column = self._target(self._numeric)
        if column is None:
            return None
        values = [value for value, _ in self._values(column)]
        if len(values) < 2:
            return _listed([row[column] for row in self._rows]) or None
        return _written(sum(values) / (len(values) if operation == "mean" else 1))

    def _extreme(self, operation: str) -> str | None:
        column = self._target(self._numeric)
        values = self._values(column) if column is not None else []
        if not values or column is None:
            return None
        best = (max if operation == "max" else min)(value for value, _ in values)
        rows = [row for value, row in values if value == best]
        label = self._label()
        if label is None or self._asks_for_the_number(column):
            return rows[0][column]
        return f"{_listed([row[label] for row in rows])} ({rows[0][column]})"

    def _asks_for_the_number(self, column: int) -> bool:
        return self._question.startswith("what is the") and self._named[:1] == [column]

    def _label(self) -> int | None:
        """The column whose cells name a row: a named one that holds no numbers, else the first such."""
        texts = [column for column in range(len(self._table.header)) if column not in self._numeric]
        return next((column for column in self._named if column in texts), texts[0] if texts else None)

    def _compare(self, compared: re.Match[str]) -> str | None:
        limit = float(compared.group("number").replace(",", ""))
        self._matched -= set(self._numeric)
        column = self._target(self._numeric)
        label = self._label()
        if column is None or label is None:
            return None
        self._rows = list(self._table.rows) if not self._matched else self._rows
        same = compared.group("more") == "at least" or compared.group("less") == "at most"
        kept = [
            row
            for value, row in self._values(column)
            if (value > limit if compared.group("more") else value < limit) or (same and value == limit)
        ]
        return str(len(kept)) if "how many" in self._question else _listed([row[label] for row in kept]) or "none"


def _listed(cells: Sequence[str]) -> str:
    return ", ".join(dict.fromkeys(cell for cell in cells if cell))


def _written(value: float) -> str:
    return str(int(value)) if value == int(value) else f"{value:.2f}".rstrip("0")


def table_context(text: str) -> Table | None:
    """The table that a text is, with at least two rows under its header; None for prose."""
    return parse_table(text) if len(text.strip().splitlines()) > 2 else None
