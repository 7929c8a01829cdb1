"""A conversation remembers what was asked and made."""

from __future__ import annotations

import asyncio
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from jarvis.artifacts import Artifact
from jarvis.engine import Jarvis
from jarvis.execution.fake import FunctionWorker
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.registry import Registry
from jarvis.planners.protocol import Turn
from jarvis.planners.rules import RulePlanner
from jarvis.session import Session
from jarvis.settings import Settings
from jarvis.tools.handler import Inputs
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.fakes import card, fake_jarvis


def seen(inputs: Inputs) -> Value:
    """The task, and what it was given: files by name."""
    parts = [part for value in inputs.values.values() for part in (value if isinstance(value, list) else [value])]
    return f"{inputs.task}({', '.join(p.path.name if isinstance(p, Artifact) else str(p) for p in parts)})"


@pytest.fixture
def in_folder(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.chdir(tmp_path)


def row(task_id: int, task: str, **args: Any) -> dict[str, Any]:
    return {"id": task_id, "task": task, "args": args}


async def talk(session: Session, *texts: str, files: tuple[Path, ...] = ()) -> list[Any]:
    return [(await session.run(text, files)).results for text in texts]


def test_a_later_turn_uses_the_output_of_an_earlier_one(tmp_path: Path) -> None:
    plans = [
        [row(0, "summarization", text="long")],
        [row(1, "translation", text="$0", target_language="French")],
    ]
    jarvis, planner = fake_jarvis(plans, tmp_path)
    _, second = asyncio.run(talk(jarvis.session(), "Summarize: long", "now in French"))
    assert second[1].value == "translation(text=summarization(text=long), target_language=French)"
    assert (planner.asked[1].first_id, planner.asked[1].history[0].text) == (1, "Summarize: long")


def test_that_picture_is_the_latest_one(tmp_path: Path) -> None:
    photo = picture(tmp_path)
    plans = [[row(0, "image-to-text", image="@image")], [row(1, "object-detection", image="@image")]]
    jarvis, _ = fake_jarvis(plans, tmp_path)
    session = jarvis.session()
    asyncio.run(talk(session, "describe this", files=(photo,)))
    (second,) = asyncio.run(talk(session, "what is in that picture"))
    assert second[1].ok


def picture(folder: Path, name: str = "photo.png") -> Path:
    path = folder / name
    Image.new("RGB", (4, 4)).save(path)
    return path


def ruled(out: Path, work: Callable[[Inputs], Value] = seen) -> Session:
    """A conversation with the planner that goes by rules; each task says which files it was given."""
    registry = Registry(card(name) for name in builtin_tools())
    worker = FunctionWorker(work)
    return Jarvis(Settings(out=out, cache_mb=0), planner=RulePlanner(), registry=registry, worker=worker).session()


async def said(session: Session, *turns: str | tuple[str, Path]) -> list[str]:
    """The answers: a question, what the tasks gave, or why the last one failed."""
    answers: list[str] = []
    for turn in turns:
        text, files = (turn, ()) if isinstance(turn, str) else (turn[0], turn[1:])
        response = await session.run(text, files)
        results = [str(r.value) if r.failure is None else r.failure.message for r in response.results.values()]
        answers.append(response.ask or "; ".join(results))
    return answers


def test_a_question_stays_in_the_conversation_and_its_answer_comes_as_it_was_said(tmp_path: Path) -> None:
    plan = [row(0, "translation", text="hello", target_language="French")]
    jarvis, planner = fake_jarvis(["Into which language?", plan, []], tmp_path)
    asyncio.run(talk(jarvis.session(), "Translate 'hello'.", "French", "thanks"))
    assert [request.text for request in planner.asked] == ["Translate 'hello'.", "French", "thanks"]
    asked = Turn("Translate 'hello'.", (), "Into which language?")
    assert [request.history for request in planner.asked] == [
        (),
        (asked,),
        (asked, Turn("French", (Task(0, "translation", {"text": "hello", "target_language": "French"}),))),
    ]
    assert [request.first_id for request in planner.asked] == [0, 0, 1]


def test_files_of_a_request_come_along_with_the_answer_to_a_question(tmp_path: Path) -> None:
    one, two = picture(tmp_path, "one.png"), picture(tmp_path, "two.png")
    both = [row(0, "image-to-image", image=["@image", "@image"], prompt="side by side")]
    jarvis, planner = fake_jarvis(["With which one?", both, []], tmp_path, worker=FunctionWorker(seen))
    session = jarvis.session()
    asyncio.run(session.run("put this beside the other one", [one]))
    done = asyncio.run(session.run("this", [two]))
    asyncio.run(session.run("thanks"))
    assert [request.files for request in planner.asked] == [("one.png",), ("one.png", "two.png"), ()]
    assert done.results[0].value == "image-to-image(one.png, two.png, side by side)"


def test_a_file_that_is_gone_before_the_answer_does_not_hold_up_the_conversation(tmp_path: Path) -> None:
    photo = picture(tmp_path)
    jarvis, planner = fake_jarvis(["Into which language?", []], tmp_path)
    session = jarvis.session()
    asyncio.run(session.run("translate this", [photo]))
    photo.unlink()
    asyncio.run(session.run("French"))
    assert planner.asked[1].files == ()


def test_a_passage_that_was_pasted_is_there_when_the_question_is_answered(tmp_path: Path) -> None:
    passage = "word " * 300
    plan = [row(0, "translation", text="@text", target_language="French")]
    jarvis, planner = fake_jarvis(["Into which language?", plan], tmp_path)
    _, second = asyncio.run(talk(jarvis.session(), f"Translate this: {passage}", "French"))
    assert second[0].value == f"translation(text={passage.strip()}, target_language=French)"
    assert planner.asked[1].history == (Turn("Translate this:", (), "Into which language?"),)


def test_a_file_that_came_along_or_was_made_is_found_by_its_name_in_later_turns(tmp_path: Path) -> None:
    folder = tmp_path / "elsewhere"
    folder.mkdir()
    photo = picture(folder)
    plans = [
        [row(0, "image-to-image", image="photo.png", prompt="brighter")],
        [row(1, "image-to-text", image="photo.png"), row(2, "image-to-text", image="brighter.png")],
    ]

    def work(inputs: Inputs) -> Value:
        if inputs.task == "image-to-image":
            return Artifact("brighter", picture(tmp_path, "brighter.png"), "image/png", "")
        return seen(inputs)

    jarvis, _ = fake_jarvis(plans, tmp_path, worker=FunctionWorker(work))
    session = jarvis.session()
    asyncio.run(session.run("brighten photo.png", [photo]))
    second = asyncio.run(session.run("describe photo.png and brighter.png"))
    assert [result.value for result in second.results.values()] == [
        "image-to-text(photo.png)",
        "image-to-text(brighter.png)",
    ]


def test_the_second_picture_is_the_one_that_was_made_or_named_second(tmp_path: Path, in_folder: None) -> None:
    for name in ("one.png", "two.png"):
        picture(tmp_path, name)
    answers = asyncio.run(
        said(
            ruled(tmp_path),
            "describe one.png and describe two.png",
            "describe the second picture",
            "describe the first picture",
            "describe the third picture",
        )
    )
    assert answers[1:] == [
        "image-to-text(two.png)",
        "image-to-text(one.png)",
        "Which image do you mean? Name the file, or attach it.",
    ]


def test_a_picture_that_a_task_made_is_taken_from_the_disk(tmp_path: Path, in_folder: None) -> None:
    picture(tmp_path)

    def work(inputs: Inputs) -> Value:
        made = picture(tmp_path, "edges.png")
        return Artifact("edges", made, "image/png", "") if inputs.task == "canny-control" else seen(inputs)

    session = ruled(tmp_path, work)
    answers = asyncio.run(said(session, "find the edges in photo.png", "describe it", "describe the first picture"))
    assert answers[1:] == ["image-to-text(edges.png)", "image-to-text(photo.png)"]
    (tmp_path / "edges.png").unlink()
    (gone,) = asyncio.run(said(session, "describe the second picture"))
    assert gone.startswith(f"it needs {tmp_path / 'edges.png'} of an earlier turn, which is not there any more")


@pytest.mark.parametrize("answer", ["photo.png", "the one called photo.png", "describe photo.png", "attached"])
def test_the_rules_take_an_answer_for_the_request_that_was_asked_about(
    tmp_path: Path, in_folder: None, answer: str
) -> None:
    photo = picture(tmp_path)
    turn = ("here it is", photo) if answer == "attached" else answer
    assert asyncio.run(said(ruled(tmp_path), "describe it", turn)) == [
        "Which image do you mean? Name the file, or attach it.",
        "image-to-text(photo.png)",
    ]


def test_a_reference_to_a_failed_task_says_what_failed_and_why(tmp_path: Path) -> None:
    plans = [
        [row(0, "image-to-text", image="none.jpg"), row(1, "translation", text="$0", target_language="French")],
        [row(2, "summarization", text="$0"), row(3, "text-to-speech", text="$1"), row(4, "text-to-speech", text="$2")],
    ]
    jarvis, _ = fake_jarvis(plans, tmp_path)
    session = jarvis.session()
    asyncio.run(session.run("describe none.jpg in French"))
    second = asyncio.run(session.run("shorter, and read both aloud"))
    missing = "none.jpg does not exist; check the name, or give the file with -f"
    assert [(r.failure.kind, r.failure.message) for r in second.results.values() if r.failure] == [
        ("Skipped", f"it needs what image-to-text did not give in an earlier turn: {missing}"),
        ("Skipped", f"it needs what translation did not give in an earlier turn: {missing}"),
        ("Skipped", "skipped, because task 2 failed"),
    ]
    assert f"it needs what image-to-text did not give in an earlier turn: {missing}" in second.text


def test_a_long_text_with_full_stops_is_not_looked_for_as_a_file(tmp_path: Path) -> None:
    long = "A sentence. " * 60 + "And.more"
    jarvis, _ = fake_jarvis([[row(0, "summarization", text=long)]], tmp_path)
    ((result,),) = [results.values() for results in asyncio.run(talk(jarvis.session(), "shorten it"))]
    assert result.ok
