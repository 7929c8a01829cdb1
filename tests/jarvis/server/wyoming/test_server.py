"""What clients may do to the server: describe, ping, garbage, silence, floods; it goes on."""

from __future__ import annotations

import asyncio
import json
import logging
from collections.abc import Callable
from contextlib import suppress
from pathlib import Path

import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioChunk, AudioStart
from wyoming.event import Event
from wyoming.info import Describe, Info
from wyoming.ping import Ping
from wyoming.tts import Synthesize, SynthesizeChunk

from tests.jarvis.server.wyoming.serving import Served, run, sound, wait_until
from tests.sounds import say, silence, together

GARBAGE = [
    b"GET / HTTP/1.1\r\nHost: here\r\n\r\n",
    b"\x16\x03\x01\x02\x00\x01\x00\x01\xfc\x03\x03\n",
    b"[1, 2, 3]\n",
    b"null\n",
    b'{"data": {}}\n',
    b'{"type": 7}\n',
    b'{"type": "ping", "data": "text"}\n',
    b'{"type": "audio-chunk", "payload_length": 99999999999}\n',
    b'{"type": "audio-chunk", "payload_length": -1}\n',
    b'{"type": "audio-chunk", "payload_length": "many"}\n',
    b'{"type": "ping", "data_length": 3}\nnul',
    b'{"type": "ping", "data_length": 6}\n[1, 2]',
    b'{"type": "audio-chunk"}\n',
    b'{"type": "audio-chunk", "data": {"rate": 0, "width": 2, "channels": 1}, "payload_length": 2}\nab',
    b'{"type": "audio-chunk", "data": {"rate": 16000, "width": 9, "channels": 1}, "payload_length": 2}\nab',
    b'{"type": "audio-chunk", "data": {"rate": "fast", "width": 2, "channels": 1}}\n',
    b'{"type": "transcribe", "data": {"language": 5}}\n',
    b'{"type": "synthesize"}\n',
    b'{"type": "synthesize", "data": {"text": "Hello.", "voice": "joe"}}\n',
    b'{"type": "synthesize-chunk", "data": {"text": "Hello."}}\n',
    b'{"type": "transcript", "data": {"text": "Hello.", "context": 5}}\n',
    b'{"type": "detect", "data": {"names": "hey_jarvis"}}\n',
    b'{"type": "' + b"x" * 70_000 + b'"}\n',
    b"[" * 60_000 + b"\n",
]


async def raw(served: Served, data: bytes) -> bytes:
    """What the server says to these bytes until it hangs up."""
    reader, writer = await asyncio.open_connection("127.0.0.1", served.port)
    with suppress(ConnectionError):
        writer.write(data)
        await writer.drain()
    said = await reader.read()
    writer.close()
    return said


def error_in(said: bytes) -> str:
    header, _, rest = said.partition(b"\n")
    row = json.loads(header)
    assert row["type"] == "error"
    return str(json.loads(rest[: row["data_length"]])["text"])


def test_the_programs_are_described_with_what_is_here(served: Served) -> None:
    async def ask() -> Info:
        async with served.client() as client:
            await client.send(Describe())
            return Info.from_event(await client.next())

    info = run(ask())
    assert [[program.name for program in each] for each in (info.asr, info.tts, info.wake, info.handle)] == [
        ["jarvis"]
    ] * 4
    recognisers = {model.name: model.languages for model in info.asr[0].models}
    assert recognisers["moonshine-tiny-en"] == ["en"] and {"de", "fr", "zh"} <= set(recognisers["whisper-base"])
    voices = {voice.name: voice.languages for voice in info.tts[0].voices}
    assert voices["piper-joe"] == ["en"] and not any("de" in languages for languages in voices.values())
    wake = {model.name: model.phrase for model in info.wake[0].models}
    assert next(iter(wake.items())) == ("hey_jarvis", "Hey Jarvis")
    assert info.asr[0].supports_transcript_streaming and info.tts[0].supports_synthesize_streaming
    assert info.handle[0].supports_handled_streaming and info.handle[0].supports_home_control


