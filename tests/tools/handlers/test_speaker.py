"""The speaker encoder: what is heard of it, and that voices of one person are nearer than those of two."""

from __future__ import annotations

import numpy as np
import pytest

from jarvis.model_registry.packaged import locate
from jarvis.model_registry.registry import Registry
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.speaker import SHORTEST, SpeakerEncoder, speech_of
from tests.sounds import RATE, Samples, say, scaled, silence, together, white


@pytest.fixture(scope="module")
def encoder() -> SpeakerEncoder:
    return SpeakerEncoder(locate(Registry.load().get("speaker-encoder")), RuntimeOptions(threads=1))


def embedded(encoder: SpeakerEncoder, samples: Samples) -> Samples:
    voice = encoder.embed(samples)
    assert voice is not None
    return voice


def test_two_sentences_of_one_voice_are_nearer_than_those_of_two(encoder: SpeakerEncoder) -> None:
    first = embedded(encoder, say("What will the weather be like tomorrow, and do I need an umbrella?"))
    again = embedded(encoder, say("Set a timer for twenty minutes and put milk on the shopping list."))
    other = embedded(encoder, say("Set a timer for twenty minutes and put milk on the shopping list.", "joe@1.2"))

    assert first.shape == (256,)
    assert np.linalg.norm(first) == pytest.approx(1.0, abs=1e-4)
    assert first @ again > 0.75 > 0.55 > first @ other


def test_loudness_and_pauses_change_nothing(encoder: SpeakerEncoder) -> None:
    sentence = say("Please read me the letter that came this morning.")
    voice = embedded(encoder, sentence)

    assert voice @ embedded(encoder, scaled(sentence, -45.0)) > 0.97
    assert voice @ embedded(encoder, together(2.0, sentence, 2.0)) > 0.97


def test_hardly_any_speech_has_no_embedding(encoder: SpeakerEncoder) -> None:
    assert encoder.embed(silence(3.0)) is None
    assert encoder.embed(white(3.0)) is None
    assert encoder.embed_speech(np.zeros(SHORTEST - 1, np.float32)) is None
    assert encoder.embed_speech(say("Turn on the light.")[:SHORTEST]) is not None


def test_pauses_are_cut_out_of_speech() -> None:
    sentence = say("Turn on the light in the kitchen.")
    spoken = speech_of(together(1.0, sentence, 3.0, sentence, 1.0))

    assert 1.5 * len(speech_of(sentence)) < len(spoken) < 2 * len(sentence) + RATE // 2
