"""An answer tells what was done and what was not, and nothing else; each statement cites its task."""

from __future__ import annotations

import re
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.graph import Arg, Ref, Task, TaskGraph
from jarvis.messages import Assignment, Claim, Failure, Request, Result
from jarvis.responding import Answer, Responder, languages
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.responding.runs import answer, ask, failed, made, skipped

SPOKEN = [
    ask("automatic-speech-recognition", audio="voice.wav"),
    ask("translation", text=Ref(0), target_language="German"),
    ask("text-to-speech", text=Ref(1)),
]
SPEECH = made("speech", "/out/speech.mp3", "audio/mpeg")
NO_MODEL = "no model translates English to German here; install one with pip install 'jarvis[text]'"


def test_each_line_is_a_claim_and_cites_its_task() -> None:
    text = "Transcribe voice.wav, translate it into German and read it aloud"
    assert answer(SPOKEN, ["Hello.", "Hallo.", SPEECH], text, language=None) == Answer(
        "Transcript of voice.wav: Hello. [0]\n"
        "Translation into German: Hallo. [1]\n"
        "The speech was written to /out/speech.mp3. [2]",
        (
            Claim("Transcript of voice.wav: Hello.", 0),
            Claim("Translation into German: Hallo.", 1),
            Claim("The speech was written to /out/speech.mp3.", 2),
        ),
        "en",
    )


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("Say in German what you hear in voice.wav", [2]),
        ("Transcribe voice.wav and say it in German", [0, 2]),
        ("Translate voice.wav and read it out", [1, 2]),
        ("Listen to voice.wav, put it into German, and say that", [0, 1, 2]),
        ("把 voice.wav 转写成文字，翻译成德语，并朗读", [0, 1, 2]),
        ("朗读 voice.wav 的德语翻译", [1, 2]),
        ("Lies voice.wav auf Deutsch vor", [2]),
        ("Transcribe voz.wav, tradúcelo y léelo en voz alta", [0, 1, 2]),
    ],
)
def test_results_on_the_way_are_told_when_they_were_asked_for(text: str, told: list[int]) -> None:
    claims = answer(SPOKEN, ["Hello.", "Hallo.", SPEECH], text).claims
    assert [claim.task_id for claim in claims] == told


def test_files_on_the_way_are_not_told_unless_asked_for() -> None:
    plan = [ask("video-to-audio", video="a.mp4"), ask("automatic-speech-recognition", audio=Ref(0))]
    sound = made("sound", "/out/sound.wav", "audio/wav")
    told = answer(plan, [sound, "Hello."], "Take the sound of a.mp4, then write down what is said").text
    assert told == "Transcript of the sound track of a.mp4: Hello. [1]"


def test_small_talk_alone_is_given_as_it_is() -> None:
    told = answer([ask("conversational", text="hi")], ["Hello!"])
    assert told == Answer("Hello!", (Claim("Hello!", 0),), "en")


def test_generated_text_among_other_claims_is_marked() -> None:
    plan = [ask("text-generation", prompt="a haiku"), ask("optical-character-recognition", image="page.png")]
    assert answer(plan, ["Frogs.", "ABC"]).text == "Frogs. [0]\nText in page.png: ABC [1]"


def test_a_failure_is_told_with_its_way_out_and_what_waited_for_it() -> None:
    assert answer(SPOKEN, ["Hello.", failed(NO_MODEL, "NoModelError"), skipped(1)], "Transcribe, say it") == Answer(
        "Transcript of voice.wav: Hello. [0]\n"
        f"Could not get the translation: {NO_MODEL}. [1]\n"
        "Skipped the speech, for lack of the translation. [2]",
        (
            Claim("Transcript of voice.wav: Hello.", 0),
            Claim(f"Could not get the translation: {NO_MODEL}.", 1, failed=True),
            Claim("Skipped the speech, for lack of the translation.", 2, failed=True),
        ),
        "en",
    )


