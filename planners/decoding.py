"""Greedy decoding under a grammar: the model is asked only where the grammar leaves a choice.

What it is asked for is read together with a draft of what probably follows, so that one step settles several choices.
A draft changes how much is read at a time, never what is chosen.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Sequence
from copy import copy
from dataclasses import dataclass
from typing import Any, Protocol

import numpy as np
from numpy.typing import NDArray

from jarvis.errors import PlannerError
from jarvis.llm.runtime import LanguageModel, Reading
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


class Drafter(Protocol):
    """Guesses what the model will write."""

    def draft(self, written: Sequence[int]) -> list[int]:
        """Tokens that probably follow those that were written since the prompt; empty when there is no guess."""
        ...


Narrowing = Callable[[str], str | None]
"""The grammar of what a line can still become once some of it is written; None while that is not known."""


Leaning = Callable[[str, Sequence[str]], NDArray[np.float32]]
"""What else speaks for each way to go on, in nats: given what is written of a line, and the ways."""


class PromptMemory:
    """The last few texts that a model has read, so that what a new one shares with them is not read again."""

    def __init__(self, model: LanguageModel, limit: int = 128) -> None:
        """`limit`: how many tokens are kept in all, at 46 KB each; the last text is kept however long it is."""
        self._model, self._limit = model, limit
        self._kept: list[Reading] = []

    def start(self, tokens: Sequence[int]) -> Reading:
        """A reading of as many of the first tokens as some earlier text has in common; it is kept from now on."""
        self._model.rest()
        wanted = list(tokens)
        best, length = None, _LEAST_SHARED
        for reading in self._kept:
            if (common := _common(reading.tokens, wanted)) >= length:
                best, length = reading, common
        if best is None:
            reading = self._model.start()
        elif len(best.tokens) - length <= length:  # little is lost when it goes another way
            self._kept.remove(best)
            best.cut(length)
            reading = best
        else:
            reading = best.copy(length)
        self._keep(reading, len(wanted))
        return reading

    def _keep(self, reading: Reading, length: int) -> None:
        left = self._limit - length
        others: list[Reading] = []
        for other in self._kept:
            left -= len(other.tokens)
            if left < 0:
                break
            others.append(other)
        self._kept = [reading, *others]


_LEAST_SHARED = 8
"""Tokens that are worth going on from: requests have the first one or two in common."""


class ConstrainedDecoder:
    """Continues a prompt line by line; what it wrote becomes part of what it reads."""

    def __init__(
        self,
        model: LanguageModel,
        tokenizer: WireTokenizer,
        vocabulary: GrammarVocabulary,
        prompts: PromptMemory | None = None,
        drafter: Drafter | None = None,
    ) -> None:
        """`prompts` remembers what was read before, `drafter` guesses ahead: both save time and change nothing else."""
        self._model, self._tokenizer, self._vocabulary = model, tokenizer, vocabulary
        self._prompts = prompts or PromptMemory(model)
        self._drafter = drafter
        self._tokens: list[int] = []
        self._prompted = 0
        self._reading: Reading | None = None
        self._hidden, self._hidden_from = np.zeros((0, 0), np.float32), 0
        self.steps = 0
        """How often the model was run."""

    def prompt(self, tokens: Sequence[int]) -> None:
        """Puts tokens before what comes next; they are read together with the first choice."""
        self._tokens.extend(tokens)
        self._prompted = len(self._tokens)

    def fork(self) -> ConstrainedDecoder:
        """A decoder that has read the same and goes a way of its own."""
        other = copy(self)
        other._tokens = list(self._tokens)
        other._reading = None
        return other

    def line(
        self, grammar: str, limit: int = 600, narrowing: Narrowing | None = None, leaning: Leaning | None = None
    ) -> Line:
        """Writes until the grammar is complete. `narrowing` gives the grammar to go on with once the way is clear.

        `leaning` is added to the model's scores until then.

        Raises:
            PlannerError: the grammar is malformed, or `limit` tokens did not complete it.
        """
        matcher = self._vocabulary.matcher(grammar, keep=True)
        written: list[int] = []
        choices: list[Choice] = []
        while not matcher.is_stopped():
            if narrowing and (narrower := narrowing(self._tokenizer.decode(written))):
                matcher, narrowing, leaning = self._vocabulary.matcher(narrower), None, None
                self._consume(matcher, written)
            forced = list(matcher.compute_ff_tokens())
            if not forced:
                allowed = self._vocabulary.allowed(matcher)
                if len(allowed) > 1:
                    token, choice = self._choose(allowed, written, matcher, leaning)
                    choices.append(choice)
                else:
                    token = int(allowed[0])
                forced = [token]
            self._consume(matcher, forced)
            written.extend(forced)
            self._tokens.extend(forced)
            if len(written) > limit:
                raise PlannerError("the planner wrote a line without an end; put the request in simpler words")
        score = sum(math.log(max(choice.probability, 1e-9)) for choice in choices)
        return Line(self._tokenizer.decode(written).rstrip("\n"), tuple(written), score, tuple(choices))

    def _consume(self, matcher: Any, tokens: list[int]) -> None:
        if tokens and not matcher.consume_tokens(tokens):
            raise PlannerError(f"the plan grammar refused {self._tokenizer.decode(tokens)!r}")

    def _choose(
        self, allowed: NDArray[np.int64], written: list[int], matcher: Any, leaning: Leaning | None
    ) -> tuple[int, Choice]:
        logits = self._model.logits(self._last_hidden(matcher), allowed)
        if leaning:
            ways = [self._tokenizer.decode([int(token)]) for token in allowed]
            logits = logits + leaning(self._tokenizer.decode(written), ways)
        best = int(logits.argmax())
        chances = np.exp(logits - logits[best])
        probability = float(1 / chances.sum())
        chances[best] = -1.0
        runner_up = int(chances.argmax())
        second = float(chances[runner_up]) * probability
        return int(allowed[best]), Choice(len(written), probability, int(allowed[runner_up]), second)

    def _last_hidden(self, matcher: Any) -> NDArray[np.float32]:
        """The hidden state after all tokens: read before as part of a draft that came true, or read now."""
        if self._reading is None:
            self._reading = self._prompts.start(self._tokens)
            self._hidden = self._hidden[:0]
        reading, last = self._reading, len(self._tokens) - 1
        row = last - self._hidden_from
        if not 0 <= row < len(self._hidden) or reading.tokens[: last + 1] != self._tokens:
            reading.cut(min(_common(reading.tokens, self._tokens), last))
            unread = self._tokens[len(reading.tokens) :]
            draft = self._draft(matcher)
            if len(unread) + len(draft) < 2:
                draft = unread  # any token will do: a step of two and one of many give the same numbers
            self._hidden_from = len(reading.tokens)
            self._hidden = reading.read(unread + draft)
            self.steps += 1
            row = last - self._hidden_from
        state: NDArray[np.float32] = self._hidden[row]
        return state

    def _draft(self, matcher: Any) -> list[int]:
        """A guess that the grammar allows; what it holds beyond the end of the line is not checked."""
        if self._drafter is None:
            return []
        draft = self._drafter.draft(self._tokens[self._prompted :])
        allowed = draft[: matcher.validate_tokens(draft)] if draft else []
        return draft if self._vocabulary.line_break in allowed else allowed


class GrammarVocabulary:
    """The tokenizer as llguidance wants it, with one reusable mask and the grammars that were compiled last."""

    def __init__(self, tokenizer: WireTokenizer) -> None:
        import llguidance
        import llguidance.numpy

        self._guidance: Any = llguidance
        self._masks: Any = llguidance.numpy
        # Slices speed up free text, of which plans have little, and take 12 MB.
        spelled = _Spelled(tokenizer)
        self._tokens: Any = llguidance.LLTokenizer(llguidance.TokenizerWrapper(spelled), slices=[])
        spelled.tokens.clear()  # they have been copied
        self._mask: Any = llguidance.numpy.allocate_token_bitmask(1, self._tokens.vocab_size)
        self._compiled: dict[str, Any] = {}
        self.line_break = tokenizer.encode("\n")[0]
        """The token that ends a line."""

    def matcher(self, grammar: str, *, keep: bool = False) -> Any:
        """A matcher at the start of a Lark grammar. With `keep` it is compiled once for as long as it is in use.

        Raises:
            PlannerError: the grammar is malformed.
        """
        matcher = self._compiled.pop(grammar, None)
        if matcher is None:
            matcher = self._guidance.LLMatcher(self._tokens, self._guidance.LLMatcher.grammar_from_lark(grammar))
            if matcher.is_error():
                raise PlannerError(f"the plan grammar is malformed: {matcher.get_error()}")
        if not keep:
            return matcher
        self._compiled[grammar] = matcher
        if len(self._compiled) > _KEPT_GRAMMARS:
            del self._compiled[next(iter(self._compiled))]
        return matcher.deep_copy()

    def allowed(self, matcher: Any) -> NDArray[np.int64]:
        """Ids of the tokens that may come next."""
        self._masks.fill_next_token_bitmask(matcher, self._mask, 0)
        words = self._mask[0]
        filled = np.flatnonzero(words)
        bits = np.unpackbits(words[filled].view(np.uint8), bitorder="little").reshape(len(filled), 32)
        word, bit = np.nonzero(bits)
        return filled[word] * 32 + bit


_KEPT_GRAMMARS = 16


class _Spelled:
    """What llguidance asks of a tokenizer."""

    def __init__(self, tokenizer: WireTokenizer) -> None:
        self._tokenizer = tokenizer
        self.tokens = tokenizer.spellings()
        self.special_token_ids = sorted(tokenizer.control())
        self.eos_token_id = tokenizer.encode("<|im_end|>")[0]
        self.bos_token_id = None

    def __call__(self, text: str) -> list[int]:
        return self._tokenizer.encode(text)


def _common(left: Sequence[int], right: Sequence[int]) -> int:
    """How many first tokens two texts have in common."""
    for place, (a, b) in enumerate(zip(left, right, strict=False)):
        if a != b:
            return place
    return min(len(left), len(right))
