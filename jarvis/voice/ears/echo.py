"""The loop's own voice, taken out of what is heard: WebRTC's echo canceller, and a guard for what it leaves.

The canceller finds the delay between loudspeaker and microphone by itself (up to half a second) and follows the room.
Measured on own speech that comes back 6 to 30 dB weaker and 20 to 300 ms late: it leaves no frame that is 20 % likely
speech, while a person who speaks into it stays (benchmarks/voice/echo.py).
"""

from __future__ import annotations

from collections import deque
from typing import TYPE_CHECKING, Any

from jarvis.voice.sound.audio import FRAME_BYTES, FRAME_SECONDS, RATE, SILENCE
from jarvis.voice.sound.frames import samples_of

if TYPE_CHECKING:
    from jarvis.voice.sound.audio import Samples

_CHUNK = RATE // 100 * 2
"""Bytes of 10 ms: what the canceller takes at a time."""
_TAIL = round(0.8 / FRAME_SECONDS)
"""Frames after the last sound played during which its echo may still come."""
_LEFT = 0.03
"""Where less than this share (-15 dB) of the sound's power is left, the sound was the loop's own."""
_AUDIBLE = 1e-4


class Echo:
    """Takes frames with the loop's own voice in them and gives them without it. It keeps state: one per microphone."""

    def __init__(self) -> None:
        self._canceller: Any = None
        self._sound = self._played = b""
        self._made = b""
        self._last = SILENCE
        self._tail = 0
        self._own: deque[bool] = deque([False], maxlen=2)

    @property
    def playing(self) -> bool:
        """Whether something is being played, or its echo may still be heard."""
        return self._tail > 0

    @property
    def own(self) -> bool:
        """Whether the last frame held hardly more than the loop's own voice: it counts as silence."""
        return self._own[-1]

    def feed(self, frame: bytes, played: bytes) -> bytes:
        """A frame without the echo of what was played (`Sink.tick`); up to 10 ms late while something is played."""
        if played != SILENCE:
            if not self._tail:
                self._begin()
            self._tail = _TAIL
        elif self._tail:
            self._tail -= 1
        self._last = frame
        if not self._tail:
            self._own.append(False)
            return frame
        clean = self._cancel(frame, played)
        self._own.append(_power(clean) < max(_LEFT * _power(frame), _AUDIBLE**2) and _power(frame) > _AUDIBLE**2)
        return clean

    def _begin(self) -> None:
        if self._canceller is None:
            from aec_audio_processing import AudioProcessor

            self._canceller = AudioProcessor(enable_aec=True, enable_ns=False, enable_agc=False, enable_vad=False)
            self._canceller.set_stream_format(RATE, 1)
            self._canceller.set_reverse_stream_format(RATE, 1)
            self._canceller.set_stream_delay(0)
        # Chunks and frames do not share a length: 10 ms ahead, there is always a whole frame.
        self._sound = self._played = b""
        self._made = self._last[-_CHUNK:]

    def _cancel(self, frame: bytes, played: bytes) -> bytes:
        self._sound += frame
        self._played += played
        whole = len(self._sound) // _CHUNK * _CHUNK
        for at in range(0, whole, _CHUNK):
            self._canceller.process_reverse_stream(self._played[at : at + _CHUNK])
            self._made += bytes(self._canceller.process_stream(self._sound[at : at + _CHUNK]))
        self._sound, self._played = self._sound[whole:], self._played[whole:]
        clean, self._made = self._made[:FRAME_BYTES], self._made[FRAME_BYTES:]
        return clean


def _power(frame: bytes) -> float:
    samples: Samples = samples_of(frame)
    return float(samples @ samples) / max(1, len(samples))
