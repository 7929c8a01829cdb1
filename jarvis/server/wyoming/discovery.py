"""Found by itself: the server is announced in the local network as `_wyoming._tcp.local.` (mDNS).

The package zeroconf is under the LGPL, so it is an extra of its own.
"""

from __future__ import annotations

import socket
from collections.abc import AsyncIterator
from contextlib import asynccontextmanager
from importlib.util import find_spec

from jarvis.errors import UsageError
from jarvis.server.wyoming.address import Address

SERVICE = "_wyoming._tcp.local."


def check_announceable(address: Address) -> None:
    """Whether an address can be announced.

    Raises:
        UsageError: the package is missing, or nobody else could reach the address.
    """
    if find_spec("zeroconf") is None:
        raise UsageError("--zeroconf needs the package zeroconf (LGPL); run `pip install 'jarvis[zeroconf]'`")
    if address.kind != "tcp" or address.here_only:
        raise UsageError(
            f"--zeroconf would announce {address}, which no other machine reaches; "
            "name an address of this machine with --host, such as --host 0.0.0.0"
        )


@asynccontextmanager
async def announced(address: Address, name: str = "") -> AsyncIterator[str]:
    """Announces the server while this is open; gives the name that it is found under.

    Raises:
        UsageError: this machine has no address in a network, or the network takes no announcements.
    """
    from zeroconf import IPVersion
    from zeroconf.asyncio import AsyncServiceInfo, AsyncZeroconf

    host = _reachable(address.host)
    full = f"{name or f'Jarvis on {socket.gethostname()}'}.{SERVICE}"
    info = AsyncServiceInfo(SERVICE, full, addresses=[socket.inet_aton(host)], port=address.port)
    try:
        zeroconf = AsyncZeroconf(interfaces=[host], ip_version=IPVersion.V4Only)
    except OSError as error:
        raise UsageError(f"cannot announce {host} in the network: {error}; leave out --zeroconf") from None
    try:
        await zeroconf.async_register_service(info, allow_name_change=True)
        yield info.name
    finally:
        await zeroconf.async_unregister_all_services()
        await zeroconf.async_close()


def _reachable(host: str) -> str:
    """The IPv4 address under which others reach this machine; of a host that stands for all, the outward one."""
    if host not in ("", "0.0.0.0", "::"):  # noqa: S104 - compared, not bound
        try:
            return socket.gethostbyname(host)
        except OSError:
            raise UsageError(f"{host} is no address of this machine; name one with --host") from None
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        try:
            probe.connect(("224.0.0.251", 5353))  # nothing is sent: it only chooses the interface
        except OSError:
            raise UsageError(
                "this machine is in no network, so nothing can be announced; leave out --zeroconf"
            ) from None
        return str(probe.getsockname()[0])
