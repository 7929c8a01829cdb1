"""Speech that is written while it is made: a WAV grows sentence by sentence, whatever the length of the text."""

from __future__ import annotations

import wave
from collections.abc import Callable, Iterable
from typing import TYPE_CHECKING, BinaryIO

from jarvis.artifacts import Artifact
from jarvis.tools.handler import Sink
from jarvis.tools.handlers.spoken_text import require_english, sentences, speakable

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

PAUSE_SECONDS = 0.2
"""Silence between two sentences."""
LEAD_SECONDS = 0.15
"""Silence before the first: loudspeakers that wake up swallow the beginning."""
PEAK = 0.89
"""Louder sentences are turned down to this (-1 dB): nothing clips."""


def speak(text: str, limit: int, rate: int, say: Callable[[str], NDArray[np.float32]], sink: Sink) -> Artifact:
    """The artifact `speech`: the text read by `say`, one sentence of at most `limit` characters at a time.

    `say` turns one sentence into mono samples, shape [samples], at `rate` Hz.

    Raises:
        TaskError: nothing to say, a language that English voices cannot say, or nobody waits for it any more.
    """
    require_english(text)
    pieces = list(sentences(speakable(text), limit))
    require_english(" ".join(pieces))
    return say_all(pieces, rate, say, sink)


def say_all(pieces: Iterable[str], rate: int, say: Callable[[str], NDArray[np.float32]], sink: Sink) -> Artifact:
    """The artifact `speech`: each piece as `say` turns it into mono samples, shape [samples], at `rate` Hz.

    Raises:
        TaskError: nobody waits for it any more.
    """

    def said(piece: str) -> NDArray[np.float32]:
        sink.check()
        return say(piece)

    return sink.write("speech", "audio/wav", lambda file: write_pieces(file, map(said, pieces), rate))


def write_pieces(file: BinaryIO, pieces: Iterable[NDArray[np.float32]], rate: int) -> None:
    """Writes mono samples in [-1, 1] as one 16-bit WAV, with pauses between pieces, of which one is held at a time."""
    lead, pause = (bytes(2 * int(seconds * rate)) for seconds in (LEAD_SECONDS, PAUSE_SECONDS))
    with wave.open(file, "wb") as out:
        out.setnchannels(1)
        out.setsampwidth(2)
        out.setframerate(rate)
        for index, piece in enumerate(pieces):
            out.writeframes((pause if index else lead) + _pcm(piece))


def _pcm(samples: NDArray[np.float32]) -> bytes:
    peak = float(abs(samples).max(initial=0.0))
    scale = min(1.0, PEAK / peak) if peak else 1.0
    return (samples * (scale * 32767)).astype("<i2").tobytes()
