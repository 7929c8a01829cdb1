"""`transcript` in, `handled` out: a request in a conversation, its answer in pieces while tasks still run."""

from __future__ import annotations

from contextlib import aclosing
from dataclasses import dataclass
from typing import Any

from wyoming.event import Event
from wyoming.handle import Handled, HandledChunk, HandledStart, HandledStop, NotHandled

from jarvis.server.wyoming.conversations import Conversations, Reply
from jarvis.server.wyoming.languages import plain_language
from jarvis.server.wyoming.wire import Wire, WireError, optional_text, text_of

CONVERSATION = "conversation_id"
"""Under which a context names the conversation."""
ROOM = "room"
"""Under which a context may say where the speaker stands; `area` is taken, too."""


@dataclass(frozen=True, slots=True)
class Ask:
    """A request of a client."""

    text: str
    language: str
    context: dict[str, Any]

    @property
    def conversation(self) -> str:
        """The id of its conversation; "" for a new one."""
        return _text(self.context.get(CONVERSATION))

    @property
    def room(self) -> str:
        """Where the speaker stands; "" when nobody says."""
        return _text(self.context.get(ROOM)) or _text(self.context.get("area"))


def ask_of(event: Event) -> Ask:
    """What a `transcript` asks.

    Raises:
        WireError: it has no text, or a context that is none.
    """
    context = event.data.get("context") or {}
    if not isinstance(context, dict):
        raise WireError("the context of a transcript must be an object")
    return Ask(text_of(event), plain_language(optional_text(event, "language")), context)


async def handle(ask: Ask, wire: Wire, conversations: Conversations) -> None:
    """Takes one turn, and sends what it says.

    Raises:
        UsageError: the id of the conversation is too long.
        ConnectionError: the peer has gone.
    """
    conversation = conversations.of(ask.conversation)
    context = {**ask.context, CONVERSATION: conversation.id}
    begun = False
    async with aclosing(conversation.turn(ask.text, ask.room, ask.language)) as turn:
        async for said in turn:
            if isinstance(said, Reply):
                await _end(said, context, wire, begun=begun)
                continue
            if not begun:
                await wire.write(HandledStart(context=context))
            await wire.write(HandledChunk(_spaced(said, begun=begun)))
            begun = True


async def _end(reply: Reply, context: dict[str, Any], wire: Wire, *, begun: bool) -> None:
    kind = Handled if reply.handled else NotHandled
    await wire.write(kind(text=reply.text, context=context))
    if begun:
        await wire.write(HandledStop())


def _spaced(piece: str, *, begun: bool) -> str:
    """A piece as it goes on after those before: the chunks together are the text."""
    return f" {piece}" if begun and piece[:1].isascii() else piece


def _text(value: object) -> str:
    return value if isinstance(value, str) else ""
