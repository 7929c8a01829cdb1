"""A conversation: "it" and "that" mean what was made in earlier turns.

Run it with `python examples/chat_about_a_picture.py`.
"""

from __future__ import annotations

import asyncio
from pathlib import Path

from jarvis import Jarvis, Session

CAT = Path(__file__).parent / "media" / "cat.jpg"


async def main() -> None:
    async with Jarvis.open() as jarvis:
        session = Session(jarvis)
        first = await session.run("Describe cat.jpg", files=[CAT])
        print("1:", first.text)
        second = await session.run("now read that aloud")
        print("2:", second.text)
        # The second plan refers to the task of the first turn, it does not repeat it.
        print(second.graph.to_json())


asyncio.run(main())
