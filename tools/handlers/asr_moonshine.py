"""Moonshine speech recognition (Useful Sensors, arXiv:2410.15608): an encoder over raw samples, a decoder over pieces.

The two graphs are run directly: `encoder_model.ort` takes samples [1, n] at 16 kHz, `decoder_model_merged.ort` takes
the encoder's states and gives logits [1, 1, 32768] with its key-value cache. Words are chosen greedily.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.onnx_model import open_onnx
from jarvis.tools.handlers.vad import RATE, speech_spans, windows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_START, _END = 1, 2
_PIECES_PER_SECOND = 6.5
"""More than this is repetition, not speech (the paper's own limit against loops)."""
LONGEST = 20 * RATE
"""Moonshine was trained on clips of 4 to 30 s; beyond 20 s it starts to drop words."""
_PADDING = 3 * RATE // 10
"""Sound kept around speech, and silence added around that: without it the first and last words suffer (8 % word errors
instead of 5 %)."""


class MoonshineModel:
    """Speech to text in English. Files: `encoder`, `decoder` (.ort) and `tokenizer` (tokenizer.bin)."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._encoder = open_onnx(files["encoder"], options.threads)
        self._decoder = open_onnx(files["decoder"], options.threads)
        self._pieces = read_pieces(files["tokenizer"].read_bytes())
        self._numbers = {piece: number for number, piece in reversed(list(enumerate(self._pieces)))}
        self._cache_names = [i.name for i in self._decoder.get_inputs() if i.name.startswith("past_key_values")]

    def hear(self, samples: NDArray[np.float32], given_up: Callable[[], bool] | None = None) -> str:
        """What is said in mono 16 kHz samples, shape [samples], at most 20 s; silence is added on both sides.

        `given_up` is asked before each piece of a word: when it says yes, what was found so far is given.
        """
        states = self._encoded(samples)
        limit = int((len(samples) + 2 * _PADDING) / RATE * _PIECES_PER_SECOND)
        pieces = self._decode(states, limit, given_up or _never)
        return b"".join(pieces).decode("utf-8", errors="replace").replace("▁", " ").strip()

    def likelihood(self, samples: NDArray[np.float32], texts: Sequence[str]) -> list[float]:
        """How well each text fits as the first words of mono 16 kHz samples: its log-likelihood, 0 at best.

        Raises:
            ValueError: a text has a sign that the vocabulary has not.
        """
        states = self._encoded(samples)
        return [self._forced(states, [_START, *self._tokens(text)]) for text in texts]

    def _encoded(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        import numpy as np

        clip = np.pad(samples, _PADDING)[None]
        states: NDArray[np.float32] = self._encoder.run(
            None, {"input_values": clip, "attention_mask": np.ones(clip.shape, np.int64)}
        )[0]
        return states

    def _forced(self, states: NDArray[np.float32], tokens: list[int]) -> float:
        """All tokens in one step, without a cache: the sum of the log-probabilities of those after the first."""
        import numpy as np

        feed = {
            "input_ids": np.array([tokens], np.int64),
            "encoder_hidden_states": states,
            "encoder_attention_mask": np.ones(states.shape[:2], np.int64),
            "use_cache_branch": np.array([False]),
        }
        cache = {name: np.zeros((1, 8, 0, 36), np.float32) for name in self._cache_names}
        logits = self._decoder.run(None, feed | cache)[0][0, :-1].astype(np.float64)
        peak = logits.max(axis=-1)
        total = peak + np.log(np.exp(logits - peak[:, None]).sum(axis=-1))
        return float((logits[np.arange(len(tokens) - 1), tokens[1:]] - total).sum())

    def _tokens(self, text: str) -> list[int]:
        """The numbers of a text's pieces, the longest first that fits."""
        rest, found = "▁" + text.replace(" ", "▁"), list[int]()
        while rest:
            lengths = range(len(rest), 0, -1)
            length = next((n for n in lengths if rest[:n].encode() in self._numbers), 0)
            if not length:
                raise ValueError(f"Moonshine's vocabulary has no {rest[0]!r}")
            found.append(self._numbers[rest[:length].encode()])
            rest = rest[length:]
        return found

    def _decode(self, states: NDArray[np.float32], limit: int, given_up: Callable[[], bool]) -> list[bytes]:
        import numpy as np

        mask = np.ones(states.shape[:2], np.int64)
        cache: dict[str, Any] = {name: np.zeros((1, 8, 0, 36), np.float32) for name in self._cache_names}
        token, pieces = _START, list[bytes]()
        while len(pieces) < limit and not given_up():
            feed = {
                "input_ids": np.array([[token]], np.int64),
                "encoder_hidden_states": states,
                "encoder_attention_mask": mask,
                "use_cache_branch": np.array([bool(pieces)]),
            }
            logits, *present = self._decoder.run(None, feed | cache)
            token = int(logits[0, -1].argmax())
            if token == _END:
                break
            cache = self._grown(cache, present, first=not pieces)
            pieces.append(self._pieces[token])
            if echo := _echo(pieces):
                return pieces[:-echo]
        return pieces

    def _grown(self, cache: dict[str, Any], present: list[Any], first: bool) -> dict[str, Any]:
        """The cache after a step. The encoder's part is computed in the first step only and kept from then on."""
        new = dict(zip(self._cache_names, present, strict=True))
        return new if first else {name: cache[name] if ".encoder." in name else new[name] for name in new}


class Moonshine(MoonshineModel):
    """automatic-speech-recognition in English."""

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """What is said, as one line of text; "" when nobody speaks."""
        del sink
        samples = inputs.audio("audio", RATE)
        heard = [
            self.hear(samples[max(0, part.start - _PADDING) : part.end + _PADDING])
            for part in windows(speech_spans(samples), LONGEST)
        ]
        return " ".join(text for text in heard if text)


def _never() -> bool:
    return False


def _echo(pieces: list[bytes]) -> int:
    """How many pieces at the end say the same again: four times in a row is a loop, of which one copy stays."""
    for size in range(1, 9):
        last = pieces[-size:]
        if len(pieces) >= 4 * size and pieces[-4 * size :] == last * 4:
            return 3 * size
    return 0


def read_pieces(data: bytes) -> list[bytes]:
    """The vocabulary in `tokenizer.bin`: for each piece its length (one byte below 128, else two) and its bytes.

    A space is written ▁; the special pieces <unk>, <s> and </s> are the first three.
    """
    pieces: list[bytes] = []
    at = 0
    while at < len(data):
        length, at = data[at], at + 1
        if length >= 128:
            length, at = data[at] * 128 + length - 128, at + 1
        pieces.append(data[at : at + length])
        at += length
    return pieces
