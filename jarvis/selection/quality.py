"""How good a model is believed to be: a mean and how sure that is, from every figure that somebody gave.

Figures of different kinds are put on one scale of 0 to 1 and weighed by how far they can be trusted. A model of which
nothing is known is not bad, it is unknown: the middle of the scale with a wide margin.
"""

from __future__ import annotations

import math
from collections.abc import Iterable
from dataclasses import dataclass

from jarvis.model_registry.card import Evaluation, ModelCard

PRIOR_MEAN = 0.5
PRIOR_SPREAD = 0.25
CAUTION = 0.5
"""How many standard deviations are taken off the mean: who is sure of .6 goes before who may have .6."""
_RANKED_SPREAD = 0.05
_MEASURED_SPREAD = 0.06
_PUBLISHED_SPREAD = 0.12
_LONE_SPREAD = 0.5
"""For a figure on data that no other candidate was measured on: that a model knows its own data says little else."""
_HUBS = ("huggingface", "modelscope")

# What counts as perfect; a value above 1 is taken for a percentage. A negative one means that less is better.
_SCALES: dict[str, float] = {
    "accuracy": 1.0, "acc": 1.0, "top-1": 1.0, "top_1": 1.0, "f1": 1.0, "precision": 1.0, "recall": 1.0, "auc": 1.0,
    "exact_match": 1.0, "exact match": 1.0, "em": 1.0, "pearson": 1.0, "spearmanr": 1.0, "cos_sim_spearman": 1.0,
    "ndcg": 1.0, "map": 0.6, "mean_average_precision": 0.6, "miou": 0.8, "mean_iou": 0.8, "iou": 1.0, "pq": 0.6,
    "rouge": 0.5, "rouge1": 0.5, "rouge-1": 0.5, "rougel": 0.45, "rouge-l": 0.45, "rougelsum": 0.45, "rouge2": 0.25,
    "rouge-2": 0.25, "rouge-lsum": 0.45, "bleu": 0.5, "sacrebleu": 0.5, "chrf": 0.8, "meteor": 0.6, "cider": 1.4,
    "spice": 0.25, "vqa_accuracy": 1.0, "anls": 1.0, "wer": -1.0, "cer": -1.0, "rmse": -1.0, "abs_rel": -1.0,
    "eer": -1.0,
}  # fmt: skip


@dataclass(frozen=True, slots=True)
class Belief:
    """A quality between 0 and 1, and its standard deviation."""

    mean: float
    spread: float
    source: str
    """Whose figure it is, in a few words; "nobody has measured it" for none."""

    @property
    def careful(self) -> float:
        """What it counts for when models are compared."""
        return max(self.mean - CAUTION * self.spread, 0.0)

    @property
    def known(self) -> bool:
        """Whether anybody gave a figure."""
        return self.spread < PRIOR_SPREAD


UNKNOWN = Belief(PRIOR_MEAN, PRIOR_SPREAD, "nobody has measured it")


def shared_data(cards: Iterable[ModelCard]) -> frozenset[str]:
    """Data sets on which models of at least two owners were measured, so that their figures can be compared."""
    owners: dict[str, set[str]] = {}
    for card in cards:
        for row in card.evaluations:
            owners.setdefault(_data(row.dataset), set()).add(card.id.rpartition("/")[0])
    return frozenset(name for name, several in owners.items() if len(several) > 1)


def belief(card: ModelCard, task: str, shared: frozenset[str] | None = None) -> Belief:
    """What is believed of a card for one task; `shared` are data sets that others were measured on (None: all are)."""
    if not is_of_a_hub(card):
        return Belief(card.quality, _RANKED_SPREAD, card.quality_source)
    figures = [figure for row in card.evaluations if (figure := _figure(row, task, shared)) is not None]
    if card.quality_source.startswith("measured"):
        figures.append((card.quality, _MEASURED_SPREAD, card.quality_source))
    if not figures:
        return UNKNOWN
    weights = [1 / spread**2 for _, spread, _ in figures]
    mean = sum(value * weight for (value, _, _), weight in zip(figures, weights, strict=True)) / sum(weights)
    # Several figures of one author share their author's optimism, so together they are no surer than the best of them.
    spread = min(spread for _, spread, _ in figures)
    return _with_prior(mean, spread, _told(figures))


def is_of_a_hub(card: ModelCard) -> bool:
    """Whether nobody here has ranked the model: `quality` says something of other cards only."""
    return card.source in _HUBS


def _data(name: str) -> str:
    """A data set's name, however it is written: `SQuAD v2` and `squad_v2` are one."""
    return "".join(filter(str.isalnum, name.lower()))


def _figure(row: Evaluation, task: str, shared: frozenset[str] | None) -> tuple[float, float, str] | None:
    if row.task and row.task != task:
        return None
    value = on_scale(row.metric, row.value)
    if value is None:
        return None
    if row.source.startswith("measured"):
        spread = _MEASURED_SPREAD
    else:
        spread = _PUBLISHED_SPREAD if shared is None or _data(row.dataset) in shared else _LONE_SPREAD
    return value, spread, f"{row.metric} {row.value:.3g} on {row.dataset}, {row.source}"


def on_scale(metric: str, value: float) -> float | None:
    """A figure on the scale of 0 to 1; None for a metric that says nothing about quality, or a value that is none."""
    name = metric.strip().lower()
    name = name.removeprefix("test ").removeprefix("eval_").removeprefix("validation ").replace(" (c)", "")
    scale = _SCALES.get(name)
    if scale is None or not math.isfinite(value) or value < 0:
        return None
    share = value / 100 if value > 1 else value
    share /= abs(scale)
    return min(max(1 - share if scale < 0 else share, 0.0), 1.0)


def _with_prior(mean: float, spread: float, source: str) -> Belief:
    prior, seen = 1 / PRIOR_SPREAD**2, 1 / spread**2
    return Belief((PRIOR_MEAN * prior + mean * seen) / (prior + seen), (prior + seen) ** -0.5, source)


def _told(figures: Iterable[tuple[float, float, str]]) -> str:
    rows = sorted(figures, key=lambda row: (row[1], row[2]))
    more = len(rows) - 1
    return rows[0][2] + (f" and {more} more" if more else "")
