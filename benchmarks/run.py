"""Prints the figures that the project promises, measured here: medians, with the machine's name.

python benchmarks/run.py [--repeat 5] [--plans 60]
"""

from __future__ import annotations

import argparse
import contextlib
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import tempfile
import time
from pathlib import Path
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from jarvis.planners.local import LocalPlanner

HERE = Path(__file__).parent
PAGE = HERE.parent / "examples" / "media" / "page.png"
ENVIRONMENT = os.environ | {"JARVIS_CACHE_MB": "0"}


def timed(command: list[str]) -> float:
    """Seconds that a command takes as a whole process."""
    began = time.perf_counter()
    subprocess.run(command, check=True, capture_output=True, env=ENVIRONMENT)
    return time.perf_counter() - began


def peak_memory(command: list[str]) -> tuple[float, int]:
    """Seconds and peak resident memory in MB of a command, measured in a process of its own."""
    code = (
        "import json,resource,subprocess,sys,time;t=time.perf_counter();"
        "subprocess.run(sys.argv[1:],check=True,capture_output=True);"
        "u=resource.getrusage(resource.RUSAGE_CHILDREN);print(json.dumps([time.perf_counter()-t,u.ru_maxrss//1024]))"
    )
    done = subprocess.run([sys.executable, "-c", code, *command], check=True, capture_output=True, env=ENVIRONMENT)
    seconds, megabytes = json.loads(done.stdout)
    return seconds, megabytes


def plan_times(count: int) -> list[float]:
    """Seconds of each of `count` plans with the model loaded."""
    from jarvis.planners.local import LocalPlanner

    rows = [json.loads(line) for line in (HERE / "plans" / "held_out.jsonl").read_text().splitlines()][:count]
    planner = LocalPlanner()
    planner.load()
    _plan_time(planner, "Describe photo.jpg")
    return [_plan_time(planner, row["request"]) for row in rows]


def _plan_time(planner: LocalPlanner, request: str) -> float:
    from jarvis.planners.protocol import AskBack, PlanRequest
    from jarvis.tools.toolset import builtin_tools

    began = time.perf_counter()
    with contextlib.suppress(AskBack):
        list(planner.tasks(PlanRequest(request, builtin_tools())))
    return time.perf_counter() - began


def line(name: str, value: str, limit: str) -> None:
    """Prints one row of the table."""
    print(f"| {name} | {value} | {limit} |", flush=True)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--plans", type=int, default=60)
    options = parser.parse_args()
    python = sys.executable
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, Python {platform.python_version()}")
    print(f"load average before: {os.getloadavg()[0]:.1f}\n")
    print("| what | measured | limit |\n| --- | ---: | ---: |")
    empty = statistics.median(timed([python, "-c", "pass"]) for _ in range(options.repeat))
    imported = statistics.median(timed([python, "-c", "import jarvis"]) for _ in range(options.repeat))
    line("`import jarvis`, beyond an empty Python", f"{imported - empty:.2f} s", "0.3 s")
    shown = statistics.median(timed([python, "-m", "jarvis", "--help"]) for _ in range(options.repeat))
    line("`jarvis --help`", f"{shown:.2f} s", "0.5 s")
    times = plan_times(options.plans)
    line("a plan, model loaded, median", f"{statistics.median(times):.2f} s", "1.2 s")
    line("a plan, model loaded, 95th percentile", f"{sorted(times)[int(len(times) * 0.95)]:.2f} s", "")
    runs = []
    for _ in range(options.repeat):
        with tempfile.TemporaryDirectory() as folder:
            command = [python, "-m", "jarvis", "run", f"read {PAGE} aloud", "--out", folder]
            runs.append(peak_memory(command))
            if not (Path(folder) / "speech.wav").exists():
                raise SystemExit("the run made no speech.wav")
    line("read page.png aloud, cold start to WAV, median", f"{statistics.median(s for s, _ in runs):.1f} s", "8 s")
    line("peak memory of that run", f"{max(m for _, m in runs)} MB", "1200 MB")
    own = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss // 1024
    line("peak memory of the planner alone", f"{own} MB", "")


if __name__ == "__main__":
    main()
