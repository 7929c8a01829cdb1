"""How quick the Wyoming server is over the wire, how many clients it serves at once, and what memory it takes.

    python -m benchmarks.voice.wyoming [--quick] [--clients N]

Starts `jarvis serve --wyoming` as a program of its own. Sound is streamed in real time, as a microphone gives it.
"""

from __future__ import annotations

import argparse
import asyncio
import re
import statistics
import subprocess
import sys
import time
from pathlib import Path

from wyoming.asr import Transcribe, Transcript
from wyoming.client import AsyncTcpClient
from wyoming.event import Event, Eventable
from wyoming.tts import Synthesize
from wyoming.wake import Detect

from tests.jarvis.server.wyoming.serving import sound
from tests.sounds import say, together

ORDERS = [
    "Turn on the light in the kitchen.",
    "What is the weather like today?",
    "Set a timer for ten minutes.",
    "Close the blinds in the bedroom.",
    "Is the front door locked?",
]
ANSWER = "The kitchen light is on. The front door is locked, and it is eighteen degrees outside."


class Asking:
    """One client."""

    def __init__(self, client: AsyncTcpClient) -> None:
        self._client = client

    async def send(self, *events: Eventable) -> None:
        for event in events:
            await self._client.write_event(event.event())

    async def until(self, *kinds: str) -> Event:
        while (event := await self._client.read_event()) is not None:
            if event.type in kinds:
                return event
        raise SystemExit("the server closed the connection; its log tells why")

    async def stream(self, text: str) -> None:
        """Says a sentence in real time, up to the end of its speech."""
        clock = asyncio.get_running_loop().time
        began = clock()
        for number, event in enumerate(sound(together(0.3, say(text, "joe")))[:-1]):
            await self.send(event)
            await asyncio.sleep(max(0.0, began + number * 1024 / 16_000 - clock()))

    async def transcript(self, text: str) -> float:
        """Seconds from the end of the sound to the transcript."""
        await self.send(Transcribe(language="en"))
        await self.stream(text)
        began = time.perf_counter()
        await self.send(sound(together(0.01))[-1])
        await self.until("transcript")
        return time.perf_counter() - began

    async def voice(self, text: str) -> float:
        """Seconds from a text to its first sound."""
        began = time.perf_counter()
        await self.send(Synthesize(text))
        await self.until("audio-chunk")
        first = time.perf_counter() - began
        await self.until("audio-stop")
        return first

    async def answer(self, text: str) -> float:
        """Seconds from a request to its answer."""
        began = time.perf_counter()
        await self.send(Transcript(text))
        await self.until("handled", "not-handled")
        return time.perf_counter() - began

    async def woken(self) -> float:
        """Seconds from the end of the phrase to the detection."""
        phrase = say("Hey Jarvis!", "joe")
        await self.send(Detect(names=["hey_jarvis"]))
        clock, ended = asyncio.get_running_loop().time, 0.0
        began = clock()
        detected = asyncio.create_task(self.until("detection"))
        for number, event in enumerate(sound(together(1.0, phrase, 3.0))):
            if number * 1024 / 16_000 <= 1.0 + len(phrase) / 16_000:
                ended = time.perf_counter()
            await self.send(event)
            await asyncio.sleep(max(0.0, began + number * 1024 / 16_000 - clock()))
            if detected.done():
                break
        await detected
        return time.perf_counter() - ended


async def measure(port: int, process: int, rounds: int, clients: int) -> None:
    async with AsyncTcpClient("127.0.0.1", port) as client:
        asking = Asking(client)
        for text in ORDERS[:2]:
            await asking.transcript(text)
            await asking.voice(ANSWER)
            await asking.answer("Turn on the kitchen light.")
        print(f"memory, warm                            {memory_mb(process):7.0f} MB")
        tell("end of sound -> transcript", [await asking.transcript(text) for text in ORDERS * rounds])
        tell("text -> first sound", [await asking.voice(ANSWER) for _ in range(5 * rounds)])
        tell(
            "household request -> answer",
            [await asking.answer("Turn on the kitchen light.") for _ in range(5 * rounds)],
        )
        tell("end of phrase -> detection", [await asking.woken() for _ in range(2 * rounds)])
    await together_at_once(port, clients)
    print(f"memory after {clients} clients at once           {memory_mb(process):7.0f} MB")


async def together_at_once(port: int, clients: int) -> None:
    """Half of the clients speak in real time, the other half wants to be spoken to."""

    async def one(number: int) -> float:
        async with AsyncTcpClient("127.0.0.1", port) as client:
            asking = Asking(client)
            return await (asking.voice(ANSWER) if number % 2 else asking.transcript(ORDERS[number % len(ORDERS)]))

    began = time.perf_counter()
    took = await asyncio.gather(*(one(number) for number in range(clients)))
    tell(f"{clients} at once: end of sound -> transcript", took[::2])
    tell(f"{clients} at once: text -> first sound", took[1::2])
    print(f"{clients} at once: all of it                    {time.perf_counter() - began:7.2f} s")


def tell(what: str, seconds: list[float]) -> None:
    print(f"{what:40}{statistics.median(seconds):7.2f} s median {max(seconds):7.2f} s slowest of {len(seconds)}")


def memory_mb(process: int) -> float:
    """What a process holds (resident)."""
    status = Path(f"/proc/{process}/status").read_text()
    return int(re.findall(r"VmRSS:\s+(\d+)", status)[0]) / 1024


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--quick", action="store_true", help="one round instead of four")
    parser.add_argument("--clients", type=int, default=20, help="how many at once")
    options = parser.parse_args()
    command = [sys.executable, "-m", "jarvis", "serve", "--wyoming", "--port", "0"]
    process = subprocess.Popen(command, stderr=subprocess.PIPE, text=True)
    try:
        port = 0
        assert process.stderr is not None
        for line in process.stderr:
            if found := re.search(r"tcp://127\.0\.0\.1:(\d+)", line):
                port = int(found[1])
            if line.startswith("ready"):
                break
        asyncio.run(measure(port, process.pid, 1 if options.quick else 4, options.clients))
    finally:
        process.terminate()
        process.wait()


if __name__ == "__main__":
    main()
