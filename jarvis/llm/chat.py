"""Free text from the embedded model without its adapter: chat messages in, an answer out."""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass
from typing import Literal

import numpy as np

from jarvis.llm.runtime import LanguageModel
from jarvis.llm.tokens import WireTokenizer

SYSTEM = "You are Jarvis, a helpful assistant. Answer briefly and plainly. If you do not know something, say so."
_REPETITION_PENALTY = 1.15
_WINDOW = 96


@dataclass(frozen=True, slots=True)
class Message:
    """One message of a chat, with the role names of OpenAI's API."""

    role: Literal["system", "user", "assistant"]
    content: str


class ChatModel:
    """The packaged base as a chat model. Decoding is greedy with a repetition penalty, so answers repeat exactly."""

    def __init__(self, model: LanguageModel, tokenizer: WireTokenizer) -> None:
        self._model, self._tokenizer = model, tokenizer
        self._end = tokenizer.encode("<|im_end|>")[0]
        self._head = model.embeddings.rows(np.arange(model.embeddings.size))

    def reply(self, messages: Sequence[Message], limit: int = 200, check: Callable[[], object] = lambda: None) -> str:
        """The whole answer, at most `limit` tokens; cut back to the last full sentence when the limit ends it.

        `check` is called before each further token; what it raises ends the answer.

        Raises:
            ValueError: the messages are longer than the model reads.
        """
        pieces: list[int] = []
        for token in self.stream(messages, limit):
            pieces.append(token)
            check()
        text = self._tokenizer.decode(pieces).strip()
        return text if len(pieces) < limit else _whole_sentences(text)

    def stream(self, messages: Sequence[Message], limit: int) -> Iterator[int]:
        """Token ids of the answer, one by one."""
        prompt = "".join(f"<|im_start|>{m.role}\n{m.content}<|im_end|>\n" for m in messages)
        reading = self._model.start()
        hidden = reading.read(self._tokenizer.encode(f"{prompt}<|im_start|>assistant\n"))
        written: list[int] = []
        for _ in range(limit):
            token = self._next(hidden[-1], written)
            if token == self._end:
                return
            written.append(token)
            yield token
            hidden = reading.read([token])

    def _next(self, hidden: np.ndarray[tuple[int, ...], np.dtype[np.float32]], written: list[int]) -> int:
        # Repetition penalty of https://arxiv.org/abs/1909.05858, over what was written lately.
        logits = self._head @ hidden
        recent = np.unique(np.asarray(written[-_WINDOW:], np.int64))
        values = logits[recent]
        logits[recent] = np.where(values > 0, values / _REPETITION_PENALTY, values * _REPETITION_PENALTY)
        return int(logits.argmax())


def _whole_sentences(text: str) -> str:
    end = max(text.rfind(mark) for mark in ".!?\n")
    return text[: end + 1].rstrip() if end > len(text) // 3 else text
