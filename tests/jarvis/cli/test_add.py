"""Models of one's own folders, by the commands that a user types."""

from __future__ import annotations

import json
from pathlib import Path

import pytest


@pytest.fixture
def folder(tmp_path: Path) -> Path:
    made = tmp_path / "my-classifier"
    (made / "onnx").mkdir(parents=True)
    config = {"model_type": "bert", "architectures": ["BertForSequenceClassification"]}
    (made / "config.json").write_text(json.dumps(config))
    (made / "tokenizer.json").write_text("{}")
    (made / "onnx" / "model.onnx").write_bytes(b"weights")
    return made
