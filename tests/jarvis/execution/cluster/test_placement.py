"""Where a task runs: by resources, by where its inputs are, and by what is warm."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace

import pytest

from jarvis.execution.cluster.placement import Need, NodeView, Place, Seat, need_of, place
from jarvis.model_registry.registry import Registry

NEED = Need("m", threads=2, memory_mb=500, load_seconds=1.0, seconds=1.0)
BIG, SMALL = "b" * 64, "5" * 64


def node(
    name: str,
    *seats: Seat,
    cpus: float = 4,
    memory_mb: int = 2000,
    gpus: float = 0,
    busy: float = 0,
    holds: Mapping[str, int] | None = None,
    most: int = 8,
    shunned: bool = False,
) -> NodeView:
    return NodeView(name, cpus, memory_mb, gpus, busy, seats, most, holds or {}, shunned)


def needing(**files: int) -> Need:
    return Need("m", 2, 500, files={digest * 64: size for digest, size in files.items()})


@pytest.mark.parametrize(
    ("need", "nodes", "expected"),
    [
        pytest.param(NEED, [node("a"), node("b", cpus=0)], "a", id="a node without cores gets nothing"),
        pytest.param(NEED, [node("a", memory_mb=400), node("b")], "b", id="the model must fit"),
        pytest.param(Need("m", 1, 500, gpus=1), [node("a"), node("b", gpus=1)], "b", id="the accelerator is there"),
        pytest.param(NEED, [node("a"), node("b", Seat("m", 500))], "b", id="warm before cold"),
        pytest.param(NEED, [node("a", busy=2, cpus=8), node("b", cpus=8)], "b", id="the idle one of two alike"),
        pytest.param(NEED, [node("a", shunned=True), node("b", busy=1, cpus=8)], "b", id="elsewhere after a loss"),
        pytest.param(NEED, [node("a", shunned=True)], "a", id="the same again when there is no other"),
        pytest.param(
            needing(b=300_000_000, s=1_000_000),
            [node("a", holds={SMALL: 1_000_000}), node("b", holds={BIG: 300_000_000})],
            "b",
            id="where the largest input is",
        ),
        pytest.param(
            needing(b=300_000_000),
            [node("a", Seat("m", 500)), node("b", holds={BIG: 300_000_000})],
            "b",
            id="loading is quicker than carrying 300 MB",
        ),
        pytest.param(
            needing(b=1_000_000),
            [node("a", Seat("m", 500)), node("b", holds={BIG: 1_000_000})],
            "a",
            id="carrying 1 MB is quicker than loading",
        ),
    ],
)
def test_a_task_goes_where_it_is_done_soonest(need: Need, nodes: list[NodeView], expected: str) -> None:
    found = place(need, nodes)

    assert found == Place(expected)
    assert place(need, nodes[::-1]) == found


def test_a_warm_model_is_waited_for_when_its_call_ends_before_another_node_could_load_it() -> None:
    soon = Seat("m", 500, busy=True, ready_in=0.2)
    late = Seat("m", 500, busy=True, ready_in=9)

    assert place(NEED, [node("a", soon, busy=2), node("b")]) is None
    assert place(NEED, [node("a", late, busy=2), node("b")]) == Place("b")


def test_many_calls_of_one_model_are_worth_loading_it_on_a_second_node() -> None:
    nodes = [node("a", Seat("m", 500, busy=True, ready_in=0.1), busy=2), node("b")]
    quick = replace(NEED, seconds=0.1)

    assert place(replace(quick, behind=3), nodes) is None
    assert place(replace(quick, behind=30), nodes) == Place("b")


def test_a_node_whose_cores_are_all_busy_is_waited_for() -> None:
    assert place(NEED, [node("a", Seat("other", 100, busy=True), busy=3)]) is None


def test_a_node_with_one_core_runs_a_model_with_one_thread() -> None:
    assert node("a", cpus=1).threads_for(NEED) == 1
    assert place(NEED, [node("a", cpus=1)]) == Place("a")


def test_models_that_were_used_longest_ago_make_room_and_busy_ones_stay() -> None:
    seats = (
        Seat("old", 600, used_at=1),
        Seat("busy", 600, busy=True, used_at=0),
        Seat("new", 600, used_at=2),
    )

    assert place(NEED, [node("a", *seats, busy=1)]) == Place("a", evict=("old",))
    assert place(NEED, [node("a", *seats, busy=1, most=2)]) == Place("a", evict=("old", "new"))


def test_no_node_is_taken_whose_busy_models_leave_no_room() -> None:
    assert place(NEED, [node("a", Seat("busy", 1800, busy=True, ready_in=1), busy=1)]) is None


def test_a_card_says_what_it_needs() -> None:
    card = Registry.load().get("whisper-tiny-en")

    need = need_of(card.model_copy(update={"parameters": {**card.parameters, "accelerator": 0.5}}), 2, {BIG: 7})

    assert card.measured
    assert need == Need(card.id, 2, card.measured.memory_mb, 0.5, 0.9, card.measured.seconds, {BIG: 7})
