"""Which of the satellites that hear the same answers; and conversations, of which there are only so many."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jarvis.engine import Jarvis
from jarvis.errors import UsageError
from jarvis.server.wyoming.conversations import Conversations
from jarvis.server.wyoming.languages import plain_language
from jarvis.server.wyoming.satellites.arbiter import Arbiter, same_words
from tests.jarvis.server.wyoming.conftest import settings_in

LIGHT = "Turn off the light."


class Clock:
    """A clock that is set by hand."""

    now = 0.0

    def __call__(self) -> float:
        return self.now


def test_the_earlier_one_answers_where_both_hear_it_as_well() -> None:
    async def decide() -> list[bool]:
        arbiter = Arbiter(Clock())
        one, two = (arbiter.woke(name, lambda: 0.1) for name in ("one", "two"))
        return [await arbiter.meant(two, LIGHT), await arbiter.meant(one, "turn of the light")]

    assert asyncio.run(decide()) == [True, False]


def test_the_louder_one_is_waited_for() -> None:
    async def decide() -> tuple[bool, bool]:
        arbiter = Arbiter(Clock())
        far, near = arbiter.woke("far", lambda: 0.05), arbiter.woke("near", lambda: 0.2)
        first = asyncio.create_task(arbiter.meant(far, LIGHT))
        await asyncio.sleep(0.05)
        second = await arbiter.meant(near, LIGHT)
        return await first, second

    assert asyncio.run(decide()) == (False, True)


def test_different_words_in_two_rooms_are_both_answered() -> None:
    async def decide() -> list[bool]:
        arbiter = Arbiter(Clock())
        one, two = (arbiter.woke(name, lambda: 0.1) for name in ("one", "two"))
        return [await arbiter.meant(one, LIGHT), await arbiter.meant(two, "What is the weather like tomorrow?")]

    assert asyncio.run(decide()) == [True, True]


def test_a_wake_word_much_later_is_another_one() -> None:
    async def decide() -> list[bool]:
        clock = Clock()
        arbiter = Arbiter(clock)
        one = arbiter.woke("one", lambda: 0.1)
        clock.now = 5.0
        two = arbiter.woke("two", lambda: 0.1)
        return [await arbiter.meant(one, LIGHT), await arbiter.meant(two, LIGHT)]

    assert asyncio.run(decide()) == [True, True]


def test_words_heard_badly_are_still_the_same() -> None:
    assert same_words("Turn off the light in the hall.", "turn of the light in hall.")
    assert not same_words("Turn off the light.", "Play some music in the garden.")


def test_old_conversations_are_forgotten_and_there_are_only_so_many(tmp_path: Path) -> None:
    async def talk() -> None:
        clock = Clock()
        async with Jarvis.open(settings_in(tmp_path)) as jarvis:
            conversations = Conversations(jarvis, tmp_path, most=3, idle=100.0, clock=clock)
            first = conversations.of("first")
            assert conversations.of("first") is first
            clock.now = 60.0
            for name in ("second", "third", "fourth"):
                conversations.of(name)
            assert len(conversations) == 3
            assert conversations.of("first") is not first
            clock.now = 200.0
            conversations.of("fifth")
            assert len(conversations) == 1
            assert conversations.of().id != conversations.of().id
            with pytest.raises(UsageError, match="200 characters"):
                conversations.of("x" * 201)
            await conversations.close()

    asyncio.run(talk())


@pytest.mark.parametrize(
    ("tag", "code"), [("en-US", "en"), ("zh_Hans_CN", "zh"), ("de", "de"), ("nb-NO", "no"), ("", ""), ("klingon", "")]
)
def test_language_tags_of_clients(tag: str, code: str) -> None:
    assert plain_language(tag) == code
