"""A real server on a port of this machine, in a thread of its own, and clients of the `wyoming` package."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pytest

from jarvis.settings import Settings
from tests.jarvis.server.wyoming.serving import Served


@pytest.fixture(scope="module")
def served(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Served]:
    """A server with everything that runs here, for all tests of a file."""
    with Served(settings_in(tmp_path_factory.mktemp("served"))) as served:
        yield served


@pytest.fixture
def serve(tmp_path: Path) -> Iterator[Callable[..., Served]]:
    """Starts servers with limits of their own."""
    opened: list[Served] = []

    def start(**limits: Any) -> Served:
        opened.append(Served(settings_in(tmp_path), **limits).__enter__())
        return opened[-1]

    yield start
    for each in opened:
        each.__exit__(None, None, None)


def settings_in(folder: Path) -> Settings:
    """Nothing is written outside of this folder."""
    return Settings(
        cache_dir=folder / "cache", data_dir=folder / "data", out=folder / "out", isolation="thread", threads=1
    )
