"""TaskBench's official metrics, and a strict variant of them.

The official ones are those of `taskbench/evaluate.py` of microsoft/JARVIS (https://arxiv.org/abs/2311.18760), with its
habits: only samples that were predicted and could be read count; names are compared as sets, so a tool used twice
counts once; a tool that does not exist is no error in the node figures; macro figures are over all tools of the data
set, also those that occur nowhere. ROUGE is the mean over samples, where the official script takes the median of 1,000
unseeded resamplings of that mean.

The strict variant counts every gold sample, a missing or unreadable plan as an empty one, and an unknown tool as a
false positive.
"""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import lru_cache
from pathlib import Path
from statistics import fmean
from typing import Any

from jarvis.errors import InputError
from jarvis.planners.evaluation.files import read_by_id
from jarvis.planners.evaluation.rouge import KINDS, common_length, rouge
from jarvis.planners.evaluation.taskbench_samples import MediaReader, NamedReader, Reader, Sample, steps

GROUPS = ("overall", "single", "chain", "dag")
"""All samples, and those of each structure."""
_PRF = ("precision", "recall", "f1")
_GOLD_FILES = ("data.json", "gold_sample.jsonl")


@dataclass(frozen=True, slots=True)
class DataSet:
    """One of TaskBench's three data sets."""

    tools: tuple[str, ...]
    gold: Mapping[str, Mapping[str, Any]]
    """The gold records by id."""
    outputs: Mapping[str, str] | None
    """The type that each tool gives; None where arguments have names instead (daily life APIs)."""

    def reader(self) -> Reader:
        """A fresh reader of its plans."""
        return NamedReader() if self.outputs is None else MediaReader(self.outputs)


def read_data_set(folder: Path) -> DataSet:
    """A folder with tool_desc.json and the gold: data.json, or gold_sample.jsonl where that is not there.

    Raises:
        InputError: a file is missing or is of another form.
    """
    description = folder / "tool_desc.json"
    try:
        tools = json.loads(description.read_text(encoding="utf-8"))["nodes"]
        names = tuple(str(tool["id"]) for tool in tools)
        outputs = {str(t["id"]): (t["output-type"] or ["none"])[0] for t in tools if "output-type" in t}
    except OSError as error:
        said = f"{description} cannot be read ({error.strerror}); name a folder such as data_huggingface"
        raise InputError(said, path=str(description)) from None
    except (ValueError, KeyError, TypeError):
        said = f'{description} does not describe tools; expected {{"nodes": [{{"id", ...}}]}}'
        raise InputError(said, path=str(description)) from None
    gold = next((folder / name for name in _GOLD_FILES if (folder / name).exists()), None)
    if gold is None:
        raise InputError(f"{folder} holds no gold plans; put {' or '.join(_GOLD_FILES)} there", path=str(folder))
    return DataSet(names, read_by_id(gold), outputs or None)


def report(data: DataSet, predictions: Mapping[str, Mapping[str, Any]]) -> dict[str, Any]:
    """The official metrics and the strict ones, for each of GROUPS, under the official names, in [0, 1]."""
    return {
        "samples": len(data.gold),
        "predicted": len(data.gold.keys() & predictions.keys()),
        "official": {f"{group}_overall": _official(data, predictions, group) for group in GROUPS},
        "strict": {f"{group}_overall": _strict(data, predictions, group) for group in GROUPS},
    }


@dataclass(frozen=True, slots=True)
class _Compared:
    """A predicted plan beside the gold one."""

    steps: tuple[str | None, str]
    plans: tuple[Sample | None, Sample]

    @property
    def readable(self) -> bool:
        return None not in (self.steps[0], self.plans[0])


def _compared(data: DataSet, predictions: Mapping[str, Mapping[str, Any]], group: str) -> list[_Compared]:
    reader, found = data.reader(), list[_Compared]()
    for key, gold in data.gold.items():
        if group in ("overall", gold.get("type")):
            result = predictions.get(key, {}).get("result")
            right = reader.sample(gold)
            if right is not None:  # else there is nothing to compare with
                found.append(_Compared((steps(result), steps(gold) or ""), (reader.sample(result), right)))
    return found


def _official(data: DataSet, predictions: Mapping[str, Mapping[str, Any]], group: str) -> dict[str, Any]:
    asked = replace(data, gold={key: gold for key, gold in data.gold.items() if key in predictions})
    every = _compared(asked, predictions, group)
    told = [(row.steps[0], row.steps[1]) for row in every if row.steps[0] is not None]
    pairs = [(row.plans[0] or Sample(), row.plans[1]) for row in every if row.readable]
    supports = {f"{what}_supports": len(pairs) for what in ("node", "link", "argument")}
    return {"all_samples": len(every), "step_supports": len(told), **supports, **_figures(told, pairs, data.tools)}


