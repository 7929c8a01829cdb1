"""Who speaks, and what may be done for them of what cannot be taken back.

Optional: as long as nobody is enrolled, no model is loaded and everything goes as if there were no people. It is no
proof of identity: a recording or an imitation of a voice passes, and a cold may keep someone out. It keeps a guest, a
child, or the television from opening the door by accident, and it knows whose language to speak.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from datetime import UTC, datetime
from threading import Lock
from typing import TYPE_CHECKING, Self

from jarvis.approval import Permit, matches
from jarvis.errors import ModelError, UsageError
from jarvis.graph import Task
from jarvis.tools.handlers.speaker import speech_of
from jarvis.tools.handlers.vad import RATE
from jarvis.voice.people.profiles import Household, PeopleFile, Person, checked_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jarvis.model_registry.card import ModelCard
    from jarvis.settings import Settings
    from jarvis.tools.handlers.speaker import SpeakerEncoder
    from jarvis.voice.people.enrolment import Voiceprint

_TELLING = 1.5
"""Seconds of speech by which a voice is known well enough to take it for another one."""
_UNKNOWN: Mapping[str, str] = {
    "en": "I do not know this voice, and this may only be done for people I know",
    "de": "Ich kenne diese Stimme nicht, und das darf ich nur für Leute tun, die ich kenne",
    "fr": "Je ne connais pas cette voix, et je ne peux faire cela que pour les personnes que je connais",
    "es": "No conozco esta voz, y eso solo puedo hacerlo para personas que conozco",
    "zh": "我不认识这个声音，这件事只能为我认识的人做",
}
_NOT_FOR: Mapping[str, str] = {
    "en": "This may not be done for {name}",
    "de": "Das darf ich für {name} nicht tun",
    "fr": "Je ne peux pas faire cela pour {name}",
    "es": "No puedo hacer eso para {name}",
    "zh": "这件事不能为{name}做",
}


@dataclass(frozen=True, slots=True)
class Recognised:
    """Whose voice it is, as far as one can tell."""

    person: Person | None = None
    """None when it is nobody who is enrolled, when two are equally likely, or when too little was said."""
    score: float = 0.0
    """How close the voice is to the nearest person's, up to 1; 0 when too little was said."""
    nearest: str = ""
    """Who that is, near enough or not."""
    seconds: float = 0.0
    """How much was said, pauses left out."""


