"""What one Jarvis knows when models are chosen: the wishes of settings and request, and what its runs have taught."""

from __future__ import annotations

import asyncio
import logging
import threading
import zlib
from collections.abc import Iterable, Mapping
from dataclasses import dataclass, replace

from jarvis.availability import look
from jarvis.errors import StorageError
from jarvis.messages import Assignment, CandidateFailed, Event, TaskFinished
from jarvis.model_registry.registry import Registry
from jarvis.planners.chat import Chat
from jarvis.planners.larger import chat_at
from jarvis.selection import Availability, Lesson, read_wishes, without
from jarvis.selection.controller import break_tie, chat_controller
from jarvis.selection.outcomes import Outcomes, blames_the_model, lesson_of, lessons_file
from jarvis.selection.preferences import pinned_of, wishes_of
from jarvis.selection.topic import topic_words
from jarvis.settings import Settings
from jarvis.spec import Effect, ToolSpec
from jarvis.tools.homes.choice import other_homes

_log = logging.getLogger(__name__)


@dataclass(frozen=True, slots=True)
class Understood:
    """A request, with what it says about models taken out of it."""

    text: str
    """What is to be planned."""
    available: Availability


@dataclass(frozen=True, slots=True)
class Outcome:
    """What became of a model that ran a task."""

    tool: str
    model: str
    ok: bool
    seconds: float

    @classmethod
    def of(cls, event: Event, tool: str) -> Outcome | None:
        """What an event tells about a model; None when it tells nothing."""
        if isinstance(event, TaskFinished) and (told := lesson_of(event.result)):
            return cls(tool, event.result.model, *told)
        if isinstance(event, CandidateFailed) and blames_the_model(event.kind):
            return cls(tool, event.model, ok=False, seconds=event.seconds)
        return None


class Chooser:
    """Shared by all runs of a Jarvis. Safe to use from any thread."""

    def __init__(self, settings: Settings) -> None:
        """Opens nothing yet."""
        self._settings = settings
        self._outcomes: Outcomes | None = None
        self._closed_book = False
        self._opening = threading.Lock()
        self._chat: Chat | None = None

    def understand(
        self, asked: str, registry: Registry, *, language: str = "", loaded: Iterable[str] = (), run_id: str = ""
    ) -> Understood:
        """What is here for a request, without what was pasted into it; `language` is that of the whole.

        A `run_id` draws the seed by which near-equal models are tried out.

        Raises:
            UsageError: a setting names a licence or a model that does not exist.
        """
        settings = self._settings
        wishes, spans = read_wishes(asked, registry)
        plain = without(asked, spans) if spans else asked
        available = look(
            registry,
            loaded=loaded,
            language=language,
            offline=settings.offline,
            preferred=settings.prefer,
            wishes=wishes.over(wishes_of(settings, registry)),
            lessons=self.lessons(),
            seed=zlib.crc32(run_id.encode()) if settings.learn and run_id else None,
            store=settings.data_dir,
        )
        available = replace(
            available,
            missing={**available.missing, **other_homes(registry, settings.home)},
            pinned=pinned_of(settings, registry, wishes.only),
            topic=topic_words(plain),
            budget_seconds=settings.budget_seconds,
            budget_memory_mb=settings.budget_memory_mb,
            budget_money=settings.budget_money,
        )
        return Understood(plain, available)

    def lessons(self) -> Mapping[tuple[str, str], Lesson]:
        """By task name and model id, what runs have taught; a look at it makes no file."""
        outcomes = self._opened() if lessons_file(self._settings.data_dir).is_file() else None
        return outcomes.snapshot() if outcomes else {}

    def settled(self, assignment: Assignment, registry: Registry, tool: ToolSpec, text: str) -> Assignment:
        """The assignment with near-ties broken by the controller of the settings; blocks while that thinks.

        What has an effect is never left to it, and a controller that fails changes nothing.

        Raises:
            UsageError: the setting names nothing that is here.
        """
        settings = self._settings
        if not settings.controller or tool.effect is not Effect.NONE:
            return assignment
        if self._chat is None:
            where, key = settings.controller, settings.controller_key_variable
            self._chat = chat_at("JARVIS_CONTROLLER", where, settings.controller_model, key, settings.threads)
        chat = self._chat

        def ask(system: str, user: str) -> str:
            return asyncio.run(chat.complete([("system", system), ("user", user)]))

        return break_tie(assignment, registry, tool.name, text, chat_controller(ask))

    def learn(self, outcomes: Iterable[Outcome]) -> None:
        """Takes in what became of models. What cannot be kept is lost, and the log tells."""
        if book := self._opened():
            for one in outcomes:
                book.record(one.tool, one.model, one.ok, one.seconds)

    def close(self) -> None:
        """Lets go of the file of lessons."""
        with self._opening:
            outcomes, self._outcomes = self._outcomes, None
        if outcomes is not None:
            outcomes.close()

    def _opened(self) -> Outcomes | None:
        with self._opening:
            if self._outcomes is None and not self._closed_book and self._settings.learn:
                try:
                    self._outcomes = Outcomes(self._settings.data_dir)
                except StorageError as error:  # Choosing goes on without lessons.
                    self._closed_book = True
                    _log.warning("%s", error)
            return self._outcomes
