"""Which of the languages that are spoken here someone speaks, told by listening.

With one language configured nothing is listened to and nothing is loaded. With several, Whisper hears the first five
seconds of a turn (0.2 s of CPU time; `benchmarks/voice/people.py --languages`), and only the configured ones count. A
sentence of two words says little, so the language of whoever spoke last, or of who is known to speak, counts for more.
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Self

from jarvis.errors import NoModelError, UsageError
from jarvis.languages import language_code, language_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

    from jarvis.settings import Settings
    from jarvis.voice.people.people import People
    from jarvis.voice.people.profiles import Person

    Listen = Callable[[NDArray[np.float32]], list[tuple[str, float]]]
    """The likely languages of mono 16 kHz samples with their probabilities, best first; empty when nobody speaks."""

_EXPECTED = 4.0
"""How much more likely the expected language is than another one, before anything was heard."""
_HEARD = 0.02
"""Where all configured languages together are less likely than this, the expected one is taken."""
_LONGEST = 5 * 16_000
"""Samples of speech that are listened to."""


class Tongues:
    """Tells the language of one turn after another. `tell` may be called in any thread."""

    def __init__(self, languages: Sequence[str], listen: Callable[[], Listen]) -> None:
        """`languages`: ISO 639-1 codes, the usual one first. `listen` opens the model, when it is first needed.

        Raises:
            UsageError: no language, or one that nobody knows.
        """
        unknown = [code for code in languages if not language_code(code)]
        if unknown or not languages:
            what = f"{' '.join(unknown)}, which nobody knows" if unknown else "no language"
            raise UsageError(f"JARVIS_VOICE_LANGUAGES names {what}; write codes such as: en zh de")
        self.languages = tuple(dict.fromkeys(language_code(code) for code in languages))
        self._open = listen
        self._listen: Listen | None = None
        self._expected = self.languages[0]

    @classmethod
    def open(cls, settings: Settings) -> Self:
        """The languages of the settings, told apart by Whisper base. Loads nothing before it has to.

        Raises:
            UsageError: the settings name a language that nobody knows.
        """

        def whisper() -> Listen:
            from jarvis.voice.recognition.recognisers import open_whisper

            model = open_whisper(settings)
            return lambda samples: model.languages(samples, _LONGEST)

        return cls(settings.voice_languages, whisper)

    @property
    def several(self) -> bool:
        """Whether there is anything to tell."""
        return len(self.languages) > 1

    @property
    def expected(self) -> str:
        """What is likely to be spoken next."""
        return self._expected

    def tell(self, samples: NDArray[np.float32]) -> str:
        """The language of a turn, ISO 639-1; the only one at no cost where there is only one.

        Raises:
            ModelError: Whisper base is not installed; the message names what to run.
        """
        if not self.several:
            return self.languages[0]
        listen = self._listen = self._listen or self._open()
        self._expected = choose(listen(samples), self.languages, self._expected)
        return self._expected

    def expect(self, person: Person | None) -> None:
        """Whoever speaks is known: their language is likely to be spoken next."""
        if person is not None and person.language in self.languages:
            self._expected = person.language


def listening_to(people: People, tongues: Tongues) -> Callable[[NDArray[np.float32]], str]:
    """As `Tongues.tell`, knowing whose voice it is: their language is expected, and their first one remembered."""

    def tell(samples: NDArray[np.float32]) -> str:
        person = people.who(samples).person if tongues.several else None
        tongues.expect(person)
        language = tongues.tell(samples)
        if person is not None:
            people.spoke(person, language)
        return language

    return tell


def choose(found: Sequence[tuple[str, float]], languages: Sequence[str], expected: str) -> str:
    """The likeliest of `languages`; `expected` where the others are not clearly likelier, or none of them was heard."""
    heard = {code: score for code, score in found if code in languages}
    if sum(heard.values()) < _HEARD:
        return expected
    return max(heard, key=lambda code: heard[code] * (_EXPECTED if code == expected else 1.0))


@dataclass(frozen=True, slots=True)
class Spoken:
    """What can be done in a language here."""

    code: str
    name: str
    recogniser: str
    """The id of the model that hears it, or empty."""
    voice: str
    """The id of the model that speaks it, or empty."""
    advice: str = ""
    """What is missing, and what brings it; empty when nothing is."""


def spoken_here(settings: Settings) -> list[Spoken]:
    """For each language of the settings, what hears it and what speaks it here. Fast: nothing is loaded.

    Raises:
        UsageError: the settings name a language or a model that nobody knows.
        ModelError: they name a model that is not installed.
    """
    return [_spoken(code, settings) for code in Tongues.open(settings).languages]


def _spoken(code: str, settings: Settings) -> Spoken:
    from jarvis.voice.mouth import voices
    from jarvis.voice.recognition import recognisers

    recogniser, deaf = _here(recognisers.TASK, settings.voice_recogniser, code, recognisers.ORDER, settings)
    voice, _ = _here(voices.TASK, settings.voice_speaker, code, voices.ORDER, settings)
    mute = voices.missing_voices(settings, (code,)).get(code, "")
    return Spoken(code, language_name(code), recogniser, voice, "; ".join(text for text in (deaf, mute) if text))


def _here(task: str, named: str, code: str, order: Sequence[str], settings: Settings) -> tuple[str, str]:
    """The id of the installed model that does a task in a language, or what is missing."""
    from jarvis.voice.shelf import chosen

    try:
        return chosen(settings, task, named, code, order).id, ""
    except NoModelError as error:
        return "", str(error)
