"""Reports as text."""

from __future__ import annotations

from jarvis.planners.evaluation.tables import table


def test_columns_line_up_also_with_wide_characters() -> None:
    assert list(table(("kind", "exact"), [("中文", "5.0"), ("long name", "100.0")])) == [
        "| kind      | exact |",
        "| --------- | ----: |",
        "| 中文      |   5.0 |",
        "| long name | 100.0 |",
    ]
