"""A room with a loop in it: people speak by a script, and what the speaker plays comes back to the microphone."""

from __future__ import annotations

import asyncio
from collections import deque
from collections.abc import AsyncIterator, Callable
from contextlib import asynccontextmanager
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
from numpy.typing import NDArray

from jarvis.engine import Jarvis
from jarvis.session import Session
from jarvis.settings import Settings
from jarvis.voice.conversation import Options
from jarvis.voice.loop import VoiceLoop
from jarvis.voice.place import exact_of, open_place
from jarvis.voice.seen import Done, Seen, State, StateChanged
from jarvis.voice.sound.audio import FRAME, RATE, SILENCE, Pace
from jarvis.voice.sound.frames import bytes_of, samples_of
from jarvis.voice.sound.sinks import NullSink
from tests.sounds import say

Samples = NDArray[np.float32]
S = TypeVar("S", bound=Seen)


class Room:
    """A source of sound. Nobody speaks but who is told to; the last words of the loudspeaker may be heard in it."""

    name = "a room"

    def __init__(self, pace: Pace, sink: NullSink, echo_db: float | None = None) -> None:
        self.pace, self.seen = pace, list[Seen]()
        self._sink, self._echo = sink, None if echo_db is None else 10 ** (echo_db / 20)
        self._frames: deque[bytes] = deque()
        self._played: deque[bytes] = deque([SILENCE] * 3)
        self._changed = asyncio.Event()
        self._closed = False
        self._count, self._alarm, self._rung = 0, 0, asyncio.Event()
        self.session: Session
        self.records = True
        """Whether what is played is kept."""
        self.heard: list[bytes] = []
        """What the loudspeaker played, frame by frame."""
        tick = sink.tick

        def noting() -> bytes:
            frame = tick()
            self._played.append(frame)
            if self.records:
                self.heard.append(frame)
            return frame

        sink.tick = noting  # type: ignore[method-assign]

    def say(self, sound: Samples, after: float = 0.0) -> None:
        """Somebody speaks, `after` seconds from now or from the end of what is said already."""
        self._frames.extend([SILENCE] * round(after * RATE / FRAME))
        padded = np.pad(sound, (0, -len(sound) % FRAME))
        self._frames.extend(bytes_of(padded[at : at + FRAME]) for at in range(0, len(padded), FRAME))

    def words(self, text: str, voice: str = "joe", after: float = 0.3, speed: float = 1.0) -> None:
        """The same, with words."""
        self.say(say(text, voice, speed=speed), after)

    @property
    def silent(self) -> bool:
        """Whether nobody speaks any more."""
        return not self._frames

    def note(self, seen: Seen) -> None:
        """Takes note of what the loop shows."""
        self.seen.append(seen)
        self._changed.set()

    async def until(self, kind: type[S], fits: Callable[[S], bool] = lambda _: True, seconds: float = 40.0) -> S:
        """The next event of a kind since the last one that was waited for."""
        async with asyncio.timeout(seconds):
            while True:
                while self._at < len(self.seen):
                    seen = self.seen[self._at]
                    self._at += 1
                    if isinstance(seen, kind) and fits(seen):
                        return seen
                self._changed.clear()
                await self._changed.wait()

    _at = 0

    def forget(self) -> None:
        """Everything that was shown so far."""
        self.seen.clear()
        self._at = 0

    @property
    def hours(self) -> float:
        """How much life was heard."""
        return self._count * FRAME / RATE / 3600

    async def pass_time(self, seconds: float) -> None:
        """Waits until so much more sound was heard."""
        self._alarm = self._count + round(seconds * RATE / FRAME)
        self._rung.clear()
        await self._rung.wait()

    async def state(self, state: State) -> StateChanged:
        return await self.until(StateChanged, lambda seen: seen.state is state)

    async def done(self) -> Done:
        return await self.until(Done)

    async def __aiter__(self) -> AsyncIterator[bytes]:
        while not self._closed:
            await self.pace.frame()
            self._count += 1
            if self._count == self._alarm:
                self._rung.set()
            frame = self._frames.popleft() if self._frames else SILENCE
            played = self._played.popleft() if len(self._played) > 3 else SILENCE
            if self._echo and played != SILENCE:
                mixed = samples_of(frame) + self._echo * samples_of(played)
                frame = bytes_of(np.clip(mixed, -1, 1).astype(np.float32))
            yield frame

    async def close(self) -> None:
        self._closed = True

    def of(self, kind: type[S]) -> list[S]:
        """Everything of a kind that was shown."""
        return [seen for seen in self.seen if isinstance(seen, kind)]


@asynccontextmanager
async def room(
    folder: Path,
    *,
    echo_db: float | None = None,
    planner: str = "rules",
    isolation: str = "thread",
    tools: tuple[str, ...] = (),
    ask: bool = True,
    parts: dict[str, Any] | None = None,
    **options: Any,
) -> AsyncIterator[tuple[Room, VoiceLoop, Jarvis]]:
    """A loop that runs in a room, with the real models and a home of its own."""
    settings = Settings(
        planner=planner,
        out=folder / "out",
        data_dir=folder / "data",
        cache_dir=folder / "cache",
        isolation=isolation,
        ask=ask,
    )
    pace, sink = Pace(), NullSink()
    here = Room(pace, sink, echo_db)
    async with Jarvis.open(settings, **(parts or {})) as jarvis:
        told = Options(out=folder / "out", **options)
        await jarvis.warm(*tools)
        exact = exact_of(jarvis.planner)
        session = here.session = jarvis.session()
        loop = await open_place(
            settings, session, jarvis.tools, here, sink, pace=pace, options=told, show=here.note, exact=exact
        )
        running = asyncio.create_task(loop.run())
        try:
            yield here, loop, jarvis
        finally:
            await here.close()
            await asyncio.wait_for(running, 60)
