"""What a planner gets wrong: scores by kind, language and size; tasks and confusions; faults, times, worst cases."""

from __future__ import annotations

import math
from collections import Counter
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

from jarvis.languages import language_of
from jarvis.planners.evaluation.faults import FAULTS, fault_of
from jarvis.planners.evaluation.gold import Case
from jarvis.planners.evaluation.metrics import Plan, Score, best, earlier_f1, mean
from jarvis.planners.evaluation.predicting import MISSING, Prediction, tools_for
from jarvis.tools.toolset import ToolSet

NOTHING = "(none)"
"""Stands for a task that has no counterpart."""


@dataclass(frozen=True, slots=True)
class Row:
    """One case, what was predicted, and how good it is."""

    case: Case
    prediction: Prediction
    plan: Plan
    """The predicted plan; empty when it is missing or malformed."""
    gold: Plan
    """The gold plan that fits best."""
    score: Score
    fault: str

    @property
    def names(self) -> tuple[Counter[str], Counter[str]]:
        """The task names of gold and prediction."""
        return _names(self.gold), _names(self.plan)

    def to_json(self) -> dict[str, Any]:
        """The row for people who look for what went wrong."""
        more = {"fault": self.fault} if self.fault else {}
        more |= {"error": self.prediction.error} if self.prediction.error else {}
        asked = {"asked": self.prediction.ask} if self.prediction.ask else {}
        wanted = {"ask": self.case.ask} if self.case.ask else {}
        scores = {key: round(100 * value, 2) for key, value in asdict(self.score).items()}
        texts = {"id": self.case.id, "request": self.case.request}
        return texts | scores | {"gold": self.gold, **wanted, "plan": self.prediction.plan, **asked, **more}


def judge(case: Case, prediction: Prediction, tools: ToolSet) -> Row:
    """Scores one prediction."""
    fault = fault_of(prediction, case, tools_for(case, tools))
    score, gold = best(prediction.plan or [], case.golds)
    usable = fault not in ("missing", "malformed")
    return Row(case, prediction, prediction.plan if usable else [], gold, score, fault)


def judge_all(cases: Iterable[Case], predictions: Mapping[str, Prediction], tools: ToolSet) -> list[Row]:
    """Scores every case; one without a prediction counts as an empty plan."""
    return [judge(case, predictions.get(case.id, MISSING), tools) for case in cases]


def report(rows: Sequence[Row], worst: int = 0) -> dict[str, Any]:
    """All figures, in percent where they are shares, and so many of the worst cases."""
    turns = [row for row in rows if row.case.earlier]
    return {
        "requests": len(rows),
        "scores": mean([row.score for row in rows]),
        "kinds": grouped(rows, lambda row: row.case.kind),
        "languages": grouped(rows, lambda row: language_of(row.case.request)),
        "sizes": grouped(rows, lambda row: size_of(row.gold)),
        "turns": grouped(rows, lambda row: row.case.id.rpartition(":")[2]) if turns else {},
        "earlier_references_f1": _earlier(turns),
        "tasks": by_task(rows),
        "confusions": [{"gold": g, "predicted": p, "count": n} for (g, p), n in confusions(rows).most_common()],
        "faults": faults(rows),
        "questions": questions(rows),
        "seconds": times([row.prediction.seconds for row in rows if row.prediction.seconds is not None]),
        "worst": [row.to_json() for row in worst_of(rows, worst)],
    }


def grouped(rows: Sequence[Row], key: Callable[[Row], str]) -> dict[str, dict[str, float]]:
    """The mean scores of each group, by its name."""
    groups: dict[str, list[Score]] = {}
    for row in rows:
        groups.setdefault(key(row), []).append(row.score)
    return {name: {"requests": len(scores), **mean(scores)} for name, scores in sorted(groups.items())}


def size_of(plan: Plan) -> str:
    """The number of tasks as a group: 0 to 5, and 6+."""
    return str(len(plan)) if len(plan) < 6 else "6+"


