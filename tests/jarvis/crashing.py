"""A program of its own for the crash suite: a run that is killed at a step of its journal, and taken up again.

`python -m tests.jarvis.crashing FOLDER [STEP]` runs the plan, or takes up what was broken off there; at the STEP (such
as `recorder:before:7`) it kills itself with SIGKILL. `python -m tests.jarvis.crashing FOLDER every` does that for every
step there is, each in a process and a folder of its own, and writes one line of JSON about each.
"""

from __future__ import annotations

import asyncio
import functools
import inspect
import json
import os
import signal
import sys
from collections.abc import AsyncIterator, Callable
from contextlib import closing
from hashlib import sha256
from pathlib import Path
from typing import Any

from jarvis import artifacts
from jarvis.engine import Jarvis
from jarvis.functions import function_tool
from jarvis.graph import Ref, Task
from jarvis.journal.journal import Journal
from jarvis.journal.recorder import Recorder
from jarvis.journal.store import journal_file, open_store
from jarvis.journal.writer import Writer
from jarvis.model_registry.registry import Registry
from jarvis.planners.protocol import PlanRequest
from jarvis.settings import Settings

PLAN = (
    Task(0, "measure", {"what": "rain"}),
    Task(1, "draw", {"title": Ref(0)}),
    Task(2, "post", {"text": Ref(0), "to": "anna"}),
    Task(3, "double", {"text": Ref(0)}),
    Task(4, "lamp", {"name": "desk"}),
    Task(5, "draw", {"title": Ref(3)}),
)
VALUES = {0: "rain 7", 2: "posted", 3: "rain 7 rain 7", 4: "on"}
DRAWN = {1: "<svg>rain 7</svg>\n" * 2000, 5: "<svg>rain 7 rain 7</svg>\n" * 2000}
DIGESTS = {task_id: sha256(text.encode()).hexdigest() for task_id, text in DRAWN.items()}
EFFECTS = {2: "anna: rain 7", 4: "lamp desk"}
_RECORDER = ("planned", "complete", "known", "unsettled", "started", "intent", "finished", "ended", "settle")
_WRITER = ("_insert", "_done")


class Scripted:
    """Writes the plan down task by task."""

    name = "a script"

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        for task in PLAN:
            await asyncio.sleep(0.001)
            yield task


def jarvis_in(folder: Path) -> Jarvis:
    """A Jarvis whose tools write into the folder, and whose person says yes once and never again."""

    def measure(what: str) -> str:
        """Measure something."""
        return f"{what} 7"

    def double(text: str) -> str:
        """Say a text twice."""
        return f"{text} {text}"

    def draw(title: str) -> Path:
        """Draw a picture."""
        made = folder / f"work-{title}"
        made.write_text(f"<svg>{title}</svg>\n" * 2000)
        return made

    def post(text: str, to: str) -> str:
        """Post a text to someone."""
        _happened(folder, f"{to}: {text}")
        return "posted"

    def lamp(name: str) -> str:
        """Turn a lamp on."""
        _happened(folder, f"lamp {name}")
        return "on"

    async def yes(task: Task) -> bool:
        return True

    async def never_again(task: Task) -> bool:
        with (folder / "asked").open("a") as file:
            file.write(f"{task.id}\n")
        return False

    tools = [function_tool(measure), function_tool(double), function_tool(draw)]
    tools += [function_tool(post, "irreversible"), function_tool(lamp, "effect")]
    settings = Settings(out=folder / "out", data_dir=folder / "data", cache_mb=0)
    parts: dict[str, Any] = {"planner": Scripted(), "registry": Registry(()), "tools": tools}
    return Jarvis(settings, approve=yes, settle=never_again, **parts)


def _happened(folder: Path, what: str) -> None:
    """An effect on the world: a line at the end of a file."""
    with (folder / "world").open("a") as file:
        file.write(f"{what}\n")


def go(folder: Path) -> None:
    """Runs the plan, or takes up what was broken off."""
    with jarvis_in(folder) as jarvis:
        broken_off = [summary for summary in jarvis.opened_journal().runs() if summary.resumable]
        if broken_off:
            asyncio.run(jarvis.resume())
        elif not jarvis.opened_journal().runs():
            jarvis.run_sync("measure, draw, post and light up")


