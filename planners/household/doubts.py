"""Questions of general knowledge that a planner took for questions about the home: "wie hoch ist der Mount Everest"."""

from __future__ import annotations

import re

from jarvis.planners.household.names import Names
from jarvis.planners.household.spoken import plain

_ASKS = re.compile(
    r"(?:who|whose|what|what's|whats|when|where|why|how|which|wer|wem|wen|wessen|was|wie|wo|woher|wohin|wann|warum|wieso|"
    r"weshalb|welche[rsnm]?|wieviel|qui|que|quoi|où|quand|comment|pourquoi|quel(?:le)?s?|combien|qué|quién(?:es)?|dónde|"
    r"cuándo|cómo|por qué|cuál(?:es)?|cuánt[oa]s?)(?!\w)|.*(?:谁|什么|哪里|哪个|为什么|多少|多高|多远|几个)",
    re.IGNORECASE,
)
_OF_A_HOME = re.compile(
    r"(?<!\w)(?:my|our|here|home|house|room|warm|cold|hot|cool|temp\w*|humid\w*|damp|batter\w*|charg\w*|power|signal|doing|on|"
    r"off|open\w*|closed?|shut|lock\w*|running|left|done|finished|state|status|"
    r"mein\w*|unser\w*|hier|haus|zimmer|kalt|heiß|kühl|feucht\w*|akku\w*|batterie\w*|strom|offen|zu|an|aus|läuft|fertig|"
    r"voll|leer|zustand|status|grad|luft\w*|"
    r"mon|ma|mes|notre|ici|maison|pièce|chaud|froid|humid\w*|batterie|ouvert\w*|fermé\w*|allumé\w*|éteint\w*|fini|état|"
    r"mi|mis|nuestr\w*|aquí|casa|cuarto|frío|calor|caliente|humedad|batería|abiert\w*|cerrad\w*|encendid\w*|apagad\w*|"
    r"estado)(?!\w)|度|电量|湿|热|冷|开着|关着|锁|家里|房间|这里|我的|室内",
    re.IGNORECASE,
)
"""Words of questions about a home, also about things that this one has not."""


def is_general(text: str, target: str, names: Names) -> bool:
    """Whether a request asks about something in the world: `target`, which it would read, is nothing of a home.

    Only where a question word begins it, nothing in the home is called in any word as the target is, and no word of it
    is one that people ask their home with.
    """
    asked = plain(text)
    return bool(names.things and _ASKS.match(asked)) and not names.shares(target) and not _OF_A_HOME.search(asked)
