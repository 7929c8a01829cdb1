"""Keys of this process, kept out of the journal."""

from __future__ import annotations

import json
import os
import re
from collections.abc import Mapping

_NAMES = re.compile(r"(KEY|TOKEN|SECRET|PASSWORD|PASSPHRASE|CREDENTIALS)$", re.IGNORECASE)
_SHORTEST = 8
"""Characters; what is shorter also stands in texts that have nothing to do with it."""
REDACTED = "[a key of this machine]"


class Redaction:
    """Replaces the values of environment variables that hold keys, by their names, wherever they stand in a text."""

    def __init__(self, environ: Mapping[str, str] = os.environ) -> None:
        values = {value for name, value in environ.items() if _NAMES.search(name) and len(value) >= _SHORTEST}
        written = values | {json.dumps(value)[1:-1] for value in values}  # JSON escapes a quotation mark within a key
        self._secrets = sorted(written, key=len, reverse=True)

    def __call__(self, text: str) -> str:
        """The text without keys, plain or in JSON."""
        for secret in self._secrets:
            if secret in text:
                text = text.replace(secret, REDACTED)
        return text
