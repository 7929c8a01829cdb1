"""The hub of satellites: peers that speak the protocol over TCP, with real sound in real time."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from pathlib import Path

import pytest

from jarvis.engine import Jarvis
from jarvis.server.wyoming.address import Address, SatelliteAddress
from jarvis.server.wyoming.satellites.hub import Hub
from jarvis.settings import Settings
from tests.jarvis.server.wyoming.conftest import settings_in
from tests.jarvis.server.wyoming.peer import Peer, opened
from tests.jarvis.server.wyoming.serving import run, wait_until
from tests.sounds import Samples, say, together

QUIET = 0.3


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    return settings_in(tmp_path_factory.mktemp("hub"))


@asynccontextmanager
async def hub_of(settings: Settings, *peers: Peer) -> AsyncIterator[Hub]:
    """A hub that is connected to these satellites."""
    async with Jarvis.open(settings) as jarvis, opened(*peers):
        await jarvis.plan("turn on the light")  # else the first request waits for the planner
        addresses = [SatelliteAddress(Address("tcp", "127.0.0.1", peer.port)) for peer in peers]
        hub = Hub(jarvis, addresses, settings.out, wait=0.1)
        running = asyncio.create_task(hub.run())
        try:
            await asyncio.to_thread(wait_until, lambda: all(each.connected for each in hub.satellites))
            yield hub
        finally:
            running.cancel()
            await asyncio.wait({running})


def awake(*words: str) -> Samples:
    """What somebody says after the wake phrase."""
    return together(QUIET, say("Hey Jarvis!", "joe"), 0.2, *(say(each, "joe") for each in words), QUIET)


def answers(peer: Peer) -> list[str]:
    return [event.data["text"] for event in peer.events if event.type == "synthesize"]


def transcripts(peer: Peer) -> list[str]:
    return [event.data["text"] for event in peer.events if event.type == "transcript"]


def test_a_satellite_that_streams_is_woken_heard_and_answered_in_its_room(settings: Settings) -> None:
    peer = Peer("bedroom")

    async def talk() -> None:
        async with hub_of(settings, peer):
            await peer.hear(awake("Turn off the light."))
            await peer.told("off")

    run(talk())
    assert peer.kinds() == [
        "describe", "run-satellite", "detect", "detection", "transcribe", "voice-started", "voice-stopped",
        "transcript", "synthesize", "audio-start", "audio-chunk", "audio-stop", "pause-satellite",
    ]  # fmt: skip
    assert transcripts(peer) == ["Turn off the light."]
    assert "bedroom" in answers(peer)[-1] and "off" in answers(peer)[-1]


def test_a_satellite_with_a_wake_word_of_its_own_is_heard_at_once(settings: Settings) -> None:
    peer = Peer("kitchen", own_wake_word=True)

    async def talk() -> None:
        async with hub_of(settings, peer):
            for way in ("off", "on"):
                await peer.hear(together(QUIET, say(f"Turn {way} the light.", "joe"), QUIET))
                await peer.told(f"kitchen light is now {way}")

    run(talk())
    assert transcripts(peer) == ["Turn off the light.", "Turn on the light."]


def test_a_satellite_to_which_nobody_speaks_goes_back_to_its_wake_word(settings: Settings) -> None:
    peer = Peer(own_wake_word=True)

    async def talk() -> None:
        async with hub_of(settings, peer):
            await peer.hear(together(0.5))
            await peer.until("transcript")

    run(talk())
    assert transcripts(peer) == [""]
    assert answers(peer) == []


def test_a_yes_follows_a_question_without_the_wake_word(settings: Settings) -> None:
    peer = Peer("hall")

    async def talk() -> None:
        async with hub_of(settings, peer):
            await peer.hear(awake("Unlock the front door."))
            await peer.told("Shall I unlock the front door?")
            await peer.hear(together(1.0, say("Yes, please.", "joe"), QUIET))
            await peer.told("front door is now unlocked")

    run(talk())


def test_of_two_satellites_that_hear_the_same_the_one_that_hears_it_better_answers(settings: Settings) -> None:
    near, far = Peer("kitchen"), Peer("bedroom")

    async def talk() -> None:
        async with hub_of(settings, near, far):
            said = awake("Turn off the light.")
            await asyncio.gather(near.hear(said), far.hear(0.25 * said))
            await asyncio.gather(near.told("kitchen light is now off"), far.until("transcript"))
            await asyncio.sleep(1.0)

    run(talk())
    assert answers(far) == []
    assert transcripts(far) == [""]


def test_a_satellite_that_leaves_in_the_middle_of_a_sentence_has_nothing_done_and_may_come_back(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "jarvis.server")
    peer = Peer("office")

    async def talk() -> None:
        async with hub_of(settings, peer) as hub:
            await hub.announce("Hello.", "en")
            whole = awake("Turn off the light in the office and then the one in the hall.")
            await peer.hear(whole[: int(0.6 * len(whole))])
            await peer.hang_up()
            before = len(peer.events)
            await peer.until("run-satellite", after=before)
            assert answers(peer) == ["Hello."]
            await peer.hear(awake("Turn off the light."))
            await peer.told("office")

    run(talk())
    assert peer.connections == 2
    assert sum("went away" in record.message for record in caplog.records) == 1


def test_a_satellite_that_is_not_there_is_tried_again_and_told_of_once(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    caplog.set_level(logging.INFO, "jarvis.server")
    peer = Peer()

    async def talk() -> None:
        await peer.open()
        port = peer.port
        await peer.close()
        async with Jarvis.open(settings) as jarvis:
            hub = Hub(jarvis, [SatelliteAddress(Address("tcp", "127.0.0.1", port), "attic")], settings.out, wait=0.05)
            running = asyncio.create_task(hub.run())
            await asyncio.sleep(0.5)
            assert not await hub.announce("Nobody hears this.")
            await peer.open(port)
            await peer.until("run-satellite")
            await asyncio.to_thread(wait_until, lambda: hub.satellites[0].connected)
            assert await hub.announce("Somebody hears this.", room="attic")
            running.cancel()
            await asyncio.wait({running})
            await peer.close()

    run(talk())
    assert answers(peer) == ["Somebody hears this."]
    assert sum("cannot be used" in record.message for record in caplog.records) == 1


def test_an_announcement_is_made_in_its_room_or_else_everywhere(settings: Settings) -> None:
    kitchen, hall = Peer("kitchen"), Peer("hall")

    async def talk() -> None:
        async with hub_of(settings, kitchen, hall) as hub:
            await hub.announce("The pasta is done.", "en", "Kitchen")
            await hub.announce("Dinner is ready.", "en", "attic")

    run(talk())
    assert answers(kitchen) == ["The pasta is done.", "Dinner is ready."]
    assert answers(hall) == ["Dinner is ready."]


def test_a_timer_rings_on_the_satellite_where_it_was_set(tmp_path: Path) -> None:
    kitchen, hall = Peer("kitchen"), Peer("hall")

    async def talk() -> None:
        async with hub_of(settings_in(tmp_path), kitchen, hall):  # the timers' own folder, which own_folders names
            await kitchen.hear(awake("Set a timer for five seconds."))
            await kitchen.told("timer has ended")

    run(talk())
    assert answers(hall) == []
