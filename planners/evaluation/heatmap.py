"""A picture of what is taken for what: an SVG with gold tasks down the side and predicted ones along the top."""

from __future__ import annotations

from collections import Counter
from collections.abc import Iterator, Mapping
from html import escape

_CELL, _LABELS, _TOP = 26, 230, 220
_MOST = 24
"""Tasks on each side."""
_FONT = "font-family='system-ui, sans-serif' font-size='12'"


def heatmap(confusions: Mapping[tuple[str, str], int], title: str) -> str:
    """The most frequent confusions as an SVG document; the darker, the more often.

    Args:
        confusions: How often a gold task (first) stood against a predicted one (second).
        title: The line above the picture.
    """
    gold, predicted = (_most([(pair[side], count) for pair, count in confusions.items()]) for side in (0, 1))
    width, height = _LABELS + _CELL * len(predicted) + 115, _TOP + _CELL * max(1, len(gold)) + 20
    head = f"<svg xmlns='http://www.w3.org/2000/svg' width='{width}' height='{height}' {_FONT}>"
    paper = f"<rect width='{width}' height='{height}' fill='white'/>"
    lines = [head, paper, f"<text x='10' y='20' font-size='14'>{escape(title)}</text>"]
    lines += [*_side(gold), *_top(predicted), *_cells(confusions, gold, predicted)]
    if not confusions:
        lines.append(f"<text x='10' y='{_TOP}'>nothing was confused</text>")
    return "\n".join([*lines, "</svg>\n"])


def _most(counts: list[tuple[str, int]]) -> list[str]:
    totals = Counter[str]()
    for name, count in counts:
        totals[name] += count
    return sorted(totals, key=lambda name: (-totals[name], name))[:_MOST]


def _side(gold: list[str]) -> Iterator[str]:
    for row, name in enumerate(gold):
        yield f"<text x='{_LABELS - 8}' y='{_TOP + _CELL * row + 17}' text-anchor='end'>{escape(name)}</text>"


def _top(predicted: list[str]) -> Iterator[str]:
    for column, name in enumerate(predicted):
        x, y = _LABELS + _CELL * column + 17, _TOP - 8
        yield f"<text x='{x}' y='{y}' transform='rotate(-60 {x} {y})'>{escape(name)}</text>"


def _cells(confusions: Mapping[tuple[str, str], int], gold: list[str], predicted: list[str]) -> Iterator[str]:
    most = max(confusions.values(), default=1)
    for row, one in enumerate(gold):
        for column, other in enumerate(predicted):
            count = confusions.get((one, other), 0)
            x, y = _LABELS + _CELL * column, _TOP + _CELL * row
            box = f"<rect x='{x}' y='{y}' width='{_CELL - 1}' height='{_CELL - 1}' fill='{_shade(count / most)}'>"
            yield f"{box}<title>{escape(one)} -&gt; {escape(other)}: {count}</title></rect>"
            if count:
                ink = "white" if count / most > 0.5 else "black"
                yield f"<text x='{x + 12}' y='{y + 17}' text-anchor='middle' fill='{ink}'>{count}</text>"


def _shade(share: float) -> str:
    """From nearly white to dark blue."""
    light, dark = (238, 242, 248), (16, 60, 120)
    return "#" + "".join(f"{round(a + (b - a) * share):02x}" for a, b in zip(light, dark, strict=True))
