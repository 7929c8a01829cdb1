"""The embedded model: what it reads in which steps, and how much memory it takes."""

from __future__ import annotations

import subprocess
import sys
import tempfile
from functools import cache
from pathlib import Path

import numpy as np
import pytest

from jarvis.llm.chat import ChatModel, Message
from jarvis.llm.runtime import LanguageModel
from jarvis.llm.tokens import BASE_FILE, BASE_PACKAGE, WireTokenizer
from jarvis.model_registry.packaged import package_file

pytestmark = pytest.mark.xdist_group("planner")  # one process loads the model

TOKENS = list(range(1000, 1040))


def load() -> LanguageModel:
    return LanguageModel(package_file(BASE_PACKAGE, BASE_FILE), None, 1)


@cache
def model() -> LanguageModel:
    return load()


def test_a_text_gives_the_same_numbers_however_it_is_divided() -> None:
    whole = model().start().read(TOKENS)
    reading = model().start()
    parts = [reading.read(TOKENS[start:end]) for start, end in ((0, 2), (2, 9), (9, 40))]
    assert np.array_equal(np.concatenate(parts), whole)
    assert reading.tokens == TOKENS


def test_one_token_at_a_time_is_about_the_same() -> None:
    reading = model().start()
    last = [reading.read([token]) for token in TOKENS][-1][0]
    whole = model().start().read(TOKENS)[-1]
    assert float(last @ whole / np.linalg.norm(last) / np.linalg.norm(whole)) > 0.99


def test_a_long_text_is_read_in_several_steps() -> None:
    long = [1000 + place % 700 for place in range(300)]
    whole = model().start().read(long)
    reading = model().start()
    reading.read(long[:250])
    assert np.array_equal(reading.read(long[250:]), whole[250:])


def test_a_reading_goes_back() -> None:
    whole = model().start().read(TOKENS)
    reading = model().start()
    reading.read([*TOKENS[:20], 7, 8, 9])
    reading.cut(20)
    assert np.array_equal(reading.read(TOKENS[20:]), whole[20:])


def test_a_copy_goes_its_own_way() -> None:
    whole = model().start().read(TOKENS)
    reading = model().start()
    reading.read(TOKENS[:30])
    copy = reading.copy(20)
    copy.read([5, 6, 7])
    assert copy.tokens == [*TOKENS[:20], 5, 6, 7]
    assert np.array_equal(reading.read(TOKENS[30:]), whole[30:])


def test_nothing_is_read_at_once() -> None:
    assert model().start().read([]).shape == (0, 576)


def test_more_than_the_context_is_refused() -> None:
    with pytest.raises(ValueError, match="2049 tokens are more than the 2048"):
        model().start().read([1] * 2049)


def test_without_room_on_the_disk_the_weights_come_from_memory(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    expected = model().start().read(TOKENS)
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path / "nowhere"))
    assert np.array_equal(load().start().read(TOKENS), expected)


def test_nothing_stays_on_the_disk(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    load()
    assert not list(tmp_path.iterdir())


def test_all_scores_are_those_of_chosen_tokens() -> None:
    hidden = model().start().read(TOKENS)[-1]
    every = model().logits(hidden, np.arange(model().embeddings.size))
    chosen = np.array([0, 7, 30_000, 49_151])
    assert np.allclose(every[chosen], model().logits(hidden, chosen), atol=1e-3)


def test_it_answers() -> None:
    chat = ChatModel(model(), WireTokenizer.packaged())
    answer = chat.reply([Message("user", "What is the capital of France?")], limit=12)
    assert "Paris" in answer


def test_planning_takes_little_memory() -> None:
    plan = (
        "from jarvis.planners.local import LocalPlanner\n"
        "from jarvis.planners.protocol import PlanRequest\n"
        "from jarvis.tools.toolset import builtin_tools\n"
        "planner = LocalPlanner()\n"
        "for text in ('read page.png aloud', 'Translate menu.jpg into French', 'Detect the objects in street.jpg'):\n"
        "    list(planner.tasks(PlanRequest(text, builtin_tools())))\n"
    )
    # A process counts the memory of the one that started it as its own peak, so a small one stands between.
    measure = (
        "import resource,subprocess,sys\n"
        "subprocess.run(sys.argv[1:],check=True)\n"
        "print(resource.getrusage(resource.RUSAGE_CHILDREN).ru_maxrss)\n"
    )
    command = [sys.executable, "-c", measure, sys.executable, "-c", plan]
    done = subprocess.run(command, check=True, capture_output=True, text=True)
    peak = int(done.stdout) / (2**20 if sys.platform == "darwin" else 2**10)
    assert peak < 300
