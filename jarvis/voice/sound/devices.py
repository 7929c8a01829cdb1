"""The microphone and the loudspeaker of this machine, through PortAudio (package `sounddevice`, extra `voice`)."""

from __future__ import annotations

import asyncio
import threading
from collections.abc import AsyncIterator, Callable
from typing import TYPE_CHECKING, Any

from jarvis.errors import JarvisError
from jarvis.voice.sound.audio import FRAME, FRAME_BYTES, FRAME_SECONDS, RATE, SILENCE
from jarvis.voice.sound.frames import Framer, bytes_of
from jarvis.voice.sound.playing import Playing
from jarvis.voice.sound.resampling import Resampler

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jarvis.voice.sound.audio import Samples

_BLOCK_SECONDS = 0.016
"""How much a device hands over at a time."""
_BUFFER_SECONDS = 0.06
"""How much lies ready in the device: less breaks up when the machine is busy, more is heard after a stop."""
_DEAD = 3.0
"""A microphone that is silent so long (no sound at all, not even quiet) is gone."""
_AHEAD = round(30.0 / FRAME_SECONDS)
"""Frames that wait for a loop that is late; older ones are dropped."""
_BEHIND = 8
"""Frames of played sound that may wait to be compared with what is heard; more mean that the clocks drift apart."""


class DeviceError(JarvisError):
    """There is no microphone or loudspeaker, or it went away."""


def devices() -> list[str]:
    """What can be chosen with `--microphone` and `--speaker`: number, name, and whether it hears or speaks.

    Raises:
        DeviceError: PortAudio is missing.
    """
    kinds = {(True, False): "hears", (False, True): "speaks", (True, True): "hears and speaks"}
    found = [
        (number, str(row["name"]), (row["max_input_channels"] > 0, row["max_output_channels"] > 0))
        for number, row in enumerate(_sounddevice().query_devices())
    ]
    return [f"{number}: {name} ({kinds[able]})" for number, name, able in found if able in kinds]


class Microphone:
    """Hears a device, at 16 kHz where it can, else at its own rate. Iterating again opens it again."""

    def __init__(self, device: str | int | None = None) -> None:
        """`device`: its number or a part of its name; None is the usual one.

        Raises:
            DeviceError: PortAudio or the device is missing.
        """
        self._sd = _sounddevice()
        self._row = _chosen(self._sd, device, "input")
        self._stream: Any = None

    @property
    def name(self) -> str:
        """As the system calls it."""
        return f"the microphone {self._row['name']}"

    async def __aiter__(self) -> AsyncIterator[bytes]:
        """The frames, in real time, until `close`.

        Raises:
            DeviceError: it cannot be opened, or was unplugged.
        """
        loop = asyncio.get_running_loop()
        frames: asyncio.Queue[bytes | None] = asyncio.Queue()
        rate = _rate(self._sd.check_input_settings, self._row, RATE)
        framer = Framer(rate)

        def put(block: NDArray[np.float32]) -> None:
            for frame in framer.feed(block):
                if frames.qsize() >= _AHEAD:
                    frames.get_nowait()
                frames.put_nowait(frame)

        def heard(block: NDArray[np.float32], _count: int, _time: Any, _status: Any) -> None:
            _tell(loop, put, block.copy())

        def ended() -> None:
            _tell(loop, frames.put_nowait, None)

        self._stream = _started(
            self._sd, self._sd.InputStream, self._row, rate, callback=heard, finished_callback=ended
        )
        try:
            while (frame := await self._next(frames)) is not None:
                yield frame
        finally:
            await self.close()

    async def close(self) -> None:
        """Lets go of the device."""
        stream, self._stream = self._stream, None
        if stream is not None:
            await asyncio.to_thread(stream.close)

    async def _next(self, frames: asyncio.Queue[bytes | None]) -> bytes | None:
        try:
            async with asyncio.timeout(_DEAD):
                frame = await frames.get()
        except TimeoutError:
            raise self._gone() from None
        if frame is None and self._stream is not None:
            raise self._gone()
        return frame

    def _gone(self) -> DeviceError:
        return DeviceError(f"{self.name} gives no sound any more; plug it in, or choose another with --microphone")


