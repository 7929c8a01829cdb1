"""A workplace: the workers of one Jarvis and what its runs share."""

from __future__ import annotations

import asyncio
from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.artifacts import ArtifactFolder
from jarvis.errors import UsageError
from jarvis.execution.context import Context
from jarvis.graph import Task, TaskGraph
from jarvis.messages import Assignment, Candidate, Result
from jarvis.model_registry.registry import Registry
from jarvis.settings import Settings
from jarvis.tools.toolset import builtin_tools
from jarvis.workplace import Workplace

ENDPOINT = """\
[[endpoint]]
protocol = "openai"
url = "http://127.0.0.1:9/v1"
model = "qwen3"
tasks = ["summarization"]
"""


@pytest.fixture
def settings(tmp_path: Path) -> Settings:
    return Settings(cache_dir=tmp_path / "cache", data_dir=tmp_path / "data", isolation="thread", threads=1)


def test_endpoints_of_the_settings_join_the_registry(settings: Settings, tmp_path: Path) -> None:
    (tmp_path / "endpoints.toml").write_text(ENDPOINT)
    place = Workplace(replace(settings, endpoints=tmp_path / "endpoints.toml"))
    assert "openai:qwen3" in place.with_endpoints(Registry([]))
    place.close()


def test_without_endpoints_the_registry_stays_as_it_is(settings: Settings) -> None:
    registry = Registry([])
    assert Workplace(settings).with_endpoints(registry) is registry


def test_endpoints_that_cannot_be_read_are_told_when_they_are_wanted(settings: Settings, tmp_path: Path) -> None:
    place = Workplace(replace(settings, endpoints=tmp_path / "none.toml"))
    with pytest.raises(UsageError, match=r"none\.toml cannot be read"):
        place.with_endpoints(Registry([]))


def compared(place: Workplace, out: Path) -> Mapping[int, Result]:
    """What a run of one comparison of two texts gives."""
    task = Task(0, "sentence-similarity", {"text": "a cat sleeps", "other": "a cat is asleep"})
    chosen = Assignment(0, (Candidate("minilm-l6-int8", "", 1.0),), ())
    executor, _ = place.executor(Registry.load(), {}, cached=False)
    graph = TaskGraph([task], builtin_tools())
    return asyncio.run(executor.run(graph, {0: chosen}, Context(builtin_tools(), ArtifactFolder(out))))


def test_a_model_stays_in_memory_from_run_to_run_until_the_workplace_closes(settings: Settings, tmp_path: Path) -> None:
    place = Workplace(settings)
    first, again = (compared(place, tmp_path / name)[0] for name in ("one", "two"))
    assert first.ok and again.value == first.value
    assert place.loaded == {"minilm-l6-int8"}
    place.close()
    assert place.loaded == frozenset()
