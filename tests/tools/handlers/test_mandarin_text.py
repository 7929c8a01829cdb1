"""Chinese text as it is said."""

from __future__ import annotations

import pytest

from jarvis.tools.handlers.mandarin_text import mandarin_number, mandarin_speakable


@pytest.mark.parametrize(
    ("digits", "said"),
    [
        ("0", "零"), ("10", "十"), ("12", "十二"), ("20", "二十"), ("105", "一百零五"), ("1050", "一千零五十"),
        ("12030", "一万二千零三十"), ("100000", "十万"), ("100005", "十万零五"), ("1010000", "一百零一万"),
        ("100000000", "一亿"), ("0.5", "零点五"), ("-3.5", "负三点五"), ("007", "零零七"),
    ],
)  # fmt: skip
def test_a_number_is_said_with_its_places(digits: str, said: str) -> None:
    assert mandarin_number(digits) == said


@pytest.mark.parametrize(
    ("written", "said"),
    [
        ("2026年11月22日 15:20", "二零二六年十一月二十二日 十五点二十分"),
        ("2026-11-02", "二零二六年十一月二日"),
        ("14:05", "十四点零五分"),
        ("2:00", "两点"),
        ("湿度45%，-3.5°C", "湿度百分之四十五,负三点五摄氏度"),
        ("有2只猫，12个人", "有两只猫,十二个人"),
        ("10-15度", "十到十五度"),
        ("13800138000", "一三八零零一三八零零零"),
    ],
)
def test_times_dates_and_units_are_written_in_characters(written: str, said: str) -> None:
    assert mandarin_speakable(written) == said
