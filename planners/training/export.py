"""Writes the adapter of a checkpoint as the small file that ships: int8 rows with a float scale each.

python -m jarvis.planners.training.export runs/planner/checkpoint.pt planners/weights/planner-lora-int8.safetensors
"""

from __future__ import annotations

import argparse
import json
import tomllib
from pathlib import Path
from typing import Any

import numpy as np
import torch
from safetensors.numpy import save_file

_GGUF_NAMES = {
    "self_attn.q_proj": "attn_q",
    "self_attn.k_proj": "attn_k",
    "self_attn.v_proj": "attn_v",
    "self_attn.o_proj": "attn_output",
    "mlp.gate_proj": "ffn_gate",
    "mlp.up_proj": "ffn_up",
    "mlp.down_proj": "ffn_down",
}


def gguf_name(parameter: str) -> str:
    """`...layers.3.mlp.up_proj.lora_A...` -> `blk.3.ffn_up`."""
    _, _, rest = parameter.partition(".layers.")
    layer, block, projection = rest.split(".")[:3]
    return f"blk.{layer}.{_GGUF_NAMES[f'{block}.{projection}']}"


def quantized(matrix: Any) -> tuple[Any, Any]:
    """[rows, columns] float -> int8 of the same shape and one float32 scale a row."""
    scale = np.maximum(np.abs(matrix).max(axis=1), 1e-12) / 127
    return np.round(matrix / scale[:, None]).astype(np.int8), scale.astype(np.float32)


def main() -> None:
    """Reads the checkpoint and writes the adapter."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("checkpoint", type=Path)
    parser.add_argument("target", type=Path)
    parser.add_argument("--config", type=Path, default=Path(__file__).with_name("config.toml"))
    parser.add_argument("--tools", type=Path, help="a tool_desc.json whose names the adapter has learned")
    options = parser.parse_args()
    lora = tomllib.loads(options.config.read_text())["lora"]
    state = torch.load(options.checkpoint, weights_only=True)
    tensors: dict[str, Any] = {}
    for name, weight in state["weights"].items():
        matrix = weight.detach().float().numpy()
        if ".lora_B." in name:
            matrix = matrix * (lora["alpha"] / lora["rank"])
        key = f"{gguf_name(name)}.{'b' if '.lora_B.' in name else 'a'}"
        tensors[f"{key}.q"], tensors[f"{key}.s"] = quantized(matrix)
    options.target.parent.mkdir(parents=True, exist_ok=True)
    metadata = {"step": str(state["step"]), "lora": json.dumps(lora)}
    if options.tools:
        metadata["tools"] = json.dumps([node["id"] for node in json.loads(options.tools.read_text())["nodes"]])
    save_file(tensors, str(options.target), metadata)


if __name__ == "__main__":
    main()
