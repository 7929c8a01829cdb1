"""Enrolling people by their voices, and asking who speaks, at the command line."""

from __future__ import annotations

import asyncio
from collections.abc import Iterator, Sequence
from contextlib import aclosing
from dataclasses import dataclass
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.errors import InputError, TaskError, UsageError
from jarvis.languages import language_code, language_name
from jarvis.voice.people.enrolment import SENTENCES, Enrolment
from jarvis.voice.people.people import People
from jarvis.voice.people.profiles import UNKNOWN, Person, checked_name

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_SENTENCE = 8.0
"""Seconds of sound in which one sentence is to be said."""
_HUSH = 0.8
"""Seconds of silence that end it."""


@dataclass(frozen=True, slots=True)
class EnrolOptions:
    """What `jarvis people enrol` was given."""

    name: str
    files: tuple[Path, ...] = ()
    language: str = ""
    may: tuple[str, ...] | None = None
    microphone: str = ""


def enrol(options: EnrolOptions, screen: Screen, services: Services) -> int:
    """Learns a voice and keeps it.

    Raises:
        UsageError: no name, no such language, too little speech, or more than one voice.
        InputError: a file that is no sound.
        ModelError: the encoder is missing.
        DeviceError: there is no microphone.
        StorageError: it cannot be kept.
    """
    checked_name(options.name)
    language = _language(options.language)
    people = People.open(services.settings())
    enrolment = Enrolment(people.encoder)
    if options.files:
        for path in options.files:
            if problem := enrolment.add(_read(path), path.name):
                screen.note(f"jarvis: {path.name} is left out: {problem}")
    else:
        asyncio.run(_listen(enrolment, options.microphone, screen))
    print_ = enrolment.finish()
    alike = people.likest(print_.voices[0], options.name)
    person = people.enrol(options.name, print_, language=language, may=_patterns(options.may))
    screen.write(f"{person.name} is enrolled: {print_.seconds:.0f} s of speech, may {_may(person.may)}")
    if alike:
        screen.note(f"jarvis: {person.name} sounds nearly as {alike} does; the two may be taken for each other")
    if len(people.household) == 1:
        screen.note("jarvis: from now on, unknown voices may do nothing that cannot be taken back")
    screen.note("jarvis: this is no proof of identity: a recording of the voice passes, too")
    return 0


def list_people(screen: Screen, services: Services, *, as_json: bool) -> int:
    """Prints who is enrolled, and what all others may.

    Raises:
        StorageError: the file cannot be read.
    """
    household = People.open(services.settings()).household
    if as_json:
        screen.json({"people": [_facts(person) for person in household], "unknown_may": list(household.unknown_may)})
    elif not household:
        screen.write("nobody is enrolled, so every voice may do everything; try: jarvis people enrol NAME")
    else:
        for person in household:
            language = f", {language_name(person.language)}" if person.language else ""
            screen.write(f"{person.name}{language}: may {_may(person.may)}")
        screen.write(f"{UNKNOWN}: may {_may(household.unknown_may)}")
    return 0


def show_person(name: str, screen: Screen, services: Services, *, as_json: bool) -> int:
    """Prints what is known of a person; the voice itself is numbers and is not shown.

    Raises:
        UsageError: nobody has the name.
        StorageError: the file cannot be read.
    """
    person = People.open(services.settings()).household.get(name)
    facts = _facts(person)
    if as_json:
        screen.json(facts)
    else:
        facts |= {"may": _may(person.may), "language": language_name(person.language) or "any"}
        for key, value in facts.items():
            screen.write(f"{key}: {value}")
    return 0


def set_person(name: str, language: str | None, may: tuple[str, ...] | None, screen: Screen, services: Services) -> int:
    """Changes what is given.

    Raises:
        UsageError: nobody has the name, there is no such language, or nothing is to be changed.
        StorageError: it cannot be kept.
    """
    people = People.open(services.settings())
    if name.casefold() == UNKNOWN:
        if may is None or language is not None:
            raise UsageError("for unknown voices give --may, and no --language")
        people.set_unknown(_patterns(may) or ())
        screen.write(f"{UNKNOWN}: may {_may(people.household.unknown_may)}")
        return 0
    if language is None and may is None:
        raise UsageError("nothing to change; give --language or --may")
    spoken = None if language is None else _language(language)
    person = people.set(name, language=spoken, may=_patterns(may))
    said = f", {language_name(person.language)}" if person.language else ""
    screen.write(f"{person.name}{said}: may {_may(person.may)}")
    return 0


