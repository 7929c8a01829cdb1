"""Parts a Piper voice in two, so that its sound can be given while it is made: phonemes to frames, frames to waves.

    python -m jarvis.model_registry.optimize.piper en_US-joe-medium.onnx --out tools/handlers/graphs

writes `piper_frames.onnx` and `piper_waves.onnx`, the graphs with their weights left outside, and `piper.json`, which
says from where in the voice's file the weights are copied, one after the other, to the file that the graphs name.
`jarvis.tools.handlers.piper_parts` is the other half.
"""

from __future__ import annotations

import argparse
import hashlib
import json
import sys
from importlib import import_module
from pathlib import Path
from typing import Any

WEIGHTS = "piper.weights"
_CUT = "/Mul_7_output_0"
"""The frames that the decoder makes waves of: [1, 192, frames]."""
_ALIGNED = 64
_INLINE_BYTES = 1024


def part(voice: Path, out: Path) -> None:
    """Writes both graphs and the table of the weights into the folder `out`."""
    onnx: Any = import_module("onnx")
    content = voice.read_bytes()
    model = onnx.load_from_string(content)
    frames = onnx.helper.make_tensor_value_info(_CUT, onnx.TensorProto.FLOAT, [1, 192, "frames"])
    del model.graph.value_info[:]
    model.graph.value_info.append(frames)
    extractor = import_module("onnx.utils").Extractor(model)
    pieces: list[list[int]] = []
    laid_out = bytearray()
    for name, inputs, outputs in (
        ("piper_frames", ["input", "input_lengths", "scales"], [_CUT]),
        ("piper_waves", [_CUT], ["output"]),
    ):
        graph = extractor.extract_model(inputs, outputs)
        graph.ir_version = model.ir_version
        for tensor in graph.graph.initializer:
            _lay_out(onnx, tensor, content, pieces, laid_out)
        (out / f"{name}.onnx").write_bytes(graph.SerializeToString(deterministic=True))
    table = {"bytes": len(content), "sha256": hashlib.sha256(laid_out).hexdigest(), "pieces": pieces}
    (out / "piper.json").write_text(json.dumps(table) + "\n", encoding="utf-8")


def _lay_out(onnx: Any, tensor: Any, content: bytes, pieces: list[list[int]], laid_out: bytearray) -> None:
    """Moves one tensor's bytes to the file of the weights; small ones stay in the graph."""
    raw = bytes(tensor.raw_data)
    if len(raw) <= _INLINE_BYTES:
        return
    laid_out += bytes(-len(laid_out) % _ALIGNED)
    at = content.index(raw)
    pieces.append([at, len(raw), len(laid_out)])
    tensor.ClearField("raw_data")
    tensor.data_location = onnx.TensorProto.EXTERNAL
    for key, value in (("location", WEIGHTS), ("offset", len(laid_out)), ("length", len(raw))):
        tensor.external_data.add(key=key, value=str(value))
    laid_out += raw


def main(arguments: list[str]) -> None:
    """Command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("voice", type=Path)
    parser.add_argument("--out", type=Path, required=True)
    given = parser.parse_args(arguments)
    part(given.voice, given.out)


if __name__ == "__main__":
    main(sys.argv[1:])
