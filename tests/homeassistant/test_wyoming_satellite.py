"""The satellite program of the protocol's author, `wyoming-satellite` (MIT), with our hub and our wake word server.

It runs in an environment of its own (environments.py). Its microphone and its speaker are files: a program gives the
sound of one in real time, and one keeps what is played.
"""

from __future__ import annotations

import asyncio
import socket
import subprocess
import sys
import textwrap
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

import pytest

from jarvis.engine import Jarvis
from jarvis.server.wyoming.address import Address, SatelliteAddress
from jarvis.server.wyoming.satellites.hub import Hub
from tests.homeassistant.environments import SATELLITE
from tests.jarvis.server.wyoming.conftest import settings_in
from tests.jarvis.server.wyoming.serving import LIMIT, Served, run, wait_until
from tests.sounds import Samples, pcm, say, together

MICROPHONE = """
    import os, sys, time
    while not os.path.exists("go"):
        sys.stdout.buffer.write(bytes(2048)); sys.stdout.buffer.flush(); time.sleep(0.064)
    sound, began = open("microphone.raw", "rb").read(), time.monotonic()
    for at in range(0, len(sound) + 32000 * 120, 2048):
        sys.stdout.buffer.write(sound[at : at + 2048].ljust(2048, b"\\0")); sys.stdout.buffer.flush()
        time.sleep(max(0, began + at / 32000 - time.monotonic()))
"""
SPEAKER = """
    import sys
    with open("speaker.raw", "ab", buffering=0) as file:
        while sound := sys.stdin.buffer.read1(4096):
            file.write(sound)
"""


@contextmanager
def satellite(folder: Path, spoken: Samples, *options: str) -> Iterator[int]:
    """The program while it runs, in the kitchen; gives its port. It hears `spoken` once the file `go` is there."""
    with socket.socket() as probe:
        probe.bind(("127.0.0.1", 0))
        port = int(probe.getsockname()[1])
    (folder / "microphone.raw").write_bytes(pcm(spoken))
    for name, program in (("microphone.py", MICROPHONE), ("speaker.py", SPEAKER)):
        (folder / name).write_text(textwrap.dedent(program))
    command = [
        str(SATELLITE.path),
        "-m",
        "wyoming_satellite",
        "--uri",
        f"tcp://127.0.0.1:{port}",
        "--area",
        "kitchen",
    ]
    command += ["--mic-command", f"{sys.executable} microphone.py", "--snd-command", f"{sys.executable} speaker.py"]
    command += ["--transcript-command", "tee -a transcripts.txt", "--no-zeroconf", "--debug", *options]
    with (folder / "satellite.log").open("wb") as log:
        process = subprocess.Popen(command, cwd=folder, stderr=log)
    try:
        yield port
    finally:
        process.terminate()
        process.wait(LIMIT)


async def talk(folder: Path, port: int) -> None:
    """Has a hub answer what the microphone of the satellite hears."""
    settings = settings_in(folder)
    async with Jarvis.open(settings) as jarvis:
        await jarvis.plan("turn on the light")
        hub = Hub(jarvis, [SatelliteAddress(Address("tcp", "127.0.0.1", port))], settings.out, wait=0.2)
        running = asyncio.create_task(hub.run())
        try:
            await asyncio.to_thread(wait_until, lambda: hub.satellites[0].connected)
            assert hub.satellites[0].room == "kitchen"
            await asyncio.sleep(1.0)
            (folder / "go").touch()
            await asyncio.to_thread(wait_until, lambda: _size(folder / "speaker.raw") > 60_000)
        finally:
            running.cancel()
            await asyncio.wait({running})


def _size(path: Path) -> int:
    return path.stat().st_size if path.exists() else 0


def test_the_satellite_program_streams_and_plays_our_answer(tmp_path: Path) -> None:
    spoken = together(0.5, say("Hey Jarvis!", "joe"), 0.2, say("Turn off the light.", "joe"))
    with satellite(tmp_path, spoken) as port:
        run(talk(tmp_path, port))
    assert (tmp_path / "transcripts.txt").read_text() == "Turn off the light."


def test_the_satellite_program_is_woken_by_our_wake_word_server(
    tmp_path: Path, tmp_path_factory: pytest.TempPathFactory
) -> None:
    spoken = together(0.5, say("Hey Jarvis!", "joe"), 1.5, say("Turn off the light.", "joe"))
    with Served(settings_in(tmp_path_factory.mktemp("server"))) as served:
        wake = ("--wake-uri", f"tcp://127.0.0.1:{served.port}", "--wake-word-name", "hey_jarvis")
        with satellite(tmp_path, spoken, *wake) as port:
            run(talk(tmp_path, port))
    assert (tmp_path / "transcripts.txt").read_text() == "Turn off the light."
