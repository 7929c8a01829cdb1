"""What is done without a plan: in five languages, however politely it is said."""

from __future__ import annotations

import pytest

from jarvis.voice.replies import Instant, instant, plain, yes_or_no


@pytest.mark.parametrize(
    ("said", "meant"),
    [
        ("Stop.", Instant.STOP),
        ("Jarvis, stop, please!", Instant.STOP),
        ("Stopp!", Instant.STOP),
        ("Hör auf.", Instant.STOP),
        ("Arrête.", Instant.STOP),
        ("¡Basta!", Instant.STOP),
        ("停。", Instant.STOP),
        ("Never mind.", Instant.CANCEL),
        ("Vergiss es.", Instant.CANCEL),
        ("Laisse tomber.", Instant.CANCEL),
        ("Olvídalo.", Instant.CANCEL),
        ("算了吧。", Instant.CANCEL),
        ("Louder, please.", Instant.LOUDER),
        ("Etwas lauter, bitte.", Instant.LOUDER),
        ("Un peu plus fort, s’il te plaît.", Instant.LOUDER),
        ("Más alto, por favor.", Instant.LOUDER),
        ("请大声一点。", Instant.LOUDER),
        ("A bit quieter.", Instant.QUIETER),
        ("Leiser!", Instant.QUIETER),
        ("Moins fort.", Instant.QUIETER),
        ("Baja el volumen.", Instant.QUIETER),
        ("小声点。", Instant.QUIETER),
        ("Say that again.", Instant.REPEAT),
        ("Wie bitte?", Instant.REPEAT),
        ("Répète, s'il te plaît.", Instant.REPEAT),
        ("¿Qué has dicho?", Instant.REPEAT),
        ("再说一遍。", Instant.REPEAT),
        ("Goodbye.", Instant.GOODBYE),
        ("Danke!", Instant.GOODBYE),
        ("Au revoir.", Instant.GOODBYE),
        ("Adiós.", Instant.GOODBYE),
        ("再见。", Instant.GOODBYE),
    ],
)
def test_what_needs_no_plan_is_understood_in_five_languages(said: str, meant: Instant) -> None:
    assert instant(said) is meant


@pytest.mark.parametrize(
    "said",
    ["Stop the music in the kitchen.", "Turn the hall light off.", "Repeat the list of my timers.", "取消闹钟。", ""],
)
def test_a_request_that_begins_like_that_is_planned(said: str) -> None:
    assert instant(said) is None


@pytest.mark.parametrize("said", ["Yes.", "Yes, please.", "Yeah, do it.", "Ja, bitte.", "Oui.", "Sí, claro.", "好的。"])
def test_a_yes_is_a_yes(said: str) -> None:
    assert yes_or_no(said) is True


@pytest.mark.parametrize(
    "said", ["No.", "No, don't.", "Nein, danke.", "Non.", "No, gracias.", "不要。", "Yes, no, don't!", "Stop."]
)
def test_a_no_is_a_no_also_beside_a_yes(said: str) -> None:
    assert yes_or_no(said) is False


@pytest.mark.parametrize("said", ["", "Maybe.", "What is the weather?", "Yes or no, who knows, said the man"])
def test_anything_else_is_neither(said: str) -> None:
    assert yes_or_no(said) is None


def test_signs_and_small_words_of_courtesy_do_not_count() -> None:
    assert plain("Hey Jarvis, turn it up, please!") == "turn it up"
