"""Questions to the person at the terminal: whether a task may be done, or changed, or done again."""

from __future__ import annotations

import os
import signal
import threading
from collections.abc import Mapping
from dataclasses import replace

from jarvis.approval import Approval, checked
from jarvis.cli.screen import Screen
from jarvis.cli.words import inputs_line, preview
from jarvis.errors import PlanError
from jarvis.graph import Arg, Ref, Task
from jarvis.messages import Result
from jarvis.spec import ToolSpec, ValueType

_REPLIES = {"y": "yes", "yes": "yes", "a": "always", "always": "always", "e": "edit", "edit": "edit"}
_LONGEST = 300
"""Characters of a value that are shown before it is used for good."""


def ask_approval(task: Task, results: Mapping[int, Result], tools: Mapping[str, ToolSpec], screen: Screen) -> Approval:
    """Asks whether a task may be done: yes, always, no (also for anything else), or edit, which asks again.

    What other tasks gave is shown, as it would go out; it is only ever shown.
    """
    given = task
    while True:
        _show(task, results, screen)
        question = f"Task {task.id} cannot be taken back: {deed(task)}. Do it? [y/N/always/edit] "
        reply = _REPLIES.get(read_line(question, screen).lower(), "no")
        if reply != "edit":
            changed = task if task != given else None
            return Approval(reply != "no", reply == "always", changed)
        task = _edited(task, tools, screen)


def ask_again(task: Task, screen: Screen) -> bool:
    """Asks whether to do an effect (again) that may have been done before a run broke off."""
    question = f"Task {task.id} was begun before the run broke off, and may have been done: {deed(task)}. "
    return read_line(f"{question}Do it (again)? [y/N] ", screen).lower() in ("y", "yes")


def deed(task: Task) -> str:
    """What a task would do, in one line."""
    return f"{task.tool} {inputs_line(task)}".strip()


def read_line(question: str, screen: Screen) -> str:
    """What the person answers; Ctrl-C is an empty answer, and goes on to interrupt the run."""
    main = threading.current_thread() is threading.main_thread()
    before = signal.signal(signal.SIGINT, signal.default_int_handler) if main else None
    try:
        screen.stderr.write(question)
        screen.stderr.flush()
        return screen.stdin.readline().strip()
    except KeyboardInterrupt:
        signal.signal(signal.SIGINT, before)
        os.kill(os.getpid(), signal.SIGINT)
        return ""
    finally:
        if main:
            signal.signal(signal.SIGINT, before)


def _show(task: Task, results: Mapping[int, Result], screen: Screen) -> None:
    for slot, value in task.values():
        if isinstance(value, Ref) and value.task_id in results:
            shown = preview(results[value.task_id].value, _LONGEST)
            screen.note(f"  {slot} is what task {value.task_id} gave: {shown!r}")


def _edited(task: Task, tools: Mapping[str, ToolSpec], screen: Screen) -> Task:
    """The task with the values that the person writes; an empty line keeps one."""
    screen.note("Write new values; an empty line keeps what is there.")
    args: dict[str, Arg] = dict(task.args)
    for slot, arg in task.args.items():
        if isinstance(arg, tuple):
            continue
        said = str(arg) if isinstance(arg, str) else f"what task {arg.task_id} gave"
        written = read_line(f"  {slot} [{preview(said)}]: ", screen)
        if written:
            args[slot] = written
    changed = replace(task, args=args)
    try:
        return checked(task, changed, dict.fromkeys(task.needs, ValueType.ANY), tools)
    except PlanError as error:
        screen.note(f"  that cannot be: {error}")
        return task
