"""Enrolled people are known by their voices, strangers are not, and each may have done what they may."""

from __future__ import annotations

import asyncio
import json
from dataclasses import replace
from pathlib import Path

import numpy as np
import pytest

from jarvis.approval import Permit
from jarvis.errors import ModelError, StorageError, UsageError
from jarvis.graph import Task
from jarvis.model_registry.packaged import locate
from jarvis.model_registry.registry import Registry
from jarvis.settings import Settings
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.speaker import SpeakerEncoder
from jarvis.voice.people.enrolment import SENTENCES, Enrolment, Voiceprint
from jarvis.voice.people.people import People, Recognised
from jarvis.voice.people.profiles import Household, PeopleFile, Person
from jarvis.voice.recognition.spoken import Tongues, listening_to
from tests.sounds import Samples, mix, pink, recordings, say, scaled, silence, together

UNLOCK = Task(0, "home-control", {"action": "unlock", "target": "front door"})
LOCK = Task(1, "home-control", {"action": "lock", "target": "front door"})
COMMAND = "Please open the garage door and turn the heating down."
CAST = {"Anna": "joe@1.2", "Joe": "joe", "Karl": "joe@0.85"}


def spoken(text: str, voice: str) -> Samples:
    return together(0.3, scaled(say(text, voice)), 0.3)


def asked(permit: Permit) -> str:
    async def ask() -> str:
        return await permit(UNLOCK)

    return asyncio.run(ask())


@pytest.fixture(scope="module")
def encoder() -> SpeakerEncoder:
    return SpeakerEncoder(locate(Registry.load().get("speaker-encoder")), RuntimeOptions(threads=1))


@pytest.fixture(scope="module")
def voiceprints(encoder: SpeakerEncoder) -> dict[str, Voiceprint]:
    learned: dict[str, Voiceprint] = {}
    for name, voice in CAST.items():
        enrolment = Enrolment(encoder)
        assert [enrolment.add(spoken(text, voice)) for text in SENTENCES] == [""] * len(SENTENCES)
        learned[name] = enrolment.finish()
    return learned


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(data_dir=tmp_path / "data", cache_dir=tmp_path / "cache")


@pytest.fixture
def people(settings: Settings, voiceprints: dict[str, Voiceprint]) -> People:
    people = People.open(settings)
    for name, learned in voiceprints.items():
        people.enrol(name, learned, may=("home-control:unlock",) if name == "Joe" else None)
    return people


def test_each_person_is_known_by_their_voice_also_in_noise(people: People) -> None:
    for name, voice in CAST.items():
        heard = people.who(spoken(COMMAND, voice))
        assert heard.person and heard.person.name == name, heard
        noisy = people.who(mix(spoken(COMMAND, voice), pink(3.0, seed=9), 15.0))
        assert noisy.person and noisy.person.name == name, noisy


def test_voices_that_nobody_here_has_are_unknown(people: People) -> None:
    strangers = [recording.samples for recording in recordings()]
    heard = [people.who(samples) for samples in [*strangers, spoken(COMMAND, "jm_kumo")]]

    assert [each.person for each in heard] == [None] * len(heard)
    assert max(each.score for each in heard) < people.threshold


def test_a_word_or_silence_is_too_little_to_know_anyone_by(people: People) -> None:
    assert people.who(silence(2.0)) == Recognised()
    word = people.who(spoken("Yes.", "joe"))
    assert (word.person, word.nearest) == (None, "")
    assert 0.2 < word.seconds < 0.8


def test_of_two_that_are_equally_near_it_is_nobody(people: People) -> None:
    known = [replace(people.household.get("Joe"), name=name) for name in ("Joe", "Jim")]
    heard = people.nearest(np.array(known[0].voices[0], np.float32), known)

    assert (heard.person, round(heard.score, 3)) == (None, 1.0)


def test_without_anyone_enrolled_nothing_is_loaded_and_everything_may_be_done(settings: Settings) -> None:
    people = People.open(settings)

    assert not people
    assert people.who(spoken(COMMAND, "joe")) == Recognised()
    assert people.may(None, UNLOCK)
    assert asked(people.permit(None)) == ""
    assert not settings.data_dir.exists()


def test_who_may_what(people: People) -> None:
    joe, anna = people.household.get("joe"), people.household.get("Anna")

    assert [people.may(person, task) for person in (joe, anna, None) for task in (UNLOCK, LOCK)] == [
        True, False,
        True, True,
        False, False,
    ]  # fmt: skip
    people.set_unknown(("home-control:lock",))
    assert people.may(None, LOCK)


def test_a_short_yes_is_taken_but_not_a_whole_sentence_of_a_stranger(people: People) -> None:
    assert people.objection(spoken("Yes.", "jm_kumo"), UNLOCK) == ""
    assert people.objection(spoken(COMMAND, "joe"), UNLOCK) == ""
    assert people.objection(spoken(COMMAND, "joe"), LOCK) == "This may not be done for Joe"
    assert people.objection(spoken(COMMAND, "jm_kumo"), UNLOCK).startswith("I do not know this voice")


