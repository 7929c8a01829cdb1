"""What Jarvis says about itself is true of this machine."""

from __future__ import annotations

import pytest

from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry
from jarvis.tools.deeds import deed
from jarvis.tools.handlers.about import asks_about_jarvis, introduction
from jarvis.tools.toolset import builtin_tools


@pytest.mark.parametrize(
    "text",
    [
        "what can you do",
        "Hey Jarvis, what can you do for me?",
        "Who are you?",
        "help",
        "Was kannst du alles?",
        "wer bist du",
        "Que sais-tu faire ?",
        "¿Qué puedes hacer?",
        "你能做什么？",
        "你是谁",
    ],
)
def test_questions_about_jarvis_are_known_in_five_languages(text: str) -> None:
    assert asks_about_jarvis(text)


@pytest.mark.parametrize(
    "text",
    [
        "what can you do about the noise in noisy.wav",
        "Who are you looking at in the photo",
        "help me translate this letter",
        "Was kannst du auf dem Bild sehen",
        "what do you do when it rains",
        "",
        "what can you do " * 40,
    ],
)
def test_other_questions_are_left_to_the_model(text: str) -> None:
    assert not asks_about_jarvis(text)


def card(task: str, module: str) -> ModelCard:
    return ModelCard(
        id=task, name=task, tasks=(task,), handler="", license="MIT", quality=0.5, quality_source="", requires=(module,)
    )


def test_only_what_has_a_model_here_is_told() -> None:
    told = introduction("what can you do", [card("summarization", "json"), card("translation", "no_such_module")])
    assert "shorten a text" in told
    assert "translat" not in told
    assert introduction("你能做什么", []).startswith("我是 Jarvis")
    assert "jarvis setup" in introduction("what can you do", [])


@pytest.mark.parametrize(
    ("text", "code"), [("Was kannst du alles?", "de"), ("¿Qué puedes hacer?", "es"), ("help", "en")]
)
def test_it_is_told_in_the_language_of_the_question(text: str, code: str) -> None:
    told = introduction(text)
    known = {task for one in Registry.load() for task in one.tasks}
    assert deed(builtin_tools()["text-to-speech"], code) in told
    assert "text-to-video" not in known
    assert "`jarvis models list`" in told
