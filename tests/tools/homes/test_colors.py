"""Colours are understood in five languages, and named back."""

from __future__ import annotations

import pytest

from jarvis.tools.homes.colors import RGB, color, far, name_of


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("red", (255, 0, 0)),
        ("ein schönes Blau", (0, 0, 255)),
        ("vert", (0, 255, 0)),
        ("azul", (0, 0, 255)),
        ("红色", (255, 0, 0)),
        ("#ff8000", (255, 128, 0)),
        ("warm white", 2700),
        ("warmweiß", 2700),
        ("暖白色", 2700),
        ("white", 4000),
        ("3500 K", 3500),
        ("loud", None),
    ],
)
def test_a_colour_is_light_or_a_temperature(said: str, meant: RGB | int | None) -> None:
    assert color(said) == meant


def test_a_colour_is_named_back_and_its_brightness_does_not_count() -> None:
    assert [name_of(rgb) for rgb in ((250, 5, 5), (0, 0, 90), (200, 195, 190))] == ["red", "blue", "white"]
    assert far((255, 0, 0), (120, 0, 0)) == 0
