"""The wake phrase is found, what resembles it is not, and nothing of a command in the same breath is lost."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from jarvis.errors import UsageError
from jarvis.model_registry.packaged import package_file
from jarvis.model_registry.registry import Registry
from jarvis.settings import Settings
from jarvis.tools.handlers.asr_moonshine import MoonshineModel
from jarvis.voice.ears.opening import open_wake_word
from jarvis.voice.ears.wake import Detection, without_phrase
from jarvis.voice.shelf import held
from jarvis.voice.sound.audio import RATE
from jarvis.voice.sound.frames import samples_of
from tests.sounds import Samples, chords, frames, mix, pink, say, scaled, together

SETTINGS = Settings(threads=1)


def in_room(*parts: Samples | float) -> Samples:
    sound = together(1.0, *parts, 1.0)
    return sound + np.resize(scaled(pink(8.0), -62, speech=False), len(sound))


def detections(sound: Samples, settings: Settings = SETTINGS) -> list[tuple[float, Detection]]:
    word = open_wake_word(settings)
    heard = ((number, word.feed(frame)) for number, frame in enumerate(frames(sound), 1))
    return [(number * 512 / RATE, found) for number, found in heard if found is not None]


def written(sound: bytes | Samples) -> str:
    model = held(Registry.load().get("moonshine-tiny-en"), 1).handler
    assert isinstance(model, MoonshineModel)
    return model.hear(samples_of(sound) if isinstance(sound, bytes) else sound)


@pytest.mark.parametrize("db", [-20.0, -26.0, -38.0])
@pytest.mark.parametrize("speed", [0.85, 1.0, 1.2])
def test_the_phrase_is_found_once_at_any_level_and_speed(db: float, speed: float) -> None:
    phrase = scaled(say("Hey Jarvis.", speed=speed), db)

    found = detections(in_room(phrase))

    assert [detection.phrase for _, detection in found] == ["Hey Jarvis"]
    ended = 1.0 + len(phrase) / RATE
    assert found[0][0] - ended < 0.4


def test_the_phrase_is_found_in_noise() -> None:
    sound = together(1.0, scaled(say("Hey Jarvis."), -26), 1.0)

    assert len(detections(mix(sound, pink(4.0), 10.0))) == 1
    assert len(detections(mix(sound, chords(4.0), 10.0))) == 1


def test_the_phrase_is_found_in_digital_silence() -> None:
    assert len(detections(together(2.0, scaled(say("Hey Jarvis."), -26), 1.0))) == 1


@pytest.mark.parametrize(
    "text",
    [
        "Hey Jonas, are you there?",
        "He told Travis that the jars were full.",
        "Hey Charlie, what is for dinner tonight?",
        "A service for cars is down the street.",
        "Hey, just this once, could you help me?",
    ],
)
def test_what_resembles_the_phrase_wakes_nobody(text: str) -> None:
    assert detections(in_room(scaled(say(text), -26))) == []


@pytest.mark.parametrize("command", ["Turn on the kitchen light.", "What time is it?"])
def test_a_command_in_the_same_breath_loses_nothing(command: str) -> None:
    whole = in_room(scaled(say(f"Hey Jarvis, {command[0].lower()}{command[1:]}"), -26))

    [(at, found)] = detections(whole)

    after = np.concatenate([samples_of(found.sound), whole[round(at * RATE) :]])
    assert written(after).lower() == command.lower()
    assert found.since == pytest.approx(len(found.sound) / 2 / RATE)


def test_twice_is_twice() -> None:
    phrase = scaled(say("Hey Jarvis."), -26)

    assert len(detections(in_room(phrase, 1.5, phrase))) == 2


def test_another_word_is_chosen_by_its_card_or_its_own_files(tmp_path: Path) -> None:
    by_card = open_wake_word(replace(SETTINGS, voice_wake="wake-alexa"))
    for end in ("json", "tflite"):
        data = package_file("pymicro-wakeword", f"pymicro_wakeword/models/okay_nabu.{end}").read_bytes()
        (tmp_path / f"mine.{end}").write_bytes(data)
    by_file = open_wake_word(replace(SETTINGS, voice_wake=str(tmp_path / "mine.json")))

    assert (by_card.phrase, by_card.name, by_card.languages) == ("Alexa", "alexa", ("en",))
    assert (by_file.phrase, by_file.name, by_file.languages[:2]) == ("Okay Nabu", "okay_nabu", ("en", "nl"))
    assert detections(in_room(scaled(say("Alexa."), -26)), replace(SETTINGS, voice_wake="wake-alexa"))
    assert not detections(in_room(scaled(say("Hey Jarvis."), -26)), replace(SETTINGS, voice_wake="wake-alexa"))


def test_the_gate_alone_works_without_a_second_look() -> None:
    alone = replace(SETTINGS, voice_wake_check="none")

    assert len(detections(in_room(scaled(say("Hey Jarvis."), -26)), alone)) == 1


@pytest.mark.parametrize(
    ("field", "value", "reason"),
    [
        ("voice_wake", "no-such-word", "JARVIS_VOICE_WAKE must name"),
        ("voice_wake", "smart-turn-v3", "of another kind"),
        ("voice_wake", "gone.json", "which is not there"),
        ("voice_wake_check", "whisper-base", "of another kind"),
    ],
)
def test_a_setting_that_names_no_wake_word_is_said(field: str, value: str, reason: str) -> None:
    settings = Settings(threads=1, **{field: value})  # type: ignore[arg-type]  # one of several fields
    with pytest.raises(UsageError, match=reason):
        open_wake_word(settings)


@pytest.mark.parametrize(
    ("text", "left"),
    [
        ("Hey Jarvis, turn on the light.", "turn on the light."),
        ("Hey, Jervis. Turn on the light.", "Turn on the light."),
        ("Hey Jarvis.", ""),
        ("Turn on the light.", "Turn on the light."),
        ("Hey, turn it off.", "Hey, turn it off."),
        ("", ""),
    ],
)
def test_the_phrase_is_taken_off_a_text(text: str, left: str) -> None:
    assert without_phrase(text, "Hey Jarvis") == left
