"""Filling in the blank: what word fits where a text has [MASK]."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import TaskError
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.labels import TextReader, needed_text
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.results import DIGITS, TOP
from jarvis.tools.handlers.hub_onnx.sessions import softmax

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_BLANK = re.compile(r"\[MASK\]|<mask>|_{3,}", re.IGNORECASE)
"""How people write the blank, whatever the model calls it."""


class BlankFiller:
    """fill-mask."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._reader = TextReader(self._repository)
        self._top = int(options.parameters.get("top", TOP))
        self._mask = self._reader.tokens.special_text("mask_token")
        if self._mask is None or self._reader.tokens.number(self._mask) is None:
            raise self._repository.cannot("its tokenizer has no token for a blank")

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The likeliest words for the first blank: {"label": word, "text": the text with it, "score"}, best first.

        A blank is written [MASK], <mask> or ___.

        Raises:
            TaskError: there is no blank.
        """
        del sink
        shares, encoding, place = self.shares(needed_text(inputs, "text"))
        tokens = self._reader.tokens
        best = (-shares).argsort()[: self._top]
        rows: list[JsonValue] = [
            {
                "label": tokens.decode([int(token)], special=True).strip(),
                "text": tokens.decode([int(token) if at == place else old for at, old in enumerate(encoding.ids)]),
                "score": round(float(shares[token]), DIGITS),
            }
            for token in best
        ]
        return rows

    def shares(self, text: str) -> tuple[NDArray[np.float32], Any, int]:
        """The share of each token of the vocabulary at the first blank, the text's Encoding, and the blank's place.

        Raises:
            TaskError: there is no blank.
        """
        reader, mask = self._reader, str(self._mask)
        encoding = reader.tokens.encode(_BLANK.sub(lambda _: mask, text))
        number = reader.tokens.number(mask)
        if number not in encoding.ids:
            raise TaskError(f"the text has no blank in what the model reads of it; write {mask} where a word is wanted")
        place = encoding.ids.index(number)
        logits = reader.graph.run(reader.tokens.batch([encoding]))[reader.graph.output("logits")][0]
        shares: NDArray[np.float32] = softmax(logits[place].astype("float32"))
        return shares, encoding, place
