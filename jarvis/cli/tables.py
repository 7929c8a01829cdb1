"""Tables for a terminal: a plan, the models, one model's card, the findings of the doctor."""

from __future__ import annotations

from collections.abc import Sequence
from typing import TYPE_CHECKING

from rich import box
from rich.table import Table
from rich.text import Text

from jarvis.cli.words import inputs

if TYPE_CHECKING:
    from jarvis.cli.doctor import Finding
    from jarvis.graph import TaskGraph
    from jarvis.messages import Assignment


def plan_table(graph: TaskGraph) -> Table:
    """One row a task: id, task, inputs, what it gives."""
    table = _table("", "task", "inputs", "gives")
    for task in graph:
        said = Text()
        for slot, value in inputs(task):
            said.append(f"{'  ' if said else ''}{slot} ", style="bright_black")
            said.append(value, style="cyan" if value.startswith("←") else "")
        table.add_row(str(task.id), Text(task.tool, style="bold"), said, graph.spec_of(task).output.value)
    return table


def facts_table(facts: Sequence[tuple[str, str]]) -> Table:
    """Name and value, one fact a row."""
    table = Table.grid(padding=(0, 2))
    table.add_column(style="bright_black", no_wrap=True)
    table.add_column(overflow="fold")
    for name, value in facts:
        table.add_row(name, value)
    return table


def why_table(assignments: Sequence[tuple[str, Assignment]]) -> Table:
    """For each task, the models that could run it and those that were ruled out, with the reasons."""
    table = _table("task", "model", "why")
    for task, assignment in assignments:
        name = task
        for place, candidate in enumerate(assignment.candidates):
            style = "bold magenta" if place == 0 else "magenta"
            table.add_row(name, Text(candidate.model_id, style=style), candidate.reason)
            name = ""
        for rejected in assignment.rejected:
            table.add_row(name, Text(rejected.model_id, style="bright_black"), Text(rejected.reason, style="yellow"))
            name = ""
        if not assignment.candidates:
            table.add_row(name, Text("none", style="red"), assignment.advice)
    return table


def plain_table(*columns: str) -> Table:
    """A table with these columns, and a line below their names."""
    return _table(*columns)


def _table(*columns: str) -> Table:
    table = Table(box=box.SIMPLE_HEAD, pad_edge=False, show_edge=False, header_style="bright_black")
    for name in columns:
        table.add_column(name)
    return table


def findings_table(found: Sequence[Finding], *, ascii_only: bool) -> Table:
    """One row a finding, under its area; what to do stands below what is wrong."""
    signs = {"ok": ("+" if ascii_only else "✓", "green"), "note": ("-" if ascii_only else "○", "yellow")}
    table = Table.grid(padding=(0, 1))
    table.add_column(style="bright_black", no_wrap=True)
    table.add_column(width=1)
    table.add_column(style="bold", no_wrap=True, max_width=28, overflow="ellipsis")
    table.add_column(overflow="fold")
    area = ""
    for finding in found:
        sign, style = signs.get(finding.health.value, ("x" if ascii_only else "✗", "red"))
        detail = Text(finding.detail, style="" if finding.health.value == "ok" else style)
        if finding.way_out:
            detail.append(f"\n{finding.way_out}", style="cyan")
        table.add_row("" if finding.area == area else finding.area, Text(sign, style=style), finding.name, detail)
        area = finding.area
    return table
