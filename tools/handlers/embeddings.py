"""Sentence embeddings by all-MiniLM-L6-v2: texts as vectors whose dot product says how close they are in meaning.

The model is `sentence-transformers/all-MiniLM-L6-v2` as int8 ONNX (Apache-2.0). `minilm_vocab.txt` beside this
module is the vocabulary of BERT base uncased (Apache-2.0); it ships here because no small package carries it.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any, Protocol

from jarvis.tools.handler import RuntimeOptions

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

DIMENSIONS = 384
MAX_TOKENS = 256
"""What the model was trained for; the rest of a longer text is not read."""
_BATCH = 32
_VOCABULARY = Path(__file__).with_name("minilm_vocab.txt")


class Embedder(Protocol):
    """Anything that turns texts into unit vectors."""

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of `texts`, shape [len(texts), DIMENSIONS]; a dot product of two is their cosine."""
        ...


class MiniLmEmbedder:
    """all-MiniLM-L6-v2 in ONNX Runtime, for English. `files["model"]` is the ONNX file."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        import onnxruntime
        from tokenizers import BertWordPieceTokenizer

        settings = onnxruntime.SessionOptions()
        settings.intra_op_num_threads = options.threads
        self._session: Any = onnxruntime.InferenceSession(
            str(files["model"]), settings, providers=["CPUExecutionProvider"]
        )
        self._tokenizer = BertWordPieceTokenizer(str(_VOCABULARY), lowercase=True)
        self._tokenizer.enable_truncation(MAX_TOKENS)

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """Unit vectors of `texts`, shape [len(texts), 384]: the mean over the vectors of their tokens.

        A text's vector does not depend on the other texts. Texts are read up to 256 tokens, about 190 English words.
        """
        import numpy as np

        vectors = np.zeros((len(texts), DIMENSIONS), dtype=np.float32)
        tokens = [list(encoding.ids) for encoding in self._tokenizer.encode_batch(list(texts))]
        by_length = sorted(range(len(texts)), key=lambda index: len(tokens[index]))
        for start in range(0, len(by_length), _BATCH):
            rows = by_length[start : start + _BATCH]
            vectors[rows] = self._batch([tokens[row] for row in rows])
        return vectors

    def _batch(self, tokens: Sequence[Sequence[int]]) -> NDArray[np.float32]:
        import numpy as np

        ids = np.zeros((len(tokens), max(map(len, tokens))), dtype=np.int64)
        mask = np.zeros_like(ids)
        for row, sentence in enumerate(tokens):
            ids[row, : len(sentence)] = sentence
            mask[row, : len(sentence)] = 1
        feed = {"input_ids": ids, "attention_mask": mask, "token_type_ids": np.zeros_like(ids)}
        hidden = np.asarray(self._session.run(None, feed)[0], dtype=np.float32)
        return unit((hidden * mask[..., None]).sum(axis=1) / mask.sum(axis=1, keepdims=True))


def load_embedder(files: Mapping[str, Path], options: RuntimeOptions) -> Embedder:
    """The embedder whose file a card names: role `e5` is multilingual-e5-small, role `model` all-MiniLM-L6-v2."""
    if "e5" not in files:
        return MiniLmEmbedder(files, options)
    from jarvis.tools.handlers.e5 import E5Embedder

    return E5Embedder({"model": files["e5"]}, options)


def unit(vectors: NDArray[Any]) -> NDArray[np.float32]:
    """The rows of `vectors`, shape [n, d], scaled to length 1; a row of zeros stays."""
    import numpy as np

    lengths = np.linalg.norm(vectors, axis=1, keepdims=True)
    return np.asarray(vectors / np.maximum(lengths, 1e-12), dtype=np.float32)