def test_tasks_that_waited_for_the_same_one_are_named_together() -> None:
    told = answer(SPOKEN, [failed("voice.wav is silent; record it again"), skipped(0), skipped(0)])
    assert told.text == (
        "Could not get the transcript of voice.wav: voice.wav is silent; record it again. [0]\n"
        "Skipped the translation and the speech, for lack of the transcript of voice.wav. [1] [2]"
    )
    assert told.claims[1:] == (
        Claim("Skipped the translation, for lack of the transcript of voice.wav.", 1, failed=True),
        Claim("Skipped the speech, for lack of the transcript of voice.wav.", 2, failed=True),
    )


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("zh", "未能得到 voice.wav 的转写文本：say it again. [0]\n"
               "因缺少 voice.wav 的转写文本，跳过了译文和语音。 [1] [2]"),
        ("de", "Mit dem Transkript von voice.wav hat es nicht geklappt: say it again. [0]\n"
               "Ausgelassen, weil es mit dem Transkript von voice.wav nicht geklappt hat: "
               "die Übersetzung und die Sprachausgabe. [1] [2]"),
        ("es", "No se pudo obtener la transcripción de voice.wav: say it again. [0]\n"
               "Sin la transcripción de voice.wav no se pudo hacer: la traducción y la lectura en voz alta. [1] [2]"),
        ("fr", "Impossible d’obtenir la transcription de voice.wav\u00a0: say it again. [0]\n"
               "Sans la transcription de voice.wav, n’a pas pu être fait\u00a0: "
               "la traduction et la lecture à voix haute. [1] [2]"),
    ],
)  # fmt: skip
def test_failures_are_told_in_the_language_of_the_answer(language: str, text: str) -> None:
    assert answer(SPOKEN, [failed("say it again"), skipped(0), skipped(0)], language=language).text == text


@pytest.mark.parametrize(
    ("plan", "text"),
    [
        (
            ask("home-control", action="unlock", target="front door"),
            "Could not carry out the command to front door: no.",
        ),
        (ask("timer", action="start"), "Could not change the timer: no."),
        (ask("list-item", action="read", list="shopping"), "Could not use the shopping list: no."),
        (ask("object-detection", image="a.jpg"), "Could not get the objects in a.jpg: no."),
    ],
)
def test_a_failure_says_what_was_to_be_done(plan: tuple[str, dict[str, Arg]], text: str) -> None:
    assert answer([plan], [failed("no")]).claims == (Claim(text, 0, failed=True),)


@pytest.mark.parametrize(
    ("failure", "text"),
    [
        (skipped(40), "Skipped the speech, for lack of the earlier result. [0]"),
        (failed("", "Skipped"), "Skipped the speech, because something needed for it failed. [0]"),
        (failed("ask again", "Skipped"), "Could not get the speech: ask again. [0]"),
        (failed("", "TaskError"), "Could not get the speech: TaskError. [0]"),
    ],
)
def test_a_failure_without_a_cause_in_the_plan_is_told_all_the_same(failure: Failure, text: str) -> None:
    assert answer([ask("text-to-speech", text="hi")], [failure]).text == text


def test_a_final_task_without_a_result_is_said_not_to_have_run_and_is_no_claim() -> None:
    assert answer(SPOKEN, {0: "Hello."}) == Answer("Not run: the speech.", (), "en")


def test_what_no_model_runs_is_told_with_the_advice() -> None:
    graph = TaskGraph([Task(0, "text-to-video", {"prompt": "a fox"})], builtin_tools())
    assignment = Assignment(0, (), advice="connect an endpoint that makes videos")
    told = Responder().answer(Request("make a video of a fox"), graph, {}, {0: assignment})
    assert told.text == "Not run: the new video. connect an endpoint that makes videos."


@pytest.mark.parametrize(
    ("language", "text"),
    [
        ("en", "There was nothing in this request that a task here could do."),
        ("zh", "这个请求里没有这里的任务能做的事。"),
    ],
)
def test_an_empty_plan_claims_nothing(language: str, text: str) -> None:
    assert answer([], [], language=language) == Answer(text, (), language)


