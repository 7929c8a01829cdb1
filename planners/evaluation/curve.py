"""Share of the plans handed over to a larger planner against how many of the kept ones are right."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass
from pathlib import Path

_WIDTH, _HEIGHT = 560, 360
_LEFT, _TOP, _RIGHT, _BOTTOM = 56, 44, 16, 48
_BLUE, _RED, _GREY = "#1f77b4", "#d62728", "#666666"


@dataclass(frozen=True, slots=True)
class Outcome:
    """One plan of the small planner."""

    probability: float
    """How likely it was held to be exactly right."""
    exact: bool
    larger: bool | None = None
    """Whether the larger planner's plan is exactly right; None when it was not asked."""


@dataclass(frozen=True, slots=True)
class Point:
    """What happens with one threshold: plans that are less likely are handed over."""

    threshold: float
    handed_over: float
    """Share of all plans."""
    kept_exact: float | None
    """Share of the kept plans that are exactly right; None when none is kept."""
    caught: float
    """Share of the wrong plans that are handed over."""
    lost: float
    """Share of the right plans that are handed over."""
    together: float | None = None
    """Share of all plans that are exactly right with the larger planner's for those handed over."""


def handover_curve(rows: Iterable[Outcome]) -> list[Point]:
    """One point for each threshold that makes a difference, from nothing handed over to everything."""
    outcomes = sorted(rows, key=lambda outcome: outcome.probability)
    if not outcomes:
        return []
    thresholds = [0.0, *sorted({outcome.probability for outcome in outcomes if outcome.probability > 0})]
    points = [_point(threshold, outcomes) for threshold in thresholds]
    return [*points, _point(1.01, outcomes)]


def _point(threshold: float, outcomes: Sequence[Outcome]) -> Point:
    over = [outcome for outcome in outcomes if outcome.probability < threshold]
    kept = [outcome for outcome in outcomes if outcome.probability >= threshold]
    right = sum(outcome.exact for outcome in outcomes)
    kept_right = sum(outcome.exact for outcome in kept)
    wrong = len(outcomes) - right
    lost = right - kept_right
    answered = [outcome.larger for outcome in outcomes if outcome.larger is not None]
    both = (kept_right + sum(bool(outcome.larger) for outcome in over)) / len(outcomes)
    return Point(
        threshold,
        handed_over=len(over) / len(outcomes),
        kept_exact=kept_right / len(kept) if kept else None,
        caught=(len(over) - lost) / wrong if wrong else 0.0,
        lost=lost / right if right else 0.0,
        together=both if len(answered) == len(outcomes) else None,
    )


def best_threshold(points: Iterable[Point]) -> float:
    """The threshold that tells wrong plans from right ones best: most wrong ones caught, least right ones lost.

    In hundredths, so that a setting can name it.
    """
    found = max(points, key=lambda point: (point.caught - point.lost, -point.handed_over), default=None)
    return round(min(found.threshold, 1.0), 2) if found else 0.5


def sampled(points: Sequence[Point], count: int = 11) -> list[Point]:
    """So many points, at about equal steps of what is handed over."""
    steps = [step / max(count - 1, 1) for step in range(count)]
    found = [min(points, key=lambda point: abs(point.handed_over - step)) for step in steps] if points else []
    return list(dict.fromkeys(found))


def table(points: Sequence[Point]) -> Iterator[str]:
    """Lines of a Markdown table, some points of the curve."""
    both = any(point.together is not None for point in points)
    yield "| handed over | threshold | kept: exactly right |" + (" both together |" if both else "")
    yield "| ---: | ---: | ---: |" + (" ---: |" if both else "")
    for point in sampled(points):
        cells = [_percent(point.handed_over), f"{min(point.threshold, 1.0):.2f}", _percent(point.kept_exact)]
        yield f"| {' | '.join([*cells, _percent(point.together)] if both else cells)} |"


def _percent(share: float | None) -> str:
    return "" if share is None else f"{100 * share:.1f} %"


def write_curve(points: Sequence[Point], path: Path) -> None:
    """Writes a picture to a path that ends in .svg, else the table."""
    drawn = svg(points) if path.suffix == ".svg" else "\n".join(table(points)) + "\n"
    path.write_text(drawn, encoding="utf-8")


def svg(points: Sequence[Point]) -> str:
    """The curve as a picture."""
    lines = [
        f'<svg xmlns="http://www.w3.org/2000/svg" viewBox="0 0 {_WIDTH} {_HEIGHT}" font-family="sans-serif" '
        'font-size="12" fill="#222222">',
        f'<rect width="{_WIDTH}" height="{_HEIGHT}" fill="#ffffff"/>',
        *_axes(),
        *_line([(p.handed_over, p.kept_exact) for p in points], _BLUE, "kept plans", 0),
    ]
    if any(point.together is not None for point in points):
        lines += _line([(p.handed_over, p.together) for p in points], _RED, "both planners together", 1)
    return "\n".join([*lines, "</svg>"]) + "\n"


def _x(share: float) -> float:
    return _LEFT + share * (_WIDTH - _LEFT - _RIGHT)


def _y(share: float) -> float:
    return _TOP + (1 - share) * (_HEIGHT - _TOP - _BOTTOM)


def _axes() -> Iterator[str]:
    for step in range(0, 101, 20):
        x, y = _x(step / 100), _y(step / 100)
        yield f'<path d="M{_x(0):.0f} {y:.1f}H{_x(1):.0f}" stroke="#dddddd"/>'
        yield f'<text x="{_LEFT - 8}" y="{y + 4:.1f}" text-anchor="end">{step}</text>'
        yield f'<text x="{x:.1f}" y="{_y(0) + 18:.0f}" text-anchor="middle">{step}</text>'
    yield f'<text x="{_x(0.5):.0f}" y="{_HEIGHT - 10}" text-anchor="middle">plans handed over, %</text>'
    middle = f"{_y(0.5):.0f}"
    yield f'<text x="14" y="{middle}" text-anchor="middle" transform="rotate(-90 14 {middle})">exactly right, %</text>'


def _line(shares: Iterable[tuple[float, float | None]], color: str, name: str, row: int) -> Iterator[str]:
    places = [f"{_x(x):.1f} {_y(y):.1f}" for x, y in shares if y is not None]
    if places:
        yield f'<path d="M{"L".join(places)}" fill="none" stroke="{color}" stroke-width="2"/>'
    start, y = _LEFT + 190 * row, 22
    yield f'<path d="M{start} {y}h24" stroke="{color}" stroke-width="2"/>'
    yield f'<text x="{start + 30}" y="{y + 4}" fill="{_GREY}">{name}</text>'
