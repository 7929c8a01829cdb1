"""What the journal writes about results, tasks and decisions is read back as it was."""

from __future__ import annotations

import json
from pathlib import Path
from typing import cast

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.artifacts import Artifact, Provenance
from jarvis.graph import Ref, Task
from jarvis.journal.rows import (
    assignment_of,
    decision_of,
    dumped,
    request_of,
    request_row,
    result_of,
    result_row,
    task_of,
    task_row,
)
from jarvis.messages import Assignment, Candidate, Decision, Failure, JsonValue, Rejected, Request, Result, Value

TEXTS = st.text(st.characters(codec=None), max_size=20)  # lone surrogates, too: names of files hold them
JSON: st.SearchStrategy[JsonValue] = st.recursive(
    st.none() | st.booleans() | st.integers() | st.floats(allow_nan=False) | TEXTS,
    lambda inner: st.lists(inner, max_size=3) | st.dictionaries(TEXTS, inner, max_size=3),
    max_leaves=8,
)
FILE = Artifact(
    "speech", Path("/out/caf\udce9.wav"), "audio/wav", "ab" * 32, Provenance(1, "text-to-speech", "kokoro", ("cd",))
)


def there_and_back(result: Result) -> Result:
    return result_of(result.task_id, json.loads(dumped(result_row(result))))


@settings(deadline=None)
@given(JSON)
def test_any_data_comes_back_as_it_was(value: JsonValue) -> None:
    result = Result(3, value, None, "a-model", 0.25, True, ("b: no",))
    assert there_and_back(result) == result


@pytest.mark.parametrize("value", [FILE, [FILE, FILE], [FILE], cast("Value", ["text", FILE])])
def test_files_come_back_with_their_provenance(value: Value) -> None:
    assert there_and_back(Result(1, value, model="kokoro")).value == value


def test_data_that_looks_like_a_file_stays_data() -> None:
    lookalike = cast("JsonValue", {"file": FILE.to_json()})
    assert there_and_back(Result(0, lookalike)).value == lookalike


def test_a_failure_comes_back_with_its_cause() -> None:
    result = Result(2, failure=Failure("skipped, because task 0 failed", "Skipped", 0))
    assert there_and_back(result) == result


def test_a_task_comes_back_with_its_models() -> None:
    task = Task(4, "image-to-image", {"image": ("a.png", Ref(2)), "prompt": "brighter"})
    assignment = Assignment(4, (Candidate("a", "best", 0.5),), (Rejected("b", "too large"),), "")
    row = json.loads(dumped(task_row(task, assignment)))
    assert (task_of(4, row), assignment_of(4, row)) == (task, assignment)


def test_a_request_comes_back_with_absolute_files() -> None:
    row = json.loads(dumped(request_row(Request("look \ud800", (Path("cat.jpg"),)))))
    assert request_of(row) == Request("look \ud800", (Path.cwd() / "cat.jpg",))


def test_a_decision_comes_back() -> None:
    decision = Decision("local", "handed over", 0.5, "it was silent", "1234")
    assert decision_of(decision.to_json()) == decision
