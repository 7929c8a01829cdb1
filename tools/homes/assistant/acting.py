"""Acts on an entity, and counts that as done only when its state says so."""

from __future__ import annotations

import asyncio
from typing import Any

from jarvis.tools.homes.assistant.calls import Call, name_of
from jarvis.tools.homes.assistant.describing import row_of
from jarvis.tools.homes.assistant.link import Link, LostError, RefusalError
from jarvis.tools.homes.assistant.mirror import Mirror
from jarvis.tools.homes.assistant.server import NAME
from jarvis.tools.homes.assistant.states import State
from jarvis.tools.homes.protocol import HomeError, Row, Thing

PATIENCE = 4.0
"""Seconds in which the state has to follow the command."""


async def act(link: Link, mirror: Mirror, thing: Thing, call: Call, patience: float = PATIENCE) -> Row:
    """Calls the service and waits for the state.

    Raises:
        HomeError: the server refuses, or the connection broke off before it answered.
    """
    entity_id = thing.entity_id
    before = mirror.states[entity_id]

    def shows(state: State) -> bool:
        if call.afresh and (state.state == before.state and state.changed == before.changed):
            return False
        return state.is_there and call.done(state)

    def over(state: State) -> bool:
        return shows(state) or (state.state in call.failed and state.state != before.state)

    seen = asyncio.ensure_future(mirror.until(entity_id, over, patience))
    try:
        data = {**call.data, "entity_id": entity_id}
        sending = asyncio.ensure_future(_sent(link, thing, call, data))
        try:
            await asyncio.wait({seen, sending}, timeout=patience, return_when=asyncio.FIRST_COMPLETED)
            if sending.done():
                sending.result()
                if not shows(mirror.states.get(entity_id, before)):
                    await seen
            # Else the server may answer only when the device has finished, or never.
            confirmed = shows(mirror.states.get(entity_id, before)) and (sending.done() or seen.done())
        finally:
            sending.cancel()
    finally:
        seen.cancel()
    return _row(mirror, thing, call, confirmed)


async def _sent(link: Link, thing: Thing, call: Call, data: dict[str, Any]) -> None:
    try:
        await link.ask("call_service", domain=call.domain, service=call.service, service_data=data)
    except RefusalError as error:
        raise HomeError(f"{NAME} does not do it for {thing.name}: {error}") from None
    except LostError as error:
        raise HomeError(f"{error}; nobody knows whether {thing.name} was changed: look before asking again") from None


def _row(mirror: Mirror, thing: Thing, call: Call, confirmed: bool) -> Row:
    state = mirror.states.get(thing.entity_id)
    if state is None or not state.is_there:
        row: Row = {"device": thing.name, "state": "unavailable", "room": thing.room, "entity_id": thing.entity_id}
        return row | {"confirmed": False, "wanted": call.wanted}
    row = row_of(thing, state, mirror.unit)
    if confirmed and call.afresh:
        row["state"] = call.wanted
    # What is assumed was sent, and no device has said that it did it.
    confirmed = confirmed and not state.attributes.get("assumed_state")
    if confirmed:
        return row | {"confirmed": True}
    row |= {"confirmed": False, "wanted": call.wanted}
    return row | {"pending": True} if state.state in call.pending else row


def check_there(state: State | None, name: str) -> State:
    """The state, where there is one.

    Raises:
        HomeError: the entity is gone, or its device does not answer.
    """
    if state is None:
        raise HomeError(f"{NAME} has no {name} any more")
    if not state.is_there:
        raise HomeError(f"{name_of(state)} does not answer {NAME} just now (unavailable); look whether it has power")
    return state
