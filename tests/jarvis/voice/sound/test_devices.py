"""Microphone and loudspeaker through the real PortAudio: a device that ALSA makes out of files, and none at all."""

from __future__ import annotations

import asyncio
import json
import os
import subprocess
import sys
from pathlib import Path

import numpy as np
import pytest

from tests.sounds import say, scaled

_PROGRAM = """
import asyncio, json, sys
import numpy as np
from jarvis.voice.sound.audio import FRAME_BYTES, SILENCE
from jarvis.voice.sound.devices import Microphone, Speaker, devices

async def main():
    found = devices()
    microphone, speaker = Microphone("jarvis"), Speaker("0")
    end = await speaker.play(np.full(24_000, 0.25, np.float32), 24_000)
    await asyncio.wait_for(speaker.reached(end), 20)
    played = [speaker.tick() for _ in range(8)]
    sound = b""
    async for frame in microphone:
        sound += frame
        if len(sound) >= 40 * FRAME_BYTES:
            await microphone.close()
    speaker.volume = 0.5
    row = {"devices": found, "names": [microphone.name, speaker.name], "end": end, "position": speaker.position}
    row |= {"queued": speaker.queued, "stopped": speaker.stop(), "reference": any(f != SILENCE for f in played)}
    await speaker.close()
    open(sys.argv[1], "wb").write(sound)
    print(json.dumps(row))

asyncio.run(main())
"""


def run(program: str, environment: dict[str, str], *arguments: str) -> str:
    command = [sys.executable, "-c", program, *arguments]
    done = subprocess.run(
        command, env={**os.environ, **environment}, capture_output=True, text=True, timeout=60, check=False
    )
    assert done.returncode == 0, done.stderr
    return done.stdout


def alsa(folder: Path, *devices: str) -> dict[str, str]:
    """An ALSA that knows these devices and no hardware."""
    path = folder / "alsa.conf"
    path.write_text("\n".join(["</usr/share/alsa/alsa.conf>", *devices]), encoding="utf-8")
    return {"ALSA_CONFIG_PATH": str(path)}


def test_a_device_is_heard_and_played_to(tmp_path: Path) -> None:
    said = scaled(say("Turn on the light."), -20)
    (tmp_path / "heard.raw").write_bytes(np.tile(said, 20).astype("<f4").tobytes())
    device = (
        f'pcm.jarvis {{ type file slave.pcm "null" file "{tmp_path}/played.raw"'
        f' infile "{tmp_path}/heard.raw" format "raw" }}'
    )

    out = run(_PROGRAM, alsa(tmp_path, device), str(tmp_path / "sound.raw"))

    row = json.loads(out)
    assert row["devices"] == ["0: jarvis (hears and speaks)"]
    assert row["names"] == ["the microphone jarvis", "the speaker jarvis"]
    assert (row["end"], row["position"], row["stopped"], row["queued"]) == (1.0, 1.0, 1.0, 0.0)
    sound = np.frombuffer((tmp_path / "sound.raw").read_bytes(), "<i2") / 32768
    assert len(sound) >= 40 * 512
    assert float(np.abs(sound).max()) == pytest.approx(float(np.abs(said).max()), rel=0.2)


_MISSING = """
from jarvis.voice.sound.devices import DeviceError, Microphone, Speaker, devices
for make in (lambda: Microphone("no such thing"), lambda: Speaker("no such thing"), lambda: Microphone(700)):
    try:
        make()
    except DeviceError as error:
        print(error)
"""


def test_without_such_a_device_the_way_out_is_said(tmp_path: Path) -> None:
    lines = run(_MISSING, alsa(tmp_path)).splitlines()

    assert [line.partition(";")[0] for line in lines] == [
        "no microphone 'no such thing' is here",
        "no speaker 'no such thing' is here",
        "no microphone 700 is here",
    ]
    assert all("--wav or --stdin" in line or "there are: " in line for line in lines)


_NO_PACKAGE = """
import sys
sys.modules["sounddevice"] = None  # as where it is not installed
from jarvis.voice.sound.devices import DeviceError, Microphone
try:
    Microphone()
except DeviceError as error:
    print(error)
"""


def test_without_the_package_the_extra_is_named() -> None:
    assert "pip install 'jarvis[voice]'" in run(_NO_PACKAGE, {})


def test_without_the_library_the_package_of_the_system_is_named() -> None:
    # As sounddevice finds it: through ctypes, which finds nothing here.
    program = "import ctypes.util; ctypes.util.find_library = lambda name: None\n" + _NO_PACKAGE.replace(
        'sys.modules["sounddevice"] = None  # as where it is not installed', ""
    )

    assert "apt-get install libportaudio2" in run(program, {})


def test_what_the_device_took_waits_for_the_ears_but_not_for_ever() -> None:
    from jarvis.voice.sound.audio import FRAME_BYTES, SILENCE
    from jarvis.voice.sound.devices import _Played  # pyright: ignore[reportPrivateUsage]

    async def main() -> None:
        played = _Played(48_000)
        for _ in range(200):
            played.add(np.full(768, 0.2, np.float32))
        frames = [played.frame() for _ in range(10)]
        assert {len(frame) for frame in frames} == {FRAME_BYTES}
        assert frames[0] != SILENCE
        assert frames[-1] == SILENCE

    asyncio.run(main())