class Steps:
    """Counts the steps of the journal and of the files, and kills this process at one of them."""

    def __init__(self, fatal: str = "") -> None:
        self.counts: dict[str, int] = {"recorder": 0, "writer": 0, "artifact": 0}
        self._fatal = fatal

    def watch(self) -> None:
        """From now on every call counts: those that the executor makes, and every commit."""
        for name in _RECORDER:
            setattr(Recorder, name, self._counted("recorder", getattr(Recorder, name)))
        for name in _WRITER:
            setattr(Writer, name, self._counted("writer", getattr(Writer, name)))
        artifacts.file_digest = self._counted("artifact", artifacts.file_digest)  # a file was just moved in
        os.replace = self._counted("artifact", os.replace)

    def _counted(self, kind: str, method: Callable[..., Any]) -> Callable[..., Any]:
        if inspect.iscoroutinefunction(method):

            @functools.wraps(method)
            async def awaited(*args: Any, **named: Any) -> Any:
                number = self._enter(kind)
                given = await method(*args, **named)
                self._reached(f"{kind}:after:{number}")
                return given

            return awaited

        @functools.wraps(method)
        def called(*args: Any, **named: Any) -> Any:
            number = self._enter(kind)
            given = method(*args, **named)
            self._reached(f"{kind}:after:{number}")
            return given

        return called

    def _enter(self, kind: str) -> int:
        number = self.counts[kind]
        self.counts[kind] += 1
        self._reached(f"{kind}:before:{number}")
        return number

    def _reached(self, step: str) -> None:
        if step == self._fatal:
            os.kill(os.getpid(), signal.SIGKILL)


def state_of(folder: Path) -> dict[str, Any]:
    """What is there when all is over: the journal's results and files, the effects, the questions."""
    with closing(Journal(folder / "data" / "journal")) as journal:
        runs = journal.runs()
        records = [journal.read(summary.id) for summary in runs]
    with closing(open_store(folder / "data" / "journal")) as connection:
        sql = "SELECT run, task, count(*) FROM events WHERE kind = 'finished' GROUP BY run, task"
        counts = [row[2] for row in connection.execute(sql)]
        whole = connection.execute("PRAGMA integrity_check").fetchone()[0]
    results = {task_id: result for record in records for task_id, result in record.results.items()}
    return {
        "states": [summary.standing for summary in runs],
        "counts": counts,
        "values": {task_id: result.value for task_id, result in results.items() if result.ok and not result.files},
        "drawn": {
            task_id: sha256(result.files[0].path.read_bytes()).hexdigest()
            for task_id, result in results.items()
            if result.files
        },
        "failed": {task_id: result.failure.kind for task_id, result in results.items() if result.failure},
        "world": _lines(folder / "world"),
        "asked": _lines(folder / "asked"),
        "left": [path.name for path in (folder / "out").glob("*") if _half_written(path)],
        "whole": whole,
        "file": journal_file(folder / "data" / "journal").exists(),
    }


def _half_written(path: Path) -> bool:
    return path.name.endswith(".part") or not path.stat().st_size


def _lines(path: Path) -> list[str]:
    return path.read_text().splitlines() if path.exists() else []


def in_child(folder: Path, fatal: str) -> int:
    """Runs `go` in a process of its own; gives what it ended with, negative for a signal."""
    child = os.fork()
    if child == 0:
        try:
            Steps(fatal).watch()
            go(folder)
        except BaseException:  # noqa: BLE001 - a child must not go on as its parent
            import traceback

            traceback.print_exc()
            os._exit(1)
        os._exit(0)
    return os.waitstatus_to_exitcode(os.waitpid(child, 0)[1])


def every_step(folder: Path) -> None:
    """Kills a run at every step, takes it up again, and tells what is there then."""
    steps = Steps()
    steps.watch()
    go(folder / "whole")
    _tell(json.dumps({"step": "none", "steps": steps.counts, **state_of(folder / "whole")}))
    names = [
        f"{kind}:{when}:{n}"
        for kind, most in steps.counts.items()
        for n in range(most + 2)
        for when in ("before", "after")
    ]
    for number, fatal in enumerate(names):
        place = folder / fatal.replace(":", "-")
        place.mkdir()
        ended = [in_child(place, fatal)]
        if number % 5 == 0:  # some are killed again while they are taken up
            ended.append(in_child(place, f"recorder:after:{number % 11}"))
        ended.append(in_child(place, ""))
        _tell(json.dumps({"step": fatal, "ended": ended, **state_of(place)}))


def _tell(row: str) -> None:
    sys.stdout.write(f"{row}\n")
    sys.stdout.flush()


def main(arguments: list[str]) -> None:
    folder = Path(arguments[0])
    folder.mkdir(exist_ok=True)
    (folder / "whole").mkdir(exist_ok=True)
    if arguments[1:] == ["every"]:
        every_step(folder)
    else:
        Steps(*arguments[1:]).watch()
        go(folder)


if __name__ == "__main__":
    main(sys.argv[1:])
