"""What a training log tells: a table and a picture."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path
from xml.etree import ElementTree

from jarvis.planners.training.report import picture, table

LOG = [
    {"step": 20, "total": 80, "loss": 2.0, "seconds": 1.0, "tokens": 900},
    {"step": 40, "total": 80, "loss": 1.0, "seconds": 1.0, "tokens": 900},
    {"step": 40, "epoch": 1, "dev_plans": 0.6, "dev_plug": 0.9},
    {"step": 60, "total": 80, "loss": 0.5, "seconds": 1.0, "tokens": 900},
    {"step": 80, "epoch": 2, "dev_plans": 0.41234, "dev_plug": 0.8, "dev_new": 0.7},
]
_SVG = "{http://www.w3.org/2000/svg}"


def test_the_table_has_a_row_an_epoch_and_a_column_a_kind() -> None:
    assert table("main", LOG).splitlines() == [
        "| main: after epoch | step | new | plans | plug |",
        "| ---: | ---: | ---: | ---: | ---: |",
        "| 1 | 40 |  | 0.600 | 0.900 |",
        "| 2 | 80 | 0.700 | 0.412 | 0.800 |",
    ]


def test_the_picture_has_a_dot_a_step_and_a_line_a_kind() -> None:
    drawn = ElementTree.fromstring(picture("a & b <c>", LOG))

    texts = [text.text for text in drawn.iter("text")]
    lines = [line.attrib["points"].split() for line in drawn.iter("polyline")]
    assert texts[0] == "a & b <c>: loss by step (grey), dev losses by epoch"
    assert {"new", "plans", "plug", "80 steps", "2.00", "0.00"} <= set(texts)
    assert len(list(drawn.iter("circle"))) == 3
    assert [len(points) for points in lines] == [3, 1, 2, 2]  # running mean, new, plans, plug


def test_a_lower_loss_is_drawn_lower_and_a_later_step_further_right() -> None:
    drawn = ElementTree.fromstring(picture("main", LOG))
    dots = [(float(dot.attrib["cx"]), float(dot.attrib["cy"])) for dot in drawn.iter("circle")]
    assert dots == sorted(dots)
    assert [y for _, y in dots] == sorted(y for _, y in dots)


def test_a_log_without_entries_is_an_empty_picture() -> None:
    drawn = ElementTree.fromstring(picture("main", []))
    assert not list(drawn.iter("circle"))
    assert table("main", []).count("\n") == 1


def test_the_command_prints_each_run_and_draws_one_below_the_other(tmp_path: Path) -> None:
    (tmp_path / "first").mkdir()
    logs = [tmp_path / "first" / "log.jsonl", tmp_path / "second & last.jsonl"]
    for log in logs:
        log.write_text("".join(json.dumps(row) + "\n" for row in LOG), encoding="utf-8")
    plot = tmp_path / "loss.svg"

    done = subprocess.run(
        [sys.executable, "-m", "jarvis.planners.training.report", *map(str, logs), "--plot", str(plot)],
        capture_output=True,
        text=True,
        timeout=60,
        check=True,
        cwd=Path(__file__).parents[3],
    )

    assert done.stdout == f"{table('first', LOG)}\n\n{table('second & last', LOG)}\n\n"
    svg = ElementTree.parse(plot).getroot()
    assert svg.tag == f"{_SVG}svg"
    assert svg.attrib["height"] == "520"
    assert [g.attrib["transform"] for g in svg.findall(f"{_SVG}g")] == ["translate(0,0)", "translate(0,260)"]
