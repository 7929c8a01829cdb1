"""Plan metrics: node, edge and argument F1, and exact graphs, best over several gold plans.

The definitions are those of the plan data set (`plans/score.py`): nodes are the multiset of task names, edges of
(source task, target task, slot); arguments are literal values by (task, slot), compared without case, outer quotes
and punctuation, in wording slots by word overlap (F1 >= 0.6). A missing or malformed plan counts as empty.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import asdict, dataclass
from typing import Any

Plan = Sequence[Mapping[str, Any]]

FREE_SLOTS = frozenset({"prompt", "instruction", "query", "question", "label", "context"})
_REF = re.compile(r"\$\d+")
_ACROSS = re.compile(r"\$\d+:\d+")
_TRIM = " '\"“”‘’.,;:!?()[]。，"
_WORD = re.compile(r"[\u4e00-\u9fff]|\w+")


@dataclass(frozen=True, slots=True)
class Score:
    """Figures in [0, 1] for one predicted plan."""

    node_f1: float
    edge_f1: float
    arg_f1: float
    exact: float


def score(predicted: Plan, golds: Sequence[Plan]) -> Score:
    """The score against the gold plan that fits best."""
    return best(predicted, golds)[0]


def best(predicted: Plan, golds: Sequence[Plan]) -> tuple[Score, Plan]:
    """The score against the gold plan that fits best, and that plan; of equal ones, the first."""
    try:
        scores = [(_against(predicted, gold), gold) for gold in golds]
    except (KeyError, TypeError, AttributeError, ValueError):
        return best([], golds)
    return max(scores, key=lambda pair: (pair[0].exact, pair[0].node_f1 + pair[0].edge_f1 + pair[0].arg_f1))


def mean(scores: Sequence[Score]) -> dict[str, float]:
    """The mean of each figure, in percent."""
    rows = [asdict(s) for s in scores]
    return {key: round(100 * sum(row[key] for row in rows) / len(rows), 2) for key in rows[0]} if rows else {}


def earlier_f1(predicted: Plan, gold: Plan) -> float | None:
    """F1 over references to tasks of earlier turns ("$2:0"), by task and slot; None when neither plan has any.

    `score` takes such references for values: they are kept apart from those to tasks of the same plan.
    """
    ours, theirs = _across(predicted), _across(gold)
    return _f1(ours, theirs) if ours or theirs else None


def _across(plan: Plan) -> Counter[Any]:
    return Counter(
        (value, task["task"], slot)
        for task in plan
        for slot, values in task["args"].items()
        for value in _values(values)
        if isinstance(value, str) and _ACROSS.fullmatch(value)
    )


def _against(predicted: Plan, gold: Plan) -> Score:
    names = (Counter(task["task"] for task in plan) for plan in (predicted, gold))
    return Score(
        _f1(*names),
        _f1(_edges(predicted), _edges(gold)),
        _argument_f1(predicted, gold),
        float(_same_graph(predicted, gold)),
    )


def _values(value: Any) -> list[Any]:
    return value if isinstance(value, list) else [value]


def _is_ref(value: Any) -> bool:
    return isinstance(value, str) and _REF.fullmatch(value) is not None


def _refs(value: Any) -> list[int]:
    return [int(item[1:]) for item in _values(value) if _is_ref(item)]


def _literals(value: Any) -> list[str]:
    return [re.sub(r"\s+", " ", str(item)).strip(_TRIM).casefold() for item in _values(value) if not _is_ref(item)]


def _f1(one: Counter[Any], other: Counter[Any]) -> float:
    if not one and not other:
        return 1.0
    common = (one & other).total()
    return 2 * common / (one.total() + other.total()) if common else 0.0


def _edges(plan: Plan) -> Counter[Any]:
    names = {task["id"]: task["task"] for task in plan}
    return Counter(
        (names.get(ref), task["task"], slot)
        for task in plan
        for slot, value in task["args"].items()
        for ref in _refs(value)
    )


def _same_value(slot: str, one: str, other: str) -> bool:
    if one == other or slot not in FREE_SLOTS:
        return one == other
    a, b = Counter(_WORD.findall(one)), Counter(_WORD.findall(other))
    common = (a & b).total()
    return common > 0 and 2 * common / (a.total() + b.total()) >= 0.6


def _pairs(slot: str, ones: list[str], others: list[str]) -> int:
    left, count = list(others), 0
    for one in sorted(ones, key=lambda value: value not in left):  # equal values first
        match = next((other for other in left if _same_value(slot, one, other)), None)
        if match is not None:
            left.remove(match)
            count += 1
    return count


def _argument_f1(predicted: Plan, gold: Plan) -> float:
    ours, theirs = _by_slot(predicted), _by_slot(gold)
    size = sum(map(len, ours.values())), sum(map(len, theirs.values()))
    if not any(size):
        return 1.0
    common = sum(_pairs(key[1], ours[key], theirs[key]) for key in ours if key in theirs)
    return 2 * common / sum(size) if common else 0.0


def _by_slot(plan: Plan) -> dict[tuple[str, str], list[str]]:
    found: dict[tuple[str, str], list[str]] = {}
    for task in plan:
        for slot, value in task["args"].items():
            found.setdefault((task["task"], slot), []).extend(_literals(value))
    return found


def _same_graph(predicted: Plan, gold: Plan) -> bool:
    if len(predicted) != len(gold):
        return False
    return _place(sorted(gold, key=lambda task: task["id"]), {}, list(predicted))


def _place(gold: Plan, match: dict[int, int], free: list[Any]) -> bool:
    if not gold:
        return True
    return any(
        _fits(task, gold[0], match)
        and _place(gold[1:], {**match, gold[0]["id"]: task["id"]}, [other for other in free if other is not task])
        for task in free
    )


def _fits(task: Mapping[str, Any], gold: Mapping[str, Any], match: Mapping[int, int]) -> bool:
    filled = [{slot for slot, value in t["args"].items() if _values(value)} for t in (task, gold)]
    if task["task"] != gold["task"] or filled[0] != filled[1]:
        return False
    # A slot that is empty here and absent there makes a plan malformed (KeyError), as in the definition.
    return all(_same_arg(slot, value, gold["args"][slot], match) for slot, value in task["args"].items())


def _same_arg(slot: str, ours: Any, theirs: Any, match: Mapping[int, int]) -> bool:
    if sorted(_refs(ours)) != sorted(match.get(ref, -1) for ref in _refs(theirs)):
        return False
    one, other = _literals(ours), _literals(theirs)
    return len(one) == len(other) == _pairs(slot, one, other)
