"""UltraTool's measure: per request the F1 of tools and of links, and the share of requests with every tool right.

As in GNN4TaskPlan (https://arxiv.org/abs/2405.19119), whose table over 500 requests is the published one: with p
predicted and g gold names, P = |set(p) & set(g)| / len(p), R = |set(p) & set(g)| / len(g), F1 = 2PR / (P + R), and 0
when either list is empty; links are (source, target) names. A request counts as right when its node F1 is at least
.99. A request without a prediction counts 0.
"""

from __future__ import annotations

from collections.abc import Hashable, Iterable, Mapping, Sequence
from dataclasses import dataclass
from itertools import pairwise
from pathlib import Path
from statistics import fmean
from typing import Any

from jarvis.errors import InputError
from jarvis.planners.evaluation.files import read_by_id, read_records
from jarvis.planners.training.data import split_of

RIGHT = 0.99
"""Node F1 from which a plan counts as right."""


@dataclass(frozen=True, slots=True)
class Chain:
    """A plan of UltraTool: names of tools, and which one hands its result to which."""

    nodes: tuple[str, ...] = ()
    links: tuple[tuple[str, str], ...] = ()

    @classmethod
    def of(cls, names: Sequence[str]) -> Chain:
        """Tools that are called one after the other, each with the result of the one before."""
        return cls(tuple(names), tuple(pairwise(names)))

    @classmethod
    def from_json(cls, row: Mapping[str, Any]) -> Chain:
        """Reads {"task_nodes": [{"task"}], "task_links": [{"source", "target"}]}.

        Raises:
            KeyError, TypeError: it is not of that form.
        """
        nodes = tuple(str(node["task"]) for node in row["task_nodes"])
        return cls(nodes, tuple((str(link["source"]), str(link["target"])) for link in row.get("task_links", ())))

    def to_json(self) -> dict[str, Any]:
        """The form that `from_json` reads."""
        links = [{"source": source, "target": target} for source, target in self.links]
        return {"task_nodes": [{"task": name} for name in self.nodes], "task_links": links}


@dataclass(frozen=True, slots=True)
class Sample:
    """One request with its gold plan."""

    id: str
    request: str
    gold: Chain

    @property
    def split(self) -> str:
        """`train`, `dev` or `test`, the same as in training."""
        return split_of(f"ultra-{self.id}")


def read_samples(path: Path) -> list[Sample]:
    """The samples of a file of lines {"id", "user_request", "task_nodes", "task_links"}.

    Raises:
        InputError: the file cannot be read, or a line is of another form.
    """
    samples: list[Sample] = []
    for where, row in read_records(path):
        try:
            samples.append(Sample(str(row["id"]), str(row["user_request"]), Chain.from_json(row)))
        except (KeyError, TypeError, AttributeError):
            expected = '{"id", "user_request", "task_nodes": [{"task"}], "task_links": [{"source", "target"}]}'
            raise InputError(f"{where} is no UltraTool plan; expected {expected}", path=str(path)) from None
    return samples


def read_chains(path: Path) -> dict[str, Chain]:
    """Predictions by id; one of another form counts as missing.

    Raises:
        InputError: the file cannot be read, or a line is not an object with an id.
    """
    found: dict[str, Chain] = {}
    for sample_id, row in read_by_id(path).items():
        try:
            found[sample_id] = Chain.from_json(row)
        except (KeyError, TypeError, AttributeError):
            continue
    return found


def f1(predicted: Sequence[Hashable], gold: Sequence[Hashable]) -> float:
    """The F1 of two lists, as the module describes it."""
    common = len(set(predicted) & set(gold))
    return 2 * common / (len(predicted) + len(gold)) if common else 0.0


def report(samples: Sequence[Sample], predictions: Mapping[str, Chain]) -> dict[str, Any]:
    """All figures, in percent; a request without a prediction counts 0."""
    sizes: dict[str, list[Sample]] = {}
    for sample in samples:
        sizes.setdefault(str(len(sample.gold.nodes)), []).append(sample)
    by_size = {
        size: _scores(group, predictions) for size, group in sorted(sizes.items(), key=lambda item: int(item[0]))
    }
    missing = sum(sample.id not in predictions for sample in samples)
    return {"requests": len(samples), "missing": missing, "scores": _scores(samples, predictions), "sizes": by_size}


def _scores(samples: Iterable[Sample], predictions: Mapping[str, Chain]) -> dict[str, float]:
    pairs = [(predictions.get(sample.id, Chain()), sample.gold) for sample in samples]
    nodes = [f1(predicted.nodes, gold.nodes) for predicted, gold in pairs]
    links = [f1(predicted.links, gold.links) for predicted, gold in pairs]
    figures = {"node_f1": nodes, "link_f1": links, "accuracy": [float(node >= RIGHT) for node in nodes]}
    means = {name: round(100 * fmean(values), 2) if values else 0.0 for name, values in figures.items()}
    return {"requests": len(pairs), **means}


def strangers(predictions: Iterable[Chain], known: Iterable[str]) -> int:
    """How many predicted tools do not exist."""
    names = frozenset(known)
    return sum(name not in names for chain in predictions for name in chain.nodes)
