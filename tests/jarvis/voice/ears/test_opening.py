"""What is missing is said with the way out, and what has no state is loaded once."""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.errors import ModelError, UsageError
from jarvis.model_registry.registry import Registry
from jarvis.settings import Settings
from jarvis.voice.ears.opening import open_turns, open_wake_word

SETTINGS = Settings(threads=1)


def test_a_model_that_is_not_fetched_names_the_command(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setenv("JARVIS_WEIGHTS", str(tmp_path))

    with pytest.raises(ModelError, match=r"smart-turn v3.2.* is not ready .*run `jarvis setup`"):
        open_turns(SETTINGS)


def test_turns_need_no_model() -> None:
    assert open_turns(replace(SETTINGS, voice_turn="none")).model is None


def test_another_kind_of_model_is_refused() -> None:
    with pytest.raises(UsageError, match="JARVIS_VOICE_TURN"):
        open_turns(replace(SETTINGS, voice_turn="moonshine-tiny-en"))


def test_several_ears_share_the_model_of_turns_but_not_what_they_heard() -> None:
    one, other = open_turns(SETTINGS), open_turns(SETTINGS)

    assert one.model is other.model
    assert one is not other
    assert open_wake_word(SETTINGS) is not open_wake_word(SETTINGS)


def test_every_wake_word_of_the_catalog_can_be_opened() -> None:
    words = [card.id for card in Registry.load() if card.handler == "wake_word:MicroWakeWord"]

    opened = {word: open_wake_word(replace(SETTINGS, voice_wake=word)).name for word in words}

    assert opened == {
        "wake-hey-jarvis": "hey_jarvis",
        "wake-okay-nabu": "okay_nabu",
        "wake-alexa": "alexa",
        "wake-hey-mycroft": "hey_mycroft",
    }
