"""Old cards are renewed in the background, if the settings want it."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace
from datetime import UTC, datetime, timedelta
from pathlib import Path

import pytest

from jarvis.engine import Jarvis
from jarvis.model_registry.database import CardDatabase, card_file
from jarvis.model_registry.hubs.renewal import Renewal
from jarvis.settings import Settings
from tests.hubserver.hub import HubServer
from tests.hubserver.models import CONFIG, onnx_files


@pytest.fixture
def hub(monkeypatch: pytest.MonkeyPatch) -> Iterator[HubServer]:
    with HubServer() as server:
        server.add("acme/tiny", onnx_files(), config=CONFIG)
        monkeypatch.delenv("HF_HUB_OFFLINE")
        monkeypatch.setenv("HF_ENDPOINT", server.url)
        yield server


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    """A hub was synced ten days ago and had nothing then."""
    with CardDatabase(card_file(tmp_path)) as database:
        database.note_sync("huggingface", datetime.now(UTC) - timedelta(days=10), 0, "{}")
    return Settings(data_dir=tmp_path, sync_days=7)


def known(settings: Settings) -> list[str]:
    with CardDatabase(card_file(settings.data_dir)) as database:
        return list(database.ids("huggingface"))


def test_cards_that_grew_old_are_asked_for_again(hub: HubServer, settings: Settings) -> None:
    renewal = Renewal(settings)
    renewal.start()
    assert renewal.wait(60)
    renewal.stop()
    assert known(settings) == ["acme/tiny"]


@pytest.mark.parametrize("change", [{"sync_days": 0.0}, {"sync_days": 30.0}, {"offline": True}])
def test_nobody_is_asked_when_it_is_not_wanted_or_not_due(
    hub: HubServer, settings: Settings, change: dict[str, float]
) -> None:
    renewal = Renewal(replace(settings, **change))  # type: ignore[arg-type]
    renewal.start()
    assert renewal.wait(0)
    renewal.stop()
    assert known(settings) == []


def test_an_open_jarvis_renews_and_closes_in_the_middle_of_it(hub: HubServer, settings: Settings) -> None:
    with Jarvis.open_sync(replace(settings, cache_dir=settings.data_dir / "cache")):
        pass
    assert known(settings) in ([], ["acme/tiny"])


def test_a_hub_that_cannot_be_reached_costs_nothing(settings: Settings, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_ENDPOINT", "http://127.0.0.1:9")
    renewal = Renewal(settings)
    renewal.start()
    assert renewal.wait(60)
    renewal.stop()
    assert known(settings) == []
