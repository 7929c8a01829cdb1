from __future__ import annotations

from importlib import import_module
from importlib.util import find_spec

import pytest

from jarvis.model_registry.runtimes import RUNTIMES, runs, runtime_of


@pytest.mark.parametrize(
    ("task", "form", "architecture", "handler"),
    [
        ("text-classification", "onnx", "bert", "hub_onnx.labels:TextClassifier"),
        ("text-classification", "onnx", "an-architecture-of-tomorrow", "hub_onnx.labels:TextClassifier"),
        ("summarization", "onnx", "t5", "hub_onnx.rewriting:Summarizer"),
        ("summarization", "onnx", "qwen2", "hub_onnx.writing:Writer"),
        ("automatic-speech-recognition", "onnx", "whisper", "hub_onnx.speech:Transcriber"),
        ("automatic-speech-recognition", "onnx", "parakeet_ctc", None),
        ("text-classification", "gguf", "bert", None),
        ("home-control", "onnx", "bert", None),
        ("visual-question-answering", "onnx", "blip", None),
        ("mask-generation", "onnx", "sam", "sam.segment:SegmentAnything"),
        ("text-generation", "safetensors", "llama", "hub_torch.writing:Writer"),
    ],
)
def test_a_model_is_run_by(task: str, form: str, architecture: str, handler: str | None) -> None:
    assert runtime_of(task, form, architecture) == handler


def test_an_architecture_that_is_not_known_may_be_one_that_is_run() -> None:
    assert runtime_of("translation", "onnx") == "hub_onnx.rewriting:Translator"


def test_every_handler_of_the_table_is_there() -> None:
    for handler in {runtime.handler for runtime in RUNTIMES}:
        module, name = handler.split(":")
        assert find_spec(f"jarvis.tools.handlers.{module}"), handler
        assert hasattr(import_module(f"jarvis.tools.handlers.{module}"), name), handler


def test_what_is_run_is_listed_by_task() -> None:
    assert "whisper" in runs("onnx")["automatic-speech-recognition"]
    assert set(runs("onnx")) >= {"text-classification", "translation", "object-detection", "text-to-speech"}
