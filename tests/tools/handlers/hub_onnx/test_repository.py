from __future__ import annotations

from pathlib import Path

import pytest

from jarvis.errors import ModelError
from jarvis.tools.handlers.hub_onnx.repository import Repository
from tests.tools.handlers.hub_onnx.repositories import options, write_json


def repository(folder: Path, *names: str, variant: str = "") -> Repository:
    write_json(folder / "config.json", {"model_type": "bert", "id2label": {"0": "no", "1": "yes"}})
    files = {name: folder / name for name in names}
    return Repository({"config.json": folder / "config.json", **files}, options(variant=variant))


@pytest.mark.parametrize(
    ("variant", "wanted"),
    [
        ("", "onnx/model.onnx"),
        ("fp32", "onnx/model.onnx"),
        ("int8", "onnx/model_quantized.onnx"),
        ("fp16", "onnx/model_fp16.onnx"),
        ("int4", "onnx/model_q4.onnx"),
        ("q4f16", "onnx/model_q4f16.onnx"),
        ("uint8", "onnx/model_quantized.onnx"),
    ],
)
def test_the_graph_of_the_wanted_variant_is_taken(tmp_path: Path, variant: str, wanted: str) -> None:
    names = [f"onnx/model{ending}.onnx" for ending in ("", "_quantized", "_fp16", "_q4", "_q4f16")]
    assert repository(tmp_path, *names, variant=variant).graph("model") == tmp_path / wanted


def test_without_the_wanted_variant_another_one_is_taken(tmp_path: Path) -> None:
    assert repository(tmp_path, "model_quantized.onnx", variant="fp16").graph("model").name == "model_quantized.onnx"


def test_another_graph_whose_name_begins_alike_is_not_taken(tmp_path: Path) -> None:
    names = ("onnx/decoder_model_merged.onnx", "onnx/decoder_with_past_model.onnx")
    assert repository(tmp_path, *names).find_graph("decoder") is None


def test_a_missing_graph_is_named_with_the_other_runtime(tmp_path: Path) -> None:
    with pytest.raises(ModelError, match=r"no onnx/encoder_model\.onnx.*pip install 'jarvis\[hub\]'"):
        repository(tmp_path).graph("encoder_model")


def test_the_labels_are_those_of_the_configuration(tmp_path: Path) -> None:
    assert repository(tmp_path).labels == {0: "no", 1: "yes"}


@pytest.mark.parametrize(
    ("content", "said"),
    [
        (b"{", "cannot be read"),
        (b"[1, 2]", "not what a configuration looks like"),
        (b'{"a": ' + b"[" * 60 + b"]" * 60 + b"}", "not what a configuration looks like"),
        (b'{"a": ' + b"[" * 100_000 + b"]" * 100_000 + b"}", "cannot be read"),
        (b'{"a": "' + b"x" * 4_100_000 + b'"}', "more than a configuration may have"),
        (b"\xff\xfe", "cannot be read"),
    ],
)
def test_a_configuration_that_is_none_is_refused(tmp_path: Path, content: bytes, said: str) -> None:
    (tmp_path / "config.json").write_bytes(content)
    with pytest.raises(ModelError, match=said):
        Repository({"config.json": tmp_path / "config.json"}, options())


def test_a_preprocessor_may_stand_inside_the_processor(tmp_path: Path) -> None:
    write_json(tmp_path / "processor_config.json", {"image_processor": {"do_resize": False}})
    files = {"processor_config.json": tmp_path / "processor_config.json"}
    assert Repository(files, options()).preprocessor("image_processor") == {"do_resize": False}
