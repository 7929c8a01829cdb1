"""Async tests run in asyncio, through the pytest plugin of anyio, which httpx brings along."""

from __future__ import annotations

import pytest


@pytest.fixture
def anyio_backend() -> str:
    return "asyncio"
