"""`jarvis voice`: the loop of one place, at a microphone or over files and pipes."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from contextlib import AsyncExitStack, asynccontextmanager, suppress
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.voice_board import Board, Lines
from jarvis.errors import UsageError

if TYPE_CHECKING:
    from jarvis.engine import Jarvis
    from jarvis.settings import Settings
    from jarvis.voice.conversation import Options
    from jarvis.voice.loop import VoiceLoop
    from jarvis.voice.seen import Show
    from jarvis.voice.sound.audio import Pace, Sink, Source
    from jarvis.voice.sound.pipes import Readable

_HOUSE = ("home-control", "home-state", "timer", "list-item")
"""Tools whose first use would have to wait for a process."""


@dataclass(frozen=True, slots=True)
class VoiceOptions:
    """What stands on the command line."""

    wav: tuple[Path, ...] = ()
    out: Path | None = None
    stdin: bool = False
    room: str = ""
    files: Path | None = None
    yes: bool = False
    json: bool = False
    real_time: bool = False
    microphone: str | None = None
    speaker: str | None = None


def voice(options: VoiceOptions, screen: Screen, services: Services) -> int:
    """Listens and answers until the sound ends, or Ctrl-C; 0 unless something that was said could not be done.

    Raises:
        UsageError: options that do not go together, or no sound in a file.
        JarvisError: there is no microphone, or a model is missing.
    """
    if options.wav and options.stdin:
        raise UsageError("--wav and --stdin exclude each other; hear files or the pipe")
    if options.out and not (options.wav or options.stdin):
        raise UsageError("--out needs --wav or --stdin; with a microphone the answer goes to the speaker")
    board = Lines(screen) if options.json else Board(screen)
    try:
        return asyncio.run(_voice(options, services, board))
    except (KeyboardInterrupt, asyncio.CancelledError):
        services.hurry(0)  # a model may be at work for a turn that nobody waits for
        return 0
    finally:
        board.close()


async def _voice(options: VoiceOptions, services: Services, board: Board | Lines) -> int:
    from jarvis.engine import Jarvis
    from jarvis.voice.place import exact_of, open_place

    settings, live = services.settings(), not (options.wav or options.stdin)
    async with AsyncExitStack() as stack:
        jarvis = await stack.enter_async_context(Jarvis.open(settings))
        source, sink, pace = await stack.enter_async_context(_sound(options))
        warming = asyncio.create_task(jarvis.warm(*_HOUSE))
        stack.callback(warming.cancel)
        told = _options(options, settings)
        session = jarvis.session()
        loop = await open_place(
            settings,
            session,
            jarvis.tools,
            source,
            sink,
            pace=pace,
            options=told,
            show=board.show,
            exact=exact_of(jarvis.planner),
            reopen=live,
        )
        if not live:
            await warming  # sound of a file does not wait for models
        await (loop.run() if options.wav else _run(loop, jarvis, options, board.show))
    return 0 if board.all_done else 1


async def _run(loop: VoiceLoop, jarvis: Jarvis, options: VoiceOptions, show: Show) -> None:
    from jarvis.voice.announcing import announcements

    speaking_up = asyncio.create_task(loop.announce(announcements(jarvis, options.room, show)))
    try:
        await loop.run()
    finally:
        speaking_up.cancel()
        with suppress(asyncio.CancelledError):
            await speaking_up


def _options(options: VoiceOptions, settings: Settings) -> Options:
    from jarvis.voice.conversation import Options

    return Options(room=options.room, out=options.files or settings.out, approve_all=options.yes)


@asynccontextmanager
async def _sound(options: VoiceOptions) -> AsyncIterator[tuple[Source, Sink, Pace]]:
    from jarvis.voice.sound.audio import Pace

    pace = Pace(real_time=options.real_time)
    source, sink = await asyncio.to_thread(_opened, options, pace)
    try:
        yield source, sink, pace
    finally:
        await source.close()
        await sink.close()


def _opened(options: VoiceOptions, pace: Pace) -> tuple[Source, Sink]:
    from jarvis.voice.sound.files import FileSource
    from jarvis.voice.sound.pipes import PipeSource
    from jarvis.voice.sound.sinks import FileSink, NullSink

    if not (options.wav or options.stdin):
        from jarvis.voice.sound.devices import Microphone, Speaker

        return Microphone(options.microphone), Speaker(options.speaker)
    sink = FileSink(options.out) if options.out else NullSink()
    if options.stdin:
        return PipeSource(_stdin(), pace=pace), sink
    return FileSource(*options.wav, pace=pace, gap=1.0), sink


def _stdin() -> Readable:
    import sys
    from typing import cast

    return cast("Readable", sys.stdin.buffer)
