"""A voice is learned from enough clear speech of one person, and from nothing else."""

from __future__ import annotations

import numpy as np
import pytest

from jarvis.errors import UsageError
from jarvis.model_registry.packaged import locate
from jarvis.model_registry.registry import Registry
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.speaker import SpeakerEncoder
from jarvis.voice.people.enrolment import SENTENCES, Enrolment, problem_of
from jarvis.voice.people.surroundings import surroundings
from tests.sounds import RATE, Samples, decibels, mix, pink, recordings, say, scaled, silence, together, white


@pytest.fixture(scope="module")
def encoder() -> SpeakerEncoder:
    return SpeakerEncoder(locate(Registry.load().get("speaker-encoder")), RuntimeOptions(threads=1))


def spoken(text: str, voice: str = "joe") -> Samples:
    return together(0.5, scaled(say(text, voice)), 0.5)


def test_a_voice_is_learned_from_one_long_recording_as_from_several(encoder: SpeakerEncoder) -> None:
    several, one = Enrolment(encoder), Enrolment(encoder)
    for text in SENTENCES:
        assert several.add(spoken(text)) == ""
    assert one.add(together(*(spoken(text) for text in SENTENCES))) == ""

    learned, at_once = several.finish(), one.finish()

    assert (learned.sentences, at_once.sentences) == (5, 1)
    assert learned.seconds == pytest.approx(at_once.seconds, rel=0.1)
    assert learned.voices.shape == (3, 256)
    assert np.linalg.norm(learned.voices, axis=1) == pytest.approx(1.0, abs=1e-4)
    assert float(learned.voices[0] @ at_once.voices[0]) > 0.95
    assert learned.closeness > 0.75


def test_real_people_can_be_enrolled_and_are_known_again(encoder: SpeakerEncoder) -> None:
    clips = [recording.samples for recording in recordings() if recording.person == "reader"]
    enrolment = Enrolment(encoder)
    for clip in clips[:3]:
        assert enrolment.add(clip) == ""
    voice = enrolment.finish().voices[0]

    again = encoder.embed(clips[3])
    other = encoder.embed(next(r.samples for r in recordings() if r.person == "goforward"))

    assert again is not None and other is not None
    assert float(voice @ again) > 0.8 > 0.6 > float(voice @ other)


def test_too_little_speech_says_how_much_is_missing(encoder: SpeakerEncoder) -> None:
    enrolment = Enrolment(encoder)
    enrolment.add(spoken(SENTENCES[0]))

    assert 5.0 < enrolment.missing < 8.0
    with pytest.raises(UsageError, match=r"3 s of speech are too little .* say 7 s more"):
        enrolment.finish()


def test_several_voices_are_not_one_person(encoder: SpeakerEncoder) -> None:
    enrolment = Enrolment(encoder)
    for text in SENTENCES[:3]:
        enrolment.add(spoken(text), "mine")
    enrolment.add(spoken(SENTENCES[3], "joe@1.2"), "hers.wav")

    with pytest.raises(UsageError, match=r"more than one voice .*hers\.wav differs"):
        enrolment.finish()


@pytest.mark.parametrize(
    ("sound", "problem"),
    [
        (silence(3.0), "hardly anybody speaks"),
        (white(3.0, -30.0), "hardly anybody speaks"),
        (spoken("Yes."), "hardly anybody speaks"),
        (np.clip(spoken(SENTENCES[0]) * 30, -1, 1), "overdriven"),
        (scaled(spoken(SENTENCES[0]), -60.0), "too quiet"),
        (mix(spoken(SENTENCES[0]), pink(6.0), 3.0), "too noisy"),
        (spoken(SENTENCES[0]), ""),
        (mix(spoken(SENTENCES[0]), pink(6.0), 20.0), ""),
    ],
    ids=["silence", "hiss", "a word", "overdriven", "quiet", "noisy", "good", "good enough"],
)
def test_bad_recordings_are_told_and_left_out(encoder: SpeakerEncoder, sound: Samples, problem: str) -> None:
    enrolment = Enrolment(encoder)

    assert problem in problem_of(sound)
    assert bool(enrolment.add(sound)) == bool(problem)
    assert (enrolment.sentences == 0) == bool(problem)


def test_speech_is_learned_clear_in_noise_and_in_a_room_at_known_levels() -> None:
    speech = spoken(SENTENCES[0])[RATE // 2 : -RATE // 2]

    clear, noisy, echoing = surroundings(speech)

    assert np.array_equal(clear, speech)
    assert decibels(speech) - decibels(noisy - speech) == pytest.approx(10.0, abs=0.1)
    assert decibels(speech) - decibels(echoing - speech) == pytest.approx(3.0, abs=2.0)
