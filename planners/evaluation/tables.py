"""Reports as text: Markdown tables whose columns line up, so that they read well in a terminal and in a document."""

from __future__ import annotations

import json
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from typing import Any

_SCORES = {"node_f1": "node F1", "edge_f1": "edge F1", "arg_f1": "argument F1", "exact": "exact"}
_ULTRA = {"node_f1": "node F1", "link_f1": "link F1", "accuracy": "accuracy"}
_TASKBENCH = {
    "node_micro_f1_no_matching": "node micro F1",
    "node_macro_f1_no_matching": "node macro F1",
    "link_binary_f1": "link F1",
    "argument_task_argname_binary_f1_no_matching": "argument name F1",
    "argument_task_argname_value_binary_f1_no_matching": "argument value F1",
    "edit_distance": "edit distance",
    "step_rouge1": "step ROUGE-1",
    "step_rouge2": "step ROUGE-2",
    "step_rougeL": "step ROUGE-L",
}


def table(columns: Sequence[str], rows: Iterable[Sequence[str]]) -> Iterator[str]:
    """The lines of a table; all columns but the first hold numbers."""
    cells = [list(columns), *([*row] for row in rows)]
    widths = [max(3, *(_width(row[place]) for row in cells)) for place in range(len(columns))]
    rule = ["-" * widths[0], *("-" * (width - 1) + ":" for width in widths[1:])]
    for row in (cells[0], rule, *cells[1:]):
        yield (
            "| "
            + " | ".join(_fill(text, width, place) for place, (text, width) in enumerate(zip(row, widths, strict=True)))
            + " |"
        )


def plans_text(report: Mapping[str, Any], tasks: int = 20, pairs: int = 15) -> Iterator[str]:
    """Our measure and the error analysis; at most so many tasks and confusions."""
    yield from _groups(
        "kind", "requests", report["kinds"] | {"all": {"requests": report["requests"], **report["scores"]}}, _SCORES
    )
    for title in ("languages", "sizes", "turns"):
        if len(report[title]) > 1:
            yield ""
            yield from _groups(_SINGULAR[title], "requests", report[title], _SCORES)
    yield from _tasks(report["tasks"], tasks)
    if report["confusions"]:
        yield ""
        rows = [(f"{row['gold']} -> {row['predicted']}", str(row["count"])) for row in report["confusions"][:pairs]]
        yield from table(("confusion: gold -> predicted", "times"), rows)
    yield ""
    yield from _remarks(report)
    for row in report["worst"]:
        yield ""
        yield from _worst(row)


_SINGULAR = {"languages": "language", "sizes": "tasks in the plan", "turns": "turn"}


def ultratool_text(report: Mapping[str, Any]) -> Iterator[str]:
    """UltraTool's figures, by the number of tools and over all."""
    yield from _groups("tools in the plan", "requests", report["sizes"] | {"all": report["scores"]}, _ULTRA)
    yield ""
    yield f"{report['missing']} of {report['requests']} requests have no prediction and count 0"
    if report.get("unknown_tools") is not None:
        yield f"{report['unknown_tools']} predicted tools do not exist"
    if report.get("seconds"):
        yield _times(report["seconds"])


def taskbench_text(report: Mapping[str, Any]) -> Iterator[str]:
    """The official and the strict figures side by side, in percent but for the edit distance."""
    yield f"{report['samples']} gold plans, {report['predicted']} of them predicted"
    for group, official in report["official"].items():
        strict = report["strict"][group]
        if not strict["all_samples"]:
            continue
        yield ""
        heading = group.removesuffix("_overall")
        yield from table((heading, "official", "strict"), _side_by_side(official, strict))


def _side_by_side(official: Mapping[str, Any], strict: Mapping[str, Any]) -> Iterator[Sequence[str]]:
    yield "samples", str(official["node_supports"]), str(strict["all_samples"])
    yield "missing or unreadable", str(official["all_samples"] - official["node_supports"]), str(strict["unreadable"])
    yield "unknown tools", "not counted", str(strict["unknown_tools"])
    for key, name in _TASKBENCH.items():
        scale, digits = (1, 4) if key == "edit_distance" else (100, 2)
        yield name, *(f"{scale * row[key]:.{digits}f}" if key in row else "-" for row in (official, strict))


def _groups(
    title: str, counted: str, groups: Mapping[str, Mapping[str, float]], figures: Mapping[str, str]
) -> Iterator[str]:
    rows = [
        (name, f"{row[counted]:.0f}", *(f"{row.get(key, 0):.1f}" for key in figures)) for name, row in groups.items()
    ]
    return table((title, counted, *figures.values()), rows)


def _tasks(tasks: Mapping[str, Mapping[str, float]], most: int) -> Iterator[str]:
    if not tasks:
        return
    yield ""
    keys = ("gold", "predicted", "precision", "recall", "f1")
    shown = list(tasks.items())[:most]
    rows = [(name, *(f"{row[key]:.{0 if key in keys[:2] else 1}f}" for key in keys)) for name, row in shown]
    yield from table(("task", *keys[:4], "F1"), rows)
    if len(tasks) > most:
        yield f"and {len(tasks) - most} tasks more, with --json"


def _remarks(report: Mapping[str, Any]) -> Iterator[str]:
    found = ", ".join(f"{name} {row['plans']} ({row['percent']:.1f} %)" for name, row in report["faults"].items())
    yield f"form of the plans: {found}"
    asked = report["questions"]
    yield f"questions back: wanted {asked['wanted']}, asked {asked['asked']}, of these wanted {asked['both']}"
    if report["earlier_references_f1"] is not None:
        yield f"references to earlier turns: F1 {report['earlier_references_f1']:.1f}"
    if report["seconds"]:
        yield _times(report["seconds"])


def _times(seconds: Mapping[str, float]) -> str:
    return (
        f"time of a plan: median {seconds['median']:.2f} s, p95 {seconds['p95']:.2f} s, worst {seconds['worst']:.2f} s"
    )


def _worst(row: Mapping[str, Any]) -> Iterator[str]:
    figures = ", ".join(f"{name} {row[key]:.0f}" for key, name in _SCORES.items())
    fault = f", {row['fault']}" if row.get("fault") else ""
    yield f"{row['id']} ({figures}{fault}): {row['request']}"
    for name, plan, question in (("gold", row["gold"], row.get("ask")), ("plan", row["plan"], row.get("asked"))):
        yield from (f"  {name} {line}" for line in _plan_lines(plan, question))
    if row.get("error"):
        yield f"  why  {row['error']}"


def _plan_lines(plan: Any, question: str | None) -> list[str]:
    if question:
        return [f"? {question}"]
    if not isinstance(plan, list):
        return [json.dumps(plan, ensure_ascii=False)]
    return [json.dumps(task, ensure_ascii=False) for task in plan] or ["nothing"]


def _width(text: str) -> int:
    return sum(2 if unicodedata.east_asian_width(char) in "WF" else 1 for char in text)


def _fill(text: str, width: int, place: int) -> str:
    space = " " * (width - _width(text))
    return space + text if place else text + space
