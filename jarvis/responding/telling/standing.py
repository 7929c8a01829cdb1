"""Telling what became of standing plans and timers, in the language in which they were made."""

from __future__ import annotations

from datetime import datetime

from jarvis.responding.shapes import Row, number, rows, text
from jarvis.responding.telling import home
from jarvis.responding.telling.telling import Telling
from jarvis.standing.spoken import TONGUES
from jarvis.standing.words import capital, left, said

_KEYS = {"add": "added", "remove": "removed", "pause": "paused.told", "resume": "resumed", "change": "changed"}


def tell_standing(telling: Telling) -> str | None:
    """Like "Kept: Every day at 07:00: the weather, then say it."; a list of all; that nothing was kept."""
    value = telling.value
    found = rows(value["plans"]) if isinstance(value, dict) and "plans" in value else None
    if not isinstance(value, dict) or found is None:
        return None
    action, language = text(value.get("action")), telling.phrases.code
    if action == "decline":
        return said(language, "declined")
    if action == "list":
        return _list(found, language)
    if action not in _KEYS or not found:
        return None
    told = [
        said(_language(row, language), _KEYS[action], when=text(row["when"]), plan=text(row["does"])) for row in found
    ]
    idle = said(_language(found[0], language), "added.idle") if value.get("idle") else ""
    return telling.phrases.texts["between"].join(told) + idle


def _list(found: list[Row], language: str) -> str:
    if not found:
        return said(language, "none")
    plans = " ".join(_listed(row, _language(row, language)) for row in found)
    return said(language, "list.one" if len(found) == 1 else "list", count=str(len(found)), plans=plans)


def _listed(row: Row, language: str) -> str:
    state = said(language, "state.paused") if row.get("paused") else ""
    return said(language, "listed", when=text(row.get("when")), plan=text(row.get("does")), state=state)


def _language(row: Row, otherwise: str) -> str:
    language = text(row.get("language"))
    return language if language in TONGUES else otherwise


def tell_timer(telling: Telling) -> str | None:
    """Like "Timer “pasta” was set (10 minutes).", "Alarm was set (every weekday at 07:00)."."""
    value = telling.value
    if not isinstance(value, dict):
        return None
    found = rows(value["timers"]) if "timers" in value else None
    several = found if found is not None else [value]
    if not several or not all("kind" in row for row in several):
        return home.tell_timer(telling)  # of another home, or none
    action, language = text(value.get("action")), telling.phrases.code
    key = {"start": "set", "cancel": "ended"}.get(action, "left")
    told = telling.phrases.texts["between"].join(_timer(row, key, language) for row in several)
    return told + (said(language, "set.idle") if value.get("idle") else "")


def _timer(row: Row, key: str, language: str) -> str:
    kind, label = text(row["kind"]), text(row.get("label"))
    quoted = said(language, "quote", label=label) if label else ""
    remaining = left(number(row.get("remaining")) or 0.0, language)
    when = text(row.get("repeats")) or _due(text(row.get("due"))) or text(row.get("at"))
    full = "ended" if key == "ended" else f"{key}.{kind}"
    values = {"label": quoted, "left": remaining, "at": remaining if key == "ended" and kind == "timer" else when}
    return capital(said(language, full, **values))


def _due(written: str) -> str:
    """The time of an ISO date, with the day when it is not within 24 hours."""
    try:
        due = datetime.fromisoformat(written)
    except ValueError:
        return ""
    ahead = (due - datetime.now(due.tzinfo)).total_seconds()
    return f"{due:%H:%M}" if 0 <= ahead < 86_400 else f"{due:%Y-%m-%d %H:%M}"
