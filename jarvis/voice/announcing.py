"""What speaks up by itself: timers that are due, and standing plans that ran."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import aclosing
from functools import partial
from typing import TYPE_CHECKING

from jarvis.errors import JarvisError
from jarvis.voice.seen import Problem, Show

if TYPE_CHECKING:
    from jarvis.engine import Jarvis
    from jarvis.standing.events import StandingEvent


async def announcements(jarvis: Jarvis, room: str, show: Show) -> AsyncIterator[StandingEvent]:
    """Each event of the keeper; one counts as told when the next one is asked for.

    A keeper that cannot work is shown as a problem, and there are no announcements.
    """
    from jarvis.keeping import open_keeper

    try:
        keeper = await asyncio.to_thread(partial(open_keeper, jarvis, rooms=(room,) if room else (), speaks=True))
        async with aclosing(keeper.events()) as events:
            async for event in events:
                yield event
    except JarvisError as error:
        show(Problem(0.0, f"timers and standing plans are silent: {error}"))