def _strict(data: DataSet, predictions: Mapping[str, Mapping[str, Any]], group: str) -> dict[str, Any]:
    every = _compared(data, predictions, group)
    told = [(row.steps[0] or "", row.steps[1]) for row in every]
    pairs = [(row.plans[0] or Sample(), row.plans[1]) for row in every]
    strangers = [name for predicted, _ in pairs for name in set(predicted.names) - set(data.tools)]
    figures = _figures(told, pairs, data.tools, strangers=len(strangers))
    unreadable = sum(row.plans[0] is None for row in every)
    return {"all_samples": len(every), "unreadable": unreadable, "unknown_tools": len(strangers), **figures}


def _figures(
    told: Sequence[tuple[str, str]], pairs: Sequence[tuple[Sample, Sample]], tools: Sequence[str], strangers: int = 0
) -> dict[str, Any]:
    if not pairs:
        return {}
    slots = _f1_of_sets((predicted.slots, gold.slots) for predicted, gold in pairs)
    values = _f1_of_sets((predicted.values, gold.values) for predicted, gold in pairs)
    return {
        **_rouge(told),
        **_nodes(pairs, tools, strangers),
        "argument_task_argname_binary_f1_no_matching": slots,
        "argument_task_argname_value_binary_f1_no_matching": values,
        "edit_distance": 1 - fmean(_likeness(predicted.names, gold.names, tools) for predicted, gold in pairs),
        "link_binary_f1": _f1_of_sets((predicted.links, gold.links) for predicted, gold in pairs),
    }


def _rouge(told: Iterable[tuple[str, str]]) -> dict[str, float]:
    scores = [_rouge_of(candidate, reference) for candidate, reference in told]
    return {f"step_{kind}": fmean(score[kind] for score in scores) for kind in KINDS}


@lru_cache(maxsize=1 << 14)
def _rouge_of(candidate: str, reference: str) -> dict[str, float]:
    return rouge(candidate, reference)  # each sample is in two groups, each of them official and strict


def _nodes(pairs: Sequence[tuple[Sample, Sample]], tools: Sequence[str], strangers: int) -> dict[str, Any]:
    """Precision, recall and F1 over the names of each plan as a set; `strangers` are false positives more."""
    gold, predicted, common = Counter[str](), Counter[str](), Counter[str]()
    for ours, theirs in pairs:
        predicted.update(set(ours.names))
        gold.update(set(theirs.names))
        common.update(set(ours.names) & set(theirs.names))
    each = {tool: _prf(common[tool], predicted[tool], gold[tool]) for tool in tools}
    totals = [sum(counts[tool] for tool in tools) for counts in (common, predicted, gold)]
    micro = _prf(totals[0], totals[1] + strangers, totals[2])
    macro = [fmean(figures[place] for figures in each.values()) for place in range(3)]
    kinds = (("micro", micro), ("macro", macro))
    means = {f"node_{k}_{n}_no_matching": f for k, fs in kinds for n, f in zip(_PRF, fs, strict=True)}
    rows = {tool: {**dict(zip(_PRF, figures, strict=True)), "support": gold[tool]} for tool, figures in each.items()}
    return {**means, "node_per_type": rows}


def _prf(common: int, predicted: int, gold: int) -> tuple[float, float, float]:
    precision, recall = common / predicted if predicted else 0.0, common / gold if gold else 0.0
    return precision, recall, 2 * common / (predicted + gold) if common else 0.0


def _f1_of_sets(pairs: Iterable[tuple[frozenset[Any], frozenset[Any]]]) -> float:
    """F1 over everything that stands in the sets of all samples; 0 when nothing does."""
    counts = [(len(ours & theirs), len(ours), len(theirs)) for ours, theirs in pairs]
    return _prf(*(sum(column) for column in zip(*counts, strict=True)))[2]


def _likeness(ours: Sequence[str], theirs: Sequence[str], tools: Sequence[str]) -> float:
    """The Levenshtein ratio of two sequences of tools; all unknown ones are alike."""
    one, other = ([name if name in tools else "" for name in names] for names in (ours, theirs))
    size = len(one) + len(other)
    return 2 * common_length(one, other) / size if size else 1.0
