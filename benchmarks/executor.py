"""Prints what running a graph costs, here and with others side by side: overhead, makespan, memory, many runs.

    python benchmarks/executor.py [--rivals PYTHON] [--only overhead makespan start real memory many journal]
                                  [--subjects jarvis langgraph ...] [--runs 10000] [--journaled 100000] [--json]

The same graphs (a chain, a fan-out, a diamond, a random one) are run by Jarvis with and without its journal, LangGraph
with and without its SQLite saver, plain asyncio, Dask and Ray. `--rivals` names a Python that has those that are not
installed here; what that one lacks is told. Each is measured in a process of its own, one after the other.
"""

from __future__ import annotations

import argparse
import json
import os
import platform
import subprocess
import sys
from typing import Any

from executors.alone import ALONE
from executors.compared import SUBJECTS, compared
from executors.tables import tables

COMPARED = ("overhead", "makespan")


def main() -> None:
    """Measures each in a process of its own and prints the tables."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--rivals", default=sys.executable, help="a Python that has LangGraph, Dask and Ray")
    parser.add_argument("--only", nargs="+", choices=[*COMPARED, *ALONE], default=[*COMPARED, *ALONE])
    parser.add_argument("--subjects", nargs="+", choices=list(SUBJECTS), default=list(SUBJECTS))
    parser.add_argument("--repeat", type=int, default=15, help="runs of each graph, at most")
    parser.add_argument("--seconds", type=float, default=1.5, help="after which 3 runs of a graph are enough")
    parser.add_argument("--patience", type=float, default=900.0, help="seconds for one process")
    parser.add_argument("--tasks", type=int, default=100, help="of each graph")
    parser.add_argument("--large", type=int, default=10_000, help="tasks of the graph that Jarvis alone runs")
    parser.add_argument("--runs", type=int, default=10_000, help="over which memory is measured")
    parser.add_argument("--many", type=int, default=200, help="runs at once")
    parser.add_argument("--journaled", type=int, default=100_000, help="runs in the journal")
    parser.add_argument("--json", action="store_true", help="everything as one JSON object")
    parser.add_argument("--process", help=argparse.SUPPRESS)
    options = parser.parse_args()
    if options.process in SUBJECTS:
        print(json.dumps(compared(SUBJECTS[options.process], options)))
    elif options.process:
        print(json.dumps(ALONE[options.process](options)))
    else:
        everything(options)


def in_process(name: str, options: argparse.Namespace) -> list[Any]:
    """What a process of its own measures; why it could not, when it could not."""
    subject = SUBJECTS.get(name)
    python = options.rivals if subject and subject.packages and not subject.is_ours else sys.executable
    command = [python, __file__, *sys.argv[1:], "--process", name]
    print(f"{name} ...", file=sys.stderr, flush=True)
    try:
        done = subprocess.run(command, check=False, stdout=subprocess.PIPE, text=True, timeout=options.patience)
    except subprocess.TimeoutExpired:
        return [{"missing": f"not done within {options.patience:.0f} s"}]
    if done.returncode:
        return [{"missing": f"failed (exit code {done.returncode})"}]
    found: list[Any] = json.loads(done.stdout.splitlines()[-1])
    return found


def everything(options: argparse.Namespace) -> None:
    say = print if not options.json else lambda *_, **__: None
    processor = platform.processor() or platform.machine()
    told: dict[str, Any] = {
        "machine": f"{processor}, {os.cpu_count()} cores, Python {platform.python_version()}",
        "load_before": os.getloadavg()[0],
    }
    say(f"{told['machine']}; load average before: {told['load_before']:.1f}\n", flush=True)
    found = {name: in_process(name, options) for name in options.subjects if set(options.only) & set(COMPARED)}
    missing = {name: rows[0]["missing"] for name, rows in found.items() if rows and "missing" in rows[0]}
    found = {name: rows for name, rows in found.items() if name not in missing}
    say(*tables(found, missing), sep="\n\n", flush=True)
    alone: dict[str, list[Any]] = {}
    for name in (name for name in ALONE if name in options.only):
        if not alone:
            say("\n| Jarvis | measured | limit |\n| --- | ---: | ---: |", flush=True)
        alone[name] = in_process(name, options)
        for row in alone[name]:
            say(f"| {name}: {row['missing']} | | |" if "missing" in row else f"| {' | '.join(row)} |", flush=True)
    told |= {"load_after": os.getloadavg()[0], "compared": found, "missing": missing, "alone": alone}
    say(f"\nload average after: {told['load_after']:.1f}")
    if options.json:
        print(json.dumps(told, indent=1))
    if any(SUBJECTS[name].is_ours for name in missing) or any("missing" in rows[0] for rows in alone.values()):
        raise SystemExit("not everything of Jarvis could be measured")


if __name__ == "__main__":
    main()