def test_why_not_is_said_in_the_language_of_the_speaker(people: People) -> None:
    joe = people.household.get("Joe")

    assert people.why_not(joe, UNLOCK) == ""
    assert people.why_not(joe, LOCK) == "This may not be done for Joe"
    assert people.why_not(None, UNLOCK) == "I do not know this voice, and this may only be done for people I know"
    assert people.why_not(None, UNLOCK, "de").startswith("Ich kenne diese Stimme nicht")
    assert people.why_not(joe, LOCK, "zh") == "这件事不能为Joe做"
    assert people.why_not(joe, LOCK, "fi") == "This may not be done for Joe"
    assert asked(people.permit(None, "es")).startswith("No conozco")


def test_what_another_process_changes_is_followed(people: People, settings: Settings) -> None:
    other = People.open(settings)
    assert len(other.household) == 3

    people.remove("karl")
    people.set("Anna", language="de", may=())

    assert [person.name for person in other.household] == ["Anna", "Joe"]
    assert other.household.get("anna").language == "de"
    assert not other.may(other.household.get("Anna"), UNLOCK)


def test_enrolling_again_keeps_what_was_not_given(people: People, voiceprints: dict[str, Voiceprint]) -> None:
    people.set("Joe", language="fr")
    joe = people.enrol("JOE", voiceprints["Karl"])

    assert (joe.name, joe.language, joe.may) == ("JOE", "fr", ("home-control:unlock",))
    assert len(people.household) == 3


def test_the_first_language_that_someone_speaks_is_remembered(people: People) -> None:
    people.spoke(people.household.get("Anna"), "zh")
    people.spoke(people.household.get("Anna"), "en")

    assert people.household.get("Anna").language == "zh"


def test_a_known_voice_is_expected_to_speak_its_language(people: People) -> None:
    tongues = Tongues(["en", "zh"], lambda: lambda _: [("en", 0.6), ("zh", 0.4)])
    tell = listening_to(people, tongues)

    people.set("Joe", language="zh")
    assert tell(spoken(COMMAND, "joe")) == "zh"
    assert tell(spoken(COMMAND, "joe@1.2")) == "zh"  # the one that was spoken last
    assert people.household.get("Anna").language == "zh"
    people.set("Anna", language="en")
    assert tell(spoken(COMMAND, "joe@1.2")) == "en"


def test_the_file_is_its_owners_alone_and_holds_no_sound(people: People, settings: Settings) -> None:
    path = settings.data_dir / "people.json"

    assert path.stat().st_mode & 0o777 == 0o600
    assert settings.data_dir.stat().st_mode & 0o777 == 0o700
    assert path.stat().st_size < 3 * 15_000  # 768 numbers for each person
    assert [p.name for p in settings.data_dir.iterdir() if p.suffix not in (".json", ".lock")] == []


@pytest.mark.parametrize("name", ["", "  ", "x" * 41, "Joe\x07", "Unknown"])
def test_some_names_are_none(people: People, voiceprints: dict[str, Voiceprint], name: str) -> None:
    with pytest.raises(UsageError, match=r"another name|is no name"):
        people.enrol(name, voiceprints["Joe"])


def test_nobody_of_that_name(people: People) -> None:
    with pytest.raises(UsageError, match="nobody is called 'Bert' here; enrolled: Anna, Joe, Karl"):
        people.remove("Bert")


@pytest.mark.parametrize(
    "text", ["", "[]", "{}", '{"version": 2}', '{"version": 1, "people": [{}], "unknown_may": []}']
)
def test_a_damaged_file_is_named(tmp_path: Path, text: str) -> None:
    (tmp_path / "people.json").write_text(text)
    with pytest.raises(StorageError, match=r"people\.json is damaged .*enrol everyone again"):
        PeopleFile(tmp_path).read()


def test_the_file_gives_back_what_it_was_given() -> None:
    person = Person("Anna", ((0.6, 0.8), (1.0, 0.0)), "m", "de", ("a:b",), "2026-11-22", 12.5, 5)
    household = Household((person,), ("home-control:lock",))

    assert Household.from_json(json.loads(json.dumps(household.to_json()))) == household


def test_another_encoder_is_refused(settings: Settings) -> None:
    with pytest.raises(ModelError, match="piper-joe tells no voices apart"):
        People.open(replace(settings, voice_people="piper-joe"))


def test_people_of_another_encoder_are_not_compared(people: People, settings: Settings) -> None:
    PeopleFile(settings.data_dir).change(lambda all_: Household(tuple(replace(p, model="old") for p in all_)))

    assert people.who(spoken(COMMAND, "joe")) == Recognised()
    assert not people.may(None, UNLOCK)