def remove_person(name: str, screen: Screen, services: Services) -> int:
    """Forgets a person.

    Raises:
        UsageError: nobody has the name.
        StorageError: it cannot be kept.
    """
    people = People.open(services.settings())
    person = people.household.get(name)
    people.remove(name)
    screen.write(f"{person.name} is forgotten")
    if not people:
        screen.note("jarvis: nobody is enrolled any more, so every voice may do everything again")
    return 0


def tell_voice(files: Sequence[Path], microphone: str, screen: Screen, services: Services, *, as_json: bool) -> int:
    """Prints who speaks in each file, or into the microphone once; 1 when a voice is unknown.

    Raises:
        UsageError: nobody is enrolled.
        InputError: a file that is no sound.
        ModelError: the encoder is missing.
        DeviceError: there is no microphone.
    """
    people = People.open(services.settings())
    if not people:
        raise UsageError("nobody is enrolled, so nobody can be recognised; run `jarvis people enrol NAME`")
    rows: list[dict[str, Any]] = []
    for name, samples in _sounds(files, microphone, screen):
        heard = people.who(samples)
        said = heard.person.name if heard.person else UNKNOWN
        rows.append({"sound": name, "person": said, "score": round(heard.score, 3), "nearest": heard.nearest})
        if not as_json:
            near = f", nearest is {heard.nearest}" if heard.nearest and heard.person is None else ""
            score = f"score {heard.score:.2f}{near}" if heard.nearest else "too little speech"
            screen.write(f"{name}: {said} ({score})")
    if as_json:
        screen.json({"heard": rows, "threshold": people.threshold})
    return 1 if any(row["person"] == UNKNOWN for row in rows) else 0


def _sounds(files: Sequence[Path], microphone: str, screen: Screen) -> Iterator[tuple[str, NDArray[np.float32]]]:
    for path in files:
        yield path.name, _read(path)
    if not files:
        screen.note("Say a sentence.")
        yield "you", asyncio.run(_one_sentence(microphone))


async def _listen(enrolment: Enrolment, microphone: str, screen: Screen) -> None:
    """Asks for one sentence after the other, until there is enough speech."""
    screen.note("Say these sentences, or any others, as you would speak to Jarvis. No recording is kept.")
    told = 0
    while enrolment.missing > 0:
        if told == 3 * len(SENTENCES):
            raise UsageError("there is still too little clear speech; try another microphone, or a quieter room")
        screen.note(f"  {SENTENCES[told % len(SENTENCES)]}")
        told += 1
        samples = await _one_sentence(microphone)
        if problem := await asyncio.to_thread(enrolment.add, samples):
            screen.note(f"That did not help: {problem}.")


async def _one_sentence(microphone: str) -> NDArray[np.float32]:
    """What is said to the microphone, until it is silent again."""
    from jarvis.voice.ears.meter import Silero
    from jarvis.voice.sound.devices import Microphone
    from jarvis.voice.sound.frames import samples_of

    source, meter = Microphone(microphone or None), Silero()
    sound, silent, spoke = bytearray(), 0.0, False
    async with aclosing(aiter(source)) as frames:  # type: ignore[type-var]
        async for frame in frames:
            sound += frame
            speaking = meter.likely(frame) >= 0.5
            spoke = spoke or speaking
            silent = 0.0 if speaking else silent + len(frame) / 32_000
            if (spoke and silent >= _HUSH) or len(sound) / 32_000 >= _SENTENCE:
                break
    return samples_of(bytes(sound))


def _read(path: Path) -> NDArray[np.float32]:
    from jarvis.tools.media import read_audio

    if not path.is_file():
        raise InputError(f"there is no file {path}; check its name", path=str(path))
    try:
        return read_audio(path)
    except TaskError as error:
        raise InputError(str(error), path=str(path)) from error


def _language(name: str) -> str:
    code = language_code(name)
    if name and not code:
        raise UsageError(f"there is no language {name!r}; give a code such as en, zh or de, or an English name")
    return code


def _patterns(may: tuple[str, ...] | None) -> tuple[str, ...] | None:
    return None if may is None else tuple(pattern for entry in may for pattern in entry.replace(",", " ").split())


def _may(patterns: Sequence[str]) -> str:
    """Permissions for people."""
    if "*" in patterns:
        return "everything"
    return f"{', '.join(patterns)} of what cannot be taken back" if patterns else "nothing that cannot be taken back"


def _facts(person: Person) -> dict[str, Any]:
    return {
        "name": person.name,
        "language": person.language,
        "may": list(person.may),
        "enrolled": person.enrolled,
        "seconds": person.seconds,
        "sentences": person.sentences,
        "model": person.model,
    }
