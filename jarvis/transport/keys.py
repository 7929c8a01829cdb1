"""Keys of endpoints: from the environment, or from the system's keyring. They are in no setting, log or message."""

from __future__ import annotations

import os
import re
from collections.abc import Mapping
from importlib.util import find_spec

from jarvis.errors import UsageError

_SERVICE = "jarvis"
_VISIBLE = re.compile(r"[\x21-\x7e]+")


class Secret:
    """A key that shows itself to nobody but who asks for it by `reveal`."""

    __slots__ = ("_value",)

    def __init__(self, value: str) -> None:
        self._value = value

    def __repr__(self) -> str:
        return "Secret(***)"

    def __reduce__(self) -> str:
        raise TypeError("a key is not written down; pass on the name of its variable")

    def reveal(self) -> str:
        """The key itself."""
        return self._value

    def redacted(self, text: str) -> str:
        """A text of another's making without the key: servers like to quote what they refuse."""
        return text.replace(self._value, "***")


def find_key(variable: str, environ: Mapping[str, str] = os.environ) -> Secret | None:
    """The key in an environment variable, else the one in the keyring under `jarvis` and the variable's name.

    None when neither has one. The keyring is asked only where the package `keyring` is installed; that may take a
    moment, or ask the user to unlock it.

    Raises:
        UsageError: what is there cannot be a key.
    """
    found = environ.get(variable, "").strip() or _from_keyring(variable)
    if not found:
        return None
    # A header with other characters would be refused further down, by an error that quotes it.
    if not _VISIBLE.fullmatch(found):
        raise UsageError(f"the key in {variable} has blanks or characters that no key has; set it anew")
    return Secret(found)


def _from_keyring(variable: str) -> str:
    if not variable or find_spec("keyring") is None:
        return ""
    import keyring
    from keyring.errors import KeyringError

    try:
        return (keyring.get_password(_SERVICE, variable) or "").strip()
    except KeyringError as error:
        raise UsageError(
            f"the keyring cannot be read ({type(error).__name__}); unlock it, or set {variable} in the environment"
        ) from None
