"""The built models have the files, and their graphs the names, that exports on the Hub have."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import onnxruntime
import pytest

from tests.hubmodels import build, built

# What transformers and torch deprecate is no fault of these tests.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600), pytest.mark.xdist_group("hub-texts")]


def graph(folder: Path, name: str) -> tuple[list[str], list[str]]:
    """The names of a graph's inputs and outputs."""
    session: Any = onnxruntime.InferenceSession(folder / "onnx" / f"{name}.onnx", providers=["CPUExecutionProvider"])
    return [value.name for value in session.get_inputs()], [value.name for value in session.get_outputs()]


def test_a_reader_has_one_graph_and_a_quantized_one(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = built("bert", "text-classification", tmp_path_factory)

    assert sorted(path.name for path in folder.iterdir()) == [
        "config.json", "model.safetensors", "onnx", "tokenizer.json", "tokenizer_config.json",
    ]  # fmt: skip
    assert sorted(path.name for path in (folder / "onnx").iterdir()) == ["model.onnx", "model_quantized.onnx"]
    assert graph(folder, "model") == (["input_ids", "attention_mask", "token_type_ids"], ["logits"])
    assert graph(folder, "model_quantized") == graph(folder, "model")
    assert json.loads((folder / "config.json").read_text(encoding="utf-8"))["model_type"] == "bert"


def test_both_decoders_are_merged_into_one_file(tmp_path_factory: pytest.TempPathFactory) -> None:
    folder = built("t5", "translation", tmp_path_factory)
    cached = [
        f"{layer}.{side}.{part}" for layer in (0, 1) for side in ("decoder", "encoder") for part in ("key", "value")
    ]

    inputs, outputs = graph(folder, "decoder_model_merged")
    assert set(inputs) == {
        "encoder_attention_mask", "input_ids", "encoder_hidden_states", "use_cache_branch",
        *(f"past_key_values.{name}" for name in cached),
    }  # fmt: skip
    assert outputs == ["logits", *(f"present.{name}" for name in cached)]
    assert graph(folder, "encoder_model") == (["input_ids", "attention_mask"], ["last_hidden_state"])


def test_the_same_seed_gives_the_same_weights(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    first = built("bert", "text-classification", tmp_path_factory)
    again = build("bert", "text-classification", tmp_path / "again")

    for name in ("model.safetensors", "tokenizer.json", "config.json"):
        assert (first / name).read_bytes() == (again / name).read_bytes()


def test_a_model_is_built_once_in_a_session(tmp_path_factory: pytest.TempPathFactory) -> None:
    first = built("bert", "text-classification", tmp_path_factory)
    written = first.stat().st_mtime_ns

    assert built("bert", "text-classification", tmp_path_factory) == first
    assert first.stat().st_mtime_ns == written
