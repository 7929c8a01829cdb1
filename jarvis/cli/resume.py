"""`jarvis resume` and `jarvis replay`: what was begun before."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass
from functools import partial
from pathlib import Path

from jarvis.approval import Approval, Settle
from jarvis.cli.approving import ask_again
from jarvis.cli.run import Show, follow, report
from jarvis.cli.screen import Screen
from jarvis.cli.services import Keeper, Services
from jarvis.cli.words import counted, one_line
from jarvis.graph import Task
from jarvis.journal.differences import Difference
from jarvis.messages import Event, Response


@dataclass(frozen=True, slots=True)
class ResumeOptions:
    """What stands on the command line."""

    run_id: str = ""
    yes: bool = False
    again: bool | None = None
    """Whether to do again what may have been done; None asks."""
    json: bool = False


def resume(options: ResumeOptions, screen: Screen, services: Services) -> int:
    """Finishes a run; the exit code as for `jarvis run`.

    Raises:
        JarvisError: there is nothing to be resumed, or it cannot be.
        InterruptedRunError: Ctrl-C; what was finished is kept.
    """
    return asyncio.run(_resume(options, screen, services))


async def _resume(options: ResumeOptions, screen: Screen, services: Services) -> int:
    settings = services.settings()
    show = Show(screen, live=screen.interactive and not options.json)
    approve = _yes if options.yes else show.approve
    opened = services.keep(settings, approve, _settle(options, show))
    return await follow(opened, partial(_stream, options.run_id), show, services, as_json=options.json)


def _stream(run_id: str, jarvis: Keeper) -> AsyncIterator[Event]:
    return jarvis.resume_stream(run_id)


def _settle(options: ResumeOptions, show: Show) -> Settle | None:
    """Who says whether an effect is to be done again: the command line, the person, or nobody."""
    if options.again is None and not show.screen.can_ask:
        return None

    async def settle(task: Task) -> bool:
        if options.again is not None:
            return options.again
        with show.paused():
            return ask_again(task, show.screen)

    return settle


@dataclass(frozen=True, slots=True)
class ReplayOptions:
    """What stands on the command line."""

    run_id: str = ""
    out: Path | None = None
    effects: bool = False
    yes: bool = False
    json: bool = False


def replay(options: ReplayOptions, screen: Screen, services: Services) -> int:
    """Runs a plan again and says what differs; 0 when nothing does.

    Raises:
        JarvisError: there is nothing to be replayed, or it cannot be.
    """
    return asyncio.run(_replay(options, screen, services))


async def _replay(options: ReplayOptions, screen: Screen, services: Services) -> int:
    show = Show(screen, live=False, quiet=True)
    approve = _yes if options.yes else show.approve
    keeper: Keeper
    async with services.keep(services.settings(), approve, None) as keeper:
        show.tools = keeper.tools
        done = await keeper.replay(options.run_id, out=options.out, effects=options.effects)
    found = done.differences
    if options.json:
        told = [difference.to_json() for difference in found]
        screen.json({"replays": done.record.id, "differences": told, **done.response.to_json()})
    else:
        _tell(done.record.id, done.response, found, screen)
    return 1 if found else 0


def _tell(run_id: str, response: Response, found: list[Difference], screen: Screen) -> None:
    report(response, screen)
    screen.write()
    if not found:
        screen.write(f"all {counted(len(response.results), 'task')} gave what they gave in run {run_id}")
        return
    screen.write(f"beside run {run_id}, {counted(len(found), 'thing')} differ:")
    for difference in found:
        tool = response.graph[difference.task_id].tool if difference.task_id in response.graph else "task"
        screen.write(f"{difference.task_id} {tool}: {difference.what}")
        screen.write(f"  before: {one_line(difference.before, 300)}")
        screen.write(f"  now:    {one_line(difference.after, 300)}")


async def _yes(task: Task) -> Approval:
    return Approval(True)
