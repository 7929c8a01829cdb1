"""Hubs on this machine, and a store in a folder of the test's own."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import pytest

from jarvis.model_registry.hubs.asking import Patience
from jarvis.model_registry.hubs.huggingface import HuggingFace
from jarvis.model_registry.store import ModelStore
from tests.hubserver.hub import HubServer
from tests.hubserver.models import CONFIG, onnx_files


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        server.add("acme/tiny", onnx_files(), config=CONFIG)
        yield server


@pytest.fixture
def client(hub: HubServer) -> Iterator[HuggingFace]:
    patience = Patience(tries=4, first=0.0, silence=5.0, sleep=lambda seconds: None)
    found = HuggingFace(hub.url, also=[hub.cdn.url], patience=patience)
    with found.asker:
        yield found


@pytest.fixture
def store(tmp_path: Path) -> ModelStore:
    return ModelStore(tmp_path / "models")
