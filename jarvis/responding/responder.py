"""The last stage: an answer in which every statement comes from one task and cites it."""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from itertools import takewhile

from jarvis.graph import Task, TaskGraph
from jarvis.languages import language_of
from jarvis.messages import Assignment, Claim, Request, Result
from jarvis.responding.failures import AMBIGUOUS, not_run, told_failures
from jarvis.responding.honesty import note_key
from jarvis.responding.naming import Naming
from jarvis.responding.phrases import Phrases, phrases_for
from jarvis.responding.telling import PLAIN, Telling, tell
from jarvis.responding.wanted import wanted


@dataclass(frozen=True, slots=True)
class Answer:
    """What to show or say."""

    text: str
    """The claims, one a line, each followed by the ids of its tasks: `... [2]`."""
    claims: tuple[Claim, ...]
    """One for every task that the text speaks of, without marks."""
    language: str
    """ISO 639-1 code of the language it is in."""


class Responder:
    """Puts the results of a run into words, and nothing else."""

    def __init__(self, model_names: Mapping[str, str] | None = None) -> None:
        """`model_names` maps the ids of ModelCards to their names, which say what is an approximation."""
        self._model_names = model_names or {}

    def answer(
        self,
        request: Request,
        graph: TaskGraph,
        results: Mapping[int, Result],
        assignments: Mapping[int, Assignment],
        *,
        language: str | None = None,
    ) -> Answer:
        """The answer to `request` in its language, or in `language` when there are phrases for it.

        It tells the final results and those on the way that were asked for, every failure with its way out,
        and what was left out because of it. A task without a result is never claimed.
        """
        naming = _naming(request, graph, language)
        phrases = naming.phrases
        told = self._told(naming, results)
        troubles = told_failures(naming, _without_questions(results))
        lines = [_marked(line, [task_id]) for task_id, line in told]
        lines += [_marked(trouble.text, [claim.task_id for claim in trouble.claims]) for trouble in troubles]
        lines += not_run(naming, results, assignments)
        if len(lines) == 1 and told and graph[told[0][0]].tool in PLAIN:
            lines = [told[0][1]]
        claims = [Claim(line, task_id) for task_id, line in told]
        claims += [claim for trouble in troubles for claim in trouble.claims]
        return Answer("\n".join(lines or [_nothing(phrases)]), tuple(claims), phrases.code)

    def told(
        self, request: Request, graph: TaskGraph, results: Mapping[int, Result], *, language: str | None = None
    ) -> list[Claim]:
        """The claims that the answer will begin with whatever the tasks without a result give; `graph` is whole.

        Each comes as soon as those before it are known. Failures are told at the end.
        """
        naming = _naming(request, graph, language or request.language or None)
        known = takewhile(lambda task: task.id in results, wanted(request, graph))
        return [Claim(line, task_id) for task_id, line in self._told(naming, results, [*known])]

    def _told(
        self, naming: Naming, results: Mapping[int, Result], among: Sequence[Task] | None = None
    ) -> list[tuple[int, str]]:
        everything = wanted(naming.request, naming.graph)
        tasks = [task for task in (everything if among is None else among) if _has_value(task, results)]
        # Of a task that fails later nothing is known yet, so those that failed count: the words stay as they were told.
        tools = Counter(task.tool for task in everything)
        return [(task.id, self._tell(task, results[task.id], naming, tools[task.tool] > 1)) for task in tasks]

    def _tell(self, task: Task, result: Result, naming: Naming, crowded: bool) -> str:
        key = note_key(task.tool, self._model_names.get(result.model, result.model))
        note = naming.phrases.bracketed(naming.phrases.texts[key]) if key else ""
        return tell(Telling(task, result.value, naming, note, crowded))


def _naming(request: Request, graph: TaskGraph, language: str | None) -> Naming:
    return Naming(request, graph, phrases_for(language or language_of(request.text)))


def _without_questions(results: Mapping[int, Result]) -> dict[int, Result]:
    """Without tasks that ask which thing is meant, and those that wait for them: the question says it."""
    asking = {n for n, result in results.items() if result.failure and result.failure.kind == AMBIGUOUS}
    causes = {n: result.failure.cause for n, result in results.items() if result.failure}
    return {n: result for n, result in results.items() if n not in asking and causes.get(n) not in asking}


def _has_value(task: Task, results: Mapping[int, Result]) -> bool:
    return task.id in results and results[task.id].ok


def _marked(text: str, task_ids: Sequence[int]) -> str:
    return " ".join([text, *(f"[{task_id}]" for task_id in task_ids)])


def _nothing(phrases: Phrases) -> str:
    return phrases.texts["nothing_planned"]
