"""Questions about photos and documents."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.errors import TaskError
from jarvis.tools.handlers.visual_questions import answer, read_question

from .vision_bench import run
from .vision_more_bench import model


@pytest.mark.parametrize(
    ("photo", "question", "said"),
    [
        ("coffee.jpg", "How many cups are there?", "1 cup was detected."),
        ("coffee.jpg", "Where is the cup?", "A cup was detected at the top."),
        ("cat.jpg", "Is there a dog?", "No dog was detected."),
        ("cat.jpg", "Is there a cat in the picture?", "Yes: a cat was detected."),
        ("cat.jpg", "How many animals are in the photo?", "A cat was detected."),
        ("cat.jpg", "How many dogs can you see?", "No dogs were detected."),
        ("cat.jpg", "图里有几只猫？", "1 cat was detected."),
        ("cat.jpg", "照片里有狗吗？", "No dog was detected."),
        ("cat.jpg", "Wie viele Katzen sind auf dem Bild?", "1 cat was detected."),
        ("cat.jpg", "¿Cuántos gatos hay en la foto?", "1 cat was detected."),
        ("cat.jpg", "Combien de chats y a-t-il sur la photo ?", "1 cat was detected."),
        ("astronaut.jpg", "Are there any people?", "Yes: a person was detected."),
    ],
)
def test_simple_questions_get_a_true_sentence(photo: str, question: str, said: str, tmp_path: Path) -> None:
    value = run(model("answers-from-detections"), "visual-question-answering", photo, tmp_path, question=question)

    assert value == said


def test_what_is_this_gets_a_caption(tmp_path: Path) -> None:
    value = run(model("answers-from-detections"), "t", "cat.jpg", tmp_path, question="What is in the picture?")

    assert isinstance(value, str)
    assert value.startswith("The picture shows a cat (")


@pytest.mark.parametrize(
    "question",
    ["What color is the cat?", "How many unicorns are there?", "How many red cups are there?", "Is the cat happy?"],
)
def test_any_other_question_is_refused_with_a_way_out(question: str, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"cannot be answered from detections.*Salesforce/blip-vqa-base"):
        run(model("answers-from-detections"), "t", "cat.jpg", tmp_path, question=question)


def test_several_things_are_counted_and_placed() -> None:
    cups = [
        {"label": "cup", "score": 0.9, "box": [0, 0, 10, 10]},
        {"label": "cup", "score": 0.8, "box": [80, 80, 99, 99]},
    ]

    assert answer("count", "cups", cups, (100, 100)) == "2 cups were detected."
    assert answer("presence", "mug", cups, (100, 100)) == "Yes: 2 cups were detected."
    assert answer("place", "cup", cups, (100, 100)) == ("2 cups were detected at the top left and at the bottom right.")


def test_a_question_has_a_kind_and_a_thing() -> None:
    assert read_question("How many dogs are there in this photo?") == ("count", "dogs")
    assert read_question("How many cups are in media/coffee.jpg?") == ("count", "cups")
    assert read_question("Do you see any traffic lights?") == ("presence", "traffic lights")
    assert read_question("Why is the sky blue?") == ("", "")


@pytest.mark.parametrize(
    ("question", "line"),
    [
        ("When is the library open on Saturday?", "Saturday: 10:00 to 14:00"),
        ("What is the phone number?", "Questions? Call 555 0142."),
        ("How long can I keep books?", "Please return books within 28 days."),
        ("Is it open on Sunday?", "Closed on Sunday and public holidays."),
    ],
)
def test_a_question_about_a_page_gets_its_line(question: str, line: str, tmp_path: Path) -> None:
    value = run(model("lines-by-meaning"), "document-question-answering", "page.png", tmp_path, question=question)

    assert value == line


def test_a_page_that_does_not_answer_says_so(tmp_path: Path) -> None:
    with pytest.raises(TaskError, match=r"no line of the document.*impira/layoutlm-document-qa"):
        run(model("lines-by-meaning"), "t", "page.png", tmp_path, question="Who is the president of France?")
    with pytest.raises(TaskError, match="no text could be read"):
        run(model("lines-by-meaning"), "t", "cat.jpg", tmp_path, question="What is the total?")
