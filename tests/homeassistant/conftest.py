"""One real Home Assistant for all tests of this folder, and a home that is connected to it."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jarvis.tools.homes.assistant import AssistantHome
from tests.homeassistant.program import RealAssistant


@pytest.fixture(scope="session")
def real_assistant(tmp_path_factory: pytest.TempPathFactory) -> Iterator[RealAssistant]:
    """Base URL (`url`), `websocket_url` and `token`; started once, with everything of the demo exposed to voice."""
    server = RealAssistant(tmp_path_factory.mktemp("home-assistant"))
    try:
        server.start()
        states = server.ask("get_states")
        server.expose(*(state["entity_id"] for state in states if not state["entity_id"].startswith("sun.")))
        yield server
    finally:
        server.stop()


@pytest.fixture
def home(real_assistant: RealAssistant, monkeypatch: pytest.MonkeyPatch) -> Iterator[AssistantHome]:
    monkeypatch.setenv("HOME_ASSISTANT_TOKEN", real_assistant.token)
    home = AssistantHome(real_assistant.url, "HOME_ASSISTANT_TOKEN")
    yield home
    home.close()
