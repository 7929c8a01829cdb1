"""Energy is read where the machine tells it, and never made up."""

from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.journal.energy import Meter


def zone(folder: Path, name: str, count: int) -> Path:
    made = folder / name
    made.mkdir(exist_ok=True)
    (made / "energy_uj").write_text(f"{count}\n")
    (made / "max_energy_range_uj").write_text("10000000\n")
    return made


def test_the_packages_are_added_up_and_their_parts_are_not(tmp_path: Path) -> None:
    for name in ("intel-rapl:0", "intel-rapl:1", "intel-rapl:0:0"):
        zone(tmp_path, name, 1_000_000)
    before = Meter.read(tmp_path)
    for name in ("intel-rapl:0", "intel-rapl:1", "intel-rapl:0:0"):
        zone(tmp_path, name, 2_500_000)
    assert Meter.read(tmp_path).joules_since(before) == pytest.approx(3.0)


def test_a_counter_that_began_again_counts_on(tmp_path: Path) -> None:
    zone(tmp_path, "intel-rapl:0", 9_000_000)
    before = Meter.read(tmp_path)
    zone(tmp_path, "intel-rapl:0", 500_000)
    assert Meter.read(tmp_path).joules_since(before) == pytest.approx(1.5)


def test_a_machine_that_does_not_tell_gives_nothing(tmp_path: Path) -> None:
    assert Meter.read(tmp_path).joules_since(Meter.read(tmp_path)) is None
    assert Meter.read(tmp_path / "missing").joules_since(Meter({})) is None
