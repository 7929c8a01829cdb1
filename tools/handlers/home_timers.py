"""Timers, alarms and reminders, and lists: kept in files that the voice loop and other programs may read too."""

from __future__ import annotations

import re
from collections.abc import Mapping
from datetime import datetime, timedelta
from pathlib import Path
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.home_numbers import duration
from jarvis.tools.handlers.home_store import JsonStore, data_folder
from jarvis.tools.handlers.home_times import moment, repeats

_LIST_WORD = re.compile(r"^(my|the|our)\s+|\s+list$", re.IGNORECASE)
_AT_MOST = 10_000


class Timers:
    """Starts, cancels and reads timers. Each is kept with the time when it is due, so it outlives the program."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._store = JsonStore(data_folder(dict(options.parameters)) / "timers.json")

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Does `timer`.

        Gives {"action", "label", "at", "due", "remaining"} with `due` in ISO 8601 and `remaining` in seconds, or
        {"action": "status", "timers": [...]}.

        Raises:
            TaskError: the time is missing or not clear, or there is no such timer.
        """
        said = {slot: inputs.text(slot).strip() for slot in ("duration", "at", "label")}
        return self.do(inputs.text("action"), said, datetime.now().astimezone())

    def do(self, action: str, said: Mapping[str, str], now: datetime) -> Value:
        """One action at the time `now`; `said` has `duration`, `at` and `label`, each "" when it was not said."""
        if action == "start":
            return self._start(said, now)
        running = self.running(now)
        if action == "status":
            chosen = _chosen(running, said, now) or running
            return {"action": "status", "timers": [_told(timer, now) for timer in chosen]}
        return self._cancel(running, said, now)

    def running(self, now: datetime) -> list[dict[str, Any]]:
        """Timers that are not due yet, the next one first."""
        kept = self._store.read().get("timers", [])
        return sorted((t for t in kept if datetime.fromisoformat(t["due"]) > now), key=lambda t: str(t["due"]))

    def take_due(self, now: datetime) -> list[dict[str, Any]]:
        """Timers that have become due; each is given once, to the program that rings it."""
        with self._store.change() as kept:
            timers = kept.get("timers", [])
            due = [timer for timer in timers if datetime.fromisoformat(timer["due"]) <= now]
            kept["timers"] = [timer for timer in timers if timer not in due]
        return due

    def _start(self, said: Mapping[str, str], now: datetime) -> Value:
        due = _due(said, now)
        if due.microsecond:  # Five minutes are not told as 4 min 59 s.
            due = due.replace(microsecond=0) + timedelta(seconds=1)
        timer: dict[str, Any] = {"label": said["label"], "at": said["at"], "due": due.isoformat(timespec="seconds")}
        with self._store.change() as kept:
            if len(kept.get("timers", [])) >= _AT_MOST:
                raise TaskError(f"there are {_AT_MOST} timers already; cancel some first")
            kept["timers"] = [*kept.get("timers", []), timer]
        return {"action": "start", **_told(timer, now)}

    def _cancel(self, running: list[dict[str, Any]], said: Mapping[str, str], now: datetime) -> Value:
        chosen = _chosen(running, said, now)
        if not running:
            raise TaskError("no timer is running, so there is none to cancel")
        if not chosen and (len(running) > 1 or any(said.values())):
            names = ", ".join(str(timer["label"] or timer["due"]) for timer in running[:5])
            raise TaskError(f"it is not clear which timer is meant; running are {names}")
        chosen = chosen or running
        with self._store.change() as kept:
            kept["timers"] = [timer for timer in kept.get("timers", []) if timer not in chosen]
        return {"action": "cancel", **_told(chosen[0], now)}


def _due(said: Mapping[str, str], now: datetime) -> datetime:
    text = said["duration"] or said["at"]
    if not text:
        raise TaskError("a timer needs a length or a time; say how long or when")
    if repeats(text):
        raise TaskError(f"timers that come again ({text!r}) are not kept; say one time")
    due = _after(said["duration"], now) if said["duration"] else moment(text, now)
    if due is None:
        raise TaskError(f"{text!r} is not clear as a time; say it like '10 minutes' or 'tomorrow at 7:30'")
    return due


def _after(text: str, now: datetime) -> datetime | None:
    length = duration(text)
    return now + length if length else None


def _chosen(running: list[dict[str, Any]], said: Mapping[str, str], now: datetime) -> list[dict[str, Any]]:
    """The timers that a label or a time names; none when nothing was said."""
    label = said["label"].casefold()
    if label:
        return [timer for timer in running if label in str(timer["label"]).casefold()]
    due = moment(said["at"], now) if said["at"] else None
    return [timer for timer in running if due and datetime.fromisoformat(timer["due"]) == due]


def _told(timer: Mapping[str, Any], now: datetime) -> dict[str, JsonValue]:
    remaining = (datetime.fromisoformat(timer["due"]) - now).total_seconds()
    return {**timer, "remaining": round(max(0.0, remaining))}


class Lists:
    """Shopping, to-do and other lists."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._store = JsonStore(data_folder(dict(options.parameters)) / "lists.json")

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Does `list-item`; gives {"action", "list", "item", "items"}.

        Raises:
            TaskError: the item is missing, or is not on the list.
        """
        return self.do(inputs.text("action"), inputs.text("list"), inputs.text("item"))

    def do(self, action: str, name: str, item: str) -> Value:
        """One action on the list called `name`; "shopping list" and "Shopping" are the same one."""
        title = _LIST_WORD.sub("", _LIST_WORD.sub("", name.strip())) or name.strip()
        item = item.strip()
        if action == "read":
            return _list_row(action, title, "", self._store.read().get(title.casefold(), []))
        if not item:
            raise TaskError(f"say what to {action} on the {title} list")
        with self._store.change() as kept:
            items = list(kept.get(title.casefold(), []))
            items = _without(items, item, title) if action == "remove" else [*items, item]
            kept[title.casefold()] = items
        return _list_row(action, title, item, items)


def _without(items: list[str], item: str, title: str) -> list[str]:
    place = next((i for i, kept in enumerate(items) if kept.casefold() == item.casefold()), None)
    if place is None:
        held = f"it holds {', '.join(items[:5])}" if items else "it is empty"
        raise TaskError(f"{item!r} is not on the {title} list; {held}")
    return items[:place] + items[place + 1 :]


def _list_row(action: str, title: str, item: str, items: list[str]) -> Value:
    row: dict[str, JsonValue] = {"action": action, "list": title, "items": list(items)}
    return row | {"item": item} if item else row
