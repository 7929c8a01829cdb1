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
twice."""
