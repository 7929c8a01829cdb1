"""The tables of what was measured of everyone."""

from __future__ import annotations

import statistics
from collections.abc import Iterator
from typing import Any

from executors.compared import JOURNALED, SUBJECTS
from executors.graphs import WIDTH


def overhead_table(found: dict[str, list[dict[str, Any]]]) -> str:
    """Microseconds a task."""
    graphs = list(dict.fromkeys(row["graph"] for rows in found.values() for row in rows if row["what"] == "overhead"))
    head = f"| no-op tasks, µs a task: median (best) | {' | '.join(graphs)} | CPU | against Jarvis (CPU) |"
    lines = [head, f"| --- |{' ---: |' * (len(graphs) + 2)}"]
    for name, rows in found.items():
        mine = {row["graph"]: row for row in rows if row["what"] == "overhead"}
        if not mine:
            continue
        cells = [f"{each(mine[g], 'median'):.0f} ({each(mine[g], 'best'):.0f})" if g in mine else "" for g in graphs]
        figures = ["median"] if SUBJECTS[name].elsewhere else ["median", "cpu"]
        cpu = [f"{statistics.geometric_mean(each(row, of) for row in mine.values()):.0f}" for of in figures[1:]]
        base = {row["graph"]: row for row in found.get(SUBJECTS[name].against, []) if row["what"] == "overhead"}
        both = [graph for graph in mine if graph in base]
        ratios = [statistics.geometric_mean(mine[g][of] / base[g][of] for g in both) for of in figures if both]
        told = f"{ratios[0]:.2f}" + "".join(f" ({ratio:.2f})" for ratio in ratios[1:]) if ratios else ""
        whom = ", journal" if SUBJECTS[name].against == JOURNALED else ""
        lines.append(f"| {rows[0]['subject']} | {' | '.join([*cells, *(cpu or [''])])} | {told}{whom} |")
    lines.append(
        f"| limit: Jarvis 50, with its journal 200, LangGraph's saver at least 5 times that |{' |' * (len(graphs) + 2)}"
    )
    return "\n".join(lines)


def each(row: dict[str, Any], what: str) -> float:
    return row[what] / row["tasks"] * 1e6


def makespan_table(found: dict[str, list[dict[str, Any]]]) -> str:
    """Makespan by the lower bound."""
    rows = [row for rows in found.values() for row in rows if row["what"] == "makespan"]
    kinds = list(dict.fromkeys((row["graph"], row["slots"]) for row in sorted(rows, key=lambda row: -row["slots"])))
    named = [f"{graph}, {slots} slots" for graph, slots in kinds]
    lines = [f"| 10 ms tasks, makespan by the bound | {' | '.join(named)} |", f"| --- |{' ---: |' * len(kinds)}"]
    for mine in found.values():
        cells = {(r["graph"], r["slots"]): f"{r['median'] / r['bound']:.3f}" for r in mine if r["what"] == "makespan"}
        if cells:
            lines.append(f"| {mine[0]['subject']} | {' | '.join(cells.get(kind, '') for kind in kinds)} |")
    bounds = {(row["graph"], row["slots"]): f"{row['bound'] * 1000:.0f} ms" for row in rows}
    lines.append(f"| the bound: max(critical path, work / slots) | {' | '.join(bounds[kind] for kind in kinds)} |")
    limits = ["1.05" if slots == WIDTH else "1.15" for _, slots in kinds]
    lines.append(f"| limit for Jarvis | {' | '.join(limits)} |")
    return "\n".join(lines)


def tables(found: dict[str, Any], missing: dict[str, str]) -> Iterator[str]:
    for name, why in missing.items():
        yield f"not measured: {SUBJECTS[name].name}: {why}"
    for what, table in (("overhead", overhead_table), ("makespan", makespan_table)):
        if any(row["what"] == what for rows in found.values() for row in rows):
            yield table(found)
