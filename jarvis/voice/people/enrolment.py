"""Learning a voice from a few sentences: enough speech, clear enough, all of one person."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jarvis.errors import UsageError
from jarvis.tools.handlers.speaker import SHORTEST, speech_of
from jarvis.tools.handlers.vad import RATE, Span, speech_spans
from jarvis.voice.people.surroundings import surroundings

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jarvis.tools.handlers.speaker import SpeakerEncoder

ENOUGH = 10.0
"""Seconds of speech, pauses left out."""
SENTENCES = (
    "Hey Jarvis, turn on the light in the kitchen and close the blinds.",
    "What will the weather be like tomorrow, and do I need an umbrella?",
    "Please read me the letter that came this morning.",
    "Set a timer for twenty minutes and put milk on the shopping list.",
    "Unlock the front door, my sister is standing outside.",
)
"""What someone may read to be enrolled, in English; any other sentences do as well."""
_PIECE = 3 * RATE
"""Samples of speech that become one embedding; long recordings are cut into such pieces."""
_ALIKE = 0.6
"""Pieces of one voice are at least this close to all of them together."""
_OVERDRIVEN = 0.005
"""Share of samples at the limit, above which speech is distorted."""
_QUIET, _CLEAR = -55.0, 10.0
"""Level of speech in dB of full scale; and by how much speech must be louder than the pauses."""


@dataclass(frozen=True, slots=True)
class Voiceprint:
    """What was learned of a voice."""

    voices: NDArray[np.float32]
    """The mean direction in each of the surroundings, shape [3, 256], each of length 1."""
    seconds: float
    sentences: int
    closeness: float
    """How close the clear pieces are to their mean, from 0 to 1: 0.85 is usual."""


class Enrolment:
    """Collects what one person says. Not for several threads at once."""

    def __init__(self, encoder: SpeakerEncoder, enough: float = ENOUGH) -> None:
        self._encoder, self._enough = encoder, enough
        self._pieces: list[list[NDArray[np.float32]]] = []
        self._names: list[str] = []
        self.seconds = 0.0
        """Speech so far, without pauses."""
        self.sentences = 0

    @property
    def missing(self) -> float:
        """Seconds of speech that are still needed."""
        return max(0.0, self._enough - self.seconds)

    def add(self, samples: NDArray[np.float32], name: str = "") -> str:
        """Takes one recording (mono, 16 kHz); gives "", or why it is not taken: half a sentence for a person.

        `name` is for the message when the recordings turn out to be of several voices.
        """
        if problem := problem_of(samples):
            return problem
        speech = speech_of(samples)
        self.sentences += 1
        self.seconds += len(speech) / RATE
        count = max(1, round(len(speech) / _PIECE))
        for number in range(count):
            piece = speech[number * len(speech) // count : (number + 1) * len(speech) // count]
            found = [self._encoder.embed_speech(heard) for heard in surroundings(piece)]
            directions = [direction for direction in found if direction is not None]
            if len(directions) == len(found):
                self._pieces.append(directions)
                self._names.append(name or f"recording {self.sentences}")
        return ""

    def finish(self) -> Voiceprint:
        """What all recordings together say about the voice.

        Raises:
            UsageError: too little speech, or more than one voice.
        """
        import numpy as np

        if self.missing > 0:
            raise UsageError(
                f"{self.seconds:.0f} s of speech are too little to know a voice by; "
                f"say {max(1.0, self.missing):.0f} s more (a few sentences)"
            )
        voices = np.stack([_mean(directions) for directions in zip(*self._pieces, strict=True)])
        closeness = [float(piece[0] @ voices[0]) for piece in self._pieces]
        if min(closeness) < _ALIKE:
            odd = self._names[closeness.index(min(closeness))]
            raise UsageError(f"more than one voice is in these recordings ({odd} differs); leave that one out")
        return Voiceprint(voices, self.seconds, self.sentences, sum(closeness) / len(closeness))


def problem_of(samples: NDArray[np.float32]) -> str:
    """Why a recording is no good to learn a voice from, as half a sentence; "" when it is good."""
    import numpy as np

    spans = speech_spans(samples)
    speech = np.concatenate([samples[:0], *(samples[span.start : span.end] for span in spans)])
    if len(speech) < SHORTEST:
        return "hardly anybody speaks in it; say a whole sentence"
    if float(np.mean(np.abs(speech) >= 0.999)) > _OVERDRIVEN:
        return "it is overdriven; turn the microphone down or stand further away"
    if _decibels(speech) < _QUIET:
        return "it is too quiet; turn the microphone up or come nearer"
    pauses = _pauses(samples, spans)
    if len(pauses) >= RATE // 5 and _decibels(speech) - _decibels(pauses) < _CLEAR:
        return "it is too noisy; say it again where it is quieter"
    return ""


def _pauses(samples: NDArray[np.float32], spans: list[Span]) -> NDArray[np.float32]:
    """What is between and around the speech."""
    import numpy as np

    edges = [0, *(edge for span in spans for edge in (span.start, span.end)), len(samples)]
    return np.concatenate([samples[edges[at] : edges[at + 1]] for at in range(0, len(edges), 2)])


def _decibels(samples: NDArray[np.float32]) -> float:
    import numpy as np

    return float(10 * np.log10(max(float(np.mean(np.square(samples, dtype=np.float64))), 1e-12)))


def _mean(directions: Sequence[NDArray[np.float32]]) -> NDArray[np.float32]:
    import numpy as np

    mean = np.mean(directions, axis=0)
    return np.asarray(mean / max(float(np.linalg.norm(mean)), 1e-12), np.float32)
