"""Task types over video."""

from __future__ import annotations

from jarvis.spec import ToolSpec, spec

SPECS: tuple[ToolSpec, ...] = (
    spec(
        "text-to-video",
        ["prompt~: text"],
        "video",
        "Make a video from words.",
    ),
    spec(
        "image-to-video",
        ["image: image", "prompt?~: text"],
        "video",
        "Make a video from one or more images.",
    ),
    spec(
        "video-classification",
        ["video: video"],
        "data",
        "Say what happens in a video as class labels.",
    ),
    spec(
        "video-to-text",
        ["video: video"],
        "text",
        "Describe a video in words.",
    ),
    spec(
        "video-to-audio",
        ["video: video"],
        "audio",
        "Take the sound track out of a video.",
    ),
    spec(
        "video-to-image",
        ["video: video"],
        "image",
        "Take a still frame from a video.",
    ),
    spec(
        "video-editing",
        ["video: video", "instruction~: text", "audio?: audio", "image?: image"],
        "video",
        "Stabilize, cut, speed up or slow down, add sound, voice-over or subtitles, join videos.",
    ),
)
