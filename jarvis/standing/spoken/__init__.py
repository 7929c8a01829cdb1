"""The languages in which standing plans are understood and told."""

from __future__ import annotations

from collections.abc import Mapping

from jarvis.standing.spoken.base import Tongue
from jarvis.standing.spoken.de import GERMAN
from jarvis.standing.spoken.en import ENGLISH
from jarvis.standing.spoken.es import SPANISH
from jarvis.standing.spoken.fr import FRENCH
from jarvis.standing.spoken.zh import CHINESE

TONGUES: Mapping[str, Tongue] = {tongue.code: tongue for tongue in (ENGLISH, GERMAN, FRENCH, SPANISH, CHINESE)}
"""By ISO 639-1 code."""


def tongue_of(code: str) -> Tongue:
    """The language, or English where it is not spoken here."""
    return TONGUES.get(code, ENGLISH)
