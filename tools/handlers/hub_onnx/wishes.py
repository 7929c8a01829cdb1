"""How a model is to write: the settings of generation_config.json, and what they do to the scores of next tokens."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from typing import TYPE_CHECKING, Any

from jarvis.tools.handlers.hub_onnx.repository import Repository, number, numbers, whole

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

MOST_NEW = 256
"""Tokens written at most where nothing says how many."""
_MOST_EVER = 4096
_NEVER = float("-inf")


@dataclass(frozen=True, slots=True)
class Wishes:
    """How tokens are chosen. The names are those of transformers' generation settings."""

    start: int | None = None
    """What an encoder-decoder begins with: `decoder_start_token_id`."""
    ends: tuple[int, ...] = ()
    """Tokens after which nothing follows: `eos_token_id`."""
    pad: int = 0
    most: int = 0
    """New tokens at most, `max_new_tokens`; 0 when nothing is said."""
    longest: int = 0
    """All tokens at most, `max_length`; 0 when nothing is said."""
    least: int = 0
    """New tokens at least, `min_new_tokens`."""
    shortest: int = 0
    """All tokens at least, `min_length`."""
    beams: int = 1
    length_penalty: float = 1.0
    early_stopping: bool | str = False
    sample: bool = False
    temperature: float = 1.0
    top_k: int = 50
    top_p: float = 1.0
    repetition_penalty: float = 1.0
    no_repeat: int = 0
    """`no_repeat_ngram_size`: runs of so many tokens do not come twice."""
    first: int | None = None
    """`forced_bos_token_id`: what the first new token is."""
    last: tuple[int, ...] = ()
    """`forced_eos_token_id`: what the very last one is, if it comes to that."""
    never: tuple[int, ...] = ()
    """`suppress_tokens`."""
    not_first: tuple[int, ...] = ()
    """`begin_suppress_tokens`."""
    bad_words: tuple[tuple[int, ...], ...] = ()
    """Runs of tokens whose last one may not follow the others."""
    forced: Mapping[int, int] = field(default_factory=dict[int, int])
    """`forced_decoder_ids`: the token at a place, counted from the start."""

    def limit(self, prompt: int) -> int:
        """How many tokens may follow a prompt of so many."""
        limit = self.most or self.longest - prompt
        return min(limit, _MOST_EVER) if limit > 0 else MOST_NEW


def wishes_of(repository: Repository, part: str = "") -> Wishes:
    """The wishes of a repository: generation_config.json, else what config.json says; `part` names a decoder in it."""
    config = repository.config
    own = config.get(part) if part else None
    base = {**config, **(own if isinstance(own, Mapping) else {}), **repository.json("generation_config.json")}
    given = {name: value for name, value in base.items() if value is not None}
    bad = given.get("bad_words_ids")
    forced = given.get("forced_decoder_ids")
    return Wishes(
        start=next(
            iter(numbers(given.get("decoder_start_token_id"))), next(iter(numbers(given.get("bos_token_id"))), None)
        ),
        ends=tuple(numbers(given.get("eos_token_id"))),
        pad=whole(given.get("pad_token_id"), 0),
        most=max(whole(given.get("max_new_tokens"), 0), 0),
        longest=_longest(whole(given.get("max_length"), 0)),
        least=whole(given.get("min_new_tokens"), 0),
        shortest=whole(given.get("min_length"), 0),
        beams=min(max(whole(given.get("num_beams"), 1), 1), 16),
        length_penalty=number(given.get("length_penalty"), 1.0),
        early_stopping=given.get("early_stopping", False),
        sample=bool(given.get("do_sample", False)),
        temperature=number(given.get("temperature"), 1.0),
        top_k=whole(given.get("top_k"), 50),
        top_p=number(given.get("top_p"), 1.0),
        repetition_penalty=number(given.get("repetition_penalty"), 1.0),
        no_repeat=whole(given.get("no_repeat_ngram_size"), 0),
        first=next(iter(numbers(given.get("forced_bos_token_id"))), None),
        last=tuple(numbers(given.get("forced_eos_token_id"))),
        never=tuple(numbers(given.get("suppress_tokens"))),
        not_first=tuple(numbers(given.get("begin_suppress_tokens"))),
        bad_words=tuple(tuple(numbers(word)) for word in bad) if isinstance(bad, list) else (),
        forced=_forced(forced),
    )


def _longest(length: int) -> int:
    # 20 is what old configurations carry where nobody said anything.
    return length if length > 0 and length != 20 else 0


def _forced(value: Any) -> dict[int, int]:
    pairs = [numbers(pair) for pair in value] if isinstance(value, list) else []
    return {pair[0]: pair[1] for pair in pairs if len(pair) == 2}


def shaped(
    scores: NDArray[np.float32], written: Sequence[Sequence[int]], prompt: int, wishes: Wishes
) -> NDArray[np.float32]:
    """Scores [rows, vocabulary] of the next token after what each row has `written`, changed as the wishes say.

    The first `prompt` tokens of each row were given, not written. The order of the changes is that of transformers.
    """
    import numpy as np

    scores = scores.astype(np.float32)
    length = len(written[0])
    new = length - prompt
    if wishes.repetition_penalty != 1.0:
        _less_of_the_same(scores, written, wishes.repetition_penalty)
    for row, tokens in zip(scores, written, strict=True):
        row[_repeating(tokens, wishes.no_repeat)] = _NEVER
        row[_ending_bad_words(tokens, wishes.bad_words)] = _NEVER
    if new < wishes.least or length < wishes.shortest:
        scores[:, list(wishes.ends)] = _NEVER
    if forced := _must(length, wishes.limit(prompt) - new == 1, wishes):
        others = np.ones(scores.shape[-1], bool)
        others[list(forced)] = False
        scores[:, others], scores[:, ~others] = _NEVER, 0.0
    scores[:, [token for token in wishes.never if token < scores.shape[-1]]] = _NEVER
    if new == 0:
        scores[:, [token for token in wishes.not_first if token < scores.shape[-1]]] = _NEVER
    return scores


def _must(length: int, at_end: bool, wishes: Wishes) -> tuple[int, ...]:
    """What the next token has to be; empty when it is free."""
    if length == 1 and wishes.first is not None:
        return (wishes.first,)
    if at_end and wishes.last:
        return wishes.last
    return (wishes.forced[length],) if length in wishes.forced else ()


def _less_of_the_same(scores: NDArray[np.float32], written: Sequence[Sequence[int]], penalty: float) -> None:
    import numpy as np

    for row, tokens in zip(scores, written, strict=True):
        used = np.unique(np.asarray(tokens, np.int64))
        row[used] = np.where(row[used] < 0, row[used] * penalty, row[used] / penalty)


def _repeating(tokens: Sequence[int], size: int) -> list[int]:
    """The tokens that would repeat a run of `size` tokens."""
    if size <= 0 or len(tokens) + 1 < size:
        return []
    head = list(tokens[len(tokens) + 1 - size :])
    return [tokens[at + size - 1] for at in range(len(tokens) - size + 1) if list(tokens[at : at + size - 1]) == head]


def _ending_bad_words(tokens: Sequence[int], words: Sequence[tuple[int, ...]]) -> list[int]:
    return [word[-1] for word in words if word and list(tokens[len(tokens) - len(word) + 1 :]) == list(word[:-1])]
