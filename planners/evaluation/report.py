"""Plans the requests of a gold file and prints the scores, over all and by kind of request.

python -m jarvis.planners.evaluation.report GOLD.jsonl [--split test] [--adapter FILE] [--out PRED.jsonl]
"""

from __future__ import annotations

import argparse
import json
import statistics
import time
from collections import defaultdict
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jarvis.planners.evaluation.metrics import Score, mean, score
from jarvis.planners.local import WEIGHTS, LocalPlanner
from jarvis.planners.protocol import AskBack, PlanRequest
from jarvis.planners.training.data import read_jsonl, split_of
from jarvis.tools.toolset import builtin_tools


def predict(planner: LocalPlanner, request: str) -> tuple[list[dict[str, Any]], float]:
    """The plan for a request as JSON rows, and the seconds it took; a question back is an empty plan."""
    began = time.perf_counter()
    plan: list[dict[str, Any]] = []
    try:
        plan = [task.to_json() for task in planner.tasks(PlanRequest(request, builtin_tools()))]
    except AskBack:
        plan = []
    return plan, time.perf_counter() - began


def table(scores: Mapping[str, list[Score]]) -> Iterable[str]:
    """Lines of a Markdown table: one row a kind, the last over all."""
    yield "| kind | requests | node F1 | edge F1 | argument F1 | exact |"
    yield "| --- | ---: | ---: | ---: | ---: | ---: |"
    everything = [s for group in scores.values() for s in group]
    for kind, group in [*sorted(scores.items()), ("all", everything)]:
        figures = mean(group)
        cells = " | ".join(f"{figures[key]:.1f}" for key in ("node_f1", "edge_f1", "arg_f1", "exact"))
        yield f"| {kind} | {len(group)} | {cells} |"


def main() -> None:
    """Reads the arguments and reports."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("gold", type=Path)
    parser.add_argument("--split", default="", help="only ids of this split: dev, test or train")
    parser.add_argument("--adapter", type=Path, default=WEIGHTS)
    parser.add_argument("--out", type=Path, help="also write predictions as JSON lines")
    options = parser.parse_args()
    rows = [row for row in read_jsonl(options.gold) if options.split in ("", split_of(row["id"]))]
    planner = LocalPlanner(options.adapter)
    planner.load()
    scores: dict[str, list[Score]] = defaultdict(list)
    seconds: list[float] = []
    lines: list[str] = []
    for row in rows:
        plan, took = predict(planner, row["request"])
        seconds.append(took)
        scores[row["id"].split("-")[0]].append(score(plan, row["plans"]))
        lines.append(json.dumps({"id": row["id"], "plan": plan, "ms": round(took * 1000)}, ensure_ascii=False))
    if options.out:
        options.out.write_text("\n".join(lines) + "\n", encoding="utf-8")
    print("\n".join(table(scores)))
    print(f"\nmedian {statistics.median(seconds):.2f} s a plan, worst {max(seconds):.2f} s")


if __name__ == "__main__":
    main()
