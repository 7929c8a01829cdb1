"""How TaskBench's plans are read: every oddity of the official evaluator."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis.planners.evaluation.taskbench_samples import MediaReader, NamedReader, Sample, steps

OUTPUTS = {"Blur Image": "image", "Read Text": "text"}


def read(*nodes: tuple[str, Any]) -> Sample | None:
    return MediaReader(OUTPUTS).sample({"task_nodes": [{"task": name, "arguments": args} for name, args in nodes]})


@pytest.mark.parametrize(
    ("argument", "value"),
    [
        ("a.jpg", "image-a.jpg"),
        ("'b.wav'", "audio-'b.wav'"),
        ("see c.webm", "video-see c.webm"),
        ("a b.au", "audio-a b.au"),
        ("hello", "text-hello"),
        ({"image": "d.png", "text": "x"}, "image-d.png"),
        (["a", "b"], "text-a b"),
    ],
)
def test_the_type_of_an_argument_is_told_by_its_ending(argument: Any, value: str) -> None:
    found = read(("Read Text", [argument]))

    assert found is not None
    assert found.values == {f"Read Text-{value}"}


def test_a_reference_is_a_link_and_has_the_type_of_its_tool() -> None:
    found = read(("Blur Image", ["a.jpg"]), ("Read_Text", ["<node-0>"]), ("Odd", ["<node-1> please"]))

    assert found == Sample(
        ("Blur Image", "Read Text", "Odd"),
        frozenset({"Blur Image-image", "Read Text-image", "Odd-text"}),
        frozenset({"Blur Image-image-a.jpg", "Read Text-image-Blur Image", "Odd-text-Read Text"}),
        frozenset({("Blur Image", "Read_Text"), ("Read Text", "Odd")}),
    )


def test_a_reference_to_itself_is_dropped() -> None:
    assert read(("Blur Image", ["<node-0>"])) == Sample(("Blur Image",))


@pytest.mark.parametrize("odd", ["<node-7>", "<node-x>", "<node-0", 5, None, {}, [1]])
def test_an_unreadable_argument_repeats_the_one_before_it(odd: Any) -> None:
    found = read(("Blur Image", ["a.jpg"]), ("Read Text", [odd]))

    assert found is not None
    assert found.values == {"Blur Image-image-a.jpg", "Read Text-image-a.jpg"}
    assert not found.links


def test_without_one_before_it_the_plan_is_unreadable() -> None:
    assert read(("Blur Image", ["<node-7>"])) is None


@pytest.mark.parametrize("plan", [None, {}, {"task_nodes": [{}]}, {"task_nodes": [{"task": 3}]}, {"task_nodes": None}])
def test_what_is_no_plan_is_unreadable(plan: Any) -> None:
    assert MediaReader(OUTPUTS).sample(plan) is None
    assert NamedReader().sample(plan) is None


@pytest.mark.parametrize(
    ("found", "text"),
    [
        (["Read", "Say"], "Read\nSay"),
        ([{"step": "Read"}, {"step": "Say"}], "Read\nSay"),
        ([{"description": "Read"}], "Read"),
        ([{"other": "Read"}], "[{'other': 'Read'}]"),
        ([], "[]"),
    ],
)
def test_steps_in_words(found: Any, text: str) -> None:
    assert steps({"task_steps": found}) == text


def test_a_plan_without_steps_has_none() -> None:
    assert steps({}) is None
    assert steps("Read") is None
