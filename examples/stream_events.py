"""Watch a run as it happens: tasks are planned one by one and start as soon as their inputs exist.

Run it with `python examples/stream_events.py`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from jarvis import Jarvis
from jarvis.messages import Answered, TaskFinished, TaskPlanned, TaskStarted

MEDIA = Path(__file__).parent / "media"


async def main() -> None:
    async with Jarvis.open() as jarvis:
        files = [MEDIA / "coffee.jpg", MEDIA / "page.png"]
        async for event in jarvis.stream("Detect the objects in coffee.jpg and read the text in page.png", files):
            match event:
                case TaskPlanned(task):
                    print(f"planned  {task.id} {task.tool} {dict(task.args)}")
                case TaskStarted(task_id, model):
                    print(f"started  {task_id} on {model}")
                case TaskFinished(result):
                    print(f"finished {result.task_id} after {result.seconds:.2f} s")
                case Answered(response):
                    print(response.text)
                case _:
                    pass


asyncio.run(main())
