"""`jarvis chat`: a conversation at the terminal, or lines through a pipe."""

from __future__ import annotations

import asyncio
from collections.abc import Callable, Mapping, Sequence
from contextlib import AsyncExitStack, suppress
from functools import partial
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.approval import Approval
from jarvis.cli.attach import attached
from jarvis.cli.progress import Progress
from jarvis.cli.prompt import Prompt
from jarvis.cli.run import Show, checked_text, report
from jarvis.cli.screen import Screen
from jarvis.cli.services import Assistant, Conversation, Services
from jarvis.cli.words import inputs_line, one_line
from jarvis.errors import JarvisError, UsageError
from jarvis.graph import Task
from jarvis.messages import Response
from jarvis.planners.protocol import AskBack
from jarvis.spec import ToolSpec

if TYPE_CHECKING:
    from jarvis.cli.standing import Background

_HELP = """\
Say what you want, in one sentence or many. Earlier turns are remembered: "that picture", "now in French".
Drop a file here, or write its path, to attach it to the next request.

  /plan    the tasks of the last answer
  /why     which models were chosen for them, and why
  /models  the models that can run here
  /files   the files attached and made
  /masks   what the last mask shows, written as COCO JSON
  /help    this
  /quit    leave (also Ctrl-D)

Ctrl-C stops the request at hand; twice, it leaves."""


def chat(screen: Screen, services: Services, *, out: Path | None, yes: bool) -> int:
    """Takes turns until the end of input; gives 0.

    Raises:
        JarvisError: Jarvis cannot be opened at all.
    """
    with asyncio.Runner() as runner:
        turns = _Turns(screen, yes=yes)
        stack = AsyncExitStack()
        settings = services.settings()
        jarvis = runner.run(stack.enter_async_context(services.open(settings, turns.approve)))
        turns.tools = jarvis.tools
        turns.keeper = _keeper(jarvis, screen)
        try:
            folder = out or settings.out
            with suppress(KeyboardInterrupt):  # Ctrl-C while the answer to Ctrl-C is written
                Chat(screen, services, jarvis.session(), partial(turns.take, runner), folder).loop()
        finally:
            turns.keeper.stop()
            if turns.stopped:  # a model may still be at work for a turn that nobody waits for
                services.hurry(0)
            runner.run(stack.aclose())
    return 0


def _keeper(jarvis: Assistant, screen: Screen) -> Background:
    """Timers ring and standing plans run while one talks; not of an assistant that brings no home."""
    from jarvis.cli.standing import Background
    from jarvis.engine import Jarvis

    keeper = Background(jarvis if isinstance(jarvis, Jarvis) else None, screen)
    keeper.start()
    return keeper


TakeTurn = Callable[[Conversation, str, Sequence[Path], Path], tuple[Progress, Response | None]]


class _Turns:
    """Runs one turn at a time on an event loop."""

    def __init__(self, screen: Screen, *, yes: bool) -> None:
        self._screen, self._yes = screen, yes
        self._show: Show | None = None
        self.tools: Mapping[str, ToolSpec] = {}
        """What a changed task is checked against."""
        self.stopped = False
        """Whether Ctrl-C ever stopped a turn."""
        self.keeper: Background | None = None
        """What writes a line when a timer is due; not while a turn is drawn."""

    async def approve(self, task: Task) -> bool | Approval:
        if self._yes:
            return True
        return self._show is not None and await self._show.approve(task)

    def take(
        self, runner: asyncio.Runner, session: Conversation, text: str, files: Sequence[Path], out: Path
    ) -> tuple[Progress, Response | None]:
        """One turn; without a response when Ctrl-C stopped it."""
        if self.keeper:
            self.keeper.hush()
        try:
            return self._taken(runner, session, text, files, out)
        finally:
            if self.keeper:
                self.keeper.speak()

    def _taken(
        self, runner: asyncio.Runner, session: Conversation, text: str, files: Sequence[Path], out: Path
    ) -> tuple[Progress, Response | None]:
        live = self._screen.interactive
        self._show = Show(self._screen, live=live, quiet=not live)
        self._show.tools = self.tools
        try:
            with self._show as show:
                response = runner.run(show.follow(session.stream(text, files, out)))
        except KeyboardInterrupt:
            self.stopped = True
            return self._show.progress, None
        return self._show.progress, response


