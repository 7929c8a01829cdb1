"""Telling files: "The speech was written to /tmp/speech.wav (3.2 s)."."""

from __future__ import annotations

import wave
from pathlib import Path

from jarvis.artifacts import Artifact
from jarvis.responding.telling.sounds import length
from jarvis.responding.telling.telling import Telling


def tell_files(telling: Telling) -> str | None:
    """Where the files of a result lie, with the duration of a single WAV."""
    value = telling.value
    made = [value] if isinstance(value, Artifact) else value
    if not isinstance(made, list) or not made:
        return None
    files = [item for item in made if isinstance(item, Artifact)]
    if len(files) < len(made):
        return None
    paths = telling.phrases.join([str(artifact.path) for artifact in files])
    seconds = wav_seconds(files[0].path) if len(files) == 1 else None
    if seconds is None:
        return telling.say("made", path=paths)
    return telling.say("made.sound", path=paths, length=length(seconds, telling.phrases))


def wav_seconds(path: Path) -> float | None:
    """How long a WAV file plays; None when the file is no PCM WAV or cannot be read, for then it is not known."""
    if path.suffix.lower() != ".wav":
        return None
    try:
        with wave.open(str(path), "rb") as file:
            return file.getnframes() / file.getframerate()
    except (OSError, EOFError, wave.Error, RuntimeError, ZeroDivisionError):  # RuntimeError: chunk sizes that lie
        return None
