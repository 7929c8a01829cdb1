"""From sound to events, with the real models: waking, turns, interruptions, follow-ups, and the loop's own voice."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path

import numpy as np
import pytest

from jarvis.model_registry.registry import Registry
from jarvis.settings import Settings
from jarvis.tools.handlers.asr_moonshine import MoonshineModel
from jarvis.voice.ears.ears import Ears
from jarvis.voice.ears.events import (
    Event,
    NothingSaid,
    Sound,
    SpeechPaused,
    SpeechStarted,
    TurnEnded,
    Woke,
)
from jarvis.voice.ears.opening import open_ears, open_turns
from jarvis.voice.shelf import held
from jarvis.voice.sound.files import FileSource
from jarvis.voice.sound.frames import samples_of
from jarvis.voice.sound.sinks import NullSink
from tests.sounds import Samples, babble, band, echo, pink, say, scaled, together, write_wav

SETTINGS = Settings(threads=1)
RATE = 16_000
Steer = Callable[[Ears, Event], None]


def in_room(sound: Samples) -> Samples:
    return sound + np.resize(scaled(pink(8.0), -62, speech=False), len(sound))


def hear(
    folder: Path, sound: Samples, played: Samples | None = None, steer: Steer | None = None, *, awake: float = 0.0
) -> list[Event]:
    """The events of a sound but for its frames; `played` is queued in the sink at the beginning."""
    path = folder / "heard.wav"
    write_wav(path, sound)

    async def main() -> list[Event]:
        sink = NullSink()
        ears = await open_ears(SETTINGS, FileSource(path), sink)
        if played is not None:
            await sink.play(played, RATE)
        if awake:
            ears.listen(awake)
        events: list[Event] = []
        async for event in ears:
            if steer is not None:
                steer(ears, event)
            if not isinstance(event, Sound):
                events.append(event)
        await ears.play_out()
        assert sink.queued == 0.0
        return events

    return asyncio.run(main())


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events if not isinstance(event, SpeechPaused)]


def text(event: Event) -> str:
    assert isinstance(event, TurnEnded)
    model = held(Registry.load().get("moonshine-tiny-en"), 1).handler
    assert isinstance(model, MoonshineModel)
    return model.hear(samples_of(event.sound)).lower().strip(".!?")


def voice(words: str, name: str = "joe") -> Samples:
    return scaled(say(words, name), -26)


def test_a_command_in_one_breath_is_a_turn_of_its_own(tmp_path: Path) -> None:
    sound = in_room(together(1.0, voice("Hey Jarvis, turn on the kitchen light."), 2.0))

    events = hear(tmp_path, sound)

    assert kinds(events) == [Woke, SpeechStarted, TurnEnded]
    started = events[1]
    assert isinstance(started, SpeechStarted)
    assert started.after_phrase
    assert not started.interrupts
    assert text(events[-1]) == "turn on the kitchen light"


def test_a_command_after_a_pause_is_heard_whole(tmp_path: Path) -> None:
    sound = in_room(together(1.0, voice("Hey Jarvis."), 1.5, voice("What time is it?", "jm_kumo"), 2.0))

    events = hear(tmp_path, sound)

    assert kinds(events) == [Woke, SpeechStarted, TurnEnded]
    assert text(events[-1]) == "what time is it"


def test_without_the_phrase_nobody_listens(tmp_path: Path) -> None:
    sound = in_room(together(1.0, voice("Turn on the kitchen light."), 1.0, voice("What time is it?"), 2.0))

    assert hear(tmp_path, sound) == []


def test_who_wakes_it_and_says_nothing_is_left_alone(tmp_path: Path) -> None:
    sound = in_room(together(1.0, voice("Hey Jarvis."), 8.0, voice("Turn on the light."), 2.0))

    events = hear(tmp_path, sound)

    assert kinds(events) == [Woke, NothingSaid]
    assert events[1].at - events[0].at == pytest.approx(6.0, abs=0.1)


def test_a_follow_up_needs_no_phrase(tmp_path: Path) -> None:
    def ask_back(ears: Ears, event: Event) -> None:
        if isinstance(event, TurnEnded):
            ears.listen(5.0)

    sound = together(1.0, voice("Hey Jarvis, turn on the lamp."), 2.0, voice("The one in the kitchen."), 7.0)

    events = hear(tmp_path, in_room(sound), steer=ask_back)

    assert kinds(events) == [Woke, SpeechStarted, TurnEnded, SpeechStarted, TurnEnded, NothingSaid]
    assert text(events[-2]) == "the one in the kitchen"


def test_speech_into_the_answer_interrupts_it_quickly(tmp_path: Path) -> None:
    answer = scaled(say("The letter is from the city library. Three of your books are due on Friday."), -20)
    person = voice("Stop, that is enough.", "jm_kumo")
    heard = together(answer, 2.0)
    at = 2.0
    sound = in_room(echo(heard, -15.0, 0.06))
    sound[round(at * RATE) : round(at * RATE) + len(person)] += person

    events = hear(tmp_path, sound, played=answer)

    started = events[0]
    assert isinstance(started, SpeechStarted)
    assert started.interrupts
    voiced = float(np.flatnonzero(np.abs(person) > 0.02)[0]) / RATE
    assert 0.0 < started.at - (at + voiced) < 0.25


def test_the_phrase_said_into_the_answer_is_one_turn_and_wakes_nobody_later(tmp_path: Path) -> None:
    answer = scaled(say("The letter is from the city library. Three of your books are due on Friday."), -20)
    person = voice("Hey Jarvis, stop that, please.")
    sound = in_room(echo(together(answer, 3.0), -20.0, 0.06))
    sound[2 * RATE : 2 * RATE + len(person)] += person

    events = hear(tmp_path, sound, played=answer)

    assert kinds(events).count(SpeechStarted) == 1
    assert Woke not in kinds(events)[kinds(events).index(SpeechStarted) :]
    assert kinds(events)[-1] is TurnEnded
    assert "jarvis" in text(events[-1])


@pytest.mark.parametrize("db", [-8.0, -20.0])
def test_its_own_voice_neither_wakes_nor_interrupts_it(tmp_path: Path, db: float) -> None:
    answer = scaled(say("My name is Jarvis. Say hey Jarvis, and I listen. Hey Jarvis! What time is it?"), -20)
    sound = in_room(echo(together(answer, 1.0), db, 0.08))

    assert hear(tmp_path, sound, played=answer) == []


def test_where_speech_does_not_interrupt_the_phrase_does(tmp_path: Path) -> None:
    answer = scaled(
        say("The letter is from the city library. Three of your books are due on Friday, and two of them on Monday."),
        -20,
    )
    sound = in_room(echo(together(answer, 2.0), -15.0, 0.06))
    for at, words in ((0.5, "That is nice."), (2.2, "Hey Jarvis.")):
        said = voice(words)
        sound[round(at * RATE) : round(at * RATE) + len(said)] += said

    async def main() -> list[Event]:
        path = tmp_path / "heard.wav"
        write_wav(path, sound)
        sink = NullSink()
        ears = await open_ears(SETTINGS, FileSource(path), sink)
        ears.interruptible = False
        await sink.play(answer, RATE)
        return [event async for event in ears]

    events = asyncio.run(main())

    assert isinstance(events[0], Woke)
    assert events[0].interrupts


def test_a_turn_that_the_end_of_the_file_cuts_is_ended(tmp_path: Path) -> None:
    order = voice("Hey Jarvis, turn on the kitchen light.")
    spoken = int(np.flatnonzero(np.abs(order) > 0.01)[-1])

    events = hear(tmp_path, in_room(together(1.0, order[:spoken])))

    assert kinds(events) == [Woke, SpeechStarted, TurnEnded]
    ended = events[-1]
    assert isinstance(ended, TurnEnded)
    assert ended.reason == "source ended"


def test_always_awake_without_a_wake_word(tmp_path: Path) -> None:
    path = tmp_path / "heard.wav"
    write_wav(path, in_room(together(1.0, voice("Turn on the light."), 2.0)))

    async def main() -> list[Event]:
        ears = Ears(FileSource(path), NullSink(), open_turns(SETTINGS))
        return [event async for event in ears if not isinstance(event, Sound)]

    assert kinds(asyncio.run(main())) == [SpeechStarted, TurnEnded]


def test_sleep_forgets_an_open_turn(tmp_path: Path) -> None:
    def send_to_sleep(ears: Ears, event: Event) -> None:
        if isinstance(event, SpeechStarted):
            ears.sleep()

    sound = in_room(together(1.0, voice("Hey Jarvis, turn on the kitchen light."), 2.0))

    assert kinds(hear(tmp_path, sound, steer=send_to_sleep)) == [Woke, SpeechStarted]


def test_words_that_are_a_whole_request_end_the_turn_sooner(tmp_path: Path) -> None:
    def certain(ears: Ears, event: Event) -> None:
        if isinstance(event, SpeechPaused):
            ears.partial("turn on the kitchen light", 1.0)

    sound = in_room(together(1.0, voice("Hey Jarvis, turn on the kitchen light."), 2.0))

    ended = hear(tmp_path, sound, steer=certain)[-1]

    assert isinstance(ended, TurnEnded)
    assert ended.at - ended.spoke_until == pytest.approx(0.3, abs=0.05)


def test_minutes_of_babble_and_music_wake_nobody(tmp_path: Path) -> None:
    crowd = together(scaled(babble(40.0), -24), scaled(band(30.0), -24, speech=False))

    assert hear(tmp_path, crowd) == []


def test_babble_after_waking_ends_in_a_turn_of_limited_length(tmp_path: Path) -> None:
    sound = together(1.0, voice("Hey Jarvis."), 0.3, scaled(babble(45.0), -24))

    events = hear(tmp_path, sound)

    turns = [event for event in events if isinstance(event, TurnEnded)]
    assert len(turns) <= 1
    assert all(len(turn.sound) <= 31 * RATE * 2 for turn in turns)
