"""Repositories for tests of fetching: laid out as on the Hub, filled with bytes that nobody runs."""

from __future__ import annotations

import json
import random
from typing import Any


def noise(size: int, seed: int = 0) -> bytes:
    return random.Random(seed).randbytes(size)


CONFIG = {"model_type": "bert", "architectures": ["BertForSequenceClassification"], "dtype": "float32"}
README = (
    b"---\nlicense: apache-2.0\n---\n# Tiny\n\nThis model tells kind words from unkind ones, and is small enough.\n"
)


def onnx_files(size: int = 60_000) -> dict[str, bytes]:
    """As onnx-community exports them."""
    return {
        ".gitattributes": b"*.onnx filter=lfs\n",
        "README.md": README,
        "config.json": json.dumps(CONFIG).encode(),
        "tokenizer.json": b'{"version": "1.0", "model": {"type": "WordPiece", "vocab": {"a": 0}}}',
        "tokenizer_config.json": b'{"model_max_length": 512}',
        "onnx/model.onnx": noise(size * 4, 1),
        "onnx/model_fp16.onnx": noise(size * 2, 2),
        "onnx/model_quantized.onnx": noise(size, 3),
        "onnx/model_int8.onnx": noise(size, 4),
        "onnx/model_q4.onnx": noise(size // 2, 5),
    }


def safetensors_files(size: int = 50_000, config: dict[str, Any] | None = None) -> dict[str, bytes]:
    return {
        "README.md": README,
        "config.json": json.dumps(CONFIG if config is None else config).encode(),
        "vocab.txt": b"[PAD]\n[UNK]\nhello\n",
        "model.safetensors": noise(size, 6),
        "pytorch_model.bin": noise(100, 7),
    }
