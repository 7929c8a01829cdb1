"""Requests in words: conversations that remember, pieces while they come, and yes before what cannot be taken back."""

from __future__ import annotations

from typing import Any

from wyoming.asr import Transcript
from wyoming.event import Event

from tests.jarvis.server.wyoming.serving import Client, Served, run


async def said(client: Client, text: str, **context: Any) -> Event:
    """The answer to a request; what it is streamed in must be the same text."""
    await client.send(Transcript(text, context=context or None))
    events = await client.until("handled", "not-handled")
    chunks = [event.data["text"] for event in events if event.type == "handled-chunk"]
    if chunks:
        assert "".join(chunks) == events[-1].data["text"]
        assert (events[0].type, (await client.next()).type) == ("handled-start", "handled-stop")
    return events[-1]


async def talk(served: Served, *turns: str, **context: Any) -> list[str]:
    """Each turn over a connection of its own, as Home Assistant does."""
    texts: list[str] = []
    for turn in turns:
        async with served.client() as client:
            texts.append((await said(client, turn, **context)).data["text"])
    return texts


def test_a_request_is_done_and_its_answer_told(served: Served) -> None:
    async def ask() -> Event:
        async with served.client() as client:
            return await said(client, "Turn off the kitchen light.")

    event = run(ask())
    assert event.type == "handled"
    assert "kitchen light is now off" in event.data["text"]
    assert event.data["context"]["conversation_id"]


def test_a_conversation_goes_on_over_connections(served: Served) -> None:
    first, second = run(
        talk(served, "How many words has: one two three?", "Say that in upper case letters.", conversation_id="words")
    )
    assert first and second
    assert len(served.conversation("words").memory.turns) == 2


def test_what_cannot_be_taken_back_is_asked_for_in_the_conversation(served: Served) -> None:
    asked, done = run(talk(served, "Unlock the front door.", "yes", conversation_id="yes"))
    assert asked == "Shall I unlock the front door?"
    assert "front door is now unlocked" in done
    asked, left = run(talk(served, "Unlock the back door.", "no", conversation_id="no"))
    assert (asked, left) == ("Shall I unlock the back door?", "All right, I leave it.")


def test_a_yes_in_another_conversation_allows_nothing(served: Served) -> None:
    run(talk(served, "Lock the front door.", "Unlock the front door.", conversation_id="mine"))
    run(talk(served, "yes", conversation_id="yours"))
    (state,) = run(talk(served, "Is the front door locked?", conversation_id="third"))
    assert "locked" in state and "unlocked" not in state


def test_something_else_than_yes_breaks_the_question_off_and_is_answered_itself(served: Served) -> None:
    _, state = run(
        talk(served, "Unlock the garage door.", "Is the kitchen light off?", conversation_id="other"),
    )
    assert "kitchen light is" in state


def test_what_is_wrong_with_a_request_is_told(served: Served) -> None:
    async def ask(text: str) -> Event:
        async with served.client() as client:
            return await said(client, text)

    event = run(ask("   "))
    assert event.type == "not-handled" and "empty" in event.data["text"]


def test_two_conversations_go_on_side_by_side(served: Served) -> None:
    async def ask() -> list[Event]:
        async with served.client() as one, served.client() as two:
            await one.send(Transcript("Turn on the kitchen light.", context={"conversation_id": "one"}))
            await two.send(Transcript("Turn off the kitchen light.", context={"conversation_id": "two"}))
            return [(await each.until("handled", "not-handled"))[-1] for each in (one, two)]

    assert [event.type for event in run(ask())] == ["handled", "handled"]
