"""`jarvis run`: one request, shown while it is worked on, then its answer and its files."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable, Mapping, Sequence
from contextlib import AbstractAsyncContextManager, AbstractContextManager, aclosing, nullcontext
from dataclasses import dataclass, replace
from functools import partial
from pathlib import Path
from typing import Any, TypeVar

from jarvis.approval import Approval
from jarvis.cli.approving import ask_approval
from jarvis.cli.interrupt import leave
from jarvis.cli.plain import line
from jarvis.cli.progress import Progress, State
from jarvis.cli.screen import Screen
from jarvis.cli.services import Assistant, Services
from jarvis.cli.words import counted
from jarvis.errors import PlannerError, UsageError
from jarvis.graph import Task
from jarvis.messages import Event, Response
from jarvis.planners.protocol import AskBack
from jarvis.spec import ToolSpec

A = TypeVar("A", bound=Assistant)

LONGEST_TEXT = 200_000
"""Bytes of UTF-8; what is longer belongs into a file."""


@dataclass(frozen=True, slots=True)
class RunOptions:
    """What stands on the command line."""

    text: str
    files: tuple[Path, ...] = ()
    out: Path | None = None
    json: bool = False
    yes: bool = False


def read_text(argument: str | None, screen: Screen) -> str:
    """The request: the argument, or standard input for `-` and for a pipe.

    Raises:
        UsageError: empty, or longer than LONGEST_TEXT.
    """
    if argument is None and screen.stdin.isatty():
        raise UsageError('say what you want: jarvis run "describe photo.jpg and read it aloud"')
    text = argument
    if text is None or text == "-":
        data = _read(screen, LONGEST_TEXT + 1)
        text = data.decode("utf-8", "replace").lstrip("\ufeff")
    return checked_text(text)


def checked_text(text: str) -> str:
    """A request that is neither empty nor too long, as proper Unicode.

    Raises:
        UsageError: it is one or the other.
    """
    data = text.encode("utf-8", "replace")
    if len(data) > LONGEST_TEXT:
        limit = f"{LONGEST_TEXT // 1000} kB"
        raise UsageError(f"the request is longer than {limit}; put long text into a file and give it with -f FILE")
    if not text.strip():
        raise UsageError('the request is empty; say what you want: jarvis run "describe photo.jpg"')
    return data.decode("utf-8")


def _read(screen: Screen, limit: int) -> bytes:
    binary: Any = getattr(screen.stdin, "buffer", None)
    if binary is not None:
        return bytes(binary.read(limit))
    return screen.stdin.read(limit).encode("utf-8", "replace")


def run(options: RunOptions, screen: Screen, services: Services) -> int:
    """Runs a request; 0 when every task gave a value or a question came back, 1 when not.

    Raises:
        JarvisError: nothing could be run.
        InterruptedRunError: Ctrl-C; what was finished is kept.
    """
    return asyncio.run(_run(options, screen, services))


async def _run(options: RunOptions, screen: Screen, services: Services) -> int:
    settings = services.settings()
    settings = replace(settings, ask=settings.ask and screen.can_ask)  # a question would be lost where nobody reads it
    out = options.out or settings.out
    show = Show(screen, live=screen.interactive and not options.json)
    opened = services.open(settings, _yes if options.yes else show.approve)
    start = partial(_started, options, out)
    return await follow(opened, start, show, services, as_json=options.json, out=out)


def _started(options: RunOptions, out: Path, jarvis: Assistant) -> AsyncIterator[Event]:
    return jarvis.stream(options.text, options.files, out)


async def follow(
    opened: AbstractAsyncContextManager[A],
    start: Callable[[A], AsyncIterator[Event]],
    show: Show,
    services: Services,
    *,
    as_json: bool,
    out: Path | None = None,
) -> int:
    """Shows a run while it goes on, then its answer; gives the exit code.

    Raises:
        JarvisError: nothing could be run.
        InterruptedRunError: Ctrl-C; what was finished is kept.
    """
    screen = show.screen
    try:
        with show:
            async with opened as jarvis:
                show.tools = jarvis.tools
                response = await show.follow(start(jarvis))
    except AskBack as ask:
        return _asked(ask.question, screen, as_json)
    except asyncio.CancelledError:
        raise leave(interrupted(show.progress, out), screen, services, as_json=as_json) from None
    if as_json:
        screen.json(response.to_json())
    else:
        report(response, screen)
    return 0 if response.ask or response.ok else 1


async def _yes(task: Task) -> bool:
    return True


def _asked(question: str, screen: Screen, as_json: bool) -> int:
    if as_json:
        screen.json({"text": question, "ok": True, "ask": question, "plan": [], "results": [], "artifacts": {}})
    else:
        screen.write(question)
    return 0


def interrupted(progress: Progress, out: Path | None = None) -> str:
    """The sentence after Ctrl-C."""
    way_on = "; `jarvis resume` goes on" if progress.run_id else ""
    if progress.files:
        return f"interrupted; what was finished lies in {out or progress.files[0].path.parent}{way_on}"
    done = progress.count(State.DONE, State.CACHED)
    if done:
        return f"interrupted; {counted(done, 'task')} of {len(progress.rows)} finished, no file was made{way_on}"
    return f"interrupted; nothing was finished{way_on}"


class Show(AbstractContextManager["Show"]):
    """Shows the events of a run: drawn on a terminal, as plain lines elsewhere, or not at all."""

    def __init__(self, screen: Screen, *, live: bool, quiet: bool = False) -> None:
        self.screen, self.progress = screen, Progress()
        self.tools: Mapping[str, ToolSpec] = {}
        """What a changed task is checked against."""
        self._quiet = quiet
        self._paused: Callable[[], AbstractContextManager[None]] = nullcontext
        self._live = live
        self._close: Callable[..., None] = _ignore

    def __enter__(self) -> Show:
        if self._live:
            from jarvis.cli.board import ASCII, UNICODE, Board

            board = Board(self.screen.out, self.progress, ASCII if self.screen.ascii_only else UNICODE)
            board.open()
            self._paused, self._close = board.paused, board.close
        return self

    def __exit__(self, kind: type[BaseException] | None, *error: object) -> None:
        self.progress.stop()
        self._close(keep=bool(self.progress.rows))

    async def follow(self, events: AsyncIterator[Event]) -> Response:
        """Shows each event and gives the answer of the last one."""
        async with aclosing(events) as stream:  # type: ignore[type-var]
            async for event in stream:
                self.progress.apply(event)
                self._tell(event)
        if self.progress.response is None:
            raise PlannerError("the run ended without an answer; ask again, and report it if it happens again")
        return self.progress.response

    def _tell(self, event: Event) -> None:
        if not self._live and not self._quiet:
            said = line(event, self.progress)
            if said is not None:
                self.screen.note(said)

    async def approve(self, task: Task) -> bool | Approval:
        """Asks the person at the terminal; without one, refuses."""
        if not self.screen.can_ask:
            self.screen.note(f"task {task.id} ({task.tool}) cannot be taken back; run again with --yes to allow it")
            return False
        results = {row.task.id: row.result for row in self.progress.rows if row.result}
        with self.paused():
            return ask_approval(task, results, self.tools, self.screen)

    def paused(self) -> AbstractContextManager[None]:
        """The picture holds still, so that a question can be asked."""
        return self._paused()


def _ignore(*, keep: bool) -> None:
    pass


def report(response: Response, screen: Screen) -> None:
    """The answer and the table of files, to standard output."""
    if screen.interactive:
        from jarvis.cli.answer import show_answer

        show_answer(response, screen)
        return
    screen.write(response.text or response.ask or "")
    rows = [(name, str(a.path), a.media_type) for name, a in response.artifacts.items()]
    if rows:
        screen.write()
        for row in rows:
            screen.write("\t".join(row))


def files_of(names: Sequence[Path]) -> tuple[Path, ...]:
    """The files given with -f, looked at before anything is loaded.

    Raises:
        InputError: one is missing, a directory, empty, or cannot be opened.
    """
    from jarvis.files import kind_of

    for path in names:
        kind_of(path)
    return tuple(names)
