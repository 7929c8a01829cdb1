"""Which addresses may be asked. Names are looked up once, and the address that was checked is the one that is used."""

from __future__ import annotations

import asyncio
import ipaddress
import socket
from collections.abc import Awaitable, Callable, Iterable
from typing import TypeGuard

import httpx

from jarvis.transport.failures import RefusedUrlError, TransportError

Address = ipaddress.IPv4Address | ipaddress.IPv6Address
LookUp = Callable[[str, int], Awaitable[list[Address]]]
"""The addresses of a host, given with the port that is wanted."""
_PORTS = {"http": 80, "https": 443}
_NAT64 = ipaddress.IPv6Network("64:ff9b::/96")
"""Addresses behind which a gateway reaches the IPv4 address in the last 32 bits (RFC 6052)."""


async def look_up(host: str, port: int) -> list[Address]:
    """What the system's name service says.

    Raises:
        TransportError: it does not know the name.
    """
    try:
        rows = await asyncio.get_running_loop().getaddrinfo(host, port, type=socket.SOCK_STREAM)
    except (OSError, UnicodeError) as error:
        # EAI_AGAIN is the name server's "ask me later".
        later = isinstance(error, socket.gaierror) and error.errno == socket.EAI_AGAIN
        raise TransportError(
            f"the name {host} is not known here; check it, and the network", transient=later, sent=False
        ) from error
    return list(dict.fromkeys(ipaddress.ip_address(str(row[4][0]).split("%")[0]) for row in rows))


class Guard:
    """Lets pass http and https to public addresses, and to the hosts that the user configured wherever they are."""

    def __init__(self, configured: Iterable[str] = (), look_up: LookUp = look_up) -> None:
        """`configured` are URLs; their host and port may be on this machine or in a private network.

        Raises:
            RefusedUrlError: one of them is no URL that can be asked.
        """
        self._look_up = look_up
        self._configured = frozenset(host_and_port(checked(url)) for url in configured)

    def is_configured(self, url: httpx.URL) -> bool:
        """Whether the user named the host and port of this URL."""
        return host_and_port(url) in self._configured

    def check(self, url: httpx.URL) -> None:
        """Looks at a URL before anything is sent; the addresses of its host are looked at when it is connected to.

        Raises:
            RefusedUrlError: it is none that may be asked.
        """
        checked(str(url))
        address = literal(url.host)
        if address is not None:
            self._check_address(url.host, *host_and_port(url), address)

    async def addresses(self, host: str, port: int) -> list[str]:
        """The addresses of a host, each of which may be asked.

        Raises:
            RefusedUrlError: one of them is in a network that only the user may name.
            TransportError: the name is unknown.
        """
        found = literal(host)
        known = [found] if found else await self._look_up(host, port)
        for address in known:
            self._check_address(host, host.lower(), port, address)
        return [str(address) for address in known]

    def _check_address(self, said: str, host: str, port: int, address: Address) -> None:
        if is_public(address) or (host, port) in self._configured:
            return
        where = said if said == str(address) else f"{said} ({address})"
        raise RefusedUrlError(
            f"{where} is on this machine or in a private network, which is asked only where the settings name it; "
            "add the endpoint to your own if you trust it"
        )


def checked(text: str) -> httpx.URL:
    """A URL that may be asked as far as one can see from it.

    Raises:
        RefusedUrlError: not http or https, without a host, or with a password in it.
    """
    try:
        url = httpx.URL(text)
    except (httpx.InvalidURL, ValueError):
        raise RefusedUrlError(f"{text[:80]!r} is no URL; it should look like https://host/path") from None
    if url.scheme not in _PORTS:
        raise RefusedUrlError(f"a URL of the kind {url.scheme or '(none)'}: is not asked; give one with http or https")
    if not url.host:
        raise RefusedUrlError(f"{text[:80]!r} names no host; it should look like https://host/path")
    if url.userinfo:
        raise RefusedUrlError(f"the URL of {url.host} holds a password; put it into an environment variable instead")
    return url


def host_and_port(url: httpx.URL) -> tuple[str, int]:
    """The host as a name server knows it, and the port."""
    return url.raw_host.decode("ascii").lower(), url.port or _PORTS.get(url.scheme, 0)


def literal(host: str) -> Address | None:
    """The address that a host is written as, None for a name."""
    try:
        return ipaddress.ip_address(host.split("%", maxsplit=1)[0])
    except ValueError:
        return None


def is_public(address: Address) -> bool:
    """Whether an address is one of the open Internet, also where it carries another one inside."""
    if isinstance(address, ipaddress.IPv4Address):
        return address.is_global and not address.is_multicast
    inner = [address.ipv4_mapped, address.sixtofour, *(address.teredo or ())]
    if address in _NAT64:
        inner.append(ipaddress.IPv4Address(int(address) & 0xFFFFFFFF))
    carried = [one for one in inner if _is_address(one)]
    if address.ipv4_mapped or address in _NAT64:
        return all(map(is_public, carried))
    if address.is_multicast or address.is_reserved:
        return False
    return address.is_global and all(map(is_public, carried))


def _is_address(found: ipaddress.IPv4Address | None) -> TypeGuard[ipaddress.IPv4Address]:
    return found is not None
