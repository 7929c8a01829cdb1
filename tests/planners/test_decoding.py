"""Decoding: what is remembered and guessed saves steps and changes nothing."""

from __future__ import annotations

import json
from functools import cache
from pathlib import Path

import pytest

from jarvis.errors import PlannerError
from jarvis.llm.runtime import LanguageModel
from jarvis.llm.tokens import BASE_FILE, BASE_PACKAGE, WireTokenizer
from jarvis.model_registry.packaged import package_file
from jarvis.planners.decoding import ConstrainedDecoder, Drafter, GrammarVocabulary, Line, PromptMemory
from jarvis.planners.drafting import DraftTable, PlanDrafter
from jarvis.planners.grammar import LineGrammar
from jarvis.planners.local import WEIGHTS
from jarvis.planners.wire import normalize, read_line, write_prompt, write_tools
from jarvis.spec import Slot, ToolSpec, ValueType
from jarvis.tools.toolset import builtin_tools

pytestmark = pytest.mark.xdist_group("planner")  # one process loads the model

HELD_OUT = Path(__file__).parents[2] / "benchmarks" / "plans" / "held_out.jsonl"
REQUESTS = [json.loads(row)["request"] for row in HELD_OUT.read_text(encoding="utf-8").splitlines()][::7][:20]
BOOK = ToolSpec("book-table", (Slot("place", ValueType.NAME),), ValueType.DATA, "Reserves a table.")


@cache
def model(threads: int = 1) -> LanguageModel:
    return LanguageModel(package_file(BASE_PACKAGE, BASE_FILE), WEIGHTS, threads)


@cache
def vocabulary() -> GrammarVocabulary:
    return GrammarVocabulary(WireTokenizer.packaged())


def plan(
    request: str,
    prompts: PromptMemory | None = None,
    *,
    drafted: bool = False,
    narrowed: bool = True,
    listed: tuple[ToolSpec, ...] = (),
    threads: int = 1,
) -> tuple[list[Line], int]:
    """The lines of a plan, and in how many steps they were written."""
    text = normalize(request)
    tokenizer = WireTokenizer.packaged()
    drafter: Drafter | None = PlanDrafter(tokenizer, text, 0, DraftTable.shipped()) if drafted else None
    decoder = ConstrainedDecoder(model(threads), tokenizer, vocabulary(), prompts, drafter)
    decoder.prompt(tokenizer.encode(write_tools(listed)))
    decoder.prompt(tokenizer.encode(write_prompt(text)))
    tools = builtin_tools().with_specs(listed)
    grammar = LineGrammar(text, tools)
    outputs: dict[int, ValueType] = {}
    lines: list[Line] = []
    while len(lines) < 6:
        number, first = len(lines), not lines
        if narrowed:
            line = decoder.line(grammar.head(number, first=first), narrowing=grammar.rest(number, outputs))
        else:
            line = decoder.line(grammar.line(number, outputs, first=first))
        lines.append(line)
        if not line.text or line.text.startswith("?"):
            break
        outputs[number] = tools[read_line(line.text)["task"]].output
    return lines, decoder.steps


@cache
def plain(request: str) -> tuple[list[Line], int]:
    return plan(request)


def test_what_the_grammar_forces_is_written_without_the_model() -> None:
    decoder = ConstrainedDecoder(model(), WireTokenizer.packaged(), vocabulary())
    decoder.prompt([1])
    line = decoder.line('start: "0 image-to-text image=a.jpg\\n"')
    assert (line.text, decoder.steps, line.choices) == ("0 image-to-text image=a.jpg", 0, ())


def test_one_candidate_is_no_choice() -> None:
    decoder = ConstrainedDecoder(model(), WireTokenizer.packaged(), vocabulary())
    decoder.prompt([1])
    # The second letter follows from the first, though a longer token could have held both.
    line = decoder.line('start: ("ab" | "xy") "\\n"')
    assert len(line.choices) == 1
    assert decoder.steps == 1


@pytest.mark.parametrize("request_text", REQUESTS)
def test_drafts_change_no_plan_and_save_steps(request_text: str) -> None:
    lines, steps = plain(request_text)
    drafted, fewer = plan(request_text, drafted=True)
    assert drafted == lines  # every token, every probability
    assert fewer <= steps


def test_drafts_save_a_third_of_the_steps() -> None:
    assert sum(plan(text, drafted=True)[1] for text in REQUESTS) < 0.67 * sum(plain(text)[1] for text in REQUESTS)


def test_remembered_prompts_change_no_plan() -> None:
    prompts = PromptMemory(model(), limit=2000)
    for _ in range(2):
        for text in REQUESTS:
            assert plan(text, prompts)[0] == plain(text)[0]


def test_the_tools_of_earlier_requests_are_not_read_again() -> None:
    prompts = PromptMemory(model())
    alone = [plan(text, listed=(BOOK,))[0] for text in REQUESTS[:3]]
    assert [plan(text, prompts, listed=(BOOK,))[0] for text in REQUESTS[:3]] == alone
    tools = WireTokenizer.packaged().encode(write_tools((BOOK,)))
    assert prompts.start([*tools, 7]).tokens == tools


def test_narrowing_changes_no_plan() -> None:
    for text in REQUESTS[:10]:
        assert plan(text, narrowed=False)[0] == plain(text)[0]


def test_two_threads_write_the_same_plans_as_one() -> None:
    for text in REQUESTS:
        assert plan(text, threads=2)[0] == plain(text)[0]


def test_prompts_are_remembered_up_to_a_limit() -> None:
    prompts = PromptMemory(model(), limit=60)
    one, other, third = ([start, *range(100, 119)] for start in (1, 2, 3))
    for tokens in (one, other, third):
        prompts.start(tokens).read(tokens)
    fourth = [4, *range(100, 119)]
    prompts.start(fourth).read(fourth)
    assert prompts.start([*one, 9]).tokens == []
    assert prompts.start([*fourth, 9]).tokens == fourth


def test_a_text_of_which_most_would_be_lost_is_copied() -> None:
    prompts = PromptMemory(model(), limit=500)
    long = list(range(1000, 1100))
    prompts.start(long).read(long)
    beginning = [*long[:20], 5]
    assert prompts.start(beginning).tokens == long[:20]
    assert prompts.start([*long, 5]).tokens == long


def test_a_fork_goes_its_own_way() -> None:
    text = normalize("Read page.png aloud")
    tokenizer = WireTokenizer.packaged()
    grammar = LineGrammar(text, builtin_tools())
    decoder = ConstrainedDecoder(model(), tokenizer, vocabulary())
    decoder.prompt(tokenizer.encode(write_prompt(text)))
    fork = decoder.fork()
    first = decoder.line(grammar.line(0, {}, first=True))
    assert fork.line('start: "0 image-to-text image=page.png\\n" | "0 text-to-speech text=page\\n"').text
    assert fork.line(grammar.line(0, {}, first=True)).tokens
    second = decoder.line(grammar.line(1, {0: ValueType.TEXT}, first=False))
    assert [first, second] == plain("Read page.png aloud")[0][:2]


def test_a_line_without_an_end_is_an_error() -> None:
    decoder = ConstrainedDecoder(model(), WireTokenizer.packaged(), vocabulary())
    decoder.prompt([1])
    with pytest.raises(PlannerError, match="simpler words"):
        decoder.line('start: "a"{50,60} "\\n"', limit=5)


def test_a_malformed_grammar_is_an_error() -> None:
    with pytest.raises(PlannerError, match="malformed"):
        vocabulary().matcher("start: nothing")
