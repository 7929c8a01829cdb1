"""A small house behind a server of our own, and a home that is connected to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jarvis.tools.homes.assistant import AssistantHome
from tests.tools.homes.assistant.server import TOKEN, OwnAssistant, small_house


@pytest.fixture
def house() -> Iterator[OwnAssistant]:
    server = small_house()
    server.start()
    yield server
    server.stop()


@pytest.fixture
def home(house: OwnAssistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[AssistantHome]:
    monkeypatch.setenv("HOME_ASSISTANT_TOKEN", TOKEN)
    home = AssistantHome(house.url, "HOME_ASSISTANT_TOKEN", patience=0.4, answer=1.0)
    yield home
    home.close()