@pytest.mark.parametrize(
    ("text", "given_language", "language"),
    [
        ("请识别 page.png", None, "zh"),
        ("读 page.png", "de", "de"),
        ("この写真を説明して", None, "en"),
        ("hi", "pt-BR", "en"),
    ],
)
def test_the_answer_names_the_language_it_is_in(text: str, given_language: str | None, language: str) -> None:
    plan = [ask("optical-character-recognition", image="page.png")]
    assert answer(plan, ["ABC"], text, language=given_language).language == language


TOOLS = ["image-to-text", "object-detection", "translation", "text-to-speech", "conversational", "home-state", "timer"]
VALUES: st.SearchStrategy[Any] = st.one_of(
    st.recursive(
        st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | st.text(max_size=20),
        lambda inner: st.lists(inner, max_size=3) | st.dictionaries(st.text(max_size=5), inner, max_size=3),
        max_leaves=6,
    ),
    st.lists(st.fixed_dictionaries({"label": st.text(min_size=1, max_size=9), "score": st.floats(0, 1)}), max_size=4),
    st.just(SPEECH),
    st.just([SPEECH, SPEECH]),
)


@st.composite
def runs(draw: st.DrawFn) -> tuple[TaskGraph, dict[int, Result]]:
    """A graph in which tasks use earlier ones, and an outcome or none for each."""
    tasks: list[Task] = []
    for task_id in range(draw(st.integers(1, 5))):
        tool = draw(st.sampled_from(TOOLS))
        texts = [task.id for task in tasks if task.tool in {"image-to-text", "translation", "conversational", "timer"}]
        chained = draw(st.booleans())
        text: Arg = Ref(draw(st.sampled_from(texts))) if texts and chained else draw(st.text(min_size=1))
        args: dict[str, dict[str, Arg]] = {
            "image-to-text": {"image": "photo.jpg"},
            "object-detection": {"image": ("a.jpg", "b.jpg")},
            "translation": {"text": text, "target_language": "French"},
            "text-to-speech": {"text": text},
            "conversational": {"text": text},
            "home-state": {"target": "lamp"},
            "timer": {"action": "status"},
        }
        tasks.append(Task(task_id, tool, args[tool]))
    outcomes = st.one_of(
        VALUES.map(lambda value: Result(0, value)),
        st.text(max_size=20).map(lambda message: Result(0, failure=failed(message))),
        st.integers(-1, 6).map(lambda cause: Result(0, failure=skipped(cause))),
        st.none(),
    )
    drawn = {task.id: draw(outcomes) for task in tasks}
    results = {i: Result(i, r.value, r.failure) for i, r in drawn.items() if r is not None}
    return TaskGraph(tasks, builtin_tools()), results


@given(runs(), st.text(max_size=60), st.sampled_from(languages()))
def test_every_final_task_is_told_and_nothing_is_told_of_a_task_without_a_result(
    run: tuple[TaskGraph, dict[int, Result]], text: str, language: str
) -> None:
    graph, results = run
    told = Responder().answer(Request(text), graph, results, {}, language=language)
    assert all(task.id in {c.task_id for c in told.claims} for task in graph.sinks() if task.id in results)
    assert len({claim.task_id for claim in told.claims}) == len(told.claims)
    for claim in told.claims:
        assert claim.text.strip()
        assert claim.failed == (not results[claim.task_id].ok)
    assert {task_id for task_id, result in results.items() if not result.ok} <= {c.task_id for c in told.claims}


@given(runs(), st.sampled_from(languages()))
def test_the_marks_of_an_answer_are_the_tasks_of_its_claims(
    run: tuple[TaskGraph, dict[int, Result]], language: str
) -> None:
    graph, results = run
    told = Responder().answer(Request("go"), graph, results, {}, language=language)
    lone = len(told.claims) == 1 and told.text == told.claims[0].text
    if told.claims and not lone:
        rest = told.text
        for claim in told.claims:
            if not claim.failed:
                assert f"{claim.text} [{claim.task_id}]" in rest
            assert re.search(rf"\[{claim.task_id}\](?= \[|\n|$)", rest)
