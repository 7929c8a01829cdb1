"""Edits of sound by arithmetic: what is asked for, and what comes out."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import numpy as np
import pytest
from numpy.typing import NDArray

from jarvis.errors import TaskError
from jarvis.tools.handlers.audio_wishes import Edit, edits, wants_noise_gone
from jarvis.tools.media import read_audio, write_wav

SpeechRun = Callable[..., Any]
RATE = 16_000


@pytest.fixture
def tone(tmp_path: Path) -> Path:
    """Two seconds of 440 Hz at a tenth of full scale, with half a second of silence on both sides."""
    wave = 0.1 * np.sin(2 * np.pi * 440 * np.arange(2 * RATE) / RATE)
    with (tmp_path / "tone.wav").open("wb") as file:
        write_wav(file, np.pad(wave, RATE // 2).astype(np.float32), RATE)
    return tmp_path / "tone.wav"


def _pitch(samples: NDArray[np.float32]) -> float:
    middle = samples[len(samples) // 2 - 4000 : len(samples) // 2 + 4000]
    return float(np.abs(np.fft.rfft(middle * np.hanning(8000))).argmax() * RATE / 8000)


@pytest.mark.parametrize(
    ("instruction", "wanted"),
    [
        ("make it twice as loud", [Edit("louder", 2.0)]),
        ("turn the volume down by 20%", [Edit("quieter", 0.8)]),
        ("raise the volume by 6 dB", [Edit("louder", 10 ** (6 / 20))]),
        ("normalize the volume", [Edit("normalise")]),
        ("speed it up 1.5x", [Edit("faster", 1.5)]),
        ("slow it down to half the speed", [Edit("slower", 0.5)]),
        ("fade out over 3 seconds", [Edit("fade-out", None, 3.0)]),
        ("fade in and out", [Edit("fade-in"), Edit("fade-out")]),
        ("trim the silence and reverse it", [Edit("trim"), Edit("reverse")]),
        ("把音量调大", [Edit("louder")]),
        ("慢一点", [Edit("slower")]),
        ("倒放这段录音", [Edit("reverse")]),
        ("mach es leiser", [Edit("quieter")]),
        ("más rápido por favor", [Edit("faster")]),
        ("plus fort", [Edit("louder")]),
        ("remove the background noise", []),
        ("remove the vocals", []),
        ("paint it blue", []),
    ],
)
def test_an_instruction_names_its_edits(instruction: str, wanted: list[Edit]) -> None:
    assert edits(instruction) == wanted


@pytest.mark.parametrize(
    ("instruction", "noise"),
    [
        ("clean up this recording", True),
        ("entferne das Rauschen", True),
        ("quita el ruido", True),
        ("supprime le bruit de fond", True),
        ("remove the background music", False),
        ("make my voice sound like a robot", False),
        ("reverse it", False),
    ],
)
def test_noise_is_to_go_only_when_it_is_asked_for(instruction: str, noise: bool) -> None:
    assert wants_noise_gone(instruction) is noise


def test_loudness_doubles(speech_run: SpeechRun, tone: Path) -> None:
    made = speech_run("sound-editor", audio=tone, instruction="make it twice as loud")

    assert made.name == "audio"
    assert np.abs(read_audio(made.path)).max() == pytest.approx(0.2, abs=0.002)


@pytest.mark.parametrize(("instruction", "length"), [("slow it down to 50%", 6.0), ("play it twice as fast", 1.5)])
def test_speed_changes_without_the_pitch(speech_run: SpeechRun, tone: Path, instruction: str, length: float) -> None:
    samples = read_audio(speech_run("sound-editor", audio=tone, instruction=instruction).path)

    assert len(samples) / RATE == pytest.approx(length, abs=0.06)
    assert _pitch(samples) == pytest.approx(440, abs=6)


def test_pitch_changes_without_the_speed(speech_run: SpeechRun, tone: Path) -> None:
    samples = read_audio(speech_run("sound-editor", audio=tone, instruction="raise the pitch").path)

    assert len(samples) == 3 * RATE
    assert _pitch(samples) == pytest.approx(440 * 1.19, abs=8)


def test_silence_is_trimmed_at_both_ends(speech_run: SpeechRun, tone: Path) -> None:
    samples = read_audio(speech_run("sound-editor", audio=tone, instruction="trim the silence").path)

    assert len(samples) / RATE == pytest.approx(2.05, abs=0.1)


def test_reversing_twice_gives_the_sound_back(speech_run: SpeechRun, voice: Path) -> None:
    once = speech_run("sound-editor", audio=voice, instruction="reverse it")
    twice = speech_run("sound-editor", audio=once.path, instruction="play it backwards")

    assert np.abs(read_audio(twice.path) - read_audio(voice)).max() < 2e-4
    assert np.abs(read_audio(once.path) - read_audio(voice)).max() > 0.3


def test_a_fade_sinks_to_nothing(speech_run: SpeechRun, voice: Path) -> None:
    samples = read_audio(speech_run("sound-editor", audio=voice, instruction="fade out over 2 seconds").path)

    assert np.abs(samples[-800:]).max() < 0.03
    assert np.allclose(samples[:16_000], read_audio(voice)[:16_000], atol=2e-4)


def test_an_echo_outlasts_the_sound(speech_run: SpeechRun, tone: Path) -> None:
    samples = read_audio(speech_run("sound-editor", audio=tone, instruction="add some echo").path)

    assert len(samples) == 4 * RATE
    assert np.abs(samples[int(2.6 * RATE) : int(2.7 * RATE)]).max() > 0.02


def test_two_sounds_are_joined(speech_run: SpeechRun, voice: Path, tone: Path, speech_sounds: Any) -> None:
    made = speech_run("sound-editor", audio=speech_sounds(voice, tone), instruction="join these")

    assert len(read_audio(made.path)) / RATE == pytest.approx(len(read_audio(voice)) / RATE + 0.2 + 3, abs=0.01)


@pytest.mark.parametrize(
    ("instruction", "message"),
    [
        ("join these", "two or more sounds"),
        ("remove the vocals", "speechbrain/sepformer"),
        ("change my voice into a robot", "microsoft/speecht5_vc"),
        ("paint it blue", "the edits are: louder"),
        ("remove the noise", "install a denoiser"),
    ],
)
def test_what_it_cannot_do_is_said_with_the_way_out(
    speech_run: SpeechRun, voice: Path, instruction: str, message: str
) -> None:
    with pytest.raises(TaskError, match=message):
        speech_run("sound-editor", audio=voice, instruction=instruction)
