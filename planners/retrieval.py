"""The few of many tools that a request may mean: found by their words (BM25) and by meaning (sentence vectors).

A request often holds several tasks, so each of its clauses is searched for beside the whole. The weights were tuned by
`benchmarks/retrieval.py` on one half of its data.
"""

from __future__ import annotations

import math
import re
import threading
import unicodedata
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.planners.glosses import glosses
from jarvis.planners.vectors import ToolVectors
from jarvis.spec import ToolSpec
from jarvis.tools.handlers.sentences import STOP_WORDS, stem, words

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    Scores = NDArray[np.float32]

MOST_CLAUSES = 8
_KEPT_SETS = 4
_READ = 2000
"""Characters of a request that are searched for."""
WORDS_SHARE, WHOLE_SHARE = 0.4, 0.6
"""Weights of words beside meaning, and of the whole request beside its best clause."""
NEAR = 0.05
"""How far below the best tool of a clause another one may lie to be shown beside it."""
_AT_LEAST = 2
_HALF_SURE = 20.0
"""The BM25 score that counts as one half: a word or two of a tool's name."""
_IN_NAME, _IN_DESCRIPTION, _IN_SLOT = 3.0, 1.0, 1.0
_SATURATION, _LENGTH = 1.2, 0.5
"""k1 and b of BM25."""
_CAMEL = re.compile(r"(?<=[a-z0-9])(?=[A-Z])|(?<=[A-Z])(?=[A-Z][a-z])")
_ACCENT = re.compile(r"[\u0300-\u036f]")
_SIGNS = re.compile(r"[-_./:]+")
_JOINT = re.compile(
    r"[,;:!?。，；：！？、\n]+|\.(?=\s|$)"
    r"|\b(?:and|then|after that|afterwards|also|plus|und|dann|danach|anschließend|außerdem|sowie|et|puis|ensuite"
    r"|y|luego|después|e)\b|然后|接着|并且|最后|另外|同时|[再并和]",
    re.IGNORECASE,
)


class ToolIndex:
    """Tools ready to be searched. Safe to use from any thread."""

    def __init__(self, tools: Sequence[ToolSpec], vectors: ToolVectors | None = None) -> None:
        """Without `vectors` the search goes by words alone. Nothing is embedded before the first search."""
        self.tools = tuple(tools)
        self._words = _WordIndex([_fields(tool) for tool in self.tools])
        self._source = vectors
        self._vectors: NDArray[np.float32] | None = None
        self._asked, self._lock = False, threading.Lock()
        self._ready = threading.Event()

    def search(self, text: str, limit: int) -> list[ToolSpec]:
        """Up to `limit` tools, the likeliest first; of equally likely ones the earlier.

        When more than `vectors.AT_ONCE` tools are new here, the first searches go by words, until a thread has
        embedded them.
        """
        import numpy as np

        if limit <= 0 or not self.tools:
            return []
        best = np.argsort(-self.scores(text), kind="stable")[:limit]
        return [self.tools[int(row)] for row in best]

    def shortlist(self, text: str, limit: int) -> dict[str, float]:
        """The tools that a request or a clause of it may well mean, the likeliest first, with their scores.

        Those that come close to the best one of the whole, or of a clause; at least two, at most `limit`.
        """
        import numpy as np

        if not self.tools:
            return {}
        parts = self._part_scores(text)
        total = _total(parts)
        near = (parts >= parts.max(axis=1, keepdims=True) - NEAR).any(axis=0)
        order = np.argsort(-total, kind="stable")
        near[order[:_AT_LEAST]] = True
        chosen = [row for row in map(int, order) if near[row]][:limit]
        return {self.tools[row].name: float(total[row]) for row in chosen}

    def scores(self, text: str) -> Scores:
        """How well each tool fits a request or its best fitting clause, in [0, 1], shape [tools]."""
        return _total(self._part_scores(text))

    def _part_scores(self, text: str) -> Scores:
        """How well each tool fits the request and each of its clauses, shape [1 + clauses, tools]."""
        import numpy as np

        parts = self._parts(text[:_READ])
        by_words = np.stack([self._words.scores(terms(part)) for part in parts])
        scores: Scores = np.asarray(by_words / (by_words + _HALF_SURE), np.float32)
        meaning = self._meaning(parts)
        if meaning is not None:
            scores = np.asarray(WORDS_SHARE * scores + (1 - WORDS_SHARE) * meaning, np.float32)
        return scores

    def wait(self, timeout: float | None = None) -> bool:
        """Waits until meaning counts, up to `timeout` seconds; gives whether it does. Starts what must be made."""
        if not self._prepared():
            return False
        return self._ready.wait(timeout)

    def _parts(self, text: str) -> list[str]:
        """The whole request and its clauses, each with English words for its foreign ones."""
        return [" ".join([part, *glosses(fold(part).lower(), self._words)]) for part in (text, *clauses(text))]

    def _meaning(self, parts: Sequence[str]) -> Scores | None:
        if not self._prepared() or self._vectors is None or self._source is None:
            return None
        asked = self._source.of(parts)
        return None if asked is None else asked @ self._vectors.T

    def _prepared(self) -> bool:
        """Has the tools embedded once; whether there is an embedder. A second thread waits while the first one does."""
        if self._source is None or not self._source.here():
            return False
        with self._lock:
            if not self._asked:
                self._asked = True
                self._source.make([_sentence(tool) for tool in self.tools], self._deliver)
        return True

    def _deliver(self, vectors: NDArray[np.float32]) -> None:
        self._vectors = vectors
        self._ready.set()


