"""What tools do, as something to do, in five languages: "summarize a text", "einen Text zusammenfassen"."""

from __future__ import annotations

import tomllib
from collections.abc import Mapping
from functools import cache
from importlib.resources import files

from jarvis.spec import ToolSpec

_DO: Mapping[str, str] = {
    "en": "do this: “{does}”",
    "de": "„{does}“ ausführen",
    "fr": "exécuter « {does} »",
    "es": "ejecutar «{does}»",
    "zh": "执行“{does}”",
}
"""For a tool that is described in English only."""


def deed(tool: ToolSpec, language: str) -> str:
    """What a tool does; in English where the language (ISO 639-1) is not one of the five."""
    known = _deeds().get(tool.name)
    does = _beginning(tool.does) or tool.name
    if known is None:
        return _DO.get(language, _DO["en"]).format(does=does)
    return known.get(language) or known.get("en") or does[:1].lower() + does[1:]


@cache
def _deeds() -> Mapping[str, Mapping[str, str]]:
    return tomllib.loads((files("jarvis.tools") / "deeds.toml").read_text(encoding="utf-8"))


def _beginning(does: str) -> str:
    for end in (":", ";", "(", ".", "\n"):
        does = does.partition(end)[0]
    return does.strip()
