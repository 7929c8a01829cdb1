"""Putting a result into words, one teller a kind of output."""

from __future__ import annotations

from collections.abc import Mapping

from jarvis.responding.telling.anything import tell_anything
from jarvis.responding.telling.files import tell_files
from jarvis.responding.telling.home import tell_control, tell_list, tell_state
from jarvis.responding.telling.labels import (
    tell_entities,
    tell_fit,
    tell_label,
    tell_language,
    tell_picture_label,
    tell_rows,
    tell_similarity,
)
from jarvis.responding.telling.scenes import tell_found, tell_poses
from jarvis.responding.telling.sounds import tell_voice
from jarvis.responding.telling.standing import tell_standing, tell_timer
from jarvis.responding.telling.telling import Teller, Telling
from jarvis.responding.telling.texts import PLAIN, tell_text

_TELLERS: Mapping[str, Teller] = {
    "text-classification": tell_label,
    "zero-shot-classification": tell_fit,
    "token-classification": tell_entities,
    "sentence-similarity": tell_similarity,
    "language-identification": tell_language,
    "image-classification": tell_picture_label,
    "zero-shot-image-classification": tell_fit,
    "object-detection": tell_found,
    "zero-shot-object-detection": tell_found,
    "face-detection": tell_found,
    "keypoint-detection": tell_poses,
    "audio-classification": tell_label,
    "video-classification": tell_label,
    "voice-activity-detection": tell_voice,
    "tabular-classification": tell_rows,
    "home-control": tell_control,
    "home-state": tell_state,
    "timer": tell_timer,
    "list-item": tell_list,
    "standing-plan": tell_standing,
}


def tell(telling: Telling) -> str:
    """One statement about a result. A value of an unexpected shape is told as plain data."""
    own = _TELLERS.get(telling.task.tool)
    tellers = (own, tell_text, tell_files) if own else (tell_text, tell_files)
    return next((said for teller in tellers if (said := teller(telling))), None) or tell_anything(telling)


__all__ = ["PLAIN", "Telling", "tell"]
