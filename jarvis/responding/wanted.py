"""Which results a user wants to hear of: the final ones, and those on the way that were asked for."""

from __future__ import annotations

import re

from jarvis.graph import Task, TaskGraph
from jarvis.messages import Request
from jarvis.responding.cues import asks_for

_CLAUSES = re.compile(
    r"[,;，；、。]|[.!?！？](?=\s|$)|\b(?:and|then|und|dann|danach|y|e|luego|después|et|puis|ensuite)\b|并且?|然后|再|接着|以及",
    re.IGNORECASE,
)
_WORDS = re.compile(r"\w")


def wanted(request: Request, graph: TaskGraph) -> list[Task]:
    """The tasks to tell, in the order of the plan: every final one, and each on the way that was asked for.

    One on the way was asked for when the request has a word for it, or when the request has as many clauses
    as the plan has tasks, so that each clause asks for one. Files on the way need a word of their own.
    """
    final = {task.id for task in graph.sinks()}
    each = len(graph) > 1 and _clauses(request.text) >= len(graph)
    return [task for task in graph if task.id in final or _asked(task, request, graph, each)]


def _asked(task: Task, request: Request, graph: TaskGraph, each: bool) -> bool:
    if asks_for(request.text, task.tool):
        return True
    return each and not graph.spec_of(task).output.is_media


def _clauses(text: str) -> int:
    return sum(bool(_WORDS.search(clause)) for clause in _CLAUSES.split(text))
