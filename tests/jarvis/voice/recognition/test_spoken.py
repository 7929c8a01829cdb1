"""The language of a turn is told among those that are spoken here, and costs nothing where there is only one."""

from __future__ import annotations

from typing import TYPE_CHECKING

import pytest

from jarvis.errors import UsageError
from jarvis.settings import Settings
from jarvis.voice.mouth.voices import open_voice
from jarvis.voice.people.profiles import Person
from jarvis.voice.recognition.spoken import Tongues, choose, spoken_here
from jarvis.voice.sound.resampling import resampled
from tests.sounds import RATE, say, silence

if TYPE_CHECKING:
    from jarvis.voice.recognition.spoken import Listen


def never() -> Listen:
    raise AssertionError("nothing is to be loaded")


def test_with_one_language_nothing_is_listened_to() -> None:
    tongues = Tongues(["de"], never)

    assert (tongues.tell(silence(1.0)), tongues.several) == ("de", False)


def test_english_and_chinese_are_told_apart_by_listening() -> None:
    settings = Settings(voice_languages=("en", "zh"), threads=1)
    chinese = open_voice(settings, "zh")
    tongues = Tongues.open(settings)

    told = [
        tongues.tell(resampled(chinese.speak("请打开厨房的灯。"), chinese.rate, RATE)),
        tongues.tell(say("Turn on the light in the kitchen, please.")),
        tongues.tell(silence(2.0)),  # nobody speaks: as before
    ]

    assert told == ["zh", "en", "en"]


@pytest.mark.parametrize(
    ("found", "expected", "chosen"),
    [
        ([("pl", 0.6), ("de", 0.3), ("en", 0.1)], "en", "en"),  # not clearly German
        ([("pl", 0.5), ("de", 0.45), ("en", 0.05)], "en", "de"),
        ([("de", 0.9), ("en", 0.1)], "de", "de"),
        ([("pl", 0.995), ("en", 0.005)], "de", "de"),  # nothing that is spoken here
        ([], "de", "de"),
    ],
)
def test_the_language_that_is_expected_is_taken_unless_another_is_clearly_likelier(
    found: list[tuple[str, float]], expected: str, chosen: str
) -> None:
    assert choose(found, ("en", "de"), expected) == chosen


def test_what_was_spoken_last_and_what_a_person_speaks_is_expected() -> None:
    heard = [[("en", 0.4), ("zh", 0.6)], [("en", 0.9), ("zh", 0.1)], [("en", 0.6), ("zh", 0.4)]]
    tongues = Tongues(["en", "zh"], lambda: lambda _: heard.pop(0))

    tongues.expect(Person("Li", ((1.0,),), "m", "zh"))
    assert [tongues.tell(silence(1.0)) for _ in range(3)] == ["zh", "en", "en"]
    tongues.expect(Person("Jan", ((1.0,),), "m", "pl"))  # not spoken here
    assert tongues.expected == "en"


@pytest.mark.parametrize("languages", [(), ("en", "xx")])
def test_a_language_that_nobody_knows_is_refused(languages: tuple[str, ...]) -> None:
    with pytest.raises(UsageError, match="JARVIS_VOICE_LANGUAGES names"):
        Tongues.open(Settings(voice_languages=languages))


def test_settings_name_languages() -> None:
    assert Settings.from_env({"JARVIS_VOICE_LANGUAGES": "en, zh"}).voice_languages == ("en", "zh")


def test_for_each_language_it_is_said_what_hears_and_what_speaks_it() -> None:
    english, chinese, german = spoken_here(Settings(voice_languages=("en", "zh", "de")))

    assert (english.recogniser, english.voice, english.advice) == ("whisper-tiny-en", "piper-joe", "")
    assert chinese.recogniser == german.recogniser == "whisper-base"
    assert chinese.voice and not chinese.advice
    assert not german.voice and "Xenova/mms-tts-deu" in german.advice
