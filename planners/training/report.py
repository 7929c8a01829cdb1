"""The report of training runs: what each epoch reached on the dev split, and the loss as a picture.

    python -m jarvis.planners.training.report runs/planner/log.jsonl [...] --plot loss.svg

Prints a table in Markdown. The picture shows, for each run, the loss of single steps, their running mean, and the dev
losses.
"""

from __future__ import annotations

import argparse
from collections.abc import Sequence
from html import escape
from pathlib import Path
from typing import Any

from jarvis.planners.training.data import read_jsonl

_WIDTH, _HEIGHT, _MARGIN = 640, 260, 46
_COLOURS = ("#1f77b4", "#d62728", "#2ca02c", "#9467bd", "#ff7f0e")


def table(name: str, log: Sequence[dict[str, Any]]) -> str:
    """Dev losses after each epoch as Markdown rows."""
    ends = [row for row in log if "epoch" in row]
    kinds = sorted({key for row in ends for key in row if key.startswith("dev_")})
    head = f"| {name}: after epoch | step | " + " | ".join(kind.removeprefix("dev_") for kind in kinds) + " |"
    lines = [head, "|" + " ---: |" * (len(kinds) + 2)]
    lines.extend(
        f"| {row['epoch']} | {row['step']} | "
        + " | ".join(f"{row[kind]:.3f}" if kind in row else "" for kind in kinds)
        + " |"
        for row in ends
    )
    return "\n".join(lines)


def picture(name: str, log: Sequence[dict[str, Any]]) -> str:
    """One run as SVG."""
    name = escape(name)
    steps = [(row["step"], row["loss"]) for row in log if "loss" in row]
    last = max((row["step"] for row in log), default=1)
    top = max(0.1, sorted(loss for _, loss in steps)[int(len(steps) * 0.98)]) if steps else 1.0

    def at(step: float, loss: float) -> str:
        x = _MARGIN + (_WIDTH - 2 * _MARGIN) * step / last
        y = _HEIGHT - _MARGIN - (_HEIGHT - 2 * _MARGIN) * min(loss, top) / top
        return f"{x:.1f},{y:.1f}"

    dots = "".join(
        f'<circle cx="{p.split(",")[0]}" cy="{p.split(",")[1]}" r="1.2" fill="#bbb"/>' for p in (at(*s) for s in steps)
    )
    parts = [dots, _line([at(*s) for s in _running_mean(steps)], "#555", 1.6)]
    ends = [row for row in log if "epoch" in row]
    for colour, kind in zip(_COLOURS, sorted({k for row in ends for k in row if k.startswith("dev_")}), strict=False):
        parts.append(_line([at(row["step"], row[kind]) for row in ends if kind in row], colour, 2.2))
        label = at(ends[-1]["step"], ends[-1].get(kind, 0.0)).split(",")
        place = f'x="{label[0]}" y="{float(label[1]) - 5:.1f}"'
        parts.append(f'<text {place} fill="{colour}" text-anchor="end">{escape(kind[4:])}</text>')
    for share in (0.0, 0.5, 1.0):
        y = at(0, top * share).split(",")[1]
        parts.append(f'<text x="{_MARGIN - 6}" y="{y}" text-anchor="end" fill="#444">{top * share:.2f}</text>')
    axis = f'<path d="M{_MARGIN},{_MARGIN}V{_HEIGHT - _MARGIN}H{_WIDTH - _MARGIN}" stroke="#888" fill="none"/>'
    title = (
        f'<text x="{_MARGIN}" y="22" font-size="13" fill="#111">{name}: loss by step (grey), dev losses by epoch</text>'
    )
    foot = f'<text x="{_WIDTH - _MARGIN}" y="{_HEIGHT - 22}" text-anchor="end" fill="#444">{last} steps</text>'
    return f'<g font-family="sans-serif" font-size="11">{title}{axis}{"".join(parts)}{foot}</g>'


def _running_mean(points: Sequence[tuple[float, float]], width: int = 9) -> list[tuple[float, float]]:
    means: list[tuple[float, float]] = []
    for index, (step, _) in enumerate(points):
        around = points[max(0, index - width // 2) : index + width // 2 + 1]
        means.append((step, sum(loss for _, loss in around) / len(around)))
    return means


def _line(points: Sequence[str], colour: str, width: float) -> str:
    return f'<polyline points="{" ".join(points)}" fill="none" stroke="{colour}" stroke-width="{width}"/>'


def main() -> None:
    """Reads the logs and writes the report."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("logs", type=Path, nargs="+", help="log.jsonl files of runs, named by folder or file")
    parser.add_argument("--plot", type=Path)
    options = parser.parse_args()
    pictures = []
    for index, path in enumerate(options.logs):
        name = path.parent.name if path.stem == "log" else path.stem
        log = read_jsonl(path)
        print(table(name, log), end="\n\n")
        pictures.append(f'<g transform="translate(0,{index * _HEIGHT})">{picture(name, log)}</g>')
    if options.plot:
        height = _HEIGHT * len(pictures)
        size = f'width="{_WIDTH}" height="{height}" viewBox="0 0 {_WIDTH} {height}"'
        head = f'<svg xmlns="http://www.w3.org/2000/svg" {size}>'
        background = '<rect width="100%" height="100%" fill="#fff"/>'
        options.plot.write_text(f"{head}{background}{''.join(pictures)}</svg>\n", encoding="utf-8")


if __name__ == "__main__":
    main()
