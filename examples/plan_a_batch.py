"""Plan many requests without running anything, and see what could be shared or moved elsewhere.

Run it with `python examples/plan_a_batch.py`; the last plan is printed as a Mermaid diagram.
"""

from __future__ import annotations

import asyncio
from collections import Counter

from jarvis import Jarvis

REQUESTS = (
    "Transcribe memo.wav and summarize it",
    "Read the text in receipt.png",
    "Turn on the light in the kitchen",
    "Describe photo.jpg, translate it into French and read it aloud",
)


async def main() -> None:
    async with Jarvis.open() as jarvis:
        plans = [await jarvis.plan(request) for request in REQUESTS]
    for request, plan in zip(REQUESTS, plans, strict=True):
        print(f"{request}: {' -> '.join(task.tool for task in plan)}")
    print("most used:", Counter(task.tool for plan in plans for task in plan).most_common(1))
    print(plans[-1].mermaid())


asyncio.run(main())
