"""The loop in a room: real sound in, real sound out, through every model of the chain."""

from __future__ import annotations

import asyncio
from pathlib import Path

import numpy as np
import pytest

from jarvis.voice.announcing import announcements
from jarvis.voice.seen import Asking, Done, Interrupted, Notice, Saying, State, Words
from jarvis.voice.sound.frames import samples_of
from tests.jarvis.voice.rooms import Room, room
from tests.sounds import babble, pink

pytestmark = pytest.mark.timeout(300)


def _loud(here: Room) -> float:
    """The loudest that the loudspeaker was."""
    return float(abs(samples_of(b"".join(here.heard))).max(initial=0.0))


async def _order(folder: Path) -> tuple[Done, list[str], float]:
    async with room(folder) as (here, _, _):
        here.words("Hey Jarvis, turn the kitchen light off.")
        done = await here.done()
        await here.state(State.ASLEEP)
        return done, [seen.text for seen in here.of(Words) if seen.final], _loud(here)


def test_an_order_is_done_and_the_answer_is_heard(tmp_path: Path) -> None:
    done, words, loudest = asyncio.run(_order(tmp_path))
    assert done.kind == "answered"
    assert done.text == "In the simulated home, kitchen light is now off. [0]"
    assert words == ["Turn the kitchen light off."]
    assert loudest > 0.1


async def _barge_in(folder: Path) -> tuple[Room, float]:
    async with room(folder) as (here, _, _):
        here.words("Hey Jarvis, what is on my shopping list?")
        await here.state(State.SPEAKING)
        here.words("Hey Jarvis, stop.", after=0.5)
        await here.until(Interrupted)
        at = len(here.heard)
        await here.until(Done, lambda done: done.kind == "instant")
        rest = samples_of(b"".join(here.heard[at:]))
        late = np.flatnonzero(abs(rest) > 0.01)
        return here, float(late[-1] / 16_000) if len(late) else 0.0


def test_speech_silences_the_voice_at_once(tmp_path: Path) -> None:
    _, seconds = asyncio.run(_barge_in(tmp_path))
    assert seconds < 0.15


async def _approval(folder: Path, answer: str) -> tuple[list[str], list[Done]]:
    async with room(folder) as (here, _, _):
        here.words("Hey Jarvis, unlock the front door.", "jm_kumo")
        await here.until(Asking, lambda asked: asked.approval)
        await here.state(State.LISTENING)
        here.words(answer, after=0.4)
        await here.until(Done, lambda done: done.kind == "answered")
        return [asked.text for asked in here.of(Asking)], here.of(Done)


def test_what_cannot_be_taken_back_is_done_after_a_yes(tmp_path: Path) -> None:
    asked, done = asyncio.run(_approval(tmp_path, "Yes, please."))
    assert asked == ["Shall I unlock the front door?"]
    assert [each.kind for each in done] == ["reply", "answered"]
    assert done[-1].text == "In the simulated home, front door is now unlocked. [0]"


def test_and_not_after_a_no(tmp_path: Path) -> None:
    _, done = asyncio.run(_approval(tmp_path, "No, don't do it."))
    assert not done[-1].ok


async def _silence(folder: Path, answer: None = None) -> list[str]:
    async with room(folder) as (here, _, _):
        here.words("Hey Jarvis, unlock the front door.", "jm_kumo")
        await here.until(Asking)
        done = await here.until(Done, lambda done: done.kind == "answered")
        assert not done.ok
        return [seen.text for seen in here.of(Asking)]


def test_nor_when_nobody_answers(tmp_path: Path) -> None:
    assert asyncio.run(_silence(tmp_path)) == ["Shall I unlock the front door?"]


async def _unclear(folder: Path) -> list[Done]:
    async with room(folder) as (here, _, _):
        here.words("Hey Jarvis, turn the light on.")
        asked = await here.until(Done)
        assert asked.kind == "asked", asked
        await here.state(State.LISTENING)
        here.words("The kitchen light.", after=0.4)
        await here.until(Done)
        return here.of(Done)


