"""The answer to "which lamp?": the task that asked, with the name that was said. Planned without a model."""

from __future__ import annotations

import re
from collections.abc import AsyncIterator, Mapping, Sequence
from dataclasses import replace
from difflib import SequenceMatcher
from unicodedata import combining, normalize

from jarvis.graph import Arg, Ref, Task
from jarvis.planners.protocol import Planner, PlanRequest
from jarvis.session import Memory
from jarvis.spec import ToolSpec, ValueType

_ALL = re.compile(
    r"\b(?:all|both|every(?:thing)?|each|alle[sn]?|beide[sn]?|tous|toutes|les deux|todos|todas|ambos|ambas|las dos|"
    r"los dos)\b"
    "|都|全部|两个",
    re.IGNORECASE,
)
_ORDINALS: Sequence[Sequence[str]] = (
    ("first", "former", "erste", "ersten", "premier", "première", "premiere", "primero", "primera", "第一"),
    ("second", "latter", "zweite", "zweiten", "deuxième", "deuxieme", "second", "segundo", "segunda", "第二"),
    ("third", "dritte", "dritten", "troisième", "troisieme", "tercero", "tercera", "第三"),
)
_SMALL = frozenset(
    "the a an of in on at by to der die das den dem im am auf vom le la les de du des dans sur l d el los las del en "
    "one".split()
)
"""Words that no choice is known by."""
_WORD = re.compile(r"[\u3400-\u9fff]|[^\W_]+")
_SAME = 0.75
"""How alike two words must be to count as one: a recogniser writes "redding" for "reading"."""
_MOST_OTHER_WORDS = 5
"""An answer that says more than this beside the name is a new request: "turn the reading lamp on, please"."""


class AnsweringPlanner:
    """Plans what the turn before asked about, when the request names one of its choices; else another planner does."""

    def __init__(self, planner: Planner, memory: Memory) -> None:
        self._planner = planner
        self.memory = memory
        """Of a conversation, the memory that the turn begins with."""
        self.answered = False
        """Whether the last plan came from the answer, so that the other planner was not asked."""

    @property
    def name(self) -> str:
        """That of the other planner."""
        return self._planner.name

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        """The tasks that waited for the answer, or those of the other planner."""
        tasks = answered(request.text, self.memory, request.first_id, request.tools) if not request.files else []
        self.answered = bool(tasks)
        for task in tasks:
            yield task
        if not tasks:
            async for task in self._planner.plan(request):
                yield task


def answered(text: str, memory: Memory, first_id: int, tools: Mapping[str, ToolSpec]) -> list[Task]:
    """The tasks of the turn before that waited for a name, and those that need them; none when `text` names nothing."""
    last = memory.turns[-1].tasks if memory.turns else ()
    tasks: list[Task] = []
    made: dict[int, int] = {}
    for task in last:
        choices = memory.unclear.get(task.id)
        if choices:
            names = chosen(text, choices)
            if not names:
                return []
            again = [replace(task, args={**task.args, _slot(task, tools): name}) for name in names]
        elif task.needs & made.keys():
            again = [replace(task, args={slot: _moved(arg, made) for slot, arg in task.args.items()})]
        else:
            continue
        made[task.id] = first_id + len(tasks)
        tasks += [replace(each, id=first_id + len(tasks) + place) for place, each in enumerate(again)]
    return tasks


def chosen(text: str, choices: Sequence[str]) -> list[str]:
    """Which of the choices a text names: one, all of them, or none when it is about something else.

    The words that only some choices have decide; "the second one" counts, and words may be misheard a little.
    """
    words = _words(text)
    if not words or len(words) > _MOST_OTHER_WORDS + max(len(_words(choice)) for choice in choices):
        return []
    if _ALL.search(text):
        return list(choices)
    scores = [_score(words, choice, choices) for choice in choices]
    best = max(scores)
    if best > 0 and scores.count(best) == 1:
        return [choices[scores.index(best)]]
    plain = "".join(words)
    for place, names in enumerate(_ORDINALS[: len(choices)]):
        if any(_plain(name) in (words if name.isascii() else plain) for name in names):
            return [choices[place]]
    return []


def _score(words: Sequence[str], choice: str, choices: Sequence[str]) -> float:
    """How much of a choice was said, counted by the words that not all choices have."""
    common = set.intersection(*(set(_words(each)) for each in choices))
    own = [word for word in _words(choice) if word not in common and word not in _SMALL]
    if not own:  # "lamp" beside "reading lamp": meant when nothing else is said.
        return 0.5 if set(_words(choice)) <= set(words) else 0.0
    said = sum(max(SequenceMatcher(None, word, other).ratio() for other in words) >= _SAME for word in own)
    return said / len(own) + said / 100


def _words(text: str) -> list[str]:
    return [_plain(word) for word in _WORD.findall(text)]


def _plain(word: str) -> str:
    return "".join(letter for letter in normalize("NFKD", word.casefold()) if not combining(letter))


def _slot(task: Task, tools: Mapping[str, ToolSpec]) -> str:
    """The slot whose name was not clear: `target`, else the first name that is no action."""
    names = [slot.name for slot in tools[task.tool].slots if slot.type is ValueType.NAME and slot.name != "action"]
    return "target" if "target" in names else next(iter(names), "target")


def _moved(arg: Arg, made: Mapping[int, int]) -> Arg:
    if isinstance(arg, Ref):
        return Ref(made.get(arg.task_id, arg.task_id))
    if isinstance(arg, tuple):
        return tuple(Ref(made.get(each.task_id, each.task_id)) if isinstance(each, Ref) else each for each in arg)
    return arg
