"""Telling what did not work: what failed and the way out, what was left out because of it, what never ran."""

from __future__ import annotations

from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass

from jarvis.graph import Task
from jarvis.messages import Assignment, Claim, Failure, Result
from jarvis.responding.naming import Naming

AMBIGUOUS = "AmbiguousError"
"""The kind of a failure that is a question: a name fits several things."""
_SKIPPED = "Skipped"


@dataclass(frozen=True, slots=True)
class Trouble:
    """One sentence about tasks that gave nothing, and the claims that it is made of."""

    text: str
    claims: tuple[Claim, ...]


def told_failures(naming: Naming, results: Mapping[int, Result]) -> list[Trouble]:
    """For each failed task a sentence with its message, followed by one about all tasks that it held up."""
    failed = [(task, failure) for task in naming.graph if (failure := _failure(task, results))]
    held_up: dict[int | None, list[Task]] = {}
    for task, failure in failed:
        if _waited(failure):
            held_up.setdefault(failure.cause, []).append(task)
    told: list[Trouble] = []
    for task, failure in failed:
        if not _waited(failure):
            told.append(_failed(task, failure, naming))
            told += _skipped(held_up.pop(task.id, []), task.id, naming)
    for cause, tasks in held_up.items():
        told += _skipped(tasks, cause, naming)
    return told


def not_run(naming: Naming, results: Mapping[int, Result], assignments: Mapping[int, Assignment]) -> list[str]:
    """One line that names the final tasks without any result, with the advice of those that no model runs.

    It is no claim: nothing is known of them.
    """
    left = [task for task in naming.graph.sinks() if task.id not in results]
    if not left:
        return []
    advice = [assignments[task.id].advice for task in left if task.id in assignments and assignments[task.id].advice]
    line = naming.phrases.say("not_run", things=_objects(left, naming))
    return [" ".join([line, *(naming.phrases.ended(text) for text in dict.fromkeys(advice))])]


def _failure(task: Task, results: Mapping[int, Result]) -> Failure | None:
    return results[task.id].failure if task.id in results else None


def _waited(failure: Failure) -> bool:
    """Whether it says no more than that another task failed."""
    return failure.kind == _SKIPPED and (failure.cause is not None or not failure.message)


def _failed(task: Task, failure: Failure, naming: Naming) -> Trouble:
    phrases = naming.phrases
    key = f"failed.{task.tool}"
    named = naming.output(task, brief=True)
    message = phrases.ended(failure.message.strip() or failure.kind)
    template = key if key in phrases.texts else "failed"
    subject = phrases.capital(named.subject)
    text = phrases.say(template, object=named.object, subject=subject, message=message)
    return Trouble(text, (Claim(text, task.id, failed=True),))


def _skipped(tasks: Sequence[Task], cause: int | None, naming: Naming) -> list[Trouble]:
    """One sentence for all of them; a claim of its own for each."""
    if not tasks:
        return []
    claims = tuple(Claim(_skip_sentence([task], cause, naming), task.id, failed=True) for task in tasks)
    return [Trouble(_skip_sentence(tasks, cause, naming), claims)]


def _skip_sentence(tasks: Sequence[Task], cause: int | None, naming: Naming) -> str:
    things = _objects(tasks, naming)
    if cause is None:
        return naming.phrases.say("skipped.unknown", things=things)
    named = naming.output(naming.graph[cause], brief=True) if cause in naming.graph else naming.own("earlier")
    return naming.phrases.say("skipped", things=things, cause=named.object)


def _objects(tasks: Iterable[Task], naming: Naming) -> str:
    return naming.phrases.join([naming.output(task, brief=True).subject for task in tasks])