def test_an_unclear_name_is_asked_about_and_answered_without_the_wake_phrase(tmp_path: Path) -> None:
    asked, done = asyncio.run(_unclear(tmp_path))
    assert asked.text.startswith("Which")
    assert done.text.startswith("In the simulated home, kitchen light is now on")


async def _own_voice(folder: Path) -> tuple[list[Done], list[str]]:
    async with room(folder, echo_db=-18.0) as (here, loop, _):
        await loop.say("You can say: Hey Jarvis, unlock the front door. Or say: Hey Jarvis, turn the oven on.")
        await loop.say("That was all.")
        return here.of(Done), [seen.text for seen in here.of(Words)]


def test_its_own_voice_does_not_wake_it(tmp_path: Path) -> None:
    done, _ = asyncio.run(_own_voice(tmp_path))
    assert done == []


async def _volume(folder: Path) -> tuple[float, float, list[str]]:
    async with room(folder) as (here, loop, _):
        before = loop.volume
        here.words("Hey Jarvis, quieter.")
        await here.done()
        after = loop.volume
        here.words("Hey Jarvis, say that again.", after=1.0)
        await here.done()
        return before, after, [seen.kind for seen in here.of(Done)]


def test_quieter_and_again_need_no_plan(tmp_path: Path) -> None:
    before, after, kinds = asyncio.run(_volume(tmp_path))
    assert after < before
    assert kinds == ["instant", "instant"]


async def _noise(folder: Path) -> tuple[list[Done], State]:
    async with room(folder) as (here, loop, _):
        here.say(pink(3.0) * 0.1)
        here.say(babble(6.0) * 0.3)
        here.words("Hey Jarvis, turn the kitchen light on.", after=1.0)
        await here.until(Done, lambda done: done.kind == "answered")
        return here.of(Done), loop.state


def test_after_noise_and_babble_it_still_hears_its_name(tmp_path: Path) -> None:
    done, _ = asyncio.run(_noise(tmp_path))
    answers = [each.text for each in done if each.kind == "answered"]
    assert len(answers) == 1
    assert answers[0].startswith("In the simulated home, kitchen light is now on")


async def _broken(folder: Path) -> list[Done]:
    async with room(folder) as (here, _, _):
        here.words("Hey Jarvis, turn the moon light off.")
        await here.done()
        here.words("Hey Jarvis, turn the kitchen light on.", after=1.5)
        await here.until(Done)
        return here.of(Done)


def test_after_what_cannot_be_done_the_loop_goes_on(tmp_path: Path) -> None:
    first, second = asyncio.run(_broken(tmp_path))
    assert not first.ok
    assert second.ok


async def _filler(folder: Path) -> list[Saying]:
    from jarvis.execution.fake import FunctionWorker
    from jarvis.messages import Value
    from jarvis.tools.handler import Inputs

    async def slow(inputs: Inputs) -> Value:
        await asyncio.sleep(3.0)
        return {"device": "oven", "state": "off"}

    async with room(folder, parts={"worker": FunctionWorker(slow)}) as (here, _, _):
        here.words("Hey Jarvis, is the oven on?")
        await here.done()
        return here.of(Saying)


def test_what_takes_long_is_bridged_by_what_is_being_done(tmp_path: Path) -> None:
    filler, answer = asyncio.run(_filler(tmp_path))
    assert (filler.text, filler.filler) == ("I am asking the house.", True)
    assert answer.text == "Oven is off."
    assert not answer.filler


async def _timer(folder: Path) -> tuple[str, str]:
    async with room(folder) as (here, loop, jarvis):
        speaking_up = asyncio.create_task(loop.announce(announcements(jarvis, "", here.note)))
        here.words("Hey Jarvis, set a timer for five seconds.")
        done = await here.done()
        notice = await here.until(Notice)
        speaking_up.cancel()
        await asyncio.wait([speaking_up])
        return done.text, notice.text


def test_a_timer_that_is_due_speaks_up_by_itself(tmp_path: Path) -> None:
    set_, due = asyncio.run(_timer(tmp_path))
    assert set_.startswith("Timer was set")
    assert "timer" in due.lower()
