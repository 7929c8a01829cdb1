"""One answer as it is said: pieces that come one by one, and how much of them was heard."""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator, Callable
from dataclasses import dataclass
from typing import Protocol

from jarvis.errors import JarvisError
from jarvis.messages import Value
from jarvis.voice.sentences import sentence
from jarvis.voice.telling import Recording, problem

NOBODY = -1
"""In place of the id of a task, for what the loop says of its own."""


class Talker(Protocol):
    """What an answer needs of a Mouth."""

    async def say(self, words: str | AsyncIterator[str | Recording], language: str = "") -> Heard:
        """Says pieces as they come; returns when all was heard, or when it was stopped."""
        ...


class Heard(Protocol):
    """What became of it."""

    @property
    def spoken(self) -> str:
        """The words that were heard."""
        ...

    @property
    def unspoken(self) -> str:
        """The words that were not."""
        ...


@dataclass(frozen=True, slots=True)
class Piece:
    """A sentence or a sound, and the task that it tells of."""

    content: str | Recording
    task_id: int = NOBODY

    @property
    def words(self) -> list[str]:
        """What is said in it."""
        return (self.content if isinstance(self.content, str) else self.content.words).split()


class Speech:
    """The pieces of an answer. Those that come while it is said follow by themselves."""

    def __init__(self, mouth: Talker, language: str, trouble: Callable[[JarvisError], None]) -> None:
        """`trouble` is told when there is no voice for the language; then one says so in English."""
        self._mouth, self.language, self._trouble = mouth, language, trouble
        self.pieces: list[Piece] = []
        self.stopped = False
        """Whether somebody interrupted it, so that nothing more is said."""
        self.unspoken = ""
        """The words that were cut off."""
        self._said = 0
        """How many pieces were heard whole."""
        self._offset = 0
        """How many words of the next one were."""
        self._given = 0
        """How many pieces were handed to the mouth."""
        self._talking: asyncio.Task[None] | None = None
        self._more = asyncio.Event()
        self._closing = False

    def add(self, content: str | Recording, task_id: int = NOBODY) -> None:
        """Says one more piece after those before."""
        self.pieces.append(Piece(content, task_id))
        self._more.set()
        if self._talking is None and not self.stopped:
            self._closing = False
            self._talk()

    async def finish(self) -> bool:
        """Waits until everything so far was heard; gives whether it was, and was not interrupted."""
        self._closing = True
        self._more.set()
        while self._talking is not None:
            await asyncio.shield(self._talking)
        return not self.stopped

    async def go_on(self) -> None:
        """Says what was cut off, and what came since."""
        while self._talking is not None:
            await asyncio.shield(self._talking)
        self.stopped, self.unspoken = False, ""
        if self._said < len(self.pieces):
            self._talk()

    async def drop_rest(self) -> None:
        """Forgets what was cut off; what is added from now on is said."""
        while self._talking is not None:
            await asyncio.shield(self._talking)
        self.stopped, self._said, self._offset = False, len(self.pieces), 0

    def unheard(self) -> dict[int, str]:
        """The tasks of which not everything was heard, with the words that were; "" where there were none."""
        cut: dict[int, str] = {}
        for place, piece in enumerate(self.pieces[self._said :]):
            if piece.task_id == NOBODY:
                continue
            heard = " ".join(piece.words[: self._offset]) if place == 0 else ""
            cut[piece.task_id] = cut.get(piece.task_id) or heard
        return cut

    def _talk(self) -> None:
        self._given = self._said
        self._talking = asyncio.create_task(self._say(), name="voice answer")

    async def _say(self) -> None:
        try:
            heard = await self._mouth.say(self._stream(), self.language)
        except JarvisError as error:
            await self._voiceless(error)
            return
        self._talking = None
        self._advance(heard)
        if self.stopped:
            return
        if self._given < len(self.pieces):  # it came while the last word was said
            self._talk()

    async def _voiceless(self, error: JarvisError) -> None:
        """Nothing can be said in this language; the screen has it."""
        self._trouble(error)
        words = sentence("no voice", "en", problem=problem(str(error)))
        try:
            if self.language != "en":
                await self._mouth.say(words, "en")
        except JarvisError as again:
            self._trouble(again)
        self._said, self._talking = len(self.pieces), None

    async def _stream(self) -> AsyncIterator[str | Recording]:
        while True:
            if self._given < len(self.pieces):
                piece = self.pieces[self._given]
                self._given += 1
                yield self._rest(piece)
            elif self._closing:
                return
            else:
                self._more.clear()
                await self._more.wait()

    def _rest(self, piece: Piece) -> str | Recording:
        offset = self._offset if self._given - 1 == self._said else 0
        if not offset or not isinstance(piece.content, str):
            return piece.content
        return " ".join(piece.words[offset:])

    def _advance(self, heard: Heard) -> None:
        """Counts what was heard, word by word."""
        if not self.stopped:
            self._said, self._offset = self._given, 0
            return
        self.unspoken = heard.unspoken
        left = len(heard.spoken.split())
        while self._said < self._given:
            words = len(self.pieces[self._said].words) - self._offset
            if left < words or (not words and not left):
                self._offset += left
                return
            left -= words
            self._said, self._offset = self._said + 1, 0

    def stop(self) -> None:
        """Nothing more of it is said; the mouth was stopped, or is about to be."""
        self.stopped = True
        self._closing = True
        self._more.set()


def heard_part(value: Value, told: str, heard: str) -> str:
    """What of a task's text was heard, when only the beginning of the sentence that tells it was."""
    if not isinstance(value, str) or not heard:
        return ""
    begins = told.find(value[:30])
    before = len(told[:begins].split()) if begins > 0 else 0
    return " ".join(value.split()[: max(0, len(heard.split()) - before)])


def without_rest(unheard: dict[int, str], pieces: list[Piece], values: dict[int, Value]) -> dict[int, str]:
    """For `Memory.unheard`: by task, the part of its own text that was heard."""
    told = {piece.task_id: piece.content for piece in pieces if isinstance(piece.content, str)}
    return {n: heard_part(values.get(n), told.get(n, ""), heard) for n, heard in unheard.items()}
