"""Turns of real speech begin, pause, go on and end; the wait fits to what was said."""

from __future__ import annotations

from dataclasses import replace
from functools import cache

import pytest

from jarvis.settings import Settings
from jarvis.tools.handlers.smart_turn import SmartTurn
from jarvis.voice.ears.events import Event, Sound, SpeechPaused, SpeechStarted, SpeechWentOn, TurnEnded
from jarvis.voice.ears.meter import Silero
from jarvis.voice.ears.opening import open_turns
from jarvis.voice.ears.turns import TurnDetector, TurnRule, Words, wait_for
from jarvis.voice.sound.audio import RATE
from tests.sounds import Samples, babble, drums, frames, mix, pcm, pink, say, scaled, silence, together

RULE = TurnRule()
ORDER = "Turn on the lamp in the bedroom."


def events_of(sound: Samples, detector: TurnDetector | None = None, words: Words | None = None) -> list[Event]:
    turns = detector or detector_of()
    events: list[Event] = []
    for frame in frames(sound):
        if words is not None:
            turns.words = words
        events += [event for event in turns.feed(frame) if not isinstance(event, Sound)]
    return events


def detector_of(rule: TurnRule = RULE) -> TurnDetector:
    return TurnDetector(Silero(), model(), rule)


@cache
def model() -> SmartTurn:
    found = open_turns(Settings(threads=1))
    assert isinstance(found.model, SmartTurn)
    return found.model


def kinds(events: list[Event]) -> list[type[Event]]:
    return [type(event) for event in events]


def test_a_turn_begins_pauses_and_ends() -> None:
    order = scaled(say(ORDER), -26)

    started, paused, ended = events_of(together(1.0, order, 2.0))

    assert isinstance(started, SpeechStarted)
    assert isinstance(paused, SpeechPaused)
    assert isinstance(ended, TurnEnded)
    assert started.began < 1.1 < started.at < 1.5
    assert ended.reason == "said"
    assert ended.spoke_until == pytest.approx(1.0 + len(order) / RATE, abs=0.3)
    assert paused.at - paused.spoke_until == pytest.approx(0.16, abs=0.04)
    assert 0.3 < ended.at - ended.spoke_until < 1.0


def test_all_of_the_turn_is_given() -> None:
    sound = together(1.0, scaled(say(ORDER), -26), 2.0)
    turns = detector_of()
    given, whole, began = b"", b"", 0.0
    for frame in frames(sound):
        for event in turns.feed(frame):
            if isinstance(event, SpeechStarted):
                given, began = event.sound, event.began
            elif isinstance(event, Sound):
                given += event.frame
            elif isinstance(event, TurnEnded):
                whole = event.sound

    start = round(began * RATE) * 2
    assert given == whole == pcm(sound)[start : start + len(given)]


def test_words_that_match_a_request_end_the_turn_soonest_and_open_ends_latest() -> None:
    sound = together(0.5, scaled(say(ORDER), -26), 2.0)

    def wait(words: Words) -> float:
        ended = events_of(sound, words=words)[-1]
        assert isinstance(ended, TurnEnded)
        return ended.at - ended.spoke_until

    certain, plain, open_end = wait(Words(ORDER, 1.0)), wait(Words(ORDER)), wait(Words("Turn on the"))
    assert certain == pytest.approx(0.3, abs=0.04)
    assert certain < plain < open_end
    assert open_end == pytest.approx(1.2, abs=0.04)


@pytest.mark.parametrize(
    ("melody", "words", "typical", "least", "most"),
    [
        (0.02, Words("Turn on the lamp.", 1.0), 0.8, 0.3, 0.3),
        (0.99, Words("Turn on the lamp"), 0.0, 0.5, 0.51),
        (0.99, Words(), 0.0, 0.6, 0.61),
        (0.5, Words("Turn on the lamp"), 0.0, 0.55, 0.65),
        (0.02, Words("Turn on the lamp"), 0.0, 0.85, 0.9),
        (0.99, Words("Turn on the"), 0.0, 1.2, 1.2),
        (0.99, Words("Mach das Licht in der"), 0.0, 1.2, 1.2),
        (0.5, Words("Turn on the lamp"), 0.7, 0.8, 0.9),
        (0.02, Words("Turn on the lamp"), 9.0, 0.9, 1.2),
    ],
)
def test_the_wait_fits_to_melody_words_and_speaker(
    melody: float, words: Words, typical: float, least: float, most: float
) -> None:
    assert least - 1e-9 <= wait_for(RULE, melody, words, typical) <= most + 1e-9


def test_who_pauses_in_a_sentence_may_go_on_and_is_given_more_time() -> None:
    first, rest = scaled(say("Turn on the"), -26), scaled(say("lamp in the bedroom."), -26)
    turns = detector_of()

    events = events_of(together(0.5, first, 0.5, rest, 2.0), turns, Words("Turn on the"))

    assert kinds(events).count(TurnEnded) == 1
    assert SpeechWentOn in kinds(events)
    assert 0.2 < turns.pauses.typical < 1.0


def test_a_knock_is_no_turn() -> None:
    knock = scaled(drums(0.08), -20, speech=False)

    assert events_of(together(1.0, knock, 2.0, knock, 2.0)) == []


def test_speech_is_followed_in_noise() -> None:
    sound = mix(together(1.0, scaled(say(ORDER), -26), 2.5), pink(6.0), 10.0)

    events = events_of(sound)

    assert kinds(events)[0] is SpeechStarted
    assert kinds(events)[-1] is TurnEnded
    assert kinds(events).count(TurnEnded) == 1


def test_babble_without_an_end_is_cut_into_turns_of_limited_length() -> None:
    turns = detector_of(replace(RULE, longest=4.0))
    crowd = scaled(babble(20.0), -20)

    ended = [event for event in events_of(crowd, turns) if isinstance(event, TurnEnded)]

    assert any(turn.reason == "longest" for turn in ended)
    assert all(len(turn.sound) <= 4.1 * RATE * 2 for turn in ended)


def test_silence_is_nothing() -> None:
    assert events_of(silence(30.0)) == []


def test_an_open_turn_can_be_ended_or_forgotten() -> None:
    sound = together(0.5, scaled(say(ORDER), -26))
    turns = detector_of()
    events_of(sound, turns)
    assert turns.open

    [ended] = turns.end()

    assert isinstance(ended, TurnEnded)
    assert ended.reason == "source ended"
    assert turns.end() == []
    events_of(sound, turns)
    turns.reset()
    assert turns.end() == []
