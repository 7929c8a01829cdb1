"""What is written, as it is said."""

from __future__ import annotations

import pytest

from jarvis.voice.mouth.aloud import as_said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("**Done**: see [the page](http://x.y/z).", "Done: see the page."),
        ("It stands at https://www.example.com/a/b?c=1.", "It stands at example dot com."),
        ("I wrote /tmp/jarvis-out/my_photo-2.png.", "I wrote my photo 2 png."),
        ("It is in ~/notes.txt and out/speech.wav", "It is in notes txt and speech wav"),
        ("12 km/h and/or 1/2", "12 kilometers per hour and or one half"),
        ("Alarm at 21:30, 20 °C", "Alarm at 21 30, 20 degrees Celsius"),
        ("Digest a3f5b6c7d8e9f0a1b2 `x`", "Digest x"),
        ("```\nprint(1)\n```", ""),
        ("***", ""),
        ("- one item", "one item"),
    ],
)
def test_markup_paths_and_addresses_are_not_spelled(written: str, said: str) -> None:
    assert as_said(written, "en") == said


def test_each_language_has_its_own_numbers() -> None:
    assert as_said("现在是14:05，气温20°C。", "zh") == "现在是十四点零五分,气温二十摄氏度。"
    assert as_said("Es ist 14:05, **ja**.", "de") == "Es ist 14:05, ja."
