"""Greedy decoding under a grammar: the model is asked only where the grammar leaves a choice."""

from __future__ import annotations

import math
from collections.abc import Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any

import numpy as np

from jarvis.errors import PlannerError
from jarvis.llm.runtime import LanguageModel, State
from jarvis.llm.tokens import WireTokenizer


@dataclass(frozen=True, slots=True)
class Choice:
    """A place of a line where the grammar left more than one token."""

    place: int
    """Where in the tokens of the line."""
    probability: float
    """Of the token that was taken, among those that were allowed."""
    runner_up: int
    """The next best token."""
    second: float
    """Its probability."""


@dataclass(frozen=True, slots=True)
class Line:
    """One decoded line."""

    text: str
    """Without the line break; empty when the plan is over."""
    tokens: tuple[int, ...]
    log_probability: float
    """Sum over the choices that the grammar left open, of the probability among what it allows."""
    choices: tuple[Choice, ...] = ()


class ConstrainedDecoder:
    """Continues a prompt line by line; what it wrote becomes part of what it reads."""

    def __init__(self, model: LanguageModel, tokenizer: WireTokenizer, vocabulary: GrammarVocabulary) -> None:
        self._model, self._tokenizer, self._vocabulary = model, tokenizer, vocabulary
        self._state: State = model.empty()
        self._unread: list[int] = []
        self.steps = 0
        """How often the model was run."""

    def prompt(self, tokens: Sequence[int]) -> None:
        """Puts tokens before what comes next; they are read together with the first choice."""
        self._unread.extend(tokens)

    def fork(self) -> ConstrainedDecoder:
        """A decoder that has read the same and goes a way of its own."""
        other = copy(self)
        other._unread = list(self._unread)
        return other

    def line(self, grammar: str, limit: int = 600) -> Line:
        """Writes until the grammar is complete.

        Raises:
            PlannerError: the grammar is malformed, or `limit` tokens did not complete it.
        """
        matcher = self._vocabulary.matcher(grammar)
        written: list[int] = []
        choices: list[Choice] = []
        while not matcher.is_stopped():
            forced = list(matcher.compute_ff_tokens())
            if not forced:
                allowed = self._vocabulary.allowed(matcher)
                if len(allowed) > 1:
                    token, choice = self._choose(allowed, len(written))
                    choices.append(choice)
                else:
                    token = int(allowed[0])
                forced = [token]
            if not matcher.consume_tokens(forced):
                raise PlannerError(f"the plan grammar refused {self._tokenizer.decode(forced)!r}")
            written.extend(forced)
            self._unread.extend(forced)
            if len(written) > limit:
                raise PlannerError("the planner wrote a line without an end; put the request in simpler words")
        score = sum(math.log(max(choice.probability, 1e-9)) for choice in choices)
        return Line(self._tokenizer.decode(written).rstrip("\n"), tuple(written), score, tuple(choices))

    def _choose(self, allowed: np.ndarray[Any, np.dtype[np.int64]], place: int) -> tuple[int, Choice]:
        self._state = self._model.read(self._state, self._unread)
        self._unread = []
        self.steps += 1
        logits = self._model.logits(self._state.hidden[-1], allowed)
        best = int(logits.argmax())
        chances = np.exp(logits - logits[best])
        probability = float(1 / chances.sum())
        chances[best] = -1.0
        runner_up = int(chances.argmax())
        second = float(chances[runner_up]) * probability
        return int(allowed[best]), Choice(place, probability, int(allowed[runner_up]), second)


class GrammarVocabulary:
    """The tokenizer as llguidance wants it, with one reusable mask."""

    def __init__(self, tokenizer: WireTokenizer) -> None:
        import llguidance
        import llguidance.numpy

        self._guidance: Any = llguidance
        self._masks: Any = llguidance.numpy
        self._tokens: Any = llguidance.LLTokenizer(tokenizer.tokenizer.to_str())
        self._mask: Any = llguidance.numpy.allocate_token_bitmask(1, self._tokens.vocab_size)

    def matcher(self, grammar: str) -> Any:
        """A matcher at the start of a Lark grammar.

        Raises:
            PlannerError: the grammar is malformed.
        """
        matcher = self._guidance.LLMatcher(self._tokens, self._guidance.LLMatcher.grammar_from_lark(grammar))
        if matcher.is_error():
            raise PlannerError(f"the plan grammar is malformed: {matcher.get_error()}")
        return matcher

    def allowed(self, matcher: Any) -> np.ndarray[Any, np.dtype[np.int64]]:
        """Ids of the tokens that may come next."""
        self._masks.fill_next_token_bitmask(matcher, self._mask, 0)
        bits = np.unpackbits(self._mask[0].view(np.uint8), bitorder="little")
        return np.flatnonzero(bits).astype(np.int64)
