"""A conversation remembers what was asked and made."""

from __future__ import annotations

import asyncio
from pathlib import Path
from typing import Any

from PIL import Image

from jarvis.session import Session
from tests.jarvis.fakes import fake_jarvis


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
    picture = tmp_path / "photo.png"
    Image.new("RGB", (4, 4)).save(picture)
    plans = [[row(0, "image-to-text", image="@image")], [row(1, "object-detection", image="@image")]]
    jarvis, _ = fake_jarvis(plans, tmp_path)
    session = jarvis.session()
    asyncio.run(talk(session, "describe this", files=(picture,)))
    (second,) = asyncio.run(talk(session, "what is in that picture"))
    assert second[1].ok


def test_the_answer_to_a_question_completes_the_request(tmp_path: Path) -> None:
    jarvis, planner = fake_jarvis(["Into which language?", [row(0, "conversational", text="x")]], tmp_path)
    asyncio.run(talk(jarvis.session(), "Translate 'hello'.", "French"))
    assert [request.text for request in planner.asked] == ["Translate 'hello'.", "Translate 'hello': French"]


def test_a_reference_to_a_failed_task_skips(tmp_path: Path) -> None:
    plans = [[row(0, "image-to-text", image="none.jpg")], [row(1, "summarization", text="$0")]]
    jarvis, _ = fake_jarvis(plans, tmp_path)
    _, second = asyncio.run(talk(jarvis.session(), "describe none.jpg", "shorter"))
    assert second[1].failure.kind == "Skipped"