class Speaker:
    """Plays to a device, at its own rate."""

    def __init__(self, device: str | int | None = None) -> None:
        """`device`: its number or a part of its name; None is the usual one. It is opened at once.

        Raises:
            DeviceError: PortAudio or the device is missing, or it cannot be opened.
        """
        sd = _sounddevice()
        self._row = _chosen(sd, device, "output")
        rate = _rate(sd.check_output_settings, self._row, int(self._row["default_samplerate"]))
        self._playing = Playing(rate)
        self._played = _Played(rate)
        self._gone = False
        self._stream = _started(
            sd, sd.OutputStream, self._row, rate, callback=self._fill, finished_callback=self._ended
        )

    @property
    def name(self) -> str:
        """As the system calls it."""
        return f"the speaker {self._row['name']}"

    @property
    def volume(self) -> float:
        """From 0 to 1."""
        return self._playing.volume

    @volume.setter
    def volume(self, volume: float) -> None:
        self._playing.volume = volume

    @property
    def position(self) -> float:
        """Seconds of queued sound that the device took."""
        return self._playing.position

    @property
    def queued(self) -> float:
        """Seconds that wait."""
        return 0.0 if self._gone else self._playing.queued

    async def play(self, samples: Samples, rate: int) -> float:
        """Queues sound; gives the position at which it ends.

        Raises:
            DeviceError: the device went away.
        """
        if self._gone:
            way_out = "plug it in and start again, or choose another with --speaker"
            raise DeviceError(f"{self.name} takes no sound any more; {way_out}")
        return await self._playing.append(samples, rate)

    async def reached(self, position: float) -> None:
        """Waits until what ends there was played, or was dropped."""
        await self._playing.reached(position)

    def stop(self) -> float:
        """Drops what is queued; the device itself still plays a block or two."""
        return self._playing.clear()

    def tick(self) -> bytes:
        """One frame of what the device took; silence when it took nothing."""
        return self._played.frame()

    async def close(self) -> None:
        """Lets go of the device."""
        self._gone = True
        self._playing.clear()
        await asyncio.to_thread(self._stream.close)

    def _fill(self, out: NDArray[np.float32], count: int, _time: Any, _status: Any) -> None:
        block = self._playing.take(count)
        out[:] = block[:, None]
        self._played.add(block)

    def _ended(self) -> None:
        self._gone = True
        self._playing.clear()


class _Played:
    """What the device took, as frames of 16 kHz, between its thread and the loop."""

    def __init__(self, rate: int) -> None:
        self._resampler = Resampler(rate, RATE)
        self._lock = threading.Lock()
        self._sound = b""
        self._quiet = True

    def add(self, block: Samples) -> None:
        silent = not block.any()
        with self._lock:
            if silent and self._quiet:  # nothing to compare with: the work is spared
                return
            self._quiet = silent
            self._sound += bytes_of(self._resampler.feed(block))
            if len(self._sound) > _BEHIND * FRAME_BYTES:
                self._sound = self._sound[-_BEHIND // 2 * FRAME_BYTES :]

    def frame(self) -> bytes:
        with self._lock:
            if len(self._sound) < FRAME_BYTES:
                return SILENCE
            frame, self._sound = self._sound[:FRAME_BYTES], self._sound[FRAME_BYTES:]
            return frame


def _sounddevice() -> Any:
    try:
        import sounddevice
    except ImportError as error:
        way_out = "run `pip install 'jarvis[voice]'`, or use --wav or --stdin"
        raise DeviceError(f"microphone and speaker need the package sounddevice; {way_out}") from error
    except OSError as error:
        way_out = "run `apt-get install libportaudio2` (Debian, Ubuntu), or use --wav or --stdin"
        raise DeviceError(f"microphone and speaker need the library PortAudio, which is not here; {way_out}") from error
    return sounddevice


def _chosen(sd: Any, device: str | int | None, kind: str) -> dict[str, Any]:
    """The device's row of PortAudio, with its number as `index`."""
    word = "microphone" if kind == "input" else "speaker"
    number = int(device) if isinstance(device, str) and device.isdigit() else device
    try:
        row: dict[str, Any] = sd.query_devices(number, kind)
    except (ValueError, sd.PortAudioError) as error:
        known = "; ".join(line for line in devices() if ("hears" if kind == "input" else "speaks") in line)
        here = f"there are: {known}" if known else f"no {word} is plugged in, so use --wav or --stdin"
        asked = f"no {word} {device!r} is here" if device is not None else f"this machine has no usual {word}"
        raise DeviceError(f"{asked}; {here}") from error
    return row


def _rate(check: Callable[..., object], row: dict[str, Any], wanted: int) -> int:
    """The wanted rate if the device knows it, else its own."""
    import sounddevice

    try:
        check(device=row["index"], channels=1, dtype="float32", samplerate=wanted)
    except (sounddevice.PortAudioError, ValueError):
        return int(row["default_samplerate"])
    return wanted


def _started(sd: Any, kind: Callable[..., Any], row: dict[str, Any], rate: int, **callbacks: Any) -> Any:
    block = round(rate * _BLOCK_SECONDS) if rate != RATE else FRAME // 2
    options = {"samplerate": rate, "channels": 1, "dtype": "float32", "blocksize": block, "latency": _BUFFER_SECONDS}
    try:
        stream = kind(device=row["index"], **options, **callbacks)
        stream.start()
    except (sd.PortAudioError, ValueError) as error:
        way_out = "another program may hold it: close that, or choose another device"
        raise DeviceError(f"{row['name']} cannot be opened ({error}); {way_out}") from error
    return stream


def _tell(loop: asyncio.AbstractEventLoop, what: Callable[..., object], *values: object) -> None:
    """Calls something in the loop, from the device's thread; not when the loop has ended."""
    if not loop.is_closed():
        loop.call_soon_threadsafe(what, *values)