def test_every_voice_that_is_offered_speaks(served: Served) -> None:
    async def ask() -> dict[str, int]:
        async with served.client() as client:
            await client.send(Describe())
            voices = Info.from_event(await client.next()).tts[0].voices
            lengths: dict[str, int] = {}
            for voice in voices:
                wish = {"name": voice.name}
                await client.send(Event("synthesize", {"text": "The light is on.", "voice": wish}))
                lengths[voice.name] = sum(len(event.payload or b"") for event in await client.until("audio-stop"))
            return lengths

    assert all(length > 30_000 for length in run(ask()).values())


@pytest.mark.parametrize("data", GARBAGE, ids=range(len(GARBAGE)))
def test_garbage_is_answered_with_a_sentence_and_ends_the_connection(
    served: Served, data: bytes, caplog: pytest.LogCaptureFixture
) -> None:
    text = error_in(run(raw(served, data)))
    assert text and len(text) < 300
    assert "internal error" not in text
    assert not any(record.exc_info for record in caplog.records)


def test_events_that_nobody_here_needs_are_let_pass(served: Served) -> None:
    async def ask() -> Event:
        async with served.client() as client:
            await client.send(
                Event("select-program", {"name": "jarvis"}), Event("played"), Event("new-in-2030", {"a": 1})
            )
            await client.send(Ping("still there?"))
            return await client.next()

    assert run(ask()).data == {"text": "still there?"}


def test_a_ping_is_answered_while_the_server_works(served: Served) -> None:
    async def ask() -> list[str]:
        async with served.client() as client:
            await client.send(Synthesize(" ".join(f"This is sentence number {n}." for n in range(8))), Ping())
            return [event.type for event in await client.until("audio-stop")]

    kinds = run(ask())
    assert kinds.index("pong") < len(kinds) - 10


