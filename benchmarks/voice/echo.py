"""Own voice and people who speak into it: false interruptions, and how quickly a real one is noticed.

    python -m benchmarks.voice.echo [--quick]

The loop's answer comes back 6 to 30 dB weaker and 20 to 300 ms late through a room; into some of them a person speaks.
Time is counted from the first sound of the person to the event, and to the silence of the sink (one frame later).
"""

from __future__ import annotations

import argparse
import asyncio
import itertools
import statistics
import tempfile
from pathlib import Path

import numpy as np

from jarvis.settings import Settings
from jarvis.voice.ears.events import Event, Sound, SpeechStarted, Woke
from jarvis.voice.ears.opening import open_ears
from jarvis.voice.sound.audio import FRAME_SECONDS
from jarvis.voice.sound.files import FileSource
from jarvis.voice.sound.sinks import NullSink
from tests.sounds import RATE, Samples, echo, pink, say, scaled, together, write_wav

ANSWER = (
    "The letter is from the city library. It says that three of your books are due on Friday, "
    "and that you can renew them by telephone until Thursday evening."
)
PEOPLE = (("Stop, that is enough.", "jm_kumo"), ("Turn it off.", "jf_nezumi"), ("Louder, please.", "joe@1.2"))


async def heard(sound: Samples, played: Samples, folder: Path) -> list[Event]:
    path = folder / "heard.wav"
    write_wav(path, sound)
    sink = NullSink()
    ears = await open_ears(Settings(threads=1), FileSource(path), sink)
    await sink.play(played, RATE)
    return [event async for event in ears if not isinstance(event, Sound)]


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--quick", action="store_true", help="two levels, one delay")
    quick = parser.parse_args().quick
    levels, delays = ((-8, -20), (0.06,)) if quick else ((-6, -12, -20, -30), (0.02, 0.06, 0.15, 0.3))
    played = scaled(say(ANSWER, "joe"), -20.0)
    false, late = 0, list[float]()
    missed = seconds = 0.0
    with tempfile.TemporaryDirectory() as name:
        for db, delay in itertools.product(levels, delays):
            back = echo(together(played, 1.5), db, delay)
            back = back + np.resize(scaled(pink(8.0), -60.0, speech=False), len(back))
            events = asyncio.run(heard(back, played, Path(name)))
            false += sum(isinstance(event, SpeechStarted | Woke) for event in events)
            seconds += len(back) / RATE
            for number, (text, voice) in enumerate(PEOPLE):
                person, at = scaled(say(text, voice)), 1.5 + 1.3 * number
                mixed = back.copy()
                mixed[int(at * RATE) : int(at * RATE) + len(person)] += person
                first = at + float(np.flatnonzero(np.abs(person) > 0.02)[0]) / RATE
                found = [e.at for e in asyncio.run(heard(mixed, played, Path(name))) if isinstance(e, SpeechStarted)]
                late += [found[0] - first] if found else []
                missed += not found
    print(f"own voice alone: {false} false interruptions in {seconds:.0f} s")
    print(f"people: {len(late)} noticed, {missed:.0f} not")
    for what, more in (("speech to event", 0.0), ("speech to silence", FRAME_SECONDS)):
        ms = [1000 * (one + more) for one in late]
        print(f"{what}: median {statistics.median(ms):.0f} ms, 90 % within {np.percentile(ms, 90):.0f} ms")


if __name__ == "__main__":
    main()
