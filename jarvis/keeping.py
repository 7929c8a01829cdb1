"""A Jarvis that rings timers and runs standing plans by itself: its keeper, with its engine and its home."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable
from typing import TYPE_CHECKING

from jarvis.approval import Approve
from jarvis.errors import TaskError
from jarvis.graph import Task
from jarvis.messages import Response
from jarvis.planners.standing import KeptPlanner
from jarvis.session import Circumstances
from jarvis.standing.keeper import Keeper, Runner
from jarvis.standing.records import Plan
from jarvis.standing.words import name_of

if TYPE_CHECKING:
    from jarvis.engine import Jarvis
    from jarvis.tools.homes import Home, Thing
    from jarvis.tools.homes.protocol import Change


def open_keeper(jarvis: Jarvis, *, rooms: Iterable[str] = (), speaks: bool = False) -> Keeper:
    """The keeper of this process. `rooms` are those that it is heard in; `speaks` says whether it says things aloud.

        async with aclosing(open_keeper(jarvis).events()) as events:
            async for event in events:
                print(event.said())

    Raises:
        UsageError: the settings name no home.
    """
    from jarvis.tools.homes import open_home

    home = WatchedHome(open_home(jarvis.settings))
    return Keeper(jarvis.settings.data_dir, runner_of(jarvis), home=home, rooms=rooms, speaks=speaks)


def runner_of(jarvis: Jarvis) -> Runner:
    """Runs the tasks of a plan as they were confirmed, in the journal; what was not permitted then is refused."""

    async def run(plan: Plan) -> Response:
        circumstances = Circumstances(
            room=plan.room, language=plan.language, approve=permission_of(plan), planner=KeptPlanner(plan.tasks)
        )
        return await jarvis.run(plan.request or name_of(plan), circumstances=circumstances)

    return run


def permission_of(plan: Plan) -> Approve:
    """Says yes to exactly the tasks that were permitted when the plan was made; the settings' rules are asked first."""
    allowed = {str(task.to_json()) for task in plan.tasks} if plan.allowed else set[str]()

    async def approve(task: Task) -> bool:
        return str(task.to_json()) in allowed

    return approve


class WatchedHome:
    """A home as the keeper looks at it."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def watch(self) -> AsyncIterator[Change]:
        """Changes from now on."""
        return self._home.watch()

    def meant(self, name: str) -> list[Thing]:
        """The things that a name means; none when there is none, or more than one by chance."""
        from jarvis.tools.homes.names import find

        try:
            return find(name, self._home.things(), lambda thing: True, self._home.name)
        except TaskError:
            return []
