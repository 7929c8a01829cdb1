"""Runs of a Jarvis are journaled, resumed, and replayed: also turns of a conversation."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from contextlib import aclosing
from pathlib import Path
from typing import Any

import pytest

from jarvis.engine import Jarvis
from jarvis.errors import JournalError, PlannerError, UsageError
from jarvis.execution.fake import FunctionWorker
from jarvis.functions import function_tool
from jarvis.graph import Task
from jarvis.journal.records import State
from jarvis.journal.store import journal_file
from jarvis.messages import Answered, PlanningStarted, Preparing, TaskFinished, TaskStarted, Value
from jarvis.planners.protocol import PlanRequest
from jarvis.tools.handler import Inputs
from tests.jarvis.fakes import ScriptedPlanner, echo, fake_jarvis

SUMMARIZE = {"id": 0, "task": "summarization", "args": {"text": "a long text"}}
TRANSLATE = {"id": 1, "task": "translation", "args": {"text": "$0", "target_language": "French"}}


class Counting:
    """A worker's function that counts its calls, and hangs in one tool until the run is given up."""

    def __init__(self, hangs_in: str = "") -> None:
        self.calls: list[str] = []
        self.hangs_in = hangs_in

    async def __call__(self, inputs: Inputs) -> Value:
        self.calls.append(inputs.task)
        if inputs.task == self.hangs_in:
            await asyncio.sleep(100)
        return echo(inputs)


async def given_up(jarvis: Jarvis, text: str, files: tuple[Path, ...] = ()) -> None:
    """Runs until the first task is done, and goes away."""
    async with aclosing(jarvis.stream(text, files)) as events:
        async for event in events:
            if isinstance(event, TaskFinished):
                await asyncio.sleep(0.1)
                return


def test_a_run_is_in_the_journal_and_its_id_in_the_answer_and_in_the_first_event(tmp_path: Path) -> None:
    async def first() -> str:
        async with aclosing(jarvis.stream("go")) as events:
            async for event in events:
                assert isinstance(event, PlanningStarted)
                return event.run_id
        raise AssertionError("no event")

    jarvis, _ = fake_jarvis([[SUMMARIZE, TRANSLATE], [SUMMARIZE]], tmp_path)
    with jarvis:
        answer = jarvis.run_sync("Summarize and translate")
        record = jarvis.opened_journal().read(answer.run_id)
        assert asyncio.run(first()) not in ("", answer.run_id)
    assert answer.to_json()["run_id"] == answer.run_id
    assert (record.state, record.results, record.answer) == (State.DONE, answer.results, answer.text)
    assert record.planner == "a script"


def test_a_journal_that_is_turned_off_writes_nothing(tmp_path: Path) -> None:
    jarvis, _ = fake_jarvis([[SUMMARIZE]], tmp_path, journal=False)
    with jarvis:
        assert jarvis.run_sync("go").run_id == ""
    assert not (tmp_path / "data" / "journal").exists()


def test_a_run_that_was_given_up_goes_on_with_what_is_done(tmp_path: Path) -> None:
    before, after = Counting("translation"), Counting()
    jarvis, _ = fake_jarvis([[SUMMARIZE, TRANSLATE]], tmp_path, worker=FunctionWorker(before))
    with jarvis:
        asyncio.run(given_up(jarvis, "Summarize and translate"))
    jarvis, planner = fake_jarvis([], tmp_path, worker=FunctionWorker(after))
    with jarvis:
        answer = asyncio.run(jarvis.resume())
        assert jarvis.opened_journal().read().state is State.DONE
    assert (before.calls, after.calls, planner.asked) == (["summarization", "translation"], ["translation"], [])
    assert answer.results[1].value == "translation(text=summarization(text=a long text), target_language=French)"
    assert answer.ok and "[1]" in answer.text


def test_a_plan_that_broke_off_is_made_again_and_keeps_what_is_done(tmp_path: Path) -> None:
    class BreaksOff(ScriptedPlanner):
        async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
            yield Task.from_json(SUMMARIZE)
            await asyncio.sleep(0.3)
            raise PlannerError("the endpoint is silent; try again")

    before, after = Counting(), Counting()
    jarvis, _ = fake_jarvis([], tmp_path, planner=BreaksOff([]), worker=FunctionWorker(before))
    with jarvis:
        with pytest.raises(PlannerError):
            jarvis.run_sync("Summarize and translate")
        assert [(s.standing, s.resumable) for s in jarvis.opened_journal().runs()] == [("broken", True)]
    jarvis, planner = fake_jarvis([[SUMMARIZE, TRANSLATE]], tmp_path, worker=FunctionWorker(after))
    with jarvis:
        answer = asyncio.run(jarvis.resume())
    assert (before.calls, after.calls, len(planner.asked)) == (["summarization"], ["translation"], 1)
    assert list(answer.results) == [0, 1]


def test_a_file_of_the_request_that_changed_meanwhile_stops_a_resumption(tmp_path: Path) -> None:
    text = tmp_path / "long.txt"
    text.write_text("a long text")
    jarvis, _ = fake_jarvis([[SUMMARIZE, TRANSLATE]], tmp_path, worker=FunctionWorker(Counting("translation")))
    with jarvis:
        asyncio.run(given_up(jarvis, "Summarize and translate it", (text,)))
        text.write_text("another text")
        with pytest.raises(UsageError, match=r"long.txt is not what it was"):
            asyncio.run(jarvis.resume())
        text.write_text("a long text")
        jarvis.settings.out.mkdir(exist_ok=True)
        record = jarvis.opened_journal().read()
    assert (record.request.files, record.inputs[0].bytes) == ((text,), 11)