def _total(parts: Scores) -> Scores:
    """What the whole and its best clause say together, shape [tools]."""
    whole: Scores = parts[0]
    if len(parts) == 1:
        return whole
    total: Scores = WHOLE_SHARE * whole + (1 - WHOLE_SHARE) * parts[1:].max(axis=0)
    return total


class ToolIndexes:
    """The indexes of the last few sets of tools. Safe to use from any thread."""

    def __init__(self, folder: Path | None = None) -> None:
        """`folder`: where vectors are kept; by default in the cache folder that the environment names."""
        self._vectors = ToolVectors(folder)
        self._lock = threading.Lock()
        self._kept: list[ToolIndex] = []

    def of(self, tools: Sequence[ToolSpec]) -> ToolIndex:
        """The index of these tools in this order, made when it is not kept."""
        wanted = tuple(tools)
        with self._lock:
            # Comparing tuples looks at identity first: 5,000 tools that are the same objects take microseconds.
            index = next((kept for kept in self._kept if kept.tools == wanted), None)
            index = index or ToolIndex(wanted, self._vectors)
            self._kept = [index, *(kept for kept in self._kept if kept is not index)][:_KEPT_SETS]
        return index


class _WordIndex:
    """BM25 over words that weigh by where they stand; `in` asks for a stem."""

    def __init__(self, documents: Sequence[Mapping[str, float]]) -> None:
        self._size = len(documents)
        lengths = [sum(document.values()) for document in documents]
        mean = max(sum(lengths) / max(self._size, 1), 1e-9)
        rows: dict[str, list[int]] = {}
        weights: dict[str, list[float]] = {}
        for row, document in enumerate(documents):
            slack = _SATURATION * (1 - _LENGTH + _LENGTH * lengths[row] / mean)
            for term, count in document.items():
                rows.setdefault(term, []).append(row)
                weights.setdefault(term, []).append(count * (_SATURATION + 1) / (count + slack))
        self._postings = {term: self._posting(rows[term], weights[term]) for term in rows}

    def __contains__(self, term: object) -> bool:
        return term in self._postings

    def scores(self, wanted: Sequence[str]) -> Scores:
        """The BM25 score of every document, shape [n], for the distinct terms of a query."""
        import numpy as np

        scores = np.zeros(self._size, dtype=np.float32)
        for term in dict.fromkeys(wanted):
            if term in self._postings:
                rows, weights = self._postings[term]
                scores[rows] += weights
        return scores

    def _posting(self, rows: list[int], weights: list[float]) -> tuple[NDArray[np.int64], Scores]:
        import numpy as np

        rarity = math.log(1 + (self._size - len(rows) + 0.5) / (len(rows) + 0.5))
        return np.asarray(rows, dtype=np.int64), rarity * np.asarray(weights, dtype=np.float32)


def fold(text: str) -> str:
    """A text without the accents of Latin letters; full-width letters become plain ones.

    >>> fold("Café für Ａ")
    'Cafe fur A'
    """
    bare = _ACCENT.sub("", unicodedata.normalize("NFKD", text))
    return unicodedata.normalize("NFC", bare)


def terms(text: str) -> list[str]:
    """The stems that a text is searched by: names split at signs and humps, small words left out.

    >>> terms("listOpenOrders of the café_menu")
    ['list', 'open', 'order', 'caf', 'menu']
    """
    plain = _SIGNS.sub(" ", fold(_CAMEL.sub(" ", text)))
    return [stem(word) for word in words(plain) if word not in STOP_WORDS]


def clauses(text: str) -> list[str]:
    """The clauses of a request that say something, at most MOST_CLAUSES; none when it is one clause.

    >>> clauses("Find a flight to Oslo, then book the hotel and go.")
    ['Find a flight to Oslo', 'book the hotel']
    """
    parts = [part.strip(" \"'") for part in _JOINT.split(text)]
    telling = [part for part in parts if len(terms(part)) > 1]
    return telling[:MOST_CLAUSES] if len(telling) > 1 else []


def _fields(tool: ToolSpec) -> dict[str, float]:
    """How much each stem counts in a tool."""
    found: dict[str, float] = {}
    weighted = [(tool.name, _IN_NAME), (tool.does, _IN_DESCRIPTION), *((slot.name, _IN_SLOT) for slot in tool.slots)]
    for text, weight in weighted:
        for term in terms(text):
            found[term] = found.get(term, 0.0) + weight
    return found


def _sentence(tool: ToolSpec) -> str:
    """What is embedded of a tool: "book table: Reserve a table. (place, people)"."""
    name = " ".join(_SIGNS.sub(" ", _CAMEL.sub(" ", tool.name)).split()).lower()
    slots = f" ({', '.join(slot.name for slot in tool.slots)})" if tool.slots else ""
    return f"{name}: {tool.does}{slots}"
