"""Task types over sound."""

from __future__ import annotations

from jarvis.spec import ToolSpec, spec

SPECS: tuple[ToolSpec, ...] = (
    spec(
        "automatic-speech-recognition",
        ["audio: audio"],
        "text",
        "Write down what is said.",
    ),
    spec(
        "text-to-speech",
        ["text: text"],
        "audio",
        "Say a text aloud.",
    ),
    spec(
        "text-to-audio",
        ["prompt~: text"],
        "audio",
        "Make music or sound effects from words.",
    ),
    spec(
        "audio-classification",
        ["audio: audio"],
        "data",
        "Label a sound: event, music genre, emotion, keyword, language.",
    ),
    spec(
        "audio-to-audio",
        ["audio: audio", "instruction?~: text"],
        "audio",
        "Denoise, enhance, separate, change voice, add effects, join audio.",
    ),
    spec(
        "voice-activity-detection",
        ["audio: audio"],
        "data",
        "Find where someone speaks.",
    ),
)
