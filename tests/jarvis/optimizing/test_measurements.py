"""What was measured here, kept and read as data."""

from __future__ import annotations

from concurrent.futures import ThreadPoolExecutor
from dataclasses import replace
from functools import partial
from pathlib import Path

import pytest

from jarvis.errors import StorageError
from jarvis.model_registry.registry import Registry
from jarvis.optimizing.bench import quantile
from jarvis.optimizing.device import Device, this_device
from jarvis.optimizing.measurements import Measurement, Measurements, measured_here

FOUND = Measurement("open-nsfw", "unsafe-image-check", 2, 3, "4 inputs", 0.02, 0.03, 0.5, 140.4)
CARD = Registry.load().get("open-nsfw")


def test_the_newest_measurement_of_this_device_counts(tmp_path: Path) -> None:
    store = Measurements(tmp_path / "models" / "measured.sqlite3")
    store.add(FOUND, CARD)
    store.add(replace(FOUND, seconds=0.01), CARD)

    found = store.for_device()["open-nsfw"]

    assert (found.seconds, found.memory_mb, found.load_seconds) == (0.01, 140, 0.5)
    assert found.on.startswith("measured here on 2")


def test_what_another_device_measured_is_not_taken_for_its_own(tmp_path: Path) -> None:
    path = tmp_path / "measured.sqlite3"
    Measurements(path, Device("another processor", 64, "1.23.0")).add(FOUND, CARD)

    assert Measurements(path).for_device() == {}


def test_before_anything_is_measured_there_is_no_file(tmp_path: Path) -> None:
    assert Measurements(tmp_path / "measured.sqlite3").for_device() == {}
    assert list(tmp_path.iterdir()) == []


def test_a_damaged_database_is_told_with_the_way_out(tmp_path: Path) -> None:
    path = tmp_path / "measured.sqlite3"
    path.write_bytes(b"no database" * 100)

    with pytest.raises(StorageError, match="remove that file and measure again"):
        Measurements(path).for_device()


def test_several_writers_do_not_get_in_each_others_way(tmp_path: Path) -> None:
    store = Measurements(tmp_path / "measured.sqlite3")
    with ThreadPoolExecutor(4) as pool:
        list(pool.map(partial(store.add, card=CARD), [replace(FOUND, model=f"m{n}") for n in range(12)]))

    assert len(store.for_device()) == 12


def test_the_registry_takes_the_figures_of_this_device(tmp_path: Path) -> None:
    store = Measurements(tmp_path / "measured.sqlite3")
    store.add(FOUND, CARD)
    registry = measured_here(Registry.load(), store.for_device())

    here = registry.get("open-nsfw").measured
    assert here is not None
    assert here.seconds == 0.02
    assert registry.get("piper-joe") == Registry.load().get("piper-joe")


def test_a_forgotten_model_is_measured_no_more(tmp_path: Path) -> None:
    store = Measurements(tmp_path / "measured.sqlite3")
    store.add(FOUND, CARD)
    store.forget("open-nsfw")

    assert store.for_device() == {}


def test_a_device_is_told_apart_by_its_processor_and_runtime() -> None:
    here = this_device()

    assert here.fingerprint == this_device().fingerprint
    assert replace(here, onnxruntime="0.1").fingerprint != here.fingerprint


def test_the_quantile_is_a_value_that_was_seen() -> None:
    assert quantile([3.0, 1.0, 2.0], 0.95) == 3.0
    assert quantile([5.0], 0.95) == 5.0
