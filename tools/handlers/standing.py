"""Keeps standing plans, lists them, and deletes, pauses and changes them by what people say about them."""

from __future__ import annotations

import json
import re
from collections.abc import Mapping, Sequence
from dataclasses import replace
from datetime import date
from pathlib import Path

from jarvis.errors import PlanError, TaskError, UsageError
from jarvis.messages import JsonValue, Value
from jarvis.standing.clock import Clock, SystemClock
from jarvis.standing.grammar import grammar_of, schedule_of
from jarvis.standing.records import Plan, new_id
from jarvis.standing.schedule import Schedule
from jarvis.standing.spoken import TONGUES, tongue_of
from jarvis.standing.store import Store
from jarvis.standing.words import moment, plan_said, when_said
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.homes.store import data_folder

_WORD = re.compile(r"[^\W_]+")
_HAN = re.compile(r"[\u4e00-\u9fff]")
_STEM = 4
"""Letters by which words are compared: "reading" is "read", "Heizungs" is "Heizung"."""
_ALIKE = 0.5
_IDLE = frozenset(
    "the a an my me it to at of on in every each and all day der die das den mir mich es um jeden jede jedes und alle "
    "tag le la les l de du des me moi à chaque tous jour et el los las de del me a cada y día todos".split()
)


class StandingPlans:
    """Does `standing-plan`."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions, clock: Clock | None = None) -> None:
        self._store = Store(data_folder(dict(options.parameters)))
        self._clock = clock or SystemClock()

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Does one action.

        Gives {"action", "plans": [{"id", "when", "does", "paused", "next", "language"}]}, and "idle": true where no
        program runs that would do them.

        Raises:
            TaskError: no plan, or more than one, is meant; or it is not clear when.
            StorageError: it cannot be kept.
        """
        action, what = inputs.text("action"), inputs.text("request")
        if action == "decline":
            return {"action": action, "plans": []}
        if action in ("add", "add_allowed"):
            plan = self._added(inputs.text("plan"), inputs.text("room"), allowed=action == "add_allowed")
            return self._told("add", [plan])
        plans = self._store.plans()
        if action == "list":
            return self._told(action, plans)
        chosen = self._meant(what, plans)
        if action == "remove":
            self._store.remove(plan.id for plan in chosen)
            return self._told(action, chosen)
        changed = [self._changed(action, plan, inputs.text("when")) for plan in chosen]
        for plan in changed:
            self._store.change(plan)
        return self._told(action, changed)

    def _added(self, row: str, room: str, *, allowed: bool) -> Plan:
        try:
            plan = Plan.from_json(json.loads(row))
        except (ValueError, KeyError, TypeError, PlanError, UsageError) as error:
            raise TaskError(f"this is no standing plan ({error}); say when, and what is to be done") from error
        if plan.schedule is None and plan.condition is None:
            raise TaskError("this is no standing plan: it does not say when; say when, and what is to be done")
        plan = replace(plan, id=new_id(), room=plan.room or room, allowed=allowed and plan.allowed)
        if plan.schedule and plan.schedule.each > 1:
            plan = replace(plan, schedule=replace(plan.schedule, start=date.today().toordinal()))  # noqa: DTZ011 - the local day
        same = (plan.when.casefold(), plan.request.casefold(), plan.condition)
        if any((kept.when.casefold(), kept.request.casefold(), kept.condition) == same for kept in self._store.plans()):
            raise TaskError("this standing plan is kept already; `jarvis standing list` shows it")
        plan = replace(plan, due=plan.next(self._clock.now()))
        self._store.add(plan)
        return plan

    def _meant(self, what: str, plans: Sequence[Plan]) -> list[Plan]:
        if not plans:
            raise TaskError("there is no standing plan")
        wanted = _terms(what)
        if not wanted and len(plans) == 1:
            return list(plans)
        if not what:
            return self._unclear(plans)
        exact = [plan for plan in plans if plan.id == what.strip()]
        if exact:
            return exact
        scores = {plan.id: len(wanted & _terms(_all_words(plan))) / max(1, len(wanted)) for plan in plans}
        best = max(scores.values())
        chosen = [plan for plan in plans if scores[plan.id] == best]
        if best < _ALIKE:
            raise TaskError(f"no standing plan is like {what!r}; there are {_named(plans)}")
        return chosen if len(chosen) == 1 else self._unclear(chosen)

    def _unclear(self, plans: Sequence[Plan]) -> list[Plan]:
        raise TaskError(f"it is not clear which standing plan is meant: {_named(plans)}")

    def _changed(self, action: str, plan: Plan, when: str) -> Plan:
        if action == "pause":
            return replace(plan, paused="asked for", due=None)
        if action == "resume":
            going = replace(plan, paused="", failures=0, problem="")
            return replace(going, due=going.next(self._clock.now()))
        schedule = _other_time(plan, when)
        changed = replace(plan, schedule=schedule, when=when, due=None)
        return replace(changed, due=changed.next(self._clock.now()))

    def _told(self, action: str, plans: Sequence[Plan]) -> Value:
        now = self._clock.now()
        rows: list[JsonValue] = [
            {
                "id": plan.id,
                "when": when_said(plan),
                "does": plan_said(plan),
                "paused": bool(plan.paused),
                "next": moment(plan.due, now) if plan.due else "",
                "language": plan.language,
            }
            for plan in plans
        ]
        value: dict[str, JsonValue] = {"action": action, "plans": rows}
        return value | ({"idle": True} if action == "add" and not self._store.keepers() else {})


def _other_time(plan: Plan, when: str) -> Schedule:
    if plan.schedule is None:
        raise TaskError("this plan waits for something to happen and has no time; delete it and say it anew")
    if (whole := schedule_of(when)) is not None:
        return whole
    codes = [tongue_of(plan.language).code, *TONGUES]
    for grammar in map(grammar_of, codes):
        minutes = grammar.minutes(when) or ([one] if (one := grammar.minute(when)) is not None else [])
        if minutes and plan.schedule.times:
            return replace(plan.schedule, times=tuple(minutes))
    raise TaskError(f"{when!r} is not clear as a time; say it like 'at 7:30' or 'every weekday at 8'")


def _all_words(plan: Plan) -> str:
    return f"{plan.when} {plan.request} {plan_said(plan)} {when_said(plan)}"


def _terms(text: str) -> frozenset[str]:
    words = [word for word in _WORD.findall(text.casefold()) if word not in _IDLE]
    stems = {word[:_STEM] for word in words if not _HAN.search(word)}
    return frozenset(stems | {sign for word in words for sign in word if _HAN.match(sign)})


def _named(plans: Sequence[Plan]) -> str:
    return "; ".join(f"{when_said(plan)}: {plan_said(plan)}" for plan in plans[:5])
