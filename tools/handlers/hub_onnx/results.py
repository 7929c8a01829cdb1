"""From scores to values: ranked labels, entities, answers in a text. Nothing here knows what ran the model."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jarvis.messages import JsonValue
from jarvis.tools.handlers.hub_onnx.repository import label
from jarvis.tools.handlers.hub_onnx.sessions import sigmoid, softmax

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

TOP = 5
DIGITS = 4
MOST_ANSWER_TOKENS = 30


def ranked(scores: Sequence[float], labels: Sequence[str], top: int = TOP) -> list[JsonValue]:
    """The best labels as {"label", "score"}, best first; scores rounded to four digits."""
    best = sorted(range(len(labels)), key=lambda index: -float(scores[index]))[:top]
    return [{"label": labels[index], "score": round(float(scores[index]), DIGITS)} for index in best]


def class_scores(logits: NDArray[np.float32], config: Mapping[str, Any]) -> NDArray[np.float32]:
    """Scores of the classes as the configuration means them: each alone when several may fit, else shares of 1."""
    several = config.get("problem_type") == "multi_label_classification" or logits.shape[-1] == 1
    if config.get("problem_type") == "regression":
        return logits
    scores: NDArray[np.float32] = sigmoid(logits) if several else softmax(logits)
    return scores


@dataclass(frozen=True, slots=True)
class Tagged:
    """A token with its class."""

    tag: str
    """As the model calls it: B-PER, I-PER, PER."""
    score: float
    start: int
    end: int
    """Where it stands in the text, in letters."""


def entities(tokens: Sequence[Tagged], text: str) -> list[JsonValue]:
    """Neighbours of one kind as one entity: {"label", "text", "score", "start", "end"}; "O" is left out.

    An entity begins at a B- tag, or where the kind changes; its score is the mean of its tokens' scores.
    """
    groups: list[list[Tagged]] = []
    for token in tokens:
        begins, kind = _parts(token.tag)
        if groups and not begins and _parts(groups[-1][-1].tag)[1] == kind:
            groups[-1].append(token)
        else:
            groups.append([token])
    return [_entity(group, text) for group in groups if group[0].tag != "O"]


def _parts(tag: str) -> tuple[bool, str]:
    return tag.startswith("B-"), tag[2:] if tag[:2] in ("B-", "I-") else tag


def _entity(group: Sequence[Tagged], text: str) -> JsonValue:
    start, end = group[0].start, group[-1].end
    # Tokens that begin a word may carry the space before it.
    start += len(text[start:end]) - len(text[start:end].lstrip())
    score = sum(token.score for token in group) / len(group)
    return {
        "label": _parts(group[0].tag)[1], "text": text[start:end], "score": round(score, DIGITS), "start": start,
        "end": end,
    }  # fmt: skip


@dataclass(frozen=True, slots=True)
class Span:
    """An answer in a text."""

    score: float
    """The product of the shares of its first and last token among all tokens of the text."""
    start: int
    end: int
    """In letters."""


def best_span(
    starts: NDArray[np.float32],
    ends: NDArray[np.float32],
    inside: NDArray[np.bool_],
    offsets: Sequence[tuple[int, int]],
) -> Span:
    """The likeliest answer of at most MOST_ANSWER_TOKENS tokens among those that lie `inside` the text."""
    import numpy as np

    first = np.where(inside, softmax(np.where(inside, starts, -10_000.0)), 0.0)
    last = np.where(inside, softmax(np.where(inside, ends, -10_000.0)), 0.0)
    both = np.tril(np.triu(np.outer(first, last)), MOST_ANSWER_TOKENS - 1)
    start, end = np.unravel_index(int(both.argmax()), both.shape)
    return Span(float(both[start, end]), offsets[int(start)][0], offsets[int(end)][1])


def whole_words(text: str, span: Span) -> str:
    """The text of an answer, widened to whole words."""
    start, end = span.start, span.end
    while start > 0 and not text[start - 1].isspace() and not text[start].isspace():
        start -= 1
    while end < len(text) and not text[end].isspace():
        end += 1
    return text[start:end].strip()


def tags(logits: NDArray[np.float32], labels: Mapping[int, str], encoding: Any) -> list[Tagged]:
    """The tokens of an encoding with their likeliest classes; special tokens are left out."""
    shares = softmax(logits)
    best = shares.argmax(axis=-1)
    return [
        Tagged(label(labels, int(best[at])), float(shares[at, best[at]]), *encoding.offsets[at])
        for at, special in enumerate(encoding.special_tokens_mask)
        if not special and at < len(best)
    ]
