"""What the voice loop does, told to the satellite as Wyoming events: for its lights and sounds, and to go on."""

from __future__ import annotations

import logging
from collections.abc import Callable

from wyoming.asr import Transcribe, Transcript
from wyoming.event import Eventable
from wyoming.pipeline import PipelineStage, RunPipeline
from wyoming.tts import Synthesize
from wyoming.vad import VoiceStarted, VoiceStopped
from wyoming.wake import Detection

from jarvis.server.wyoming.satellites.arbiter import Arbiter, Turn
from jarvis.server.wyoming.satellites.streams import Microphone
from jarvis.voice.seen import Asking, Done, Notice, Problem, Saying, Seen, State, StateChanged, Words

_log = logging.getLogger(__name__)


class Teller:
    """Gets the events of one voice loop, in order."""

    def __init__(self, arbiter: Arbiter, name: str, microphone: Microphone, tell: Callable[[Eventable], None]) -> None:
        """`tell` sends an event to the satellite; `name` is that of the satellite among others."""
        self.wake_word = ""
        """The name of the one that is listened for here."""
        self.own_wake_word = False
        """Whether the satellite sends sound only after a wake word that it heard itself."""
        self.triggers = False
        """Whether it can be told to listen again, without its wake word."""
        self._arbiter, self._name, self._microphone, self._tell = arbiter, name, microphone, tell
        self._turn: Turn | None = None
        self._state = State.STARTING
        self._text: str | None = None
        """The words of a turn, of which the satellite has not been told yet."""
        self._due = False
        """Whether the satellite still waits for a transcript, so that it goes back to its wake word."""

    def woke(self) -> None:
        """The wake word was heard, there or here."""
        self._microphone.listen()
        self._turn = self._arbiter.woke(self._name, lambda: self._microphone.level)
        self._due, self._text = True, None
        self._tell(Transcribe())

    async def may_answer(self, text: str) -> bool:
        """Whether this satellite answers a turn, or another one that heard the same."""
        turn, self._turn = self._turn, None
        answers = turn is None or await self._arbiter.meant(turn, text)
        if not answers:
            _log.info("%s heard what another satellite answers", self._name)
        self._transcript(text if answers else "")
        return answers

    def show(self, seen: Seen) -> None:
        """As the `show` of a voice loop."""
        match seen:
            case StateChanged():
                self._changed(seen.state)
            case Words():
                self._text = seen.text if seen.final else self._text
            case Saying() | Asking() | Notice():
                self._transcript(self._text or "")
                self._tell(Synthesize(text=seen.text))
            case Done():
                self._done(seen)
            case Problem():
                _log.warning("%s: %s", self._name, seen.text)
            case _:
                pass

    def _changed(self, state: State) -> None:
        before, self._state = self._state, state
        wakes = state in (State.LISTENING, State.HEARING) and before not in (State.LISTENING, State.HEARING)
        if wakes and not self.own_wake_word:
            self._tell(Detection(name=self.wake_word))
            self.woke()
        if state is State.HEARING:
            self._tell(VoiceStarted())
        elif before is State.HEARING:
            self._tell(VoiceStopped())
        elif before is State.LISTENING and state is State.ASLEEP:
            self._given_up()

    def _given_up(self) -> None:
        """Nobody said anything."""
        if self._turn is not None:
            self._turn.decide(answers=False)
        self._transcript("")

    def _done(self, done: Done) -> None:
        if self._turn is not None:
            self._turn.decide(answers=done.kind != "nothing")
        self._transcript(self._text or "")
        if done.kind == "asked" and self.own_wake_word and self.triggers:
            self._tell(RunPipeline(start_stage=PipelineStage.ASR, end_stage=PipelineStage.TTS))

    def _transcript(self, text: str) -> None:
        if self._due:
            self._tell(Transcript(text=text))
        self._due, self._text = False, None