def by_task(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """For each task of the gold or predicted plans: how often, precision, recall and F1 in percent."""
    gold, predicted, common = Counter[str](), Counter[str](), Counter[str]()
    for row in rows:
        ours, theirs = row.names
        gold += ours
        predicted += theirs
        common += ours & theirs
    names = sorted(gold | predicted, key=lambda name: (-gold[name], name))
    return {name: _figures(gold[name], predicted[name], common[name]) for name in names}


def _figures(gold: int, predicted: int, common: int) -> dict[str, float]:
    return {
        "gold": gold,
        "predicted": predicted,
        "precision": _percent(common, predicted),
        "recall": _percent(common, gold),
        "f1": _percent(2 * common, gold + predicted),
    }


def confusions(rows: Sequence[Row]) -> Counter[tuple[str, str]]:
    """How often a task stood where the gold plan has another: (gold, predicted).

    NOTHING stands beside a task that is lacking or needless.
    """
    return Counter(pair for row in rows for pair in _mismatched(row))


def _mismatched(row: Row) -> list[tuple[str, str]]:
    gold, predicted = row.names
    lacking, extra = _left(row.gold, gold - predicted), _left(row.plan, predicted - gold)
    pairs: list[tuple[str, str]] = []
    for task in lacking:
        other = max(extra, key=lambda candidate: _shared(task, candidate), default=None)
        pairs.append((task["task"], other["task"] if other else NOTHING))
        extra = [candidate for candidate in extra if candidate is not other]
    return pairs + [(NOTHING, task["task"]) for task in extra]


def _left(plan: Plan, names: Counter[str]) -> list[Mapping[str, Any]]:
    # The last ones of a name: what is repeated at the end of a plan is more often the needless one.
    left, found = Counter(names), list[Mapping[str, Any]]()
    for task in reversed(plan):
        if left[task["task"]] > 0:
            left[task["task"]] -= 1
            found.insert(0, task)
    return found


def _shared(one: Mapping[str, Any], other: Mapping[str, Any]) -> int:
    ours, theirs = ({str(value) for value in task["args"].values()} for task in (one, other))
    return len(ours & theirs)


def faults(rows: Sequence[Row]) -> dict[str, dict[str, float]]:
    """How many plans have each fault, and their share in percent."""
    found = Counter(row.fault for row in rows)
    return {fault: {"plans": found[fault], "percent": _percent(found[fault], len(rows))} for fault in FAULTS}


def questions(rows: Sequence[Row]) -> dict[str, int]:
    """How many cases want a question back, how many got one, and how many wanted the one they got."""
    wanted, asked = [bool(row.case.ask) for row in rows], [bool(row.prediction.ask) for row in rows]
    both = sum(w and a for w, a in zip(wanted, asked, strict=True))
    return {"wanted": sum(wanted), "asked": sum(asked), "both": both}


def times(seconds: Sequence[float]) -> dict[str, float] | None:
    """Median, 95th percentile and worst of some times; None when there are none."""
    if not seconds:
        return None
    ordered = sorted(seconds)
    ranks = {"median": 0.5, "p95": 0.95, "worst": 1.0}
    return {name: round(ordered[max(0, math.ceil(rank * len(ordered)) - 1)], 6) for name, rank in ranks.items()}


def worst_of(rows: Sequence[Row], count: int) -> list[Row]:
    """The cases with the lowest sum of figures, worst first."""
    return sorted(rows, key=lambda row: sum(asdict(row.score).values()))[:count]


def _earlier(turns: Sequence[Row]) -> float | None:
    """Mean F1, in percent, over the turns that refer to earlier tasks in gold or prediction."""
    found = (earlier_f1(row.plan, row.gold) for row in turns)
    figures = [figure for figure in found if figure is not None]
    return round(100 * sum(figures) / len(figures), 2) if figures else None


def _names(plan: Plan) -> Counter[str]:
    return Counter(task["task"] for task in plan)


def _percent(part: float, whole: float) -> float:
    return round(100 * part / whole, 2) if whole else 0.0
