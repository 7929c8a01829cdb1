"""An answer as it is said: pieces as they come, cut off word by word, and gone on with."""

from __future__ import annotations

import asyncio
from dataclasses import dataclass, field
from pathlib import Path

from jarvis.execution.fake import FunctionWorker
from jarvis.messages import Value
from jarvis.settings import Settings
from jarvis.tools.handler import Inputs
from jarvis.voice.mouth.speaking import Mouth
from jarvis.voice.sound.audio import Pace
from jarvis.voice.sound.sinks import NullSink
from jarvis.voice.speech import Speech, heard_part
from tests.jarvis.fakes import fake_jarvis


@dataclass
class _Ticking:
    """A sink whose time goes on."""

    sink: NullSink
    until: float = float("inf")
    there: asyncio.Event = field(default_factory=asyncio.Event)

    async def run(self) -> None:
        while True:
            self.sink.tick()
            if self.sink.position >= self.until:
                self.there.set()
            await asyncio.sleep(0.002)


async def _spoken(stop_after: float | None) -> tuple[bool, dict[int, str], bool, dict[int, str]]:
    sink = NullSink()
    clock = _Ticking(sink, stop_after or 0.0)
    ticking = asyncio.create_task(clock.run())
    mouth = Mouth(sink, Settings(), "en", Pace().busy)
    speech = Speech(mouth, "en", lambda error: None)
    speech.add("The kitchen light is on now.", 0)
    speech.add("The front door is locked, and the garage door is closed.", 1)
    if stop_after is not None:
        await clock.there.wait()
        speech.stop()
        mouth.stop()
    whole = await speech.finish()
    cut = speech.unheard()
    await speech.go_on()
    rest = await speech.finish()
    ticking.cancel()
    return whole, cut, rest, speech.unheard()


def test_an_answer_is_heard_whole() -> None:
    assert asyncio.run(_spoken(None)) == (True, {}, True, {})


def test_what_was_cut_off_is_known_and_can_be_said_after_all() -> None:
    whole, cut, rest, left = asyncio.run(_spoken(2.6))
    assert not whole
    assert list(cut) == [1]
    assert "The front door is locked, and the garage door is closed.".startswith(cut[1])
    assert (rest, left) == (True, {})


def test_the_part_of_a_text_that_was_heard() -> None:
    assert heard_part("It rains in Spain.", "Summary: It rains in Spain.", "Summary: It rains") == "It rains"
    assert heard_part("It rains.", "Summary: It rains.", "") == ""
    assert heard_part(None, "x", "x") == ""


def test_what_nobody_heard_cannot_be_referred_to(tmp_path: Path) -> None:
    def read(inputs: Inputs) -> Value:
        return "It rains in Spain and the sun shines in Norway."

    async def run() -> tuple[Value, str, Value]:
        plan = [{"id": 0, "task": "summarization", "args": {"text": "a long text"}}]
        jarvis, _ = fake_jarvis([plan], tmp_path, worker=FunctionWorker(read))
        session = jarvis.session()
        await session.run("sum this up")
        cut = session.memory.unheard({0: "It rains in Spain"})
        gone = session.memory.unheard({0: ""})
        failure = gone.results[0].failure
        return cut.results[0].value, failure.message if failure else "", cut.files.get("text")

    value, message, latest = asyncio.run(run())
    assert value == latest == "It rains in Spain"
    assert "interrupted" in message


def test_only_the_newest_turns_are_kept_and_ids_run_on(tmp_path: Path) -> None:
    async def run() -> tuple[int, int, list[int]]:
        plans = [[{"id": n, "task": "home-state", "args": {"target": "oven"}}] for n in range(5)]
        jarvis, _ = fake_jarvis(plans, tmp_path)
        session = jarvis.session()
        for _ in range(5):
            await session.run("is the oven on")
        memory = session.memory.newest(2)
        return len(memory.turns), memory.next_id, sorted(memory.results)

    assert asyncio.run(run()) == (2, 5, [3, 4])