class People:
    """Everyone who is enrolled. It may be used by several threads at once, and follows what other processes change."""

    def __init__(self, file: PeopleFile, card: ModelCard, threads: int = 1) -> None:
        """`card` is the one of a speaker encoder; its parameters are the threshold and the margin."""
        self._file, self._card, self._threads = file, card, threads
        self.threshold = float(card.parameters["threshold"])
        """How near a voice must be to be somebody's."""
        self._margin = float(card.parameters["margin"])
        self._lock = Lock()
        self._stamp: tuple[int, int] | None = None
        self._household = Household()
        self._encoder: SpeakerEncoder | None = None

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """The people of a data folder, told apart by the encoder that `voice_people` names. Loads no model.

        Raises:
            ModelError: there is no such model.
        """
        from jarvis.model_registry.here import registry_here

        card = registry_here(settings).get(settings.voice_people)
        if not card.handler.startswith("speaker:"):
            raise ModelError(f"{card.id} tells no voices apart; set JARVIS_VOICE_PEOPLE to speaker-encoder")
        return cls(PeopleFile(settings.data_dir), card)

    def __bool__(self) -> bool:
        return len(self.household) > 0

    @property
    def household(self) -> Household:
        """Everyone, as the file has it now.

        Raises:
            StorageError: the file cannot be read, or is damaged.
        """
        with self._lock:
            stamp = self._file.stamp()
            if stamp != self._stamp:
                self._household, self._stamp = self._file.read(), stamp
            return self._household

    @property
    def encoder(self) -> SpeakerEncoder:
        """The loaded encoder.

        Raises:
            ModelError: its files or libraries are missing.
        """
        with self._lock:
            if self._encoder is None:
                self._encoder = _load(self._card, self._threads)
            return self._encoder

    def who(self, samples: NDArray[np.float32]) -> Recognised:
        """Whose voice is in mono 16 kHz samples; at once nobody when nobody is enrolled. Else it takes about 0.1 s.

        Raises:
            ModelError: the encoder is missing.
        """
        known = [person for person in self.household if person.model == self._card.id]
        if not known:
            return Recognised()
        speech = speech_of(samples)
        voice, seconds = self.encoder.embed_speech(speech), len(speech) / RATE
        return Recognised(seconds=seconds) if voice is None else replace(self.nearest(voice, known), seconds=seconds)

    def nearest(self, voice: NDArray[np.float32], known: list[Person]) -> Recognised:
        """The person whose voice points as `voice` does, if one is near enough, and clearly nearer than the next."""
        import numpy as np

        scores = np.array([np.max(np.array(person.voices, np.float32) @ voice) for person in known])
        best, second = int(scores.argmax()), float(np.sort(scores)[-2]) if len(scores) > 1 else -1.0
        score = float(scores[best])
        sure = score >= self.threshold and score - second >= self._margin
        return Recognised(known[best] if sure else None, score, known[best].name)

    def likest(self, voice: NDArray[np.float32], name: str) -> str:
        """Who else has a voice so near that the two may be taken for each other; "" when nobody has."""
        others = [p for p in self.household if p.model == self._card.id and p.name.casefold() != name.casefold()]
        found = self.nearest(voice, others) if others else Recognised()
        return found.nearest if found.score >= self.threshold else ""

    def may(self, person: Person | None, task: Task) -> bool:
        """Whether a task that cannot be taken back may be done for a person; None is an unknown voice.

        True for everyone as long as nobody is enrolled.
        """
        household = self.household
        if not household:
            return True
        return matches(task, household.unknown_may if person is None else person.may)

    def why_not(self, person: Person | None, task: Task, language: str = "en") -> str:
        """Why a task may not be done for a person, as a sentence without its full stop; "" when it may be."""
        if self.may(person, task):
            return ""
        texts = _UNKNOWN if person is None else _NOT_FOR
        return texts.get(language, texts["en"]).format(name=person.name if person else "")

    def objection(self, samples: NDArray[np.float32], task: Task, language: str = "en") -> str:
        """Why the one who says yes to a question may not, as `why_not`; "" where too little is said to tell who it is.

        The request itself was of someone who may; "yes" alone has no voice that could be known.

        Raises:
            ModelError: the encoder is missing.
        """
        heard = self.who(samples)
        return "" if heard.seconds < _TELLING else self.why_not(heard.person, task, language)

    def permit(self, person: Person | None, language: str = "en") -> Permit:
        """The permissions of a person as the approval of one turn asks for them."""

        async def asked(task: Task) -> str:
            return self.why_not(person, task, language)

        return asked

    def enrol(self, name: str, print_: Voiceprint, *, language: str = "", may: tuple[str, ...] | None = None) -> Person:
        """Keeps a voice under a name; who had that name gets the new voice, and what is not given stays as it was.

        Raises:
            UsageError: it is no name.
            StorageError: it cannot be written.
        """
        kept = checked_name(name)
        made = Person(
            kept,
            tuple(tuple(float(number) for number in voice) for voice in print_.voices),
            self._card.id,
            enrolled=datetime.now(UTC).date().isoformat(),
            seconds=round(print_.seconds, 1),
            sentences=print_.sentences,
        )

        def change(household: Household) -> Household:
            same = [person for person in household if person.name.casefold() == kept.casefold()]
            old = same[0] if same else made
            allowed = old.may if may is None else may
            return household.with_person(replace(made, language=language or old.language, may=allowed))

        return self._file.change(change).get(kept)

    def set(self, name: str, *, language: str | None = None, may: tuple[str, ...] | None = None) -> Person:
        """Changes a person's language or permissions.

        Raises:
            UsageError: nobody has the name.
            StorageError: it cannot be written.
        """

        def change(household: Household) -> Household:
            person = household.get(name)
            spoken = person.language if language is None else language
            return household.with_person(replace(person, language=spoken, may=person.may if may is None else may))

        return self._file.change(change).get(name)

    def spoke(self, person: Person, language: str) -> None:
        """Remembers the first language that someone was heard to speak; one that was given for them stays.

        Raises:
            StorageError: it cannot be written.
        """
        if language and not person.language:
            self.set(person.name, language=language)

    def set_unknown(self, may: tuple[str, ...]) -> None:
        """Changes what may be done for voices that nobody here has.

        Raises:
            UsageError: nobody is enrolled, so that every voice may do everything.
            StorageError: it cannot be written.
        """
        if not self:
            raise UsageError("nobody is enrolled, so no voice is unknown; run `jarvis people enrol NAME` first")
        self._file.change(lambda household: replace(household, unknown_may=may))

    def remove(self, name: str) -> None:
        """Forgets a person and their voice.

        Raises:
            UsageError: nobody has the name.
            StorageError: it cannot be written.
        """
        self._file.change(lambda household: household.without(name))


def _load(card: ModelCard, threads: int) -> SpeakerEncoder:
    from jarvis.model_registry.packaged import locate, missing, way_out
    from jarvis.tools.handler import RuntimeOptions
    from jarvis.tools.handlers.speaker import SpeakerEncoder

    if lacking := missing(card):
        raise ModelError(f"voices cannot be told apart here ({'; '.join(lacking)}); {way_out(card)}")
    return SpeakerEncoder(locate(card), RuntimeOptions(threads, card.parameters))
