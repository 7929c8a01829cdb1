"""What hubs have in common: an endpoint and a token, each from the environment."""

from __future__ import annotations

import os
from collections.abc import Iterable, Mapping
from typing import ClassVar, Self

from jarvis.model_registry.card import Source
from jarvis.model_registry.hubs.asking import Asker, Patience, token
from jarvis.transport.failures import TransportError
from jarvis.transport.keys import Secret


class AskedHub:
    """A hub that is asked over HTTP; subclasses say how."""

    source: Source
    home: ClassVar[str]
    """Its own address."""
    endpoint_variable: ClassVar[str]
    """The environment variable that names another address: a mirror, or a server that speaks as it does."""
    token_variable: ClassVar[str]
    """The environment variable that holds the user's token."""

    def __init__(
        self,
        endpoint: str = "",
        *,
        also: Iterable[str] = (),
        key: Secret | None = None,
        patience: Patience | None = None,
    ) -> None:
        """`endpoint` is its own address by default; `also`: see Asker."""
        self.asker = Asker(endpoint or self.home, also=also, key=key, patience=patience)
        self._has_key = key is not None

    @classmethod
    def from_env(cls, environ: Mapping[str, str] = os.environ, patience: Patience | None = None) -> Self:
        """The hub that the environment names, with the token from there or from the keyring.

        Raises:
            TransportError: `HF_HUB_OFFLINE` forbids to ask hubs.
            UsageError: the token cannot be one.
        """
        _refuse_offline(environ)
        endpoint = environ.get(cls.endpoint_variable, "").strip()
        return cls(endpoint, also=_own_hosts(environ), key=token(cls.token_variable, environ), patience=patience)


def _refuse_offline(environ: Mapping[str, str]) -> None:
    if environ.get("HF_HUB_OFFLINE", "").strip().upper() in ("1", "ON", "YES", "TRUE"):
        raise TransportError("no hub is asked, because HF_HUB_OFFLINE is set; unset it to pull models", sent=False)


def _own_hosts(environ: Mapping[str, str]) -> tuple[str, ...]:
    """URLs in the user's own network that a mirror keeps its files at (`JARVIS_HUB_HOSTS`)."""
    return tuple(environ.get("JARVIS_HUB_HOSTS", "").replace(",", " ").split())