def test_a_client_that_leaves_in_the_middle_leaves_nothing_behind(served: Served) -> None:
    async def leave() -> None:
        async with served.client() as client:
            start, *chunks, _ = sound(together(say("Turn on the light in the kitchen.", "joe")))
            await client.send(Transcribe(language="en"), start, *chunks[: len(chunks) // 2])
        async with served.client() as client:
            await client.send(Synthesize("A long story. " * 200))
            await client.until("audio-chunk")
        async with served.client() as client:
            await client.send(Transcript("Turn on the kitchen light."))
        _, writer = await asyncio.open_connection("127.0.0.1", served.port)
        writer.write(b'{"type": "audio-chunk", "payload_length": 4000000}\nabc')
        await writer.drain()
        writer.transport.abort()

    for _ in range(3):
        run(leave())
    wait_until(lambda: served.connections == 0)
    assert served.service is not None and served.service.speech.live()
    served.service.speech.let_go()


def test_an_endless_stream_is_cut_and_its_beginning_written_down(serve: Callable[..., Served]) -> None:
    served = serve(longest_sound=3.0)

    async def ask() -> tuple[str, str]:
        async with served.client() as client:
            said = together(0.3, say("Turn on the light.", "joe"), 4.0)
            *endless, stop = sound(said)
            await client.send(Transcribe(language="en"), *endless)
            first = Transcript.from_event((await client.until("transcript"))[-1]).text
            await client.send(*endless[1:], *endless[1:], stop)
            again = await client.transcript(said, "en")
            return first, Transcript.from_event(again[-1]).text

    first, again = run(ask())
    assert "light" in first and "light" in again


def test_who_never_reads_is_let_go_and_the_others_are_served(serve: Callable[..., Served]) -> None:
    served = serve(patience=1.0)

    async def ask() -> str:
        _, writer = await asyncio.open_connection("127.0.0.1", served.port, limit=1 << 10)
        text = json.dumps({"type": "synthesize", "data": {"text": "A long story without an end. " * 300}})
        writer.write(text.encode() + b"\n")
        await writer.drain()
        async with served.client() as client:
            await client.send(Synthesize("Hello."))
            await client.until("audio-stop")
        await asyncio.to_thread(wait_until, lambda: served.connections == 0)
        writer.transport.abort()
        async with served.client() as client:
            await client.send(Ping("there"))
            return str((await client.next()).data["text"])

    assert run(ask()) == "there"


def test_too_many_clients_are_turned_away_with_a_sentence(serve: Callable[..., Served]) -> None:
    served = serve(most=2)

    async def ask() -> tuple[str, str]:
        async with served.client() as one, served.client() as two:
            for client in (one, two):
                await client.send(Ping())
                await client.next()
            turned_away = error_in(await raw(served, b""))
            await one.send(Ping("still served"))
            return turned_away, str((await one.next()).data["text"])

    assert run(ask()) == ("2 clients are connected; try again later", "still served")


def test_a_client_that_says_nothing_for_long_is_let_go(serve: Callable[..., Served]) -> None:
    served = serve(idle=0.2)
    assert run(raw(served, b"")) == b""


def test_more_requests_than_are_answered_are_refused(served: Served) -> None:
    async def ask() -> str:
        async with served.client() as client:
            await client.send(*(Synthesize(f"This is sentence number {n}.") for n in range(20)))
            return str((await client.until("error"))[-1].data["text"])

    assert "8 requests wait" in run(ask())


def test_a_text_without_end_is_refused(served: Served) -> None:
    async def ask(*events: Event | Synthesize | SynthesizeChunk) -> str:
        async with served.client() as client:
            await client.send(*events)
            return str((await client.until("error"))[-1].data["text"])

    assert "50000 characters" in run(ask(Synthesize("a" * 50_001)))
    pieces = [SynthesizeChunk("word " * 2000) for _ in range(12)]
    assert "50000 characters" in run(ask(Event("synthesize-start"), *pieces))


def test_twenty_clients_at_once_are_all_served(served: Served) -> None:
    said = together(0.2, say("Turn on the light.", "joe"), 0.2)

    async def one(number: int) -> str:
        async with served.client() as client:
            if number % 2:
                await client.send(Synthesize("The light is on."))
                return (await client.until("audio-stop"))[-1].type
            return str((await client.transcript(said, "en"))[-1].data["text"])

    async def ask() -> list[str]:
        return await asyncio.gather(*(one(number) for number in range(20)))

    answers = run(ask())
    assert answers[1::2] == ["audio-stop"] * 10
    assert all("light" in text for text in answers[::2])


def test_what_goes_wrong_is_told_in_the_log_in_one_line(served: Served, caplog: pytest.LogCaptureFixture) -> None:
    caplog.set_level(logging.INFO, "jarvis.server")
    run(raw(served, b"hello\n"))
    assert [record.message.split(": ", 1)[1] for record in caplog.records] == ["what came is no JSON"]


def test_a_unix_socket_serves_and_is_its_owners_alone(serve: Callable[..., Served], tmp_path: Path) -> None:
    served = serve(path=str(tmp_path / "jarvis.sock"))
    path = tmp_path / "jarvis.sock"
    assert path.stat().st_mode & 0o077 == 0

    async def ask() -> bytes:
        reader, writer = await asyncio.open_unix_connection(path)
        writer.write(b'{"type": "ping", "data": {"text": "here"}}\n')
        line = await reader.readline()
        writer.close()
        return line

    assert b"pong" in run(ask())
    assert served.port == 0


def test_silence_between_the_events_of_one_stream_does_no_harm(served: Served) -> None:
    async def ask() -> str:
        async with served.client() as client:
            await client.send(Transcribe(language="en"), AudioStart(16_000, 2, 1), AudioChunk(16_000, 2, 1, b""))
            await client.send(*sound(together(silence(0.2), say("Turn on the light.", "joe"), 0.3)))
            return str((await client.until("transcript"))[-1].data["text"])

    assert "light" in run(ask())
