"""Drafts: values go on as the request does, structure as it did in earlier plans."""

from __future__ import annotations

from pathlib import Path

from jarvis.llm.tokens import WireTokenizer
from jarvis.planners.drafting import NUMBER, DraftTable, Marks, PlanDrafter, count
from jarvis.planners.wire import normalize

TOKENIZER = WireTokenizer.packaged()
EMPTY = DraftTable({})


def encode(text: str) -> list[int]:
    return TOKENIZER.encode(text)


def drafted(request: str, written: str, table: DraftTable = EMPTY, first: int = 0) -> str:
    drafter = PlanDrafter(TOKENIZER, normalize(request), first, table)
    return TOKENIZER.decode(drafter.draft(encode(written)))


def test_a_value_goes_on_as_the_request_does() -> None:
    said = "Translate good morning everybody out there into French"
    assert "good morning everybody out there into".startswith("good" + drafted(said, "0 translation text=good"))
    assert drafted(said, "0 translation text=good").startswith(" morning everybody")


def test_chinese_goes_on_within_a_character() -> None:
    tokens = encode("0 translation text=早")[:-1]
    more = PlanDrafter(TOKENIZER, normalize("翻译早上好"), 0, EMPTY).draft(tokens)
    assert isinstance(more, list)
    assert drafted("翻译早上好", "0 translation text=早").startswith("上")


def test_nothing_is_guessed_where_nothing_is_known() -> None:
    assert drafted("Read it", "0 translation text=elephant") == ""
    assert drafted("Read it", "0 translation") == ""
    assert drafted("Read it", "") == ""


def test_structure_goes_on_as_in_earlier_plans() -> None:
    plan = encode("0 image-to-text image=a.jpg\n1 text-to-speech text=$0\n")
    table = count([plan] * 20, Marks(TOKENIZER))
    assert drafted("a", "0 image-to-text image=a.jpg\n", table).startswith("1 text")
    assert drafted("a", "7 image-to-text image=a.jpg\n", table, first=7).startswith("8 text")
    assert drafted("a", "12 image-to-text image=a.jpg\n13 text-to-speech text=$", table, first=12).startswith("12")


def test_contexts_know_numbers_only_as_places() -> None:
    marks = Marks(TOKENIZER)
    dollar = encode("=$")[-1]
    assert marks.context(encode("3")) == [marks.line_break, NUMBER]
    assert marks.context(encode("11 text-to-speech text=$10"))[-2:] == [dollar, NUMBER - 1]
    assert marks.context(encode("11 text-to-speech text=$9"))[-2:] == [dollar, NUMBER - 2]


def test_a_table_is_read_as_it_was_written(tmp_path: Path) -> None:
    table = DraftTable({(5, NUMBER): (7, 0.5), (9,): (NUMBER - 1, 0.25)})
    table.write(tmp_path / "table.json")
    assert DraftTable.read(tmp_path / "table.json") == table


def test_the_longest_context_decides() -> None:
    table = DraftTable({(1,): (2, 0.9), (3, 1): (4, 0.8)})
    assert table.next([3, 1]) == (4, 0.8)
    assert table.next([5, 1]) == (2, 0.9)
    assert table.next([5]) is None
