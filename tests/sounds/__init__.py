"""Real sound for tests and benchmarks, made on this machine: voices, noise, music, rooms; and recorded speech.

    from tests.sounds import mix, pink, say, together, write_wav

    order = say("Hey Jarvis, turn on the light.", "jm_kumo", speed=1.1)
    write_wav(path, mix(together(1.0, order, 2.0), pink(6.0), snr_db=10))

All sound is mono float32 in [-1, 1] at 16 kHz, and the same every time. What a voice said once lies in `build/sounds`
(or in the folder that JARVIS_TEST_SOUNDS names), so it is made only once.
"""

from tests.sounds.files import (
    RATE,
    Samples,
    frames,
    pcm,
    read_wav,
    samples_of,
    write_wav,
)
from tests.sounds.levels import decibels, mix, scaled, speech_level, together
from tests.sounds.music import band, chords, drums
from tests.sounds.noise import babble, hum, pink, silence, white
from tests.sounds.recorded import Recording, recordings
from tests.sounds.rooms import echo, heard_in
from tests.sounds.voices import BLENDED, PACKAGED, PITCHED, VOICES, say

__all__ = [
    "BLENDED",
    "PACKAGED",
    "PITCHED",
    "RATE",
    "VOICES",
    "Recording",
    "Samples",
    "babble",
    "band",
    "chords",
    "decibels",
    "drums",
    "echo",
    "frames",
    "heard_in",
    "hum",
    "mix",
    "pcm",
    "pink",
    "read_wav",
    "recordings",
    "samples_of",
    "say",
    "scaled",
    "silence",
    "speech_level",
    "together",
    "white",
    "write_wav",
]
