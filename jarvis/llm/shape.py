"""Sizes of the embedded model, shared by the graph builder and the runtime."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class LlamaShape:
    """Hyper-parameters of a Llama-family model."""

    layers: int
    hidden: int
    feed_forward: int
    heads: int
    kv_heads: int
    head_size: int
    context: int
    rope_base: float
    norm_epsilon: float


SMOLLM2 = LlamaShape(30, 576, 1536, 9, 3, 64, 2048, 100_000.0, 1e-5)
"""SmolLM2-135M; `context` is how much of its 8,192 tokens is used here."""

BITS, BLOCK = 8, 32
"""Weights are 8-bit integers in blocks of 32 with one scale each: base and adapter are merged, and 4 bits would round
twice. Blocks of 64 save 18 MB and a seventh of the time, but activations are rounded in the same blocks: scores are
then 0.17 off those of exact numbers instead of 0.13, and one plan in twelve changes."""

WEIGHTS_FILE = "weights"
"""The file in which the graph looks for its weights; it lies in a folder that is named when a session is made."""


def aligned(offset: int) -> int:
    """Where in that file the next weight begins: at the next multiple of 4,096, so that it can be mapped."""
    return -(-offset // 4096) * 4096
