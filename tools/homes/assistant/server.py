"""The Home Assistant that the user named: its address, its token, and what is said when either does not do."""

from __future__ import annotations

import os
from dataclasses import dataclass
from functools import cached_property

import httpx

from jarvis.errors import UsageError
from jarvis.tools.homes.protocol import HomeError
from jarvis.transport import RefusedUrlError, Secret, Transport, find_key
from jarvis.transport.guard import checked

NAME = "Home Assistant"


class TokenError(HomeError):
    """There is no token, or it is not taken."""


@dataclass(frozen=True)
class Server:
    """One Home Assistant."""

    address: str
    """As the setting `home` has it."""
    token_variable: str

    @cached_property
    def url(self) -> httpx.URL:
        """Its address, without a slash at the end.

        Raises:
            UsageError: it is none that may be asked.
        """
        try:
            found = checked(self.address.rstrip("/"))
        except RefusedUrlError as error:
            raise UsageError(f"JARVIS_HOME: {error}") from None
        return found.copy_with(query=None, fragment=None)

    @cached_property
    def transport(self) -> Transport:
        """Asks this server, which may be in a private network because the user named it, and no other private one."""
        return Transport([str(self.url)])

    @property
    def websocket(self) -> str:
        """The address of its WebSocket API."""
        scheme = "wss" if self.url.scheme == "https" else "ws"
        return str(self.url.copy_with(scheme=scheme)).rstrip("/") + "/api/websocket"

    def path(self, path: str) -> str:
        """The address of a part of its REST API."""
        return f"{str(self.url).rstrip('/')}{path}"

    def token(self) -> Secret:
        """Its long-lived access token, from the environment or the keyring.

        Raises:
            TokenError: there is none.
            UsageError: what is there cannot be a token.
        """
        found = self._found()
        if found is None:
            raise TokenError(
                f"there is no token for {NAME} at {self.where}; make a long-lived access token in its user profile and "
                f"put it into the environment variable {self.token_variable}, or into the keyring under jarvis"
            )
        return found

    def _found(self) -> Secret | None:
        if os.environ.get(self.token_variable, "").strip():
            return find_key(self.token_variable)
        try:
            return find_key(self.token_variable)
        except UsageError:  # A keyring that cannot be read, or that this machine does not have.
            return None

    @property
    def where(self) -> str:
        """Host and port, for messages."""
        return self.url.netloc.decode("ascii")

    def refused(self) -> TokenError:
        """The error of a token that is not taken."""
        return TokenError(
            f"{NAME} at {self.where} does not take the token in {self.token_variable}; it may have been deleted or "
            "belong to another server: make a new long-lived access token in its user profile"
        )

    def unreachable(self, reason: str) -> HomeError:
        """The error of a server that does not answer."""
        return HomeError(
            f"{NAME} at {self.where} cannot be reached ({reason}); is it running, and is JARVIS_HOME its address?"
        )

    def silent(self, seconds: float) -> HomeError:
        """The error of an answer that did not come."""
        return HomeError(f"{NAME} at {self.where} gave no answer in {seconds:g} s; it may be busy: try again")

    def broken(self, what: str) -> HomeError:
        """The error of a connection that ended while an answer was awaited."""
        return HomeError(f"the connection to {NAME} at {self.where} broke off {what}")
