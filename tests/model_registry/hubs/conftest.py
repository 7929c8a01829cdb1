"""Hubs on this machine, and a program that may ask them."""

from __future__ import annotations

from collections.abc import Iterator

import pytest

from jarvis.model_registry.hubs.asking import Patience
from tests.hubserver.hub import HubServer
from tests.hubserver.scope import ScopeServer


@pytest.fixture
def hub() -> Iterator[HubServer]:
    with HubServer() as server:
        yield server


@pytest.fixture
def scope() -> Iterator[ScopeServer]:
    with ScopeServer() as server:
        yield server


@pytest.fixture
def patience() -> Patience:
    """Waits for nothing: what is waited for is noted by those that look at it."""
    return Patience(tries=4, first=0.0, silence=5.0, sleep=lambda seconds: None)
