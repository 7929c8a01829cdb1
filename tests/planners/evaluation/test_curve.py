"""The curve of what is handed over: counted by hand, and drawn."""

from __future__ import annotations

import xml.etree.ElementTree as ElementTree
from pathlib import Path

from hypothesis import given
from hypothesis import strategies as st

from jarvis.planners.evaluation.curve import Outcome, Point, best_threshold, handover_curve, table, write_curve

FOUR = [Outcome(0.2, False, True), Outcome(0.4, True, False), Outcome(0.6, False, True), Outcome(0.9, True, True)]


def test_each_threshold_gives_the_share_handed_over_and_what_is_left() -> None:
    assert handover_curve(FOUR) == [
        Point(0.0, 0.0, 0.5, 0.0, 0.0, 0.5),
        Point(0.2, 0.0, 0.5, 0.0, 0.0, 0.5),
        Point(0.4, 0.25, 2 / 3, 0.5, 0.0, 0.75),
        Point(0.6, 0.5, 0.5, 0.5, 0.5, 0.5),
        Point(0.9, 0.75, 1.0, 1.0, 0.5, 0.75),
        Point(1.01, 1.0, None, 1.0, 1.0, 0.75),
    ]


def test_without_the_larger_planners_plans_nothing_is_said_of_both() -> None:
    points = handover_curve([Outcome(0.3, True), Outcome(0.5, False, True)])
    assert all(point.together is None for point in points)


def test_the_best_threshold_catches_most_wrong_plans_for_least_right_ones() -> None:
    assert best_threshold(handover_curve(FOUR)) == 0.4
    assert best_threshold([]) == 0.5


@given(st.lists(st.builds(Outcome, st.floats(0, 1), st.booleans(), st.booleans()), min_size=1, max_size=30))
def test_the_curve_runs_from_nothing_to_everything(rows: list[Outcome]) -> None:
    points = handover_curve(rows)
    shares = [point.handed_over for point in points]
    assert shares == sorted(shares)
    assert (shares[0], shares[-1]) == (0.0, 1.0)
    assert points[0].kept_exact == points[0].together == sum(row.exact for row in rows) / len(rows)
    assert points[-1].together == sum(bool(row.larger) for row in rows) / len(rows)
    assert 0 <= best_threshold(points) <= 1


def test_nothing_planned_gives_no_curve() -> None:
    assert handover_curve([]) == []
    assert len(list(table([]))) == 2


def test_the_table_has_a_row_for_each_step() -> None:
    rows = list(table(handover_curve(FOUR)))
    assert rows[0] == "| handed over | threshold | kept: exactly right | both together |"
    assert rows[2] == "| 0.0 % | 0.00 | 50.0 % | 50.0 % |"
    assert rows[-1] == "| 100.0 % | 1.00 |  | 75.0 % |"


def test_the_picture_is_xml_with_a_line_for_each_planner(tmp_path: Path) -> None:
    picture = tmp_path / "curve.svg"
    write_curve(handover_curve(FOUR), picture)
    root = ElementTree.fromstring(picture.read_text("utf-8"))
    assert root.tag == "{http://www.w3.org/2000/svg}svg"
    texts = [element.text for element in root.iter("{http://www.w3.org/2000/svg}text")]
    assert {"kept plans", "both planners together"} <= set(texts)


def test_any_other_file_gets_the_table(tmp_path: Path) -> None:
    write_curve(handover_curve(FOUR), tmp_path / "curve.md")
    assert (tmp_path / "curve.md").read_text("utf-8") == "\n".join(table(handover_curve(FOUR))) + "\n"
