"""Speech to text and text to speech, over the wire."""

from __future__ import annotations

import asyncio

import pytest
from wyoming.asr import Transcribe, Transcript
from wyoming.audio import AudioStart, AudioStop
from wyoming.tts import Synthesize, SynthesizeChunk, SynthesizeStart, SynthesizeStop, SynthesizeVoice

from tests.jarvis.server.wyoming.serving import Served, audio_of, run, sound
from tests.sounds import mix, pink, say, together

ORDER = "Turn on the light in the kitchen."


def words(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum() or char == " ")


@pytest.mark.parametrize(
    ("rate", "width", "channels", "chunk"),
    [(16_000, 2, 1, 1024), (48_000, 2, 2, 480), (44_100, 4, 1, 4096), (22_050, 3, 1, 777), (8_000, 1, 1, 160)],
)
def test_speech_of_any_format_becomes_its_words(
    served: Served, rate: int, width: int, channels: int, chunk: int
) -> None:
    async def ask() -> Transcript:
        async with served.client() as client:
            said = together(0.3, say(ORDER, "joe"), 0.3)
            events = await client.transcript(said, "en", rate=rate, width=width, channels=channels, chunk=chunk)
            return Transcript.from_event(events[-1])

    transcript = run(ask())
    assert words(transcript.text) == "turn on the light in the kitchen"
    assert transcript.language == "en"


def test_words_that_are_sure_come_while_one_speaks(served: Served) -> None:
    async def ask() -> tuple[list[str], str]:
        async with served.client() as client:
            said = say("Please turn on the light in the kitchen, and then read me the letter on the table.", "joe")
            *stream, stop = sound(together(0.3, said, 1.0))
            await client.send(Transcribe(language="en"))
            for event in stream:
                await client.send(event)
                await asyncio.sleep(0.05)  # 64 ms of sound: about as one speaks
            early = await client.until("transcript-start", "transcript-chunk")
            await client.send(stop)
            events = [*early, *await client.until("transcript-stop")]
            kinds = [event.type for event in events]
            assert kinds[0] == "transcript-start" and kinds[-2:] == ["transcript", "transcript-stop"]
            chunks = [event.data["text"] for event in events if event.type == "transcript-chunk"]
            return chunks, Transcript.from_event(events[-2]).text

    chunks, text = run(ask())
    assert words("".join(chunks)).startswith("please turn on")
    assert words(text).startswith("please turn on the light in the kitchen")


def test_noise_and_no_sound_at_all_have_no_words(served: Served) -> None:
    async def ask() -> list[str]:
        async with served.client() as client:
            noisy = await client.transcript(0.02 * pink(2.0))
            await client.send(Transcribe(), AudioStop())
            return [Transcript.from_event(noisy[-1]).text, Transcript.from_event(await client.next()).text]

    assert run(ask()) == ["", ""]


def test_the_recogniser_can_be_named_and_another_language_gets_one_that_knows_it(served: Served) -> None:
    async def ask(request: Transcribe) -> Transcript:
        async with served.client() as client:
            await client.send(request, *sound(together(0.3, say(ORDER, "joe"), 0.3)))
            return Transcript.from_event((await client.until("transcript"))[-1])

    assert "kitchen" in run(ask(Transcribe(name="moonshine-tiny-en"))).text
    assert run(ask(Transcribe(language="de-DE"))).language == "de"


def test_what_is_not_there_is_told_in_a_sentence(served: Served) -> None:
    async def ask(*events: Transcribe | Synthesize) -> str:
        async with served.client() as client:
            await client.send(*events)
            return next(str(event.data["text"]) for event in await client.ended() if event.type == "error")

    assert "'parrot'" in run(ask(Transcribe(name="parrot")))
    assert "'parrot'" in run(ask(Synthesize("Hello.", SynthesizeVoice(name="parrot"))))
    assert "no voice here speaks German" in run(ask(Synthesize("Guten Tag.", SynthesizeVoice(language="de"))))


def test_a_text_is_said_so_that_it_can_be_understood(served: Served) -> None:
    async def ask() -> tuple[list[str], str]:
        async with served.client() as client:
            await client.send(Synthesize("The kitchen light is on. The front door is locked."))
            events = await client.until("audio-stop")
            samples, rate = audio_of(events)
            start = AudioStart.from_event(events[0])
            assert (start.rate, start.width, start.channels) == (rate, 2, 1)
            from jarvis.voice.sound.resampling import resampled

            heard = await client.transcript(together(0.3, resampled(samples, rate, 16_000), 0.3), "en")
            return [event.type for event in events], Transcript.from_event(heard[-1]).text

    kinds, text = run(ask())
    assert kinds[0] == "audio-start" and set(kinds[1:-1]) == {"audio-chunk"}
    assert words(text) == "the kitchen light is on the front door is locked"


def test_sound_comes_while_the_text_still_does(served: Served) -> None:
    async def ask() -> list[str]:
        async with served.client() as client:
            await client.send(SynthesizeStart(), SynthesizeChunk("The kitchen light "), SynthesizeChunk("is on. "))
            early = await client.until("audio-chunk")
            await client.send(SynthesizeChunk("And the door is locked."))
            await client.send(Synthesize("The kitchen light is on. And the door is locked."), SynthesizeStop())
            late = await client.until("synthesize-stopped")
            assert len(audio_of([*early, *late])[0]) > 2 * 22_050
            return [event.type for event in [*early, *late] if event.type != "audio-chunk"]

    assert run(ask()) == ["audio-start", "audio-stop", "synthesize-stopped"]


def test_nothing_to_say_is_a_sound_without_samples(served: Served) -> None:
    async def ask(text: str) -> list[str]:
        async with served.client() as client:
            await client.send(Synthesize(text))
            return [event.type for event in await client.until("audio-stop")]

    assert run(ask("")) == ["audio-start", "audio-stop"]
    assert run(ask(" … ")) == ["audio-start", "audio-stop"]


def test_noise_at_ten_decibels_leaves_the_order_understood(served: Served) -> None:
    async def ask() -> str:
        async with served.client() as client:
            noisy = mix(together(0.5, say(ORDER, "joe"), 0.5), pink(4.0), snr_db=10)
            return Transcript.from_event((await client.transcript(noisy, "en"))[-1]).text

    assert "kitchen" in run(ask())
