"""What makes a model of one architecture, and how random weights are made that tell inputs apart."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from typing import Any

from tests.hubmodels.graphs import Graph, Merged
from tests.hubmodels.libraries import library


@dataclass(frozen=True)
class Made:
    """A model and all that its repository holds beside it."""

    model: Any
    parts: Sequence[Any] = ()
    """Tokenizers and processors: whatever has `save_pretrained`."""
    graphs: Sequence[Graph | Merged] = ()
    files: Mapping[str, bytes] = field(default_factory=dict[str, bytes])
    """Further files by name."""


Recipe = Callable[[], Made]


def lively(model: Any, scale: float = 1.0) -> Any:
    """The model, in evaluation mode, with weights so large that other inputs give clearly other outputs.

    As models are initialized, two layers of 32 numbers hardly change what goes through them.
    """
    torch = library("torch")

    for name, weight in model.named_parameters():
        if not weight.requires_grad:
            continue  # sines, which a model makes anew when it is loaded
        with torch.no_grad():
            if weight.dim() > 1 and "embed" in name:
                weight.normal_(0, 0.5 * scale)
            elif weight.dim() > 1:
                weight.normal_(0, scale / (weight[0].numel() ** 0.5))
            elif name.endswith("bias"):
                weight.normal_(0, 0.1 * scale)
    for name, buffer in model.named_buffers():
        if name.endswith("running_mean"):
            buffer.normal_(0, 0.1)
        elif name.endswith("running_var"):
            buffer.uniform_(0.5, 1.5)
    model.tie_weights()
    model.set_attn_implementation("eager")
    return model.eval()


def hush(model: Any, tokens: Iterable[int]) -> None:
    """Makes a model that writes hardly ever write these tokens: languages, times, parts of letters."""
    torch = library("torch")

    rows = sorted(tokens)
    with torch.no_grad():
        for part in (model.get_input_embeddings(), model.get_output_embeddings()):
            if part is not None:
                part.weight[rows] *= 0.05


def unreadable(vocabulary: Mapping[str, int]) -> list[int]:
    """The tokens that are not plain letters and words."""
    return [number for token, number in vocabulary.items() if not re.fullmatch(r"[Ġ▁]?[a-zA-Z0-9,.!?]+", token)]


def names(*labels: str) -> dict[str, Any]:
    """The labels of a configuration."""
    return {"id2label": dict(enumerate(labels)), "label2id": {label: at for at, label in enumerate(labels)}}


def token_inputs(*wanted: str) -> dict[str, tuple[Any, str]]:
    """Examples of what a tokenizer gives, the first text shorter than the second."""
    torch = library("torch")

    mask = torch.ones(2, 8, dtype=torch.long)
    mask[0, 6:] = 0
    kinds = torch.zeros(2, 8, dtype=torch.long)
    kinds[:, 4:] = 1
    given = {
        "input_ids": torch.tensor([[2, 9, 8, 7, 6, 3, 1, 1], [2, 9, 8, 7, 6, 5, 4, 3]]),
        "attention_mask": mask,
        "token_type_ids": kinds,
    }
    return {name: (given[name], "batch_size sequence_length") for name in wanted}


def image_input(side: int, free: bool = False) -> dict[str, tuple[Any, str]]:
    """An example of pixels; `free` when the model takes other sizes too."""
    torch = library("torch")

    sides = "height width" if free else f"{side} {side}"
    return {"pixel_values": (torch.randn(2, 3, side, side), f"batch_size 3 {sides}")}


def one_graph(model: Any, inputs: Mapping[str, tuple[Any, str]], outputs: Mapping[str, str]) -> tuple[Graph]:
    """`model.onnx`, whose outputs have the names that transformers gives them."""

    def forward(*tensors: Any) -> tuple[Any, ...]:
        out = model(**dict(zip(inputs, tensors, strict=True)))
        return tuple(out[name] for name in outputs)

    return (Graph("model", model, forward, inputs, outputs),)
