"""Figures that were measured here count in place of those that cards came with."""

from __future__ import annotations

import logging
from pathlib import Path

import pytest

from jarvis.model_registry.registry import Registry
from jarvis.optimizing.known import known_models
from jarvis.optimizing.variants import measurements_of
from jarvis.settings import Settings


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path)


def test_without_measurements_the_cards_are_those_that_ship(settings: Settings) -> None:
    assert list(known_models(settings)) == list(Registry.load())
    assert list(settings.data_dir.iterdir()) == []


def test_a_damaged_file_of_measurements_costs_the_figures_only(
    settings: Settings, caplog: pytest.LogCaptureFixture
) -> None:
    file = measurements_of(settings.data_dir)
    file.parent.mkdir(parents=True)
    file.write_bytes(b"no database" * 100)
    with caplog.at_level(logging.WARNING):
        assert len(known_models(settings)) == len(Registry.load())
    assert "cannot be used" in caplog.text
