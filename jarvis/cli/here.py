"""What every command is given, and the option that most of them have."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Annotated

import typer

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services

Json = Annotated[bool, typer.Option("--json", help="Print one JSON object and nothing else.")]


@dataclass(frozen=True, slots=True)
class Context:
    """The screen, and the services behind it."""

    screen: Screen
    services: Services


def here_of(context: typer.Context) -> Context:
    """What the program's entry put into Typer's context."""
    here = context.find_root().obj
    assert isinstance(here, Context)
    return here
