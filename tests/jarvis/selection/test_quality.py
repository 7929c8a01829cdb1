"""Figures of many kinds on one scale, and how far they are believed."""

from __future__ import annotations

import math

import pytest

from jarvis.selection.quality import UNKNOWN, belief, on_scale, shared_data
from tests.jarvis.selection.cards import card, figure, hub_card


@pytest.mark.parametrize(
    ("metric", "value", "share"),
    [
        ("accuracy", 0.91, 0.91),
        ("Accuracy", 91.0, 0.91),
        ("wer", 0.08, 0.92),
        ("Test WER", 8.0, 0.92),
        ("wer", 250.0, 0.0),
        ("rouge1", 25.0, 0.5),
        ("bleu", 25.0, 0.5),
        ("mAP", 0.3, 0.5),
        ("loss", 0.4, None),
        ("anything", 0.4, None),
        ("accuracy", math.nan, None),
        ("accuracy", -1.0, None),
        ("accuracy", math.inf, None),
    ],
)
def test_a_figure_is_put_on_the_scale_or_left_out(metric: str, value: float, share: float | None) -> None:
    assert on_scale(metric, value) == (None if share is None else pytest.approx(share))


def test_nothing_known_is_the_middle_with_a_wide_margin() -> None:
    assert belief(hub_card("o/m"), "summarization") == UNKNOWN
    assert not UNKNOWN.known
    assert 0.3 < UNKNOWN.careful < UNKNOWN.mean


def test_the_rank_of_a_model_that_ships_is_taken_as_it_is() -> None:
    found = belief(card("m", quality=0.7, quality_source="right on 7 of 10"), "summarization")

    assert (found.mean, found.source) == (0.7, "right on 7 of 10")


def test_what_was_measured_here_is_believed_most() -> None:
    published = belief(hub_card("o/m", evaluations=(figure("d", "accuracy", 0.9),)), "summarization")
    here = belief(hub_card("o/m", evaluations=(figure("d", "accuracy", 0.9, "measured here"),)), "summarization")

    assert UNKNOWN.mean < published.mean < here.mean < 0.9
    assert here.spread < published.spread < UNKNOWN.spread
    assert published.source == "accuracy 0.9 on d, model-index"


def test_many_figures_of_one_author_are_no_surer_than_the_best_of_them() -> None:
    one = belief(hub_card("o/m", evaluations=(figure("d", "accuracy", 0.9),)), "summarization")
    many = belief(hub_card("o/m", evaluations=(figure("d", "accuracy", 0.9),) * 30), "summarization")

    assert many.spread == one.spread
    assert many.source.endswith("and 29 more")


def test_figures_of_another_task_do_not_count() -> None:
    other = figure("d", "accuracy", 0.99).model_copy(update={"task": "translation"})

    assert belief(hub_card("o/m", evaluations=(other,)), "summarization") == UNKNOWN


def test_only_data_of_several_owners_compare_models() -> None:
    cards = [
        hub_card("a/one", evaluations=(figure("SQuAD v2", "f1", 0.9), figure("own", "f1", 0.9))),
        hub_card("a/two", evaluations=(figure("own", "f1", 0.8),)),
        hub_card("b/one", evaluations=(figure("squad_v2", "f1", 0.8),)),
    ]

    assert shared_data(cards) == {"squadv2"}
