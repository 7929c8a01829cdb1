"""The task names of the hubs and ours, both ways."""

from __future__ import annotations

import pytest

from jarvis.model_registry.hubs.tasks import TASKS, modelscope_names, search_for, tasks_of, tasks_of_modelscope
from jarvis.tools.toolset import builtin_tools

NO_TOOL_YET = {"fill-mask"}


def test_every_task_is_one_that_plans_can_name() -> None:
    assert set(TASKS) - NO_TOOL_YET <= set(builtin_tools())


@pytest.mark.parametrize("task", TASKS)
def test_what_is_searched_for_a_task_comes_back_as_that_task(task: str) -> None:
    search = search_for(task)
    assert search is not None
    assert task in tasks_of(search.pipeline_tag, [search.filter])
    assert all(task in tasks_of_modelscope([name]) for name in modelscope_names(task))


def test_a_tag_that_nothing_here_does_gives_no_task() -> None:
    assert tasks_of("reinforcement-learning") == ()
    assert search_for("home-control") is None
    assert modelscope_names("home-control") == ()
