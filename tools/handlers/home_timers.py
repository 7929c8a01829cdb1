"""Timers, alarms and reminders, which keepers tell when they are due; and lists, kept in a file."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from datetime import datetime, tzinfo
from pathlib import Path

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.standing.clock import Clock, SystemClock, at
from jarvis.standing.grammar import schedule_of
from jarvis.standing.records import Kind, Timer, new_id
from jarvis.standing.schedule import Schedule
from jarvis.standing.store import Store
from jarvis.standing.words import schedule_said
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.home_times import moment, repeats
from jarvis.tools.homes.numbers import duration
from jarvis.tools.homes.store import JsonStore, data_folder

_LIST_WORD = re.compile(r"^(my|the|our)\s+|\s+list$", re.IGNORECASE)
_ALL = re.compile(r"all|every|both|alle|tous|toutes|todos|todas|全部|所有")


class Timers:
    """Starts, cancels and reads timers. Each is kept with the time when it is due, so it outlives the program."""

    def __init__(
        self,
        files: Mapping[str, Path],
        options: RuntimeOptions,
        *,
        clock: Clock | None = None,
        zone: tzinfo | None = None,
    ) -> None:
        self._store = Store(data_folder(dict(options.parameters)))
        self._clock, self._zone = clock or SystemClock(), zone

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Does `timer`.

        Gives {"action", "kind", "label", "at", "due", "remaining", "repeats"?} with `due` in ISO 8601 and `remaining`
        in seconds, "idle": true where no program runs that would ring it; or {"action", "timers": [...]}.

        Raises:
            TaskError: the time is missing or not clear, or there is no such timer.
            StorageError: it cannot be kept.
        """
        said = {slot: inputs.text(slot).strip() for slot in ("duration", "at", "label")}
        return self.do(inputs.text("action"), said, inputs.text("room"), inputs.text("language") or "en")

    def do(self, action: str, said: Mapping[str, str], room: str = "", language: str = "en") -> Value:
        """One action now; `said` has `duration`, `at` and `label`, each "" when it was not said."""
        if action == "start":
            return self._start(said, room, language)
        running = self.running()
        if action == "status":
            return {"action": "status", "timers": [*map(self._told, self._chosen(running, said) or running)]}
        return self._cancel(running, said)

    def running(self) -> list[Timer]:
        """Timers that are not due yet, the next one first."""
        timers = [timer.on(self._clock) for timer in self._store.timers()]
        return sorted((timer for timer in timers if timer.due > self._clock.now()), key=lambda timer: timer.due)

    def _start(self, said: Mapping[str, str], room: str, language: str) -> Value:
        now = at(self._clock.now(), self._zone)
        schedule = _schedule(said)
        due = schedule.next(now, self._zone) if schedule else _due(said, now)
        length = bool(said["duration"]) and schedule is None
        timer = Timer(
            id=new_id(),
            kind=Kind.TIMER if length else Kind.REMINDER if said["label"] else Kind.ALARM,
            label=said["label"],
            due=due.timestamp(),
            schedule=schedule,
            said=said["duration"] or said["at"],
            room=room,
            language=language,
            boot=self._clock.boot if length else "",
            steady=self._clock.steady() + (due - now).total_seconds() if length else 0.0,
        )
        told = self._told(timer, now.timestamp())
        self._store.add(timer)
        idle: dict[str, JsonValue] = {} if self._store.keepers() else {"idle": True}
        return {"action": "start", **told, **idle}

    def _cancel(self, running: list[Timer], said: Mapping[str, str]) -> Value:
        chosen = self._chosen(running, said)
        if not running:
            raise TaskError("no timer is running, so there is none to cancel")
        if _ALL.search(said["label"].casefold()) and not chosen:
            chosen = running
        if not chosen and (len(running) > 1 or any(said.values())):
            names = ", ".join(timer.label or timer.said for timer in running[:5])
            raise TaskError(f"it is not clear which timer is meant; running are {names}")
        chosen = chosen or running
        self._store.remove(timer.id for timer in chosen)
        told = [*map(self._told, chosen)]
        return {"action": "cancel", **told[0]} if len(told) == 1 else {"action": "cancel", "timers": [*told]}

    def _chosen(self, running: Sequence[Timer], said: Mapping[str, str]) -> list[Timer]:
        """The timers that a label, a length or a time names; none when nothing was said."""
        if label := said["label"].casefold():
            named = [timer for timer in running if label in timer.label.casefold()]
            return named or [timer for timer in running if timer.label and timer.label.casefold() in label]
        if said["duration"]:
            length = duration(said["duration"])
            return [timer for timer in running if length and duration(timer.said) == length]
        if not said["at"]:
            return []
        schedule = schedule_of(said["at"])
        due = moment(said["at"], at(self._clock.now(), self._zone))
        return [
            timer
            for timer in running
            if (schedule and timer.schedule == schedule) or (due and timer.due == due.timestamp())
        ]

    def _told(self, timer: Timer, now: float | None = None) -> dict[str, JsonValue]:
        due, now = at(timer.due, self._zone), self._clock.now() if now is None else now
        row: dict[str, JsonValue] = {
            "kind": timer.kind.value,
            "label": timer.label,
            "at": "" if timer.kind is Kind.TIMER else timer.said,
            "due": due.isoformat(timespec="seconds"),
            "remaining": round(max(0.0, timer.due - now)),
            "language": timer.language,
        }
        return row | ({"repeats": schedule_said(timer.schedule, timer.language)} if timer.schedule else {})


def _schedule(said: Mapping[str, str]) -> Schedule | None:
    """For "every weekday at 7".

    Raises:
        TaskError: it comes again, but it is not clear when.
    """
    text = said["at"] or said["duration"]
    if (schedule := schedule_of(text)) is not None:
        return schedule
    if repeats(text):
        raise TaskError(f"{text!r} is not clear as something that comes again; say it like 'every weekday at 7:30'")
    return None


def _due(said: Mapping[str, str], now: datetime) -> datetime:
    text = said["duration"] or said["at"]
    if not text:
        raise TaskError("a timer needs a length or a time; say how long or when")
    due = _after(said["duration"], now) if said["duration"] else moment(text, now)
    if due is None:
        raise TaskError(f"{text!r} is not clear as a time; say it like '10 minutes' or 'tomorrow at 7:30'")
    return due


def _after(text: str, now: datetime) -> datetime | None:
    length = duration(text)
    return now + length if length else None


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
