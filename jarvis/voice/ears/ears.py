"""The ears: frames come in, events go out. Asleep they wait for the wake phrase; awake they follow turns of speech.

While the sink plays, what it plays is taken out of what is heard, and somebody who speaks is an interruption.
"""

from __future__ import annotations

import asyncio
from collections.abc import AsyncIterator
from dataclasses import dataclass, replace
from math import inf

from jarvis.voice.ears.echo import Echo
from jarvis.voice.ears.events import Event, NothingSaid, SpeechStarted, TurnEnded, Woke
from jarvis.voice.ears.turns import TurnDetector, Words
from jarvis.voice.ears.wake import Detection, WakeWord
from jarvis.voice.sound.audio import FRAME_BYTES, FRAME_SECONDS, SILENCE, Sink, Source


@dataclass(frozen=True, slots=True)
class EarsRule:
    """Times are in seconds."""

    after_waking: float = 6.0
    """How long the ears stay awake for the first word after the wake phrase."""
    phrase_tail: float = 0.26
    """Speech right after the phrase that is no longer than this is the end of the phrase, not a command."""
    one_breath: float = 0.8
    """A command that begins this soon after the phrase was said in one breath with it."""


class Ears:
    """Hears one source, and knows what one sink plays."""

    def __init__(
        self,
        source: Source,
        sink: Sink,
        turns: TurnDetector,
        wake: WakeWord | None = None,
        *,
        echo: Echo | None = None,
        rule: EarsRule | None = None,
    ) -> None:
        """Without a wake word the ears are always awake; without `echo` they take what the sink plays for speech."""
        self.interruptible = True
        """Whether plain speech while the sink plays opens a turn; else only the wake phrase interrupts."""
        self._heard = 0
        self._source = source
        self._sink = sink
        self._turns = turns
        self._wake = wake
        self._echo = echo
        self._rule = rule or EarsRule()
        self._awake_until = 0.0 if wake is not None else inf
        self._phrase_end = -inf
        self._expecting = False

    @property
    def at(self) -> float:
        """Seconds heard so far."""
        return self._heard * FRAME_SECONDS

    @property
    def awake(self) -> bool:
        """Whether plain speech opens a turn, or one is open."""
        return self._turns.open or self._expecting or self.at < self._awake_until

    def listen(self, seconds: float) -> None:
        """From now on, for so many seconds, a turn needs no wake phrase: a follow-up."""
        self._awake_until = max(self._awake_until, self.at + seconds)
        self._expecting = True

    def sleep(self) -> None:
        """The wake phrase is needed again; an open turn is forgotten, without an event."""
        if self._wake is not None:
            self._awake_until = 0.0
        self._expecting = False
        self._phrase_end = -inf
        self._turns.reset(self.at)

    def partial(self, text: str, complete: float | None = None) -> None:
        """The words of the open turn so far, and how sure somebody is that they are a whole request (1.0: it is)."""
        self._turns.words = Words(text, complete)

    @property
    def phrase_sound(self) -> bytes:
        """The last 3 s: right after `Woke`, the phrase itself, from which its speaker can be told."""
        return self._wake.kept if self._wake is not None else b""

    async def __aiter__(self) -> AsyncIterator[Event]:
        """The events in order, until the source ends; the next frame is taken when the last event was.

        Raises:
            JarvisError: the source or the sink went away.
        """
        async for frame in self._source:
            self._heard += 1
            for event in await self._hear(frame, self._sink.tick()):
                yield event
        while self._wake is not None and self._wake.busy:
            self._heard += 1
            for event in await self._hear(SILENCE, self._sink.tick()):
                yield event
        for event in self._turns.end():
            yield self._noted(event, playing=False)

    async def play_out(self) -> None:
        """After the source ended: plays what is queued in the sink to its end, in silence."""
        while self._sink.queued:
            self._heard += 1
            self._sink.tick()
            await asyncio.sleep(0)

    async def _hear(self, frame: bytes, played: bytes) -> list[Event]:
        """What one frame tells."""
        clean, own, playing = frame, False, self._sink.queued > 0
        if self._echo is not None:
            clean = self._echo.feed(frame, played)
            own, playing = self._echo.own, playing or self._echo.playing
        woke = await self._listen_for_phrase(clean)
        if woke is not None:
            return [self._woken(woke, playing), *await self._catch_up(woke.sound)]
        if self.awake or (playing and self.interruptible):
            # What is left of the loop's own voice is no speech, whatever it sounds like.
            return await self._follow(SILENCE if own else clean, playing) + self._tired(playing)
        return []

    async def _listen_for_phrase(self, frame: bytes) -> Detection | None:
        if self._wake is None or self._turns.open:
            return None
        if self._wake.looks_next:
            return await asyncio.to_thread(self._wake.feed, frame)
        return self._wake.feed(frame)

    def _woken(self, woke: Detection, playing: bool) -> Woke:
        self._phrase_end = self.at - woke.since
        self._awake_until = self.at + self._rule.after_waking
        self._expecting = True
        self._turns.reset(self._phrase_end)
        return Woke(self.at, woke.phrase, woke.score, woke.likelihood, playing)

    async def _catch_up(self, sound: bytes) -> list[Event]:
        """Follows what was said since the phrase ended, while the second look was taken."""
        whole = len(sound) // FRAME_BYTES * FRAME_BYTES
        first = len(sound) - whole
        frames = [sound[at : at + FRAME_BYTES] for at in range(first, len(sound), FRAME_BYTES)]
        return [event for frame in frames for event in await self._follow(frame, playing=False)]

    async def _follow(self, frame: bytes, playing: bool) -> list[Event]:
        turns, rule = self._turns, self._rule
        near = self.at - self._phrase_end < rule.one_breath
        starts = round(rule.phrase_tail / FRAME_SECONDS) if near else None
        turns.listen_for(interrupts=playing, starts=starts)
        events = await asyncio.to_thread(turns.feed, frame) if turns.pauses_next else turns.feed(frame)
        return [self._noted(event, playing) for event in events]

    def _noted(self, event: Event, playing: bool) -> Event:
        if isinstance(event, SpeechStarted):
            self._expecting = False
            if self._wake is not None:
                self._wake.forget()
            after = event.began - self._phrase_end < self._rule.one_breath
            return replace(event, interrupts=playing, after_phrase=after)
        if isinstance(event, TurnEnded):
            self._phrase_end = -inf
            self._awake_until = self.at if self._wake is not None else inf
        return event

    def _tired(self, playing: bool) -> list[Event]:
        """Nobody spoke for long enough. While the answer is spoken, nobody is expected to."""
        if self._turns.open or not self._expecting or playing or self.at < self._awake_until:
            return []
        self._expecting = False
        return [NothingSaid(self.at)]
