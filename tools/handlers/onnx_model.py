"""Opening an ONNX model on the CPU, the same way for every handler of speech."""

from __future__ import annotations

from pathlib import Path
from typing import Any


def open_onnx(path: Path, threads: int) -> Any:
    """An `onnxruntime.InferenceSession` for a .onnx or .ort file on `threads` CPU threads."""
    import onnxruntime

    options = onnxruntime.SessionOptions()
    options.intra_op_num_threads = threads
    options.inter_op_num_threads = 1
    options.log_severity_level = 3
    return onnxruntime.InferenceSession(str(path), options, providers=["CPUExecutionProvider"])