class Chat:
    """The loop: a line in, an answer out, commands in between."""

    def __init__(self, screen: Screen, services: Services, session: Conversation, take: TakeTurn, out: Path) -> None:
        self._screen, self._services, self._session = screen, services, session
        self._take, self._out = take, out
        self._pending: list[Path] = []
        self._given: list[Path] = []
        self._last: Response | None = None
        self._made: list[tuple[str, Path]] = []
        self._commands: dict[str, Callable[[], None]] = {
            "/help": lambda: screen.write(_HELP),
            "/plan": self._plan,
            "/why": self._why,
            "/models": self._models,
            "/files": self._files,
            "/masks": self._masks,
        }

    def loop(self) -> None:
        """Reads and answers until the input ends, /quit, or Ctrl-C twice."""
        prompt = Prompt(self._screen, [*self._commands, "/quit"])
        if prompt.interactive:
            self._screen.write("Say what you want; /help tells more, Ctrl-D leaves.")
        stopped = False
        with prompt:
            while True:
                try:
                    line = prompt.read(len(self._pending))
                    if line is None or line.strip() in ("/quit", "/exit"):
                        return
                    stopped = not self._heard(line)
                except KeyboardInterrupt:
                    if stopped:
                        return
                    stopped = True
                    self._screen.note("\nCtrl-C again or Ctrl-D leaves")

    def _heard(self, line: str) -> bool:
        """Deals with one line; False when Ctrl-C stopped it."""
        said = line.strip()
        if not said:
            return True
        if said.startswith("/") and not Path(said.split()[0]).exists():
            self._command(said.split()[0])
            return True
        text, files = attached(said)
        self._pending += files
        self._given += files
        for path in files:
            self._screen.note(f"attached {path}")
        if not text and self._last is not None and self._last.ask:  # a file alone answers what was asked
            text = ", ".join(path.name for path in files)
        return self._turn(text) if text else True

    def _command(self, name: str) -> None:
        near = [known for known in self._commands if known.startswith(name)]
        if len(near) == 1:
            near_command = self._commands[near[0]]
            near_command()
        else:
            self._screen.note(f"there is no {one_line(name, 30)}; /help shows what there is")

    def _turn(self, text: str) -> bool:
        files, self._pending = tuple(self._pending), []
        try:
            _, response = self._take(self._session, checked_text(text), files, self._out)
        except AskBack as question:
            self._screen.write(question.question)
            return True
        except JarvisError as error:
            self._screen.note(f"jarvis: {error}")
            self._pending = [path for path in files if not isinstance(error, UsageError) and path.exists()]
            return True
        if response is None:
            self._screen.note("stopped; Ctrl-C again leaves")
            return False
        self._last = response
        self._made += [(name, artifact.path) for name, artifact in response.artifacts.items()]
        report(response, self._screen)
        if self._screen.interactive and any(task.tool == "mask-generation" for task in response.graph):
            from jarvis.cli.masks import HINT, masks_of

            if masks_of(response):
                self._screen.note(HINT)
        return True

    def _masks(self) -> None:
        from jarvis.cli.masks import show_masks

        show_masks(self._last, self._screen)

    def _plan(self) -> None:
        if self._last is None or not len(self._last.graph):
            self._screen.write("no plan yet")
        elif self._screen.interactive:
            from jarvis.cli.tables import plan_table

            self._screen.out.print(plan_table(self._last.graph))
        else:
            for task in self._last.graph:
                self._screen.write(f"{task.id} {task.tool} {inputs_line(task)}".rstrip())

    def _why(self) -> None:
        if self._last is None or not self._last.assignments:
            self._screen.write("no models were chosen yet")
            return
        graph = self._last.graph
        rows = [(f"{i} {graph[i].tool}" if i in graph else str(i), a) for i, a in self._last.assignments.items()]
        if self._screen.interactive:
            from jarvis.cli.tables import why_table

            self._screen.out.print(why_table(rows))
            return
        for task, assignment in rows:
            for candidate in assignment.candidates:
                self._screen.write(f"{task}: {candidate.model_id} ({candidate.reason})")
            for rejected in assignment.rejected:
                self._screen.write(f"{task}: not {rejected.model_id} ({rejected.reason})")
            if not assignment.candidates:
                self._screen.write(f"{task}: no model; {assignment.advice}")

    def _models(self) -> None:
        from jarvis.cli.models import list_models

        list_models(None, self._screen, self._services, as_json=False)

    def _files(self) -> None:
        rows = [("attached", path) for path in self._given] + self._made
        for name, path in rows:
            self._screen.write(f"{name}\t{path}")
        if not rows:
            self._screen.write("no files yet")
