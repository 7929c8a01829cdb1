"""A user's own endpoints, written down in one TOML file, and the model cards that they become.

    [[endpoint]]
    protocol = "openai"                      # or "open-inference", "hugging-face"
    url = "http://127.0.0.1:8080/v1"         # hugging-face: leave it out to ask a provider of the Hub
    model = "qwen3"
    tasks = ["text-generation", "summarization"]
    key_variable = "MY_KEY"                  # the environment variable that holds the key, if one is wanted
    quality = 0.8                            # its rank among models of the same task, 1 is best
    price = 0.002                            # of one call, in the currency of the budget
    languages = ["en", "de"]                 # if it does not speak all of them
    parameters = { max_tokens = 400 }        # what else its protocol knows

Only the hosts in this file may be in a private network or on this machine.
"""

from __future__ import annotations

import tomllib
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from pydantic import BaseModel, ConfigDict, Field, ValidationError

from jarvis.errors import UsageError
from jarvis.model_registry.card import ModelCard
from jarvis.transport import RefusedUrlError
from jarvis.transport.guard import checked

_PROTOCOLS = ("openai", "open-inference", "hugging-face")


@dataclass(frozen=True, slots=True)
class Endpoints:
    """What a user configured."""

    cards: tuple[ModelCard, ...] = ()
    configured: tuple[str, ...] = ()
    """The addresses, for the guard of the transport."""


class _Entry(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")

    protocol: str
    url: str = ""
    model: str
    tasks: tuple[str, ...] = Field(min_length=1)
    id: str = ""
    key_variable: str = ""
    provider: str = ""
    quality: float = Field(0.5, ge=0, le=1)
    price: float = Field(0.0, ge=0)
    license: str = ""
    languages: tuple[str, ...] = ()
    parameters: dict[str, str | int | float | bool] = Field(default_factory=dict)


def read_endpoints(path: Path) -> Endpoints:
    """The endpoints in a file.

    Raises:
        UsageError: it cannot be read, or an entry is not as it should be; the message names the entry.
    """
    try:
        rows = tomllib.loads(path.read_text(encoding="utf-8"))
    except OSError as error:
        raise UsageError(f"the endpoints in {path} cannot be read ({error.strerror}); check the path") from error
    except (tomllib.TOMLDecodeError, UnicodeDecodeError) as error:
        raise UsageError(f"{path} is no TOML file ({error}); mend it there") from error
    entries = rows.get("endpoint", [])
    if not isinstance(entries, list) or set(rows) - {"endpoint"}:
        raise UsageError(f"{path} must hold tables called [[endpoint]], and nothing else")
    cards = [_card(path, number, row) for number, row in enumerate(entries, 1)]
    ids = [card.id for card in cards]
    twice = next((one for one in ids if ids.count(one) > 1), None)
    if twice:
        raise UsageError(f"two endpoints in {path} have the id {twice}; give one of them an id of its own")
    return Endpoints(tuple(cards), tuple(dict.fromkeys(str(c.parameters["endpoint"]) for c in cards if _has_url(c))))


def _has_url(card: ModelCard) -> bool:
    return "endpoint" in card.parameters


def _card(path: Path, number: int, row: Any) -> ModelCard:
    where = f"endpoint {number} in {path}"
    try:
        entry = _Entry.model_validate(row)
    except ValidationError as error:
        first = error.errors()[0]
        field = ".".join(str(part) for part in first["loc"])
        raise UsageError(f"{where}: {field}: {first['msg']}; mend it there") from None
    if entry.protocol not in _PROTOCOLS:
        raise UsageError(f"{where}: protocol is {entry.protocol!r}; it can be {', '.join(_PROTOCOLS)}")
    if not entry.url and entry.protocol != "hugging-face":
        raise UsageError(f"{where} has no url; add the address of the server")
    if entry.url:
        try:
            checked(entry.url)
        except RefusedUrlError as error:
            raise UsageError(f"{where}: {error}") from None
    named: dict[str, str | float] = {
        "endpoint": entry.url,
        "model": entry.model,
        "key_variable": entry.key_variable,
        "provider": entry.provider,
        "price": entry.price,
    }
    return ModelCard(
        id=entry.id or f"{entry.protocol}:{entry.model}",
        name=entry.model,
        tasks=entry.tasks,
        handler="",
        license=entry.license,
        extra="",
        languages=entry.languages,
        quality=entry.quality,
        quality_source="the settings",
        parameters={
            **entry.parameters,
            **{name: value for name, value in named.items() if value},
            "protocol": entry.protocol,
            "network": True,
        },
    )
