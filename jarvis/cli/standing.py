"""Standing plans at the command line, and the process that rings and runs: `jarvis keep`."""

from __future__ import annotations

import asyncio
import threading
import time
from contextlib import aclosing
from datetime import datetime
from typing import TYPE_CHECKING, Any

from jarvis.cli.approving import read_line
from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.words import inputs_line, one_line
from jarvis.errors import UsageError
from jarvis.messages import Response, Value
from jarvis.planners.protocol import AskBack
from jarvis.settings import Settings
from jarvis.standing.events import KeeperTroubled, PlanEvent, StandingEvent, StandingRan, TimerDue
from jarvis.standing.records import Plan, Timer
from jarvis.standing.store import Store
from jarvis.standing.words import capital, moment, plan_said, schedule_said, when_said

if TYPE_CHECKING:
    from jarvis.engine import Jarvis
    from jarvis.graph import Task


def list_plans(screen: Screen, services: Services, *, as_json: bool) -> int:
    """Prints the plans, and alarms and reminders that come again.

    Raises:
        StorageError: they cannot be read.
    """
    store = Store(services.settings().data_dir)
    plans, timers = store.plans(), [timer for timer in store.timers() if timer.schedule]
    if as_json:
        screen.json({"plans": [plan.to_json() for plan in plans], "timers": [timer.to_json() for timer in timers]})
        return 0
    rows = [_cells(plan) for plan in plans] + [_timer_cells(timer) for timer in timers]
    if not rows:
        screen.write('no standing plans yet; try: jarvis standing add "every day at seven read me the weather"')
    elif screen.interactive:
        from jarvis.cli.tables import plain_table

        table = plain_table("plan", "when", "what", "next")
        for row in rows:
            table.add_row(*row)
        screen.out.print(table)
    else:
        for row in rows:
            screen.write("\t".join(row))
    if plans and not store.keepers():
        screen.note("nothing is running now that would do them: start `jarvis keep`")
    return 0


def _cells(plan: Plan) -> tuple[str, str, str, str]:
    state = f"rests ({one_line(plan.paused, 60)})" if plan.paused else moment(plan.due, time.time()) if plan.due else ""
    return plan.id, when_said(plan), one_line(plan_said(plan), 80), state


def _timer_cells(timer: Timer) -> tuple[str, str, str, str]:
    assert timer.schedule is not None
    when = capital(schedule_said(timer.schedule, timer.language))
    return timer.id, when, timer.label or timer.kind.value, moment(timer.due, time.time())


def show_plan(which: str, screen: Screen, services: Services, *, as_json: bool) -> int:
    """Prints one plan.

    Raises:
        UsageError: there is no such plan.
        StorageError: they cannot be read.
    """
    plan = _one(which, services.settings())
    if as_json:
        screen.json(plan.to_json())
        return 0
    screen.write(f"{plan.id}  {when_said(plan)}: {plan_said(plan)}")
    for task in plan.tasks:
        screen.write(f"  {task.id} {task.tool} {inputs_line(task)}".rstrip())
    if plan.allowed:
        screen.write("  what cannot be taken back among them is permitted for this plan")
    if plan.ran:
        last = f"failed: {plan.problem}" if plan.problem else "went well"
        screen.write(f"  last run {moment(plan.ran, time.time())}, {last}")
    if plan.paused:
        screen.write(f"  rests: {plan.paused}; `jarvis standing resume {plan.id}` lets it go on")
    elif plan.due:
        screen.write(f"  next run {moment(plan.due, time.time())}")
    return 0


def _one(which: str, settings: Settings) -> Plan:
    plans = Store(settings.data_dir).plans()
    found = [plan for plan in plans if plan.id == which] or [plan for plan in plans if _like(which, plan)]
    if len(found) != 1:
        problem = "more than one standing plan is" if found else "no standing plan is"
        raise UsageError(f"{problem} like {which!r}; `jarvis standing list` shows their ids")
    return found[0]


def _like(which: str, plan: Plan) -> bool:
    return which.casefold() in f"{plan.id} {plan.when} {plan.request} {plan_said(plan)}".casefold()


