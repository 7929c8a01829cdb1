"""The suite's own promise: a test reaches this machine and no other."""

from __future__ import annotations

import socket

import httpx
import pytest


@pytest.mark.parametrize("host", ["192.0.2.1", "example.org", "2001:db8::1"])
def test_another_machine_is_out_of_reach(host: str) -> None:
    with pytest.raises(RuntimeError, match="no other machine"):
        socket.create_connection((host, 80), timeout=1)


def test_an_http_client_is_shut_as_well() -> None:
    with pytest.raises((RuntimeError, httpx.ConnectError)):
        httpx.get("http://192.0.2.1/", timeout=1)


def test_this_machine_is_reachable() -> None:
    with (
        socket.create_server(("127.0.0.1", 0)) as server,
        socket.create_connection(server.getsockname(), timeout=1) as client,
    ):
        assert client.getpeername() == server.getsockname()
