"""The grammar of a plan line lets through every good line and nothing else."""

from __future__ import annotations

from functools import cache

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.llm.tokens import WireTokenizer
from jarvis.planners.decoding import GrammarVocabulary
from jarvis.planners.grammar import LineGrammar, chunks, file_names
from jarvis.planners.wire import END, normalize
from jarvis.spec import Slot, ToolSpec, ValueType
from jarvis.tools.toolset import builtin_tools

REQUEST = "Read page.png, describe https://x.org/a and 把菜单.jpg翻译 say 'good morning' to Tom"


@cache
def shared() -> GrammarVocabulary:
    return GrammarVocabulary(WireTokenizer.packaged())


@pytest.fixture
def vocabulary() -> GrammarVocabulary:
    return shared()


def accepts(vocabulary: GrammarVocabulary, line: str, outputs: dict[int, ValueType], *, first: bool = False) -> bool:
    grammar = LineGrammar(normalize(REQUEST), builtin_tools()).line(len(outputs), outputs, first=first)
    matcher = vocabulary.matcher(grammar)
    tokens = WireTokenizer.packaged().encode(line)
    return all(matcher.consume_token(token) for token in tokens) and matcher.is_accepting()


GOOD = [
    ("0 optical-character-recognition image=page.png\n", {}),
    ("0 optical-character-recognition image=菜单.jpg\n", {}),
    ("0 translation text=good morning\ttarget_language=Greek\n", {}),
    ("0 translation text=good morning\ttarget_language=Greek\tsource_language=English\n", {}),
    ("0 image-to-image image=page.png|菜单.jpg\n", {}),
    ("0 weather \n", {}),
    ("0 weather when=good\n", {}),
    ("1 text-to-speech text=$0\n", {0: ValueType.TEXT}),
    ("1 text-to-speech text=$0\n", {0: ValueType.DATA}),
    ("1 image-to-text image=@image\n", {0: ValueType.TEXT}),
    (END, {0: ValueType.TEXT}),
]
BAD = [
    ("0 optical-character-recognition image=other.png\n", {}),
    ("0 optical-character-recognition text=page.png\n", {}),
    ("0 automatic-speech-recognition audio=page.png\n", {}),
    ("0 translation text=good morning\n", {}),
    ("0 translation text=good morning\ttarget_language=Klingonese\n", {}),
    ("0 translation text=bad morning\ttarget_language=Greek\n", {}),
    ("0 time-travel text=good\n", {}),
    ("1 text-to-speech text=$1\n", {0: ValueType.TEXT}),
    ("1 text-to-speech text=$0\n", {0: ValueType.AUDIO}),
    ("0 timer action=explode\n", {}),
    ("? Which one of the two?\n", {0: ValueType.TEXT}),
]


@pytest.mark.parametrize(("line", "outputs"), GOOD)
def test_a_good_line_passes(vocabulary: GrammarVocabulary, line: str, outputs: dict[int, ValueType]) -> None:
    assert accepts(vocabulary, line, outputs)


@pytest.mark.parametrize(("line", "outputs"), BAD)
def test_a_bad_line_is_impossible(vocabulary: GrammarVocabulary, line: str, outputs: dict[int, ValueType]) -> None:
    assert not accepts(vocabulary, line, outputs)


def test_only_a_first_line_may_be_a_question(vocabulary: GrammarVocabulary) -> None:
    assert accepts(vocabulary, "? Which picture do you mean?\n", {}, first=True)


@settings(deadline=None, max_examples=60)
@given(st.text(min_size=1, max_size=60))
def test_any_request_gives_a_grammar_that_compiles(text: str) -> None:
    request = normalize(text)
    grammar = LineGrammar(request, builtin_tools()).line(2, {0: ValueType.TEXT, 1: ValueType.IMAGE}, first=False)
    matcher = shared().matcher(grammar)
    assert not matcher.is_error()


@settings(deadline=None, max_examples=60)
@given(st.lists(st.tuples(st.booleans(), st.booleans()), max_size=14))
def test_optional_slots_may_be_left_out_and_required_ones_may_not(slots: list[tuple[bool, bool]]) -> None:
    tool = ToolSpec(
        "book",
        tuple(Slot(f"s{i}", ValueType.TEXT, required) for i, (required, _) in enumerate(slots)),
        ValueType.TEXT,
        "Books.",
    )
    line = "0 book " + "\t".join(f"s{i}=Tom" for i, (_, given) in enumerate(slots) if given) + "\n"
    matcher = shared().matcher(LineGrammar(normalize(REQUEST), {"book": tool}).line(0, {}, first=False))
    accepted = matcher.try_consume_tokens(tokens := WireTokenizer.packaged().encode(line)) == len(tokens)
    assert accepted == all(given or not required for required, given in slots)


@given(st.text())
def test_chunks_make_up_the_whole_text(text: str) -> None:
    assert "".join(chunks(normalize(text).text)) == normalize(text).text


@pytest.mark.parametrize(
    ("text", "names"),
    [
        ("Read a.png, then b.JPG.", ["a.png", "b.JPG"]),
        ("see https://x.org/b?c=1 now", ["https://x.org/b?c=1"]),
        ("('photo one.jpg')", ["one.jpg"]),
        ("dir/sub/x.wav and ./y.mp3", ["dir/sub/x.wav", "./y.mp3"]),
        ("I like this. It is 3.5 long", []),
        ("把照片1.png看看", ["把照片1.png", "照片1.png", "片1.png", "1.png"]),
    ],
)
def test_file_names_are_found(text: str, names: list[str]) -> None:
    assert file_names(text) == names