def change_plan(action: str, which: str, when: str, screen: Screen, services: Services) -> int:
    """Removes, pauses, resumes or changes a plan, or removes an alarm that comes again.

    Raises:
        UsageError: no plan, or more than one, is meant.
        StorageError: it cannot be written.
    """
    settings = services.settings()
    store = Store(settings.data_dir)
    if action == "remove" and any(timer.id == which for timer in store.timers()):
        store.remove([which])
        screen.write("Deleted.")
        return 0
    plan = _one(which, settings)
    value = _done(settings, {"action": action, "request": plan.id, "when": when})
    screen.write(_told(value))
    return 0


def _done(settings: Settings, said: dict[str, Value]) -> Value:
    """What the handler of standing plans gives."""
    from jarvis.artifacts import ArtifactFolder, Provenance
    from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
    from jarvis.tools.handlers.standing import StandingPlans
    from jarvis.tools.standing import TOOL

    handler = StandingPlans({}, RuntimeOptions(parameters={"folder": str(settings.data_dir)}))
    return handler.run(Inputs(TOOL, said), Sink(ArtifactFolder(settings.out), Provenance(0, TOOL, "kept-plans")))


def _told(value: Value) -> str:
    """The answer to what was done, in words."""
    from jarvis.graph import Task, TaskGraph
    from jarvis.messages import Request, Result
    from jarvis.responding import Responder
    from jarvis.tools import standing
    from jarvis.tools.toolset import builtin_tools

    action = str(value["action"]) if isinstance(value, dict) else "list"
    task = Task(0, standing.TOOL, {"action": action})
    graph = TaskGraph([task], builtin_tools().with_specs(standing.SPECS))
    return Responder({}).answer(Request(""), graph, {0: Result(0, value)}, {}).claims[0].text


def add_plan(text: str, screen: Screen, services: Services, *, yes: bool) -> int:
    """Plans it, shows it, and keeps it after a yes; 1 when it was not kept.

    Raises:
        UsageError: it is no standing plan, or nobody can be asked.
        JarvisError: it cannot be planned or kept.
    """
    from jarvis.planners.choice import choose_planner
    from jarvis.planners.standing import StandingPlanner
    from jarvis.standing.clauses import Wish, understood
    from jarvis.tools.standing import TOOL

    if not isinstance(understood(text), Wish):
        raise UsageError(f'{text!r} does not say when; say it like "every day at seven read me the weather"')
    if not yes and not screen.can_ask:
        raise UsageError("nobody is there to say yes; add --yes to keep the plan without being asked")
    settings = services.settings()
    planner = choose_planner(settings)
    planner = planner if isinstance(planner, StandingPlanner) else StandingPlanner(planner, settings)
    try:
        task = asyncio.run(_planned(planner, text, settings))
    except AskBack as ask:
        raise UsageError(f"{ask.question} Say it again with that.") from ask
    plan = _plan_of(task)
    question = f"{when_said(plan)}: {plan_said(plan)}."
    if task.literal("action") == "add_allowed":
        question += " It does what cannot be taken back, each time without asking."
    if not yes and read_line(f"{question} Shall I keep it? [y/N] ", screen).lower() not in ("y", "yes"):
        screen.write("Nothing was kept.")
        return 1
    said: dict[str, Value] = {slot: value for slot, value in task.args.items() if isinstance(value, str)}
    assert task.tool == TOOL
    screen.write(_told(_done(settings, said)))
    return 0


async def _planned(planner: Any, text: str, settings: Settings) -> Task:
    from jarvis.planners.protocol import PlanRequest
    from jarvis.tools import standing
    from jarvis.tools.toolset import builtin_tools

    tools = builtin_tools().with_specs([*standing.SPECS, *settings.tools])
    tasks: list[Task] = [task async for task in planner.plan(PlanRequest(text, tools))]
    return tasks[0]


def _plan_of(task: Task) -> Plan:
    import json

    return Plan.from_json(json.loads(task.literal("plan") or "{}"))


def run_plan(which: str, screen: Screen, services: Services) -> int:
    """Runs a plan now; 0 when every task gave a value.

    Raises:
        UsageError: there is no such plan.
        JarvisError: it cannot be run.
    """
    from jarvis.cli.run import report

    settings = services.settings()
    plan = _one(which, settings)
    if not plan.tasks:
        raise UsageError("this plan only tells its condition, so there is nothing to run")
    response = asyncio.run(_run(plan, settings))
    report(response, screen)
    return 0 if response.ok and not response.ask else 1


