"""Names that others chose never lead out of their folder, and what a person asks for is read one way."""

from __future__ import annotations

import pytest
from hypothesis import given
from hypothesis import strategies as st

from jarvis.errors import UsageError
from jarvis.model_registry.hubs.names import Wanted, is_pickled, is_repository, is_weights, wanted, why_not_written


@pytest.mark.parametrize(
    ("text", "read"),
    [
        ("acme/tiny", Wanted("acme/tiny")),
        ("gpt2", Wanted("gpt2")),
        ("acme/tiny@v1.0", Wanted("acme/tiny", revision="v1.0")),
        ("acme/tiny:int8", Wanted("acme/tiny", variant="int8")),
        ("acme/tiny:fp32-safetensors@refs/pr/3", Wanted("acme/tiny", "huggingface", "fp32-safetensors", "refs/pr/3")),
        ("modelscope/acme/tiny", Wanted("acme/tiny", "modelscope")),
        ("hf/gpt2", Wanted("gpt2")),
        ("huggingface/acme/tiny:int8", Wanted("acme/tiny", variant="int8")),
    ],
)
def test_what_is_asked_for_is_read(text: str, read: Wanted) -> None:
    assert wanted(text) == read


def test_options_name_the_source_and_the_variant() -> None:
    assert wanted("acme/tiny", "modelscope", "q4") == Wanted("acme/tiny", "modelscope", "q4")


@pytest.mark.parametrize(
    "text",
    [
        "",
        "/",
        "a/b/c",
        "../x",
        "a/..",
        "-x/y",
        "a b/c",
        "acme/tiny@../x",
        "acme/tiny:IN T8",
        "http://x/y",
        "a/con",
        "x\x00y",
    ],
)
def test_what_is_no_name_is_refused(text: str) -> None:
    with pytest.raises(UsageError):
        wanted(text)


@pytest.mark.parametrize(
    "path",
    [
        "", "/etc/passwd", "../x", "a/../../b", "a/./b", "a//b", "C:/x", "C:x", "a\\b", "\\\\host\\share", "nul",
        "a/CON.json",         "com1.txt", "x\x00", "x\n.json", "x\u202ejson.exe", "x.", "x ", " x",
        "a?b", "a*b", "x" * 500, "é" * 150, "a/",
    ],
)  # fmt: skip
def test_a_name_that_could_lead_elsewhere_is_not_written(path: str) -> None:
    assert why_not_written(path)


@pytest.mark.parametrize(
    "path", ["config.json", "onnx/model.onnx_data", "1_Pooling/config.json", "übung/a b.txt", "console.json"]
)
def test_ordinary_names_are_written(path: str) -> None:
    assert not why_not_written(path)


@given(st.text(max_size=60))
def test_what_may_be_written_stays_inside(path: str) -> None:
    if not why_not_written(path):
        parts = path.split("/")
        assert all(part not in ("", ".", "..") for part in parts)
        assert not path.startswith(("/", "\\")) and ":" not in path and "\x00" not in path


@pytest.mark.parametrize("text", ["a--b/c", "a/b..c", "nul/x", "x" * 200, "a/b.", "ü/x"])
def test_a_repository_has_a_name_of_the_hubs(text: str) -> None:
    assert not is_repository(text)


def test_files_are_told_apart_by_what_opening_them_may_do() -> None:
    assert all(map(is_weights, ["model.safetensors", "onnx/model.onnx", "x.gguf", "m.onnx_data", "m.onnx_data_1"]))
    assert all(map(is_pickled, ["pytorch_model.bin", "x.pt", "a.ckpt", "tf_model.h5", "flax.msgpack", "x.pkl"]))
    assert not any(map(is_weights, ["x.bin", "x.py", "onnx.txt", "model.onnx.json"]))
