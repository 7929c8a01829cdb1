"""The wishes of the settings are checked where they come in."""

from __future__ import annotations

from jarvis.model_registry.registry import Registry
from jarvis.selection import Wishes
from jarvis.selection.preferences import wishes_of
from jarvis.settings import Settings


def test_settings_that_ask_nothing_wish_nothing() -> None:
    assert wishes_of(Settings(), Registry([])) == Wishes()


def test_preferred_models_of_the_settings_are_a_wish() -> None:
    assert wishes_of(Settings(prefer=("a",)), Registry([])) == Wishes(prefer=frozenset({"a"}))
