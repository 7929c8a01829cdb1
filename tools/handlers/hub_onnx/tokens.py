"""Texts as tokens and back, by the repository's tokenizer.json: cut, filled up and paired as its settings say."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from typing import TYPE_CHECKING, Any

from jarvis.errors import ModelError, TaskError
from jarvis.tools.handlers.hub_onnx.repository import Repository, whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

Text = str | tuple[str, str]
"""One text, or a pair of texts."""

_LARGEST = 80_000_000
"""Bytes of a tokenizer.json; the largest known have 35 MB."""
_UNLIMITED = 1_000_000
_SHIFTED = frozenset(
    "roberta xlm-roberta camembert mpnet longformer xmod roberta-prelayernorm data2vec-text mdeberta".split()
)
"""Their position embeddings begin after the number of the padding token."""


class Tokens:
    """A tokenizer with the settings of its repository."""

    def __init__(self, repository: Repository) -> None:
        """Loads it.

        Raises:
            ModelError: there is no tokenizer.json, or it cannot be read.
        """
        from tokenizers import Tokenizer

        self._repository = repository
        path = repository.file("tokenizer.json")
        if path.stat().st_size > _LARGEST:
            raise ModelError("tokenizer.json is larger than any known tokenizer; choose another model")
        try:
            self.tokenizer: Any = Tokenizer.from_file(str(path))
        except Exception as error:
            raise ModelError(f"tokenizer.json cannot be read ({str(error)[:120]}); pull the model again") from error
        self.tokenizer.no_padding()
        self.tokenizer.no_truncation()
        self.settings: Mapping[str, Any] = {
            **repository.json("special_tokens_map.json"), **repository.json("tokenizer_config.json")
        }  # fmt: skip
        self.limit = self._limit()
        pad = self.special("pad_token")
        self.pad = pad if pad is not None else whole(repository.config.get("pad_token_id"), 0)

    def special(self, name: str) -> int | None:
        """The number of a token that the settings name: `pad_token`, `mask_token`, `eos_token`."""
        text = self.special_text(name)
        return None if text is None else self.number(text)

    def special_text(self, name: str) -> str | None:
        """Such a token as text."""
        given = self.settings.get(name)
        text = given.get("content") if isinstance(given, Mapping) else given
        return text if isinstance(text, str) else None

    def number(self, token: str) -> int | None:
        """The number of a token; None when there is none of that name."""
        found = self.tokenizer.token_to_id(token)
        return None if found is None else int(found)

    def token(self, number: int) -> str:
        """The token of a number; "" when there is none."""
        return str(self.tokenizer.id_to_token(number) or "")

    def encode(self, text: Text, limit: int | None = None, *, special: bool = True, cut: str = "longest_first") -> Any:
        """An Encoding of the `tokenizers` library, cut to `limit` tokens (those that the model reads unless told).

        Of a pair, the longer text is `cut`, `only_first` or `only_second`.

        Raises:
            TaskError: the part that is not cut is too long already.
        """
        return self.windows(text, limit, special=special, cut=cut)[0]

    def windows(
        self, text: Text, limit: int | None = None, stride: int = 0, *, special: bool = True,
        cut: str = "longest_first",
    ) -> list[Any]:  # fmt: skip
        """All Encodings of a text that is longer than the limit; they overlap by `stride` tokens.

        Raises:
            TaskError: the part that is not cut is too long already.
        """
        self.tokenizer.enable_truncation(limit or self.limit, stride=stride, strategy=cut)
        try:
            first, second = text if isinstance(text, tuple) else (text, None)
            encoding = self.tokenizer.encode(first, second, add_special_tokens=special)
        except Exception as error:
            raise TaskError(f"the text does not fit the model ({str(error)[:120]}); give a shorter one") from error
        finally:
            self.tokenizer.no_truncation()
        return [encoding, *encoding.overflowing]

    def batch(self, encodings: Sequence[Any]) -> dict[str, NDArray[np.int64]]:
        """`input_ids`, `attention_mask` and `token_type_ids` [texts, tokens], filled up to the longest."""
        rows = {
            "input_ids": [encoding.ids for encoding in encodings],
            "token_type_ids": [encoding.type_ids for encoding in encodings],
            "attention_mask": [encoding.attention_mask for encoding in encodings],
        }
        fill = {"input_ids": self.pad, "token_type_ids": whole(self.settings.get("pad_token_type_id"), 0)}
        left = self.settings.get("padding_side") == "left"
        return {name: filled(lists, fill.get(name, 0), left=left) for name, lists in rows.items()}

    def decode(self, numbers: Sequence[int], *, special: bool = False) -> str:
        """The text of tokens, without the special ones unless told."""
        text = str(self.tokenizer.decode([int(number) for number in numbers], skip_special_tokens=not special))
        # Byte pairs keep their spaces: taking some away would change what was written.
        if self.settings.get("clean_up_tokenization_spaces") and type(self.tokenizer.model).__name__ != "BPE":
            return cleaned(text)
        return text

    def _limit(self) -> int:
        """How many tokens the model reads."""
        config, most = self._repository.config, self.settings.get("model_max_length")
        told = int(most) if isinstance(most, int | float) and 0 < most < _UNLIMITED else _UNLIMITED
        places = whole(config.get("max_position_embeddings"), whole(config.get("n_positions"), _UNLIMITED))
        if self._repository.architecture in _SHIFTED:
            places -= whole(config.get("pad_token_id"), 1) + 1
        if self._repository.architecture in ("t5", "mt5", "umt5", "longt5"):  # positions are relative
            places = _UNLIMITED
        return min(told, places if places > 0 else _UNLIMITED)


def filled(rows: Sequence[Sequence[int]], value: int, *, left: bool = False) -> NDArray[np.int64]:
    """Rows of one length, filled up with `value` at the right or left, shape [rows, longest]."""
    import numpy as np

    length = max((len(row) for row in rows), default=0)
    table = np.full((len(rows), length), value, np.int64)
    for line, row in zip(table, rows, strict=True):
        start = length - len(row) if left else 0
        line[start : start + len(row)] = row
    return table


def cleaned(text: str) -> str:
    """The text without the spaces that joining tokens leaves before marks and endings, as transformers cleans it."""
    for before in (" .", " ?", " !", " ,", " ' ", " n't", " 'm", " 's", " 've", " 're"):
        text = text.replace(before, before.strip())
    return text
