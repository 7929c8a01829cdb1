"""The wake word over the wire."""

from __future__ import annotations

from wyoming.audio import AudioStop
from wyoming.event import Event
from wyoming.wake import Detect, Detection

from tests.jarvis.server.wyoming.serving import Served, run, sound
from tests.sounds import Samples, pink, say, together


def heard(served: Served, samples: Samples, *names: str, **form: int) -> list[Event]:
    async def ask() -> list[Event]:
        async with served.client() as client:
            await client.send(Detect(names=list(names) or None), *sound(samples, **form))
            if names and "parrot" in names:
                return await client.ended()
            events = [await client.next()]
            await client.send(Detect(), AudioStop())  # an empty stream, whose end shows that nothing else came
            return [*events, await client.next()]

    return run(ask())


def test_the_phrase_is_detected_and_when(served: Served) -> None:
    events = heard(served, together(1.0, say("Hey Jarvis!", "joe"), 1.0), "hey_jarvis")
    detection = Detection.from_event(events[0])
    assert detection.name == "hey_jarvis"
    assert detection.timestamp is not None and 1200 < detection.timestamp < 3000


def test_the_phrase_is_detected_in_sound_of_another_format(served: Served) -> None:
    events = heard(served, together(1.0, say("Hey Jarvis!", "joe"), 1.0), rate=48_000, channels=2)
    assert events[0].type == "detection"


def test_other_speech_and_noise_are_not_the_phrase(served: Served) -> None:
    for samples in (say("The weather will be nice in the evening.", "joe"), 0.05 * pink(3.0)):
        assert [event.type for event in heard(served, together(0.5, samples, 1.0))] == ["not-detected", "not-detected"]


def test_a_wake_word_that_is_not_here_is_refused_with_those_that_are(served: Served) -> None:
    (event,) = heard(served, pink(0.1), "parrot")
    assert event.type == "error"
    assert "'parrot'" in event.data["text"] and "hey_jarvis" in event.data["text"]
