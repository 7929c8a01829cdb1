"""What the makers of sound promise to the tests that use them."""

from __future__ import annotations

import io
from pathlib import Path

import numpy as np
import pytest

from tests.sounds import (
    RATE,
    band,
    decibels,
    echo,
    frames,
    heard_in,
    mix,
    pcm,
    pink,
    recordings,
    samples_of,
    say,
    scaled,
    speech_level,
    together,
    white,
    write_wav,
)


def test_a_sentence_is_the_same_every_time(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    kept = say("Turn on the light.")
    monkeypatch.setenv("JARVIS_TEST_SOUNDS", str(tmp_path))

    assert np.array_equal(say("Turn on the light."), kept)
    assert len(list(tmp_path.iterdir())) == 1
    assert not np.array_equal(say("Turn on the light.", take=1), say("Turn on the light.", take=2))


def test_a_higher_speed_is_shorter_and_a_higher_voice_is_not() -> None:
    plain = len(say("Turn on the light in the kitchen."))

    assert 0.7 < len(say("Turn on the light in the kitchen.", speed=1.25)) / plain < 0.9
    assert 0.85 < len(say("Turn on the light in the kitchen.", "joe@1.2")) / plain < 1.15


@pytest.mark.parametrize("snr", [20.0, 10.0, 0.0])
def test_noise_is_as_much_weaker_than_the_active_speech_as_was_asked_for(snr: float) -> None:
    speech = together(0.5, scaled(say("Turn on the light.")), 0.5)

    noise = mix(speech, pink(1.0), snr) - speech

    assert speech_level(speech) - decibels(noise) == pytest.approx(snr, abs=0.2)


def test_noise_and_music_have_the_level_that_was_asked_for() -> None:
    for sound in (white(2.0, -40.0), pink(2.0, -40.0), band(2.0, -40.0)):
        assert len(sound) == 2 * RATE
        assert decibels(sound) == pytest.approx(-40.0, abs=0.1)


def test_a_room_leaves_level_and_length_and_an_echo_is_weaker_and_late() -> None:
    speech = say("Turn on the light.")

    assert len(heard_in(speech)) == len(speech)
    assert speech_level(heard_in(speech)) == pytest.approx(speech_level(speech), abs=0.1)
    assert speech_level(echo(speech, -20.0)) == pytest.approx(speech_level(speech) - 20, abs=1.0)
    assert np.abs(echo(speech, -20.0, delay=0.1)[: RATE // 10 - 1]).max() < 1e-6


def test_samples_survive_frames_and_files(tmp_path: Path) -> None:
    speech = say("Turn on the light.")
    file = io.BytesIO()
    write_wav(file, speech)

    assert {len(frame) for frame in frames(speech)} == {1024}
    assert b"".join(frames(speech)).startswith(pcm(speech))
    assert file.getvalue()[44:] == pcm(speech)
    assert np.array_equal(samples_of(pcm(speech)), speech)


def test_recorded_people_are_there_with_their_words() -> None:
    people = {recording.person for recording in recordings()}

    assert {"reader", "card player", "goforward"} <= people
    assert next(r.text for r in recordings() if r.name == "goforward") == "go forward ten meters"
    assert all(0.5 < len(recording.samples) / RATE < 10 for recording in recordings())