def test_a_turn_of_a_conversation_is_resumed_with_its_earlier_turns(tmp_path: Path) -> None:
    plans = [[SUMMARIZE], [TRANSLATE, {"id": 2, "task": "text-generation", "args": {"prompt": "$1"}}]]
    jarvis, _ = fake_jarvis(plans, tmp_path, worker=FunctionWorker(Counting("text-generation")))

    async def talk() -> None:
        session = jarvis.session()
        await session.run("Summarize: a long text")
        async with aclosing(session.stream("now in French")) as events:
            async for event in events:
                if isinstance(event, TaskFinished):
                    await asyncio.sleep(0.1)
                    return

    with jarvis:
        asyncio.run(talk())
    after = Counting()
    jarvis, _ = fake_jarvis([], tmp_path, worker=FunctionWorker(after))
    with jarvis:
        answer = asyncio.run(jarvis.resume())
    assert after.calls == ["text-generation"]
    assert str(answer.results[2].value).startswith("text-generation(prompt=translation(text=summarization(")


def test_a_replay_runs_the_plan_anew_and_tells_what_differs(tmp_path: Path) -> None:
    worker = Counting()
    jarvis, planner = fake_jarvis([[SUMMARIZE, TRANSLATE]], tmp_path, worker=FunctionWorker(worker))
    with jarvis:
        first = jarvis.run_sync("go")
        same = asyncio.run(jarvis.replay(first.run_id))
        assert (same.differences, len(worker.calls), len(planner.asked)) == ([], 4, 1)
    jarvis, _ = fake_jarvis([], tmp_path, worker=FunctionWorker(lambda inputs: f"new {echo(inputs)}"))
    with jarvis:
        other = asyncio.run(jarvis.replay(first.run_id))
        assert [(d.task_id, d.what) for d in other.differences] == [(0, "value"), (1, "value")]
        record = jarvis.opened_journal().read(other.response.run_id)
    assert (record.replays, record.state) == (first.run_id, State.DONE)


@pytest.mark.parametrize(("effects", "rings"), [(False, 1), (True, 2)])
def test_a_replay_does_effects_again_only_when_told(tmp_path: Path, effects: bool, rings: int) -> None:
    rung: list[str] = []

    def ring(bell: str) -> str:
        """Ring a bell."""
        rung.append(bell)
        return "ding"

    plan = [
        {"id": 0, "task": "ring", "args": {"bell": "door"}},
        {"id": 1, "task": "summarization", "args": {"text": "$0"}},
    ]
    jarvis, _ = fake_jarvis([plan], tmp_path, tools=[function_tool(ring, "effect")])
    with jarvis:
        first = jarvis.run_sync("ring")
        again = asyncio.run(jarvis.replay(first.run_id, effects=effects))
        assert jarvis.opened_journal().read(again.response.run_id).results == again.response.results
    assert (again.differences, len(rung)) == ([], rings)


def test_an_effect_that_may_have_happened_is_a_question_and_without_anyone_to_ask_an_error(tmp_path: Path) -> None:
    async def hang(bell: str) -> str:
        """Ring a bell."""
        await asyncio.sleep(100)
        return "ding"

    async def rings(bell: str) -> str:
        """Ring a bell."""
        return "ding"

    async def again(task: Task) -> bool:
        return True

    async def begun(jarvis: Jarvis) -> None:
        async with aclosing(jarvis.stream("ring")) as events:
            async for event in events:
                if isinstance(event, TaskStarted):
                    await asyncio.sleep(0.3)
                    return

    def opened(function: Callable[..., Any], **parts: Any) -> Jarvis:
        plan = [{"id": 0, "task": "ring", "args": {"bell": "door"}}]
        return fake_jarvis([plan], tmp_path, tools=[function_tool(function, "effect", "ring")], **parts)[0]

    with opened(hang) as jarvis:
        asyncio.run(begun(jarvis))
    with opened(rings) as jarvis, pytest.raises(UsageError, match=r"task 0 .ring. may have been done .*--not-again"):
        asyncio.run(jarvis.resume())
    with opened(rings, settle=again) as jarvis:
        assert asyncio.run(jarvis.resume()).results[0].value == "ding"


def test_a_journal_that_cannot_be_used_is_told_and_the_run_goes_on(tmp_path: Path) -> None:
    jarvis, _ = fake_jarvis([[SUMMARIZE]], tmp_path)
    file = journal_file(jarvis.settings.data_dir / "journal")
    file.parent.mkdir(parents=True)
    file.write_bytes(b"not a database" * 1000)

    async def events() -> list[Any]:
        return [event async for event in jarvis.stream("go")]

    with jarvis:
        told = asyncio.run(events())
        with pytest.raises(JournalError, match="is damaged"):
            asyncio.run(jarvis.resume())
    assert isinstance(told[0], Preparing) and "is damaged" in told[0].message
    assert isinstance(told[-1], Answered) and told[-1].response.ok
    assert file.read_bytes() == b"not a database" * 1000


def test_many_runs_at_once_are_all_written(tmp_path: Path) -> None:
    jarvis, _ = fake_jarvis([[SUMMARIZE, TRANSLATE]] * 50, tmp_path)

    async def all_of_them() -> list[str]:
        return [answer.run_id for answer in await asyncio.gather(*(jarvis.run(f"run {n}") for n in range(50)))]

    with jarvis:
        run_ids = asyncio.run(all_of_them())
        journal = jarvis.opened_journal()
        assert {summary.id for summary in journal.runs()} == set(run_ids)
        assert {len(journal.read(run_id).results) for run_id in run_ids} == {2}
