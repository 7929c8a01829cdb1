"""`jarvis models bench`: which models are measured, and what is told."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.cli.bench import BenchOptions, bench, chosen
from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.errors import ModelError, UsageError
from jarvis.model_registry.registry import Registry
from jarvis.optimizing.measurements import Measurements
from jarvis.settings import Settings

REGISTRY = Registry.load()


@pytest.mark.timeout(300)
def test_what_is_measured_is_told_and_kept(tmp_path: Path) -> None:
    services = replace(Services(), settings=lambda: Settings(data_dir=tmp_path, threads=1))
    out = io.StringIO()
    code = bench(
        BenchOptions(("nsnet2-16k",), repeat=1, as_json=True), Screen(io.StringIO(), out, io.StringIO()), services
    )

    said = json.loads(out.getvalue())
    (row,) = said["models"]
    assert code == 0
    assert said["device"]["cores"] >= 1
    assert 0 < row["seconds"] <= row["p95"]
    assert row["memory_mb"] > 10
    assert row["load_seconds"] > 0
    assert row["real_time"] > 0
    kept = Measurements(tmp_path / "models" / "measured.sqlite3").for_device()["nsnet2-16k"]
    assert kept.seconds == row["seconds"]


def test_a_task_means_its_installed_models() -> None:
    found = [card.id for card in chosen(BenchOptions(task="mask-generation"), REGISTRY)]

    assert "grabcut" in found


def test_models_that_act_on_the_world_are_not_run_to_be_measured() -> None:
    everything = [card.id for card in chosen(BenchOptions(everything=True), REGISTRY)]

    assert "py3langid" in everything
    assert "simulated-home" not in everything
    with pytest.raises(UsageError, match="acts on the world"):
        chosen(BenchOptions(("simulated-home",)), REGISTRY)


def test_nothing_named_asks_what_to_measure() -> None:
    with pytest.raises(UsageError, match="name what to measure"):
        chosen(BenchOptions(), REGISTRY)


def test_a_model_that_does_not_exist_is_an_error() -> None:
    with pytest.raises(ModelError, match="no model is called 'gpt'"):
        chosen(BenchOptions(("gpt",)), REGISTRY)
