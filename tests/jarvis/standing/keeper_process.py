"""A keeper in a process of its own: writes one line for each event, after `told` seconds of telling it."""

from __future__ import annotations

import asyncio
import sys
from contextlib import aclosing
from pathlib import Path

from jarvis.standing.keeper import Keeper


async def main(folder: Path, telling: float) -> None:
    keeper = Keeper(folder)
    sys.stdout.write("ready\n")
    sys.stdout.flush()
    async with aclosing(keeper.events()) as events:
        async for event in events:
            sys.stdout.write(f"begins {event.said()}\n")
            sys.stdout.flush()
            await asyncio.sleep(telling)
            sys.stdout.write(f"told {event.said()}\n")
            sys.stdout.flush()


if __name__ == "__main__":
    asyncio.run(main(Path(sys.argv[1]), float(sys.argv[2])))
