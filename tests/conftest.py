"""What every test keeps: no network but this machine, and nothing written into the user's own folders."""

from __future__ import annotations

import ipaddress
import signal
import sys
from collections.abc import Iterator
from pathlib import Path
from typing import Any

import pytest

_REACHING_OUT = {"socket.connect", "socket.sendto", "socket.sendmsg", "socket.getaddrinfo"}
_shut = False


class NetworkShutError(RuntimeError):
    """A test tried to reach another machine."""


def _guard(event: str, args: tuple[Any, ...]) -> None:
    if _shut and event in _REACHING_OUT and not _is_here(args[0] if event == "socket.getaddrinfo" else args[1]):
        raise NetworkShutError(f"{event} {args[1:]}: tests reach no other machine")


def _is_here(address: object) -> bool:
    host = address[0] if isinstance(address, tuple) and address else address
    if isinstance(host, tuple) or host is None or not isinstance(host, str) or host.startswith("/"):
        return True  # a path (AF_UNIX), or an address given earlier, to connect
    try:
        return ipaddress.ip_address(host.split("%")[0]).is_loopback
    except ValueError:
        return host in ("", "localhost")


sys.addaudithook(_guard)
# Started in the background, a shell has Ctrl-C ignored, and every process that a test starts would inherit that.
signal.signal(signal.SIGINT, signal.default_int_handler)


@pytest.fixture(autouse=True)
def network_shut(monkeypatch: pytest.MonkeyPatch) -> Iterator[None]:
    """Shuts the network for this test and the programs that it starts."""
    global _shut  # noqa: PLW0603 - an audit hook cannot be taken away again
    monkeypatch.setenv("HF_HUB_OFFLINE", "1")
    monkeypatch.setenv("PIP_NO_INDEX", "1")
    for scheme in ("HTTP", "HTTPS", "ALL"):
        monkeypatch.setenv(f"{scheme}_PROXY", "http://127.0.0.1:9")  # nothing listens on the discard port
    monkeypatch.setenv("NO_PROXY", "127.0.0.1,localhost")
    _shut = True
    yield
    _shut = False


@pytest.fixture(autouse=True)
def own_folders(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Caches and journals of a test lie in its temporary folder."""
    monkeypatch.setenv("JARVIS_CACHE_DIR", str(tmp_path / "cache"))
    monkeypatch.setenv("JARVIS_DATA_DIR", str(tmp_path / "data"))