async def _run(plan: Plan, settings: Settings) -> Response:
    from jarvis.engine import Jarvis
    from jarvis.keeping import runner_of

    async with Jarvis.open(settings) as jarvis:
        return await runner_of(jarvis)(plan)


def keep(screen: Screen, services: Services, *, as_json: bool) -> int:
    """Rings and runs until Ctrl-C; gives 0.

    Raises:
        JarvisError: Jarvis cannot be opened at all.
    """
    try:
        asyncio.run(_keep(screen, services.settings(), as_json=as_json))
    except KeyboardInterrupt:
        screen.note("stopped; timers and standing plans are kept")
    return 0


async def _keep(screen: Screen, settings: Settings, *, as_json: bool) -> None:
    from jarvis.engine import Jarvis
    from jarvis.keeping import open_keeper

    async with Jarvis.open(settings) as jarvis:
        keeper = open_keeper(jarvis)
        store = keeper.store
        screen.note(f"{len(store.timers())} timers and {len(store.plans())} standing plans are kept; Ctrl-C ends this")
        async with aclosing(keeper.events()) as events:
            async for event in events:
                if as_json:
                    screen.json(event_row(event))
                else:
                    _show(event, screen)


def _show(event: StandingEvent, screen: Screen) -> None:
    bell = "\a" if screen.interactive and isinstance(event, TimerDue) else ""
    line = f"{datetime.now().astimezone():%H:%M} {event.said()}"
    if isinstance(event, KeeperTroubled):
        screen.note(line)
        return
    if bell:
        screen.stdout.write(bell)
    screen.write(line)
    if isinstance(event, StandingRan) and event.response:
        for name, artifact in event.response.artifacts.items():
            screen.write(f"{name}\t{artifact.path}\t{artifact.media_type}")


def event_row(event: StandingEvent) -> dict[str, Any]:
    """An event as plain JSON."""
    row: dict[str, Any] = {"event": type(event).__name__, "said": event.said(), "language": event.language}
    row |= {"room": event.room} if event.room else {}
    if isinstance(event, TimerDue):
        row |= {
            "timer": event.timer.id,
            "label": event.label,
            "due": event.due.isoformat(),
            "late": round(event.late, 3),
        }
    if isinstance(event, PlanEvent):
        row["plan"] = event.plan.id
    if isinstance(event, StandingRan):
        row |= {"due": event.due.isoformat(), "late": round(event.late, 3)}
        row |= {"run": event.response.run_id} if event.response else {}
    return row


class Background:
    """A keeper beside a conversation at a terminal: in a thread with an event loop of its own."""

    def __init__(self, jarvis: Jarvis | None, screen: Screen) -> None:
        """Without a Jarvis it does nothing."""
        self._jarvis, self._screen = jarvis, screen
        self._quiet, self._lines = threading.Lock(), list[str]()
        self._busy = False
        self._loop: asyncio.AbstractEventLoop | None = None
        self._task: asyncio.Task[None] | None = None
        self._begun = threading.Event()
        self._thread = threading.Thread(target=self._work, name="jarvis-keeper", daemon=True)

    def start(self) -> None:
        """Begins to keep."""
        if self._jarvis is None:
            return
        self._thread.start()
        self._begun.wait(5.0)

    def stop(self) -> None:
        """Ends it; what was not told is left for another process."""
        if self._loop and self._task and self._thread.is_alive():
            self._loop.call_soon_threadsafe(self._task.cancel)
            self._thread.join(10.0)

    def hush(self) -> None:
        """While a turn is drawn nothing is written into it."""
        with self._quiet:
            self._busy = True

    def speak(self) -> None:
        """Writes what came meanwhile, and from now on at once."""
        with self._quiet:
            self._busy = False
            lines, self._lines = self._lines, []
        for line in lines:
            self._screen.note(line)

    def _work(self) -> None:
        with asyncio.Runner() as runner:
            self._loop = runner.get_loop()
            try:
                runner.run(self._follow())
            except asyncio.CancelledError:
                return

    async def _follow(self) -> None:
        from jarvis.keeping import open_keeper

        assert self._jarvis is not None
        self._task = asyncio.current_task()
        self._begun.set()
        async with aclosing(open_keeper(self._jarvis).events()) as events:
            async for event in events:
                self._tell(event.said())

    def _tell(self, line: str) -> None:
        with self._quiet:
            if self._busy:
                self._lines.append(line)
                return
        self._screen.note(f"\n{line}" if self._screen.interactive else line)
