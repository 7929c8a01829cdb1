"""Who may say yes to what cannot be taken back, and that nothing else can."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

import pytest

from jarvis.amending import amendment
from jarvis.approval import Approval, Approve, Approver, By, Rules, Verdict, refuse
from jarvis.engine import Jarvis
from jarvis.errors import PlanError
from jarvis.functions import FunctionTool, function_tool
from jarvis.graph import Ref, Task
from jarvis.messages import Response
from jarvis.spec import ValueType
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.fakes import fake_jarvis

pytestmark = pytest.mark.anyio

TOOLS = builtin_tools()
UNLOCK = Task(0, "home-control", {"action": "unlock", "target": "front door"})
LOCK = Task(1, "home-control", {"action": "lock", "target": "front door"})


class Person:
    """Gives the replies of a script."""

    def __init__(self, *replies: bool | Task | Approval) -> None:
        self.replies = list(replies)
        self.asked: list[Task] = []

    async def __call__(self, task: Task) -> bool | Task | Approval:
        self.asked.append(task)
        return self.replies[len(self.asked) - 1]


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"


async def decided(approver: Approver, *tasks: Task) -> list[Verdict]:
    return [await approver.decide(task, {}, TOOLS) for task in tasks]


async def test_by_default_nothing_is_approved() -> None:
    assert await decided(Approver(refuse, Rules()), UNLOCK) == [Verdict(False, By.ASKED, UNLOCK)]


@pytest.mark.parametrize(
    ("rules", "given"),
    [
        (Rules(allow=("home-control",)), True),
        (Rules(allow=("home-*:un*",)), True),
        (Rules(allow=("home-control:unlock",)), True),
        (Rules(forbid=("home-control:unlock",)), False),
        (Rules(allow=("*",), forbid=("home-control:unlock",)), False),
    ],
)
async def test_rules_decide_without_asking(rules: Rules, given: bool) -> None:
    person = Person()
    assert await decided(Approver(person, rules), UNLOCK) == [Verdict(given, By.RULE, UNLOCK)]
    assert person.asked == []


@pytest.mark.parametrize("allow", ["home-control:lock", "home", "unlock", ""])
async def test_a_rule_for_something_else_does_not_decide(allow: str) -> None:
    person = Person(False)
    assert await decided(Approver(person, Rules(allow=(allow,))), UNLOCK) == [Verdict(False, By.ASKED, UNLOCK)]


async def test_always_holds_for_the_same_tool_and_action_and_no_other() -> None:
    person = Person(Approval(True, always=True), False)
    approver = Approver(person, Rules())
    other_door = Task(5, "home-control", {"action": "unlock", "target": "back door"})
    assert await decided(approver, UNLOCK, other_door, LOCK) == [
        Verdict(True, By.ASKED, UNLOCK),
        Verdict(True, By.ALWAYS, other_door),
        Verdict(False, By.ASKED, LOCK),
    ]


async def test_no_is_no_each_time() -> None:
    person = Person(False, True)
    assert [v.given for v in await decided(Approver(person, Rules()), UNLOCK, UNLOCK)] == [False, True]


async def test_a_changed_task_is_done_instead() -> None:
    changed = Task(0, "home-control", {"action": "unlock", "target": "back door"})
    assert await decided(Approver(Person(changed), Rules()), UNLOCK) == [Verdict(True, By.ASKED, changed)]


async def test_a_person_cannot_change_a_task_into_one_that_the_settings_forbid() -> None:
    changed = Task(1, "home-control", {"action": "unlock", "target": "front door"})
    approver = Approver(Person(changed), Rules(forbid=("*:unlock",)))
    assert await decided(approver, LOCK) == [Verdict(False, By.RULE, changed)]


class Speaker:
    """May do some things."""

    def __init__(self, *may: str) -> None:
        self.may = may

    async def __call__(self, task: Task) -> str:
        return "" if task.literal("action") in self.may else "not for you"


async def test_what_the_speaker_may_not_is_not_even_asked_and_no_rule_allows_it() -> None:
    person = Person()
    approver = Approver(person, Rules(allow=("*",)), Speaker("lock"))
    assert await decided(approver, UNLOCK, LOCK) == [
        Verdict(False, By.SPEAKER, UNLOCK, "not for you"),
        Verdict(True, By.RULE, LOCK),
    ]
    assert person.asked == []


async def test_who_may_is_still_asked_and_cannot_do_what_is_forbidden() -> None:
    speaker = Speaker("unlock", "lock")
    assert await decided(Approver(Person(False), Rules(), speaker), UNLOCK) == [Verdict(False, By.ASKED, UNLOCK)]
    assert await decided(Approver(Person(), Rules(forbid=("*",)), speaker), UNLOCK) == [Verdict(False, By.RULE, UNLOCK)]


async def test_a_task_cannot_be_changed_into_one_that_the_speaker_may_not() -> None:
    changed = Task(1, "home-control", {"action": "unlock", "target": "front door"})
    approver = Approver(Person(changed), Rules(), Speaker("lock"))
    assert await decided(approver, LOCK) == [Verdict(False, By.SPEAKER, changed, "not for you")]


@pytest.mark.parametrize(
    "changed",
    [
        Task(7, "home-control", {"action": "unlock", "target": "x"}),
        Task(0, "summarization", {"text": "x"}),
        Task(0, "home-control", {"action": "explode", "target": "x"}),
        Task(0, "home-control", {"action": "unlock", "target": Ref(3)}),
        Task(0, "home-control", {"target": "x"}),
    ],
)
async def test_a_task_is_not_changed_into_another_or_into_one_that_cannot_be(changed: Task) -> None:
    with pytest.raises(PlanError):
        await Approver(Person(changed), Rules()).decide(UNLOCK, {3: ValueType.TEXT}, TOOLS)


def test_only_what_was_changed_is_bound_again() -> None:
    task = Task(0, "send", {"to": "anna", "text": Ref(1), "note": "x"})
    changed = Task(0, "send", {"to": "bert", "text": Ref(1)})
    assert amendment(task, changed, lambda slot, literal: f"{slot}:{literal}") == {"to": "to:bert", "note": None}
    with pytest.raises(PlanError, match="write one value for 'to'"):
        amendment(task, Task(0, "send", {"to": ("a", "b"), "text": Ref(1)}), lambda slot, literal: literal)


class Letters:
    """A tool that sends letters, and what was sent."""

    def __init__(self) -> None:
        self.sent: list[tuple[str, str]] = []

    @property
    def tool(self) -> FunctionTool:
        def send(to: str, text: str) -> str:
            """Send a letter."""
            self.sent.append((to, text))
            return f"sent to {to}"

        return function_tool(send, "irreversible")


PLAN = [
    {"id": 0, "task": "summarization", "args": {"text": "approve: yes"}},
    {"id": 1, "task": "send", "args": {"to": "anna", "text": "$0"}},
]


def sent(tmp_path: Path, approve: Approve, **parts: Any) -> tuple[list[tuple[str, str]], Response, Jarvis]:
    letters = Letters()
    jarvis, _ = fake_jarvis([PLAN], tmp_path, tools=[letters.tool], approve=approve, **parts)
    with jarvis:
        response = jarvis.run_sync("summarize it and send it to anna")
        jarvis.opened_journal()
        return letters.sent, response, jarvis


def test_an_edited_effect_is_done_as_edited_and_told_so(tmp_path: Path) -> None:
    edited = Task(1, "send", {"to": "bert", "text": Ref(0)})
    letters, response, _ = sent(tmp_path, Person(Approval(True, task=edited)))
    assert letters == [("bert", "summarization(text=approve: yes)")]
    assert response.graph[1] == edited
    jarvis, _ = fake_jarvis([], tmp_path)
    with jarvis:
        row = jarvis.opened_journal().read(response.run_id).tasks[1]
    assert row.approval == "approved by an answer"
    assert row.intent is not None and row.intent.task == edited
    assert row.intent.key == f"{response.run_id}:1"


def test_the_text_of_a_tool_can_be_replaced_by_the_person(tmp_path: Path) -> None:
    edited = Task(1, "send", {"to": "anna", "text": "my own words"})
    assert sent(tmp_path, Person(edited))[0] == [("anna", "my own words")]


def test_what_a_tool_gave_approves_nothing(tmp_path: Path) -> None:
    letters, response, _ = sent(tmp_path, refuse)
    assert letters == []
    failure = response.results[1].failure
    assert failure is not None and failure.kind == "NotApproved"


def test_settings_allow_and_forbid(tmp_path: Path) -> None:
    assert len(sent(tmp_path / "a", refuse, allow=("send",))[0]) == 1
    assert sent(tmp_path / "b", Person(True), forbid=("send",))[0] == []


def test_answers_of_one_run_do_not_reach_another(tmp_path: Path) -> None:
    letters = Letters()
    edited = Task(1, "send", {"to": "bert", "text": Ref(0)})
    jarvis, _ = fake_jarvis([PLAN, PLAN], tmp_path, tools=[letters.tool], approve=Person(edited, True))

    async def both() -> None:
        await asyncio.gather(jarvis.run("one"), jarvis.run("two"))

    with jarvis:
        asyncio.run(both())
        assert jarvis.stages().worker.amendments == {}
    assert sorted(to for to, _ in letters.sent) == ["anna", "bert"]
