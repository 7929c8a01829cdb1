"""The language of a request is told from the request itself, not from what it quotes."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.languages import language_of, likely_languages
from jarvis.responding import languages


@pytest.mark.parametrize(
    ("text", "language"),
    [
        ("Transcribe voice.wav, translate it into German and read it aloud", "en"),
        ("what's in die-katze.jpg?", "en"),
        ("caption cat.jpg", "en"),
        ("Translate “你好，世界” into English", "en"),
        ("Translate 你好世界 into English please", "en"),
        ("Übersetze hello.txt ins Englische und lies es vor", "de"),
        ("Was ist auf dem Bild foto.jpg zu sehen?", "de"),
        ("Mach das Licht in der Küche aus", "de"),
        ("¿Qué hay en foto.jpg?", "es"),
        ("Transcribe el audio de voz.wav y resume el texto", "es"),
        ("Enciende la luz de la cocina", "es"),
        ("Décris photo.jpg et lis le texte à voix haute", "fr"),
        ("Quel temps fait-il à Paris ?", "fr"),
        ("Translate this: 'La technologie continue d'évoluer et l'avenir est là.'", "en"),
        ("Transcribe both.", "en"),
        ("[image] sharper please", "en"),
        ("Que\u0301 pesado eres a veces, pero te quiero.", "es"),
        ("Allume la lumière de la cuisine", "fr"),
        ("把 photo.jpg 里的文字翻译成 English", "zh"),
        ("识别 page.png", "zh"),
        ("请描述这张图片", "zh"),
        ("“今天天气很好”是什么情感？", "zh"),
        ("この写真を説明して", "ja"),
        ("", "en"),
        ("12 + 30", "en"),
        ("photo.jpg", "en"),
    ],
)
def test_a_request_is_answered_in_its_own_language(text: str, language: str) -> None:
    assert language_of(text) == language


@given(st.text())
def test_any_text_has_a_language(text: str) -> None:
    assert language_of(text) in {*languages(), "ja"}


def test_other_likely_languages_come_after_the_likeliest() -> None:
    assert likely_languages("lance un minuteur d'un quart d'heure")[:2] in (["es", "fr"], ["fr", "es"])
    assert likely_languages("turn off the kitchen light") == ["en"]
    assert likely_languages("打开客厅的灯") == ["zh"]
