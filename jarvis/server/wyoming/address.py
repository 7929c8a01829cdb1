"""Where the server listens and where satellites are: `tcp://HOST:PORT`, `unix://PATH`, `stdio://`."""

from __future__ import annotations

import ipaddress
from dataclasses import dataclass
from typing import Literal
from urllib.parse import urlsplit

from jarvis.errors import UsageError

HOST, PORT = "127.0.0.1", 10600


@dataclass(frozen=True, slots=True)
class Address:
    """One end of a connection."""

    kind: Literal["tcp", "unix", "stdio"]
    host: str = ""
    """Of tcp: a name or an IP address; "" stands for every interface."""
    port: int = 0
    """Of tcp; 0 lets the system choose."""
    path: str = ""
    """Of unix."""

    @property
    def here_only(self) -> bool:
        """Whether no other machine can reach it."""
        if self.kind != "tcp" or self.host == "localhost":
            return True
        try:
            return ipaddress.ip_address(self.host).is_loopback
        except ValueError:
            return False

    def __str__(self) -> str:
        if self.kind == "tcp":
            return f"tcp://{f'[{self.host}]' if ':' in self.host else self.host}:{self.port}"
        return f"unix://{self.path}" if self.kind == "unix" else "stdio://"


@dataclass(frozen=True, slots=True)
class SatelliteAddress:
    """A satellite, and the room that it stands in."""

    address: Address
    room: str = ""
    """"" leaves it to what the satellite says."""


def address_of(uri: str) -> Address:
    """What a URI names.

    Raises:
        UsageError: it is none of the three forms.
    """
    try:
        parts = urlsplit(uri)
        port = parts.port
    except ValueError:
        raise _wrong(uri) from None
    if parts.scheme == "stdio":
        return Address("stdio")
    if parts.scheme == "unix" and parts.netloc + parts.path:
        return Address("unix", path=parts.netloc + parts.path)
    if parts.scheme == "tcp" and parts.hostname and port is not None:
        return Address("tcp", parts.hostname, port)
    raise _wrong(uri)


def satellite_of(text: str) -> SatelliteAddress:
    """`tcp://HOST:PORT` or `tcp://HOST:PORT@ROOM`.

    Raises:
        UsageError: it is not of this form.
    """
    uri, _, room = text.partition("@")
    address = address_of(uri if "://" in uri else f"tcp://{uri}")
    if address.kind == "stdio" or (address.kind == "tcp" and not address.port):
        raise UsageError(f"a satellite is named tcp://HOST:PORT or tcp://HOST:PORT@ROOM, not {text!r}")
    return SatelliteAddress(address, room.strip())


def _wrong(uri: str) -> UsageError:
    return UsageError(f"{uri!r} is no address of Wyoming; write tcp://HOST:PORT, unix://PATH or stdio://")
