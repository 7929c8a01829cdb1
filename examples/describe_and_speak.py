"""Describe one picture and read another aloud, in one request.

Run it with `python examples/describe_and_speak.py`; the spoken text lands in the folder `jarvis-out`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from jarvis import Jarvis

MEDIA = Path(__file__).parent / "media"


async def main() -> None:
    async with Jarvis.open() as jarvis:
        answer = await jarvis.run(
            "What is in cat.jpg, and read the text in page.png aloud",
            files=[MEDIA / "cat.jpg", MEDIA / "page.png"],
        )
    print(answer.text)
    print("listen to", answer.artifacts["speech"].path)


asyncio.run(main())
