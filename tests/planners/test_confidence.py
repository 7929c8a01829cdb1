"""A probability of a plan: what its writing showed, and what a calibration makes of it."""

from __future__ import annotations

import math
from contextlib import suppress
from dataclasses import replace
from functools import cache
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.graph import Ref, Task
from jarvis.planners.confidence import SIGNS, Calibration, PlanEvidence, PlanRecord, features, shipped, uncovered
from jarvis.planners.decoding import Choice, Line
from jarvis.planners.local import LocalPlanner
from jarvis.planners.protocol import AskBack, PlanRequest
from jarvis.tools.toolset import builtin_tools

WORDS = {1: "0 ", 2: "text-to-", 3: "speech ", 4: "audio ", 5: "text=", 6: "bread", 7: "rye", 8: "\n"}


def decode(tokens: list[int]) -> str:
    return "".join(WORDS[token] for token in tokens)


def record() -> PlanRecord:
    """`0 text-to-speech text=bread`, with one choice in the name and one in the value."""
    choices = (Choice(2, 0.5, 4, 0.4), Choice(4, 0.8, 7, 0.1))
    found = PlanRecord(listed=frozenset({"text-to-speech"}))
    found.add(Line("0 text-to-speech text=bread", (1, 2, 3, 5, 6, 8), math.log(0.4), choices), decode)
    found.tasks.append(Task(0, "text-to-speech", {"text": "bread"}))
    return found


def test_the_evidence_of_a_plan_is_what_its_choices_and_words_show() -> None:
    found = record().evidence("please speak Bread", follows=True)
    assert found == PlanEvidence(
        log_probability=math.log(0.5) + math.log(0.8),
        lowest=math.log(0.5),
        choices=2,
        lead=0.5 - 0.4,
        tasks=1,
        listed=1.0,
        uncovered=2 / 3,
        language="en",
        asks=False,
        follows=True,
    )


def test_only_choices_within_the_name_tell_two_tools_apart() -> None:
    assert record().close(decode) == "0 text-to-audio "
    sure = PlanRecord()
    sure.add(Line("0 text-to-speech text=bread", (1, 2, 3, 5, 6, 8), -0.7, (Choice(4, 0.5, 7, 0.49),)), decode)
    assert sure.names == []
    assert sure.close(decode) == ""


@pytest.mark.parametrize(
    ("text", "value", "share"),
    [
        ("Translate bread", "bread", 0.5),
        ("把 menu.jpg 翻译", "menu.jpg", 3 / 4),
        ("a b c", "x", 0.0),
        ("", "x", 0.0),
    ],
)
def test_words_that_no_value_holds_are_uncovered(text: str, value: str, share: float) -> None:
    assert uncovered(text, [Task(0, "translation", {"text": value}), Task(1, "x", {"y": Ref(0)})]) == pytest.approx(
        share
    )


def test_a_probability_is_the_logistic_function_of_the_features() -> None:
    calibration = Calibration("", 0.5, 1.0, {"log_probability": 2.0, "tasks": -0.5})
    evidence = PlanEvidence(log_probability=-0.3, tasks=2)
    # 1 + 2 * -0.3 - 0.5 * 2 = -0.6
    assert calibration.probability(evidence) == pytest.approx(1 / (1 + math.exp(0.6)))


EVIDENCE = st.builds(
    PlanEvidence,
    log_probability=st.floats(-500, 0),
    lowest=st.floats(-21, 0),
    choices=st.integers(0, 600),
    lead=st.floats(0, 1),
    tasks=st.integers(0, 16),
    listed=st.floats(0, 1),
    uncovered=st.floats(0, 1),
    language=st.sampled_from(["en", "de", "zh", "ja"]),
    asks=st.booleans(),
    follows=st.booleans(),
)


@given(EVIDENCE)
def test_the_shipped_calibration_gives_probabilities(evidence: PlanEvidence) -> None:
    assert 0 <= shipped().probability(evidence) <= 1


@given(EVIDENCE, st.floats(0, 100))
def test_a_likelier_plan_is_never_held_less_probable(evidence: PlanEvidence, more: float) -> None:
    likelier = replace(
        evidence,
        log_probability=min(0.0, evidence.log_probability + more),
        lowest=min(0.0, evidence.lowest + more),
        lead=min(1.0, evidence.lead + more),
        uncovered=max(0.0, evidence.uncovered - more),
    )
    assert shipped().probability(likelier) >= shipped().probability(evidence)


def test_every_feature_has_a_name() -> None:
    assert len(features(PlanEvidence())) == len(SIGNS)
    assert set(shipped().coefficients) <= set(SIGNS)


def test_a_calibration_comes_back_from_its_file(tmp_path: Path) -> None:
    shipped().write(tmp_path / "confidence.json")
    assert Calibration.read(tmp_path / "confidence.json") == shipped()


@cache
def planner() -> LocalPlanner:
    return LocalPlanner()


@pytest.mark.xdist_group("planner")
def test_the_embedded_planner_is_surer_of_a_plain_request_than_of_a_muddle() -> None:
    chances: list[float] = []
    for text in ("Transcribe voice.wav", "um the thing from before but like blue, or the sound, and maybe 7 of it"):
        with suppress(AskBack):
            list(planner().tasks(PlanRequest(text, builtin_tools())))
        chances.append(planner().probability)
    assert chances[0] > 0.5 > chances[1]


@pytest.mark.xdist_group("planner")
def test_evidence_tells_what_the_embedded_planner_wrote() -> None:
    tasks = list(planner().tasks(PlanRequest("read page.png aloud", builtin_tools())))
    found = planner().evidence
    assert found is not None
    assert (found.tasks, found.language, found.asks, found.follows, found.listed) == (len(tasks), "en", False, False, 0)
    assert found.choices > 0
    assert found.log_probability <= found.lowest < 0
    assert 0 <= found.lead <= 1
