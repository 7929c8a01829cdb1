"""When and after which waits something is tried again."""

from __future__ import annotations

import pytest

from jarvis.errors import TaskError
from jarvis.execution.retry import Retry, is_transient


class BusyError(TaskError):
    transient = True

    def __init__(self, retry_after: float | None = None) -> None:
        super().__init__("busy")
        self.retry_after = retry_after


def test_waits_double_up_to_a_longest_one_and_end() -> None:
    retry = Retry(times=4, first=1, longest=3, jitter=lambda: 1)

    assert [retry.wait(tried, BusyError()) for tried in range(5)] == [1, 2, 3, 3, None]


def test_waits_differ_so_that_many_do_not_come_back_at_once() -> None:
    waits = {Retry(first=1).wait(0, BusyError()) for _ in range(50)}

    assert len(waits) > 10
    assert all(wait and 0.5 <= wait <= 1 for wait in waits)


@pytest.mark.parametrize(("asked", "wait"), [(2.5, 2.5), (0, 0), (-1, 0), (60, None)])
def test_a_server_says_when_to_come_back_and_too_long_is_not_waited(asked: float, wait: float | None) -> None:
    assert Retry(longest=10).wait(0, BusyError(asked)) == wait


def test_only_what_passes_is_tried_again_and_it_can_be_turned_off() -> None:
    assert Retry().wait(0, TaskError("never")) is None
    assert Retry(times=0).wait(0, BusyError()) is None
    assert [is_transient(e) for e in (BusyError(), ConnectionResetError(), TimeoutError(), ValueError())] == [
        True,
        True,
        False,
        False,
    ]
