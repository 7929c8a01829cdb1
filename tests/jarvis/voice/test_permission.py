"""In the loop: a door is opened for a person who may have that done, and not for a voice that nobody here has."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jarvis.settings import Settings
from jarvis.voice.people.enrolment import SENTENCES, Enrolment
from jarvis.voice.people.people import People
from jarvis.voice.seen import Asking, Done, State
from tests.jarvis.voice.rooms import room
from tests.sounds import say, scaled, together

pytestmark = pytest.mark.timeout(300)


def enrol(folder: Path, voice: str) -> None:
    """Somebody lives here, and nobody else."""
    people = People.open(Settings(data_dir=folder / "data"))
    enrolment = Enrolment(people.encoder)
    for text in SENTENCES:
        enrolment.add(together(0.3, scaled(say(text, voice)), 0.3))
    people.enrol("Kim", enrolment.finish())


async def order(folder: Path, voice: str, reply: str = "") -> tuple[list[str], Done]:
    async with room(folder) as (here, _, _):
        here.words("Hey Jarvis, unlock the front door.", voice)
        if reply:
            await here.until(Asking, lambda asked: asked.approval)
            await here.state(State.LISTENING)
            here.words(reply, voice, after=0.4)
        done = await here.until(Done, lambda done: done.kind == "answered")
        return [asked.text for asked in here.of(Asking)], done


def test_a_stranger_is_refused_and_told_why_and_is_not_even_asked(tmp_path: Path) -> None:
    enrol(tmp_path, "joe")
    asked, done = asyncio.run(order(tmp_path, "jm_kumo"))

    assert (asked, done.ok) == ([], False)
    assert "I do not know this voice" in done.text


def test_who_lives_here_is_asked_and_a_short_yes_is_enough(tmp_path: Path) -> None:
    enrol(tmp_path, "jm_kumo")
    asked, done = asyncio.run(order(tmp_path, "jm_kumo", "Yes, please."))

    assert asked == ["Shall I unlock the front door?"]
    assert done.text == "In the simulated home, front door is now unlocked. [0]"
