"""Conversations as the prompt that a model was trained on, by the chat template of its tokenizer.

Templates are programs of somebody else's: they run in Jinja's sandbox, see the messages alone, and are small.
"""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from datetime import UTC, datetime
from typing import Any, NoReturn

from jarvis.errors import ModelError
from jarvis.tools.handlers.hub_onnx.repository import Repository, read_json

_LARGEST = 200_000
"""Letters of a template."""


def chat_template(repository: Repository, settings: Mapping[str, Any]) -> str:
    """The template of a model; "" when it has none, as models that only go on with a text."""
    given: Any = settings.get("chat_template")
    for name in ("chat_template.jinja", "chat_template.json"):
        path = repository.files.get(name)
        if path is None or path.stat().st_size > _LARGEST:
            continue
        own = read_json(path, name) if name.endswith(".json") else path.read_text(encoding="utf-8", errors="replace")
        given = own.get("chat_template") if isinstance(own, dict) else own
    if isinstance(given, list):
        named = {str(one.get("name")): one.get("template") for one in given if isinstance(one, Mapping)}
        given = named.get("default") or next(iter(named.values()), "")
    return given if isinstance(given, str) and len(given) <= _LARGEST else ""


def rendered(template: str, messages: Sequence[Mapping[str, Any]], tokens: Mapping[str, str]) -> str:
    """The prompt for messages of {"role", "content"}; `tokens` are `bos_token` and the like, as text.

    The content is a text, or, for models that see, a list of {"type": "text", "text"} and {"type": "image"}.

    Raises:
        ModelError: Jinja is not installed, or the template is broken or wants what it may not have.
    """
    try:
        from jinja2 import TemplateError
        from jinja2.sandbox import ImmutableSandboxedEnvironment
    except ImportError as error:
        raise ModelError("this model's chat template needs Jinja; run `pip install jinja2`") from error
    environment = ImmutableSandboxedEnvironment(
        trim_blocks=True, lstrip_blocks=True, extensions=["jinja2.ext.loopcontrols"], autoescape=False
    )
    environment.filters["tojson"] = _to_json
    known: Any = environment.globals
    known.update(raise_exception=_refuse, strftime_now=_now)
    try:
        made = environment.from_string(template)
        return made.render(messages=[dict(one) for one in messages], add_generation_prompt=True, **tokens)
    except (TemplateError, ArithmeticError, LookupError, RecursionError, TypeError, ValueError) as error:
        raise ModelError(
            f"the chat template of this model cannot be used ({str(error)[:160]}); choose another model"
        ) from error


def _to_json(value: Any, indent: int | None = None) -> str:
    return json.dumps(value, ensure_ascii=False, indent=indent)


def _refuse(message: str) -> NoReturn:
    raise ValueError(message)


def _now(form: str) -> str:
    return datetime.now(UTC).strftime(form)
