"""Choosing tokens one after another: the best each time, by lot among the best, or several beams side by side."""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any, Protocol

from jarvis.tools.handlers.hub_onnx.sessions import log_softmax, softmax
from jarvis.tools.handlers.hub_onnx.wishes import Wishes, shaped

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_WORST = -1e9


class Decoder(Protocol):
    """A model that reads tokens and says how likely each next one is. It remembers what it has read."""

    def read(self, tokens: NDArray[np.int64]) -> NDArray[np.float32]:
        """Scores [rows, vocabulary] after further tokens [rows, new]."""
        ...

    def choose(self, rows: Sequence[int]) -> None:
        """Goes on with these of its rows; one may stand twice."""
        ...


Check = Callable[[], None]
"""Called before each token: raises when nobody waits any more."""


def write(decoder: Decoder, prompt: Sequence[int], wishes: Wishes, check: Check, seed: int = 0) -> list[int]:
    """The tokens that follow the prompt, without the end token."""
    if wishes.beams > 1 and not wishes.sample:
        found = _Beams(decoder, prompt, wishes).search(check)
    else:
        found = _one_by_one(decoder, prompt, wishes, check, seed)
    return found[:-1] if found and found[-1] in wishes.ends else found


def _one_by_one(decoder: Decoder, prompt: Sequence[int], wishes: Wishes, check: Check, seed: int) -> list[int]:
    import numpy as np

    chance = np.random.default_rng(seed)
    written, tokens, limit = list(prompt), list(prompt), wishes.limit(len(prompt))
    while len(written) - len(prompt) < limit:
        check()
        scores = shaped(decoder.read(np.asarray([tokens], np.int64)), [written], len(prompt), wishes)[0]
        token = _drawn(scores, wishes, chance) if wishes.sample else int(scores.argmax())
        written.append(token)
        tokens = [token]
        if token in wishes.ends:
            break
    return written[len(prompt) :]


def _drawn(scores: NDArray[np.float32], wishes: Wishes, chance: Any) -> int:
    """A token by lot among the likeliest: `top_k` of them, and of these as many as make up `top_p`."""
    import numpy as np

    heated = scores.astype(np.float64) / max(wishes.temperature, 1e-4)
    order = np.argsort(-heated)[: wishes.top_k or None]
    shares = softmax(heated[order])
    # The likeliest is always in, as is the one with which the sum passes `top_p`.
    within = np.concatenate([[True], np.cumsum(shares)[:-1] < wishes.top_p])
    shares = np.where(within, shares, 0.0)
    return int(chance.choice(order, p=shares / shares.sum()))


@dataclass
class _Beams:
    """Beam search as transformers does it: the best few texts so far, and the best that came to their end."""

    decoder: Decoder
    prompt: Sequence[int]
    wishes: Wishes
    finished: list[tuple[float, list[int]]] = field(default_factory=list[tuple[float, list[int]]])
    """Scores per length with the tokens, best first, as many as there are beams."""

    def __post_init__(self) -> None:
        self.limit = self.wishes.limit(len(self.prompt))

    def search(self, check: Check) -> list[int]:
        """The tokens after the prompt of the best text."""
        import numpy as np

        count = self.wishes.beams
        rows = [list(self.prompt) for _ in range(count)]
        sums = np.full(count, _WORST)
        sums[0] = 0.0
        tokens = np.asarray(rows, np.int64)
        last = 0
        while last < self.limit:
            check()
            scores = log_softmax(self.decoder.read(tokens).astype(np.float32))
            scores = shaped(scores, rows, len(self.prompt), self.wishes)
            best = self._continuations(scores + sums[:, None], rows)
            last += 1
            self._finish(best, last)
            going = [one for one in best if not self._ended(one.tokens, last)][:count]
            if not going or not self._can_improve(going[0].total, last):
                break
            going += [going[-1]] * (count - len(going))
            self.decoder.choose([one.row for one in going])
            rows = [one.tokens for one in going]
            sums = np.array([one.total for one in going])
            tokens = np.asarray([[row[-1]] for row in rows], np.int64)
        return self.finished[0][1][len(self.prompt) :]

    def _continuations(self, totals: Any, rows: Sequence[list[int]]) -> list[_Continuation]:
        """The best next tokens over all beams: enough of them, should all ends be among them."""
        import numpy as np

        vocabulary = totals.shape[1]
        keep = min(max(2, 1 + len(self.wishes.ends)) * self.wishes.beams, totals.size)
        flat = totals.ravel()
        order = np.argpartition(-flat, keep - 1)[:keep]
        order = order[np.argsort(-flat[order], kind="stable")]
        return [
            _Continuation(float(flat[at]), int(at) // vocabulary, [*rows[int(at) // vocabulary], int(at) % vocabulary])
            for at in order
        ]

    def _ended(self, tokens: Sequence[int], new: int) -> bool:
        return tokens[-1] in self.wishes.ends or new >= self.limit

    def _finish(self, best: Sequence[_Continuation], new: int) -> None:
        """Takes up those of the best `beams` that came to their end."""
        if self.wishes.early_stopping is True and len(self.finished) >= self.wishes.beams:
            return
        ended = [one for one in best[: self.wishes.beams] if self._ended(one.tokens, new)]
        scored = [(one.total / new**self.wishes.length_penalty, one.tokens) for one in ended]
        self.finished = sorted([*self.finished, *scored], key=lambda pair: -pair[0])[: self.wishes.beams]

    def _can_improve(self, best: float, new: int) -> bool:
        """Whether a text that goes on could still become better than the worst that is finished."""
        if len(self.finished) < self.wishes.beams:
            return True
        if self.wishes.early_stopping is True:
            return False
        never = self.wishes.early_stopping == "never" and self.wishes.length_penalty > 0
        length = self.limit if never else new
        return bool(best / length**self.wishes.length_penalty > self.finished[-1][0])


@dataclass(frozen=True, slots=True)
class _Continuation:
    total: float
    row: int
    tokens: list[int]
