"""Small repositories in the layouts of the hubs, whose graphs are simple enough to know what they give."""

from __future__ import annotations

import json
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import Any

import numpy as np

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.tools.handler import RuntimeOptions, Sink
from tests.tools.handlers.hub_onnx.onnx_files import Net, Node, write_onnx

WORDS: Sequence[str] = (
    "[PAD] [UNK] [CLS] [SEP] [MASK] </s> the cat eats fish dog sleeps good bad alice paris ein hund schläft".split()
)
TOKENS = ("batch", "tokens")


def number(word: str) -> int:
    """The number of a word."""
    return WORDS.index(word)


def files_of(folder: Path) -> dict[str, Path]:
    """The files as a handler gets them."""
    return {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}


def options(**parameters: Any) -> RuntimeOptions:
    """One thread, and the parameters of a card."""
    return RuntimeOptions(1, parameters)


def sink(folder: Path) -> Sink:
    """A sink that writes into a folder."""
    return Sink(ArtifactFolder(folder / "out"), Provenance(1, "test", "model"))


def write_json(path: Path, content: Any) -> None:
    """Writes a JSON file."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(json.dumps(content), encoding="utf-8")


def write_tokenizer(folder: Path, pair: bool = True, **settings: Any) -> None:
    """tokenizer.json of whole words in small letters, with [CLS] and [SEP] around texts unless `pair` is False."""
    from tokenizers import Tokenizer, models, normalizers, pre_tokenizers, processors

    tokenizer = Tokenizer(models.WordLevel({word: at for at, word in enumerate(WORDS)}, unk_token="[UNK]"))
    tokenizer.normalizer = normalizers.Lowercase()
    tokenizer.pre_tokenizer = pre_tokenizers.Whitespace()
    tokenizer.add_special_tokens(list(WORDS[:6]))
    if pair:
        specials = [(word, number(word)) for word in ("[CLS]", "[SEP]")]
        tokenizer.post_processor = processors.TemplateProcessing(
            single="[CLS] $A [SEP]", pair="[CLS] $A [SEP] $B:1 [SEP]:1", special_tokens=specials
        )
    folder.mkdir(parents=True, exist_ok=True)
    tokenizer.save(str(folder / "tokenizer.json"))
    base = {"pad_token": "[PAD]", "mask_token": "[MASK]", "model_max_length": 16}
    write_json(folder / "tokenizer_config.json", {**base, **settings})


def word_scores(scores: Mapping[str, Sequence[float]], size: int) -> Any:
    """A table [words, size], 0 for words without scores."""
    table = np.zeros((len(WORDS), size), np.float32)
    for word, row in scores.items():
        table[number(word)] = row
    return table


def sum_of_words(table: Any, kind: str = "float32") -> Net:
    """logits [batch, size]: the sum of the rows of the words that the mask has."""
    return Net(
        nodes=[
            Node("Gather", "table input_ids", "rows"),
            Node("Cast", "attention_mask", "mask", {"to": 1}),
            Node("Unsqueeze", "mask last", "column"),
            Node("Mul", "rows column", "kept"),
            Node("ReduceSum", "kept middle", "logits", {"keepdims": 0}),
        ],
        inputs={"input_ids": ("int64", TOKENS), "attention_mask": ("int64", TOKENS)},
        outputs={"logits": (kind, ("batch", table.shape[1]))},
        weights={"table": table, "last": np.array([-1]), "middle": np.array([1])},
    )


def each_word(table: Any, name: str = "logits") -> Net:
    """One row [batch, tokens, size] for each token."""
    return Net(
        nodes=[Node("Gather", "table input_ids", name)],
        inputs={"input_ids": ("int64", TOKENS)},
        outputs={name: ("float32", (*TOKENS, table.shape[1]))},
        weights={"table": table},
    )


def write_text_model(folder: Path, net: Net, config: Mapping[str, Any], **settings: Any) -> Path:
    """A repository with `onnx/model.onnx` and a tokenizer."""
    write_tokenizer(folder, **settings)
    write_json(folder / "config.json", {"model_type": "bert", "max_position_embeddings": 16, **config})
    write_onnx(net, folder / "onnx" / "model.onnx")
    return folder
