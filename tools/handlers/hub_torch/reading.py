"""Models that read a text and give labels, places in it, or a vector."""

from __future__ import annotations

import re
from collections.abc import Mapping, Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.errors import ModelError, TaskError
from jarvis.languages import language_name
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.results import (
    DIGITS,
    TOP,
    Span,
    Tagged,
    best_span,
    class_scores,
    entities,
    ranked,
    whole_words,
)
from jarvis.tools.handlers.hub_torch.checkpoint import Checkpoint, inference, needed, numpy

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_TEMPLATE = "This example is {}."
_AT_ONCE = 16
_WINDOW, _OVERLAP = 384, 128
_TAG_WINDOW, _TAG_OVERLAP = 512, 32
_BLANK = re.compile(r"\[MASK\]|<mask>|_{3,}", re.IGNORECASE)


class Reader:
    """A network that reads, with its tokenizer."""

    auto = ""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self.checkpoint = Checkpoint(files, options)
        self.tokenizer = self.checkpoint.tokenizer()
        self.model = self.checkpoint.model(self.auto)
        self.limit = self.checkpoint.limit(self.tokenizer)
        self.top = int(options.parameters.get("top", TOP))

    def outputs(self, *texts: Any, **settings: Any) -> Any:
        """What the network gives for texts, or for pairs of texts; cut to what it reads."""
        settings = {"truncation": True, "max_length": self.limit, **settings}
        batch = self.tokenizer(*texts, padding=True, return_tensors="pt", **settings)
        with inference():
            return self.model(**batch), batch


class TextClassifier(Reader):
    """text-classification, language-identification. Parameter `top`: how many labels are told, 5 unless said."""

    auto = "AutoModelForSequenceClassification"

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The likeliest labels as {"label", "score"}, best first; of languages also the "name".

        A text that is longer than the model reads is judged by its beginning.

        Raises:
            TaskError: no text.
        """
        del sink
        logits = numpy(self.outputs([needed(inputs, "text")])[0].logits)[0]
        scores = class_scores(logits, self.checkpoint.repository.config)
        rows = ranked(
            [float(one) for one in scores], [self.checkpoint.label(at) for at in range(len(scores))], self.top
        )
        return [_named(row) for row in rows] if inputs.task == "language-identification" else rows


def _named(row: JsonValue) -> JsonValue:
    code = re.split(r"[_-]", str(row["label"]).removeprefix("__label__"))[0] if isinstance(row, dict) else ""
    return {**row, "name": language_name(code.lower())} if isinstance(row, dict) else row


class ZeroShotClassifier(Reader):
    """zero-shot-classification by entailment. Parameters: `template` with {} for the label, `multi_label`."""

    auto = "AutoModelForSequenceClassification"

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """All labels as {"label", "score"}, best first, summing to 1; a single label is weighed against its opposite.

        Raises:
            TaskError: no text or no labels.
        """
        labels = inputs.needed_labels("labels")
        logits = self._logits(needed(inputs, "text"), labels, sink)
        follows, denies = self._classes()
        if len(labels) == 1 or self.checkpoint.parameters.get("multi_label"):
            scores = _shares(logits[:, [denies, follows]])[:, 1]
        else:
            scores = _shares(logits[:, follows])
        return ranked([float(one) for one in scores], labels, len(labels))

    def _logits(self, text: str, labels: Sequence[str], sink: Sink) -> Any:
        import numpy as np

        template = str(self.checkpoint.parameters.get("template", _TEMPLATE))
        found: list[Any] = []
        for at in range(0, len(labels), _AT_ONCE):
            sink.check()
            part = [template.format(label) for label in labels[at : at + _AT_ONCE]]
            made, _ = self.outputs([text] * len(part), part, truncation="only_first")
            found.append(numpy(made.logits))
        return np.concatenate(found)

    def _classes(self) -> tuple[int, int]:
        labels = self.checkpoint.repository.labels
        follows = next((at for at, name in labels.items() if name.lower().startswith("entail")), -1)
        return follows, -1 if follows == 0 else 0


class EntityTagger(Reader):
    """token-classification."""

    auto = "AutoModelForTokenClassification"

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Entities in the order of the text: {"label": "PER", "text": "Alice", "score", "start", "end"}.

        Places are counted in letters. A long text is read in windows.

        Raises:
            TaskError: no text.
        """
        text = needed(inputs, "text")
        found: list[Tagged] = []
        limit = min(self.limit, _TAG_WINDOW)
        windows = self.tokenizer(
            text, truncation=True, max_length=limit, stride=min(_TAG_OVERLAP, limit // 4),
            return_overflowing_tokens=True, return_offsets_mapping=True, return_special_tokens_mask=True,
        )  # fmt: skip
        for at in range(len(windows["input_ids"])):
            sink.check()
            end = found[-1].end if found else 0
            found += [token for token in self._tagged(windows, at) if not found or token.start >= end]
        return entities(found, text)

    def _tagged(self, windows: Any, at: int) -> list[Tagged]:
        shares = _shares(numpy(_window(self, windows, at).logits)[0])
        best = shares.argmax(axis=-1)
        return [
            Tagged(self.checkpoint.label(int(best[place])), float(shares[place, best[place]]), *offset)
            for place, offset in enumerate(windows["offset_mapping"][at])
            if not windows["special_tokens_mask"][at][place]
        ]


class SpanReader(Reader):
    """question-answering."""

    auto = "AutoModelForQuestionAnswering"

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The words of the context that answer the question. A long context is read in windows.

        Raises:
            TaskError: no question or no context.
        """
        question, context = needed(inputs, "question"), needed(inputs, "context")
        return whole_words(context, max(self._spans(question, context, sink), key=lambda span: span.score))

    def _spans(self, question: str, context: str, sink: Sink) -> list[Span]:
        import numpy as np

        limit = min(_WINDOW, self.limit)
        asked = len(self.tokenizer(question)["input_ids"])
        if asked + 8 > limit:
            raise TaskError("the question is longer than the model reads; ask in fewer words")
        windows = self.tokenizer(
            question, context, truncation="only_second", max_length=limit,
            stride=max(0, min(_OVERLAP, (limit - asked) // 2)), return_overflowing_tokens=True,
            return_offsets_mapping=True,
        )  # fmt: skip
        found: list[Span] = []
        for at in range(len(windows["input_ids"])):
            sink.check()
            made = _window(self, windows, at)
            inside = np.array([which == 1 for which in windows.sequence_ids(at)])
            starts, ends = numpy(made.start_logits)[0], numpy(made.end_logits)[0]
            found.append(best_span(starts, ends, inside, windows["offset_mapping"][at]))
        return found


def _window(reader: Reader, windows: Any, at: int) -> Any:
    """What the network gives for one window of a long text."""
    import torch

    wanted = ("input_ids", "attention_mask", "token_type_ids")
    with inference():
        return reader.model(**{name: torch.tensor([windows[name][at]]) for name in wanted if name in windows})


class BlankFiller(Reader):
    """fill-mask."""

    auto = "AutoModelForMaskedLM"

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The likeliest words for the first blank: {"label": word, "text": the text with it, "score"}, best first.

        A blank is written [MASK], <mask> or ___.

        Raises:
            TaskError: there is no blank.
        """
        del sink
        mask = str(self.tokenizer.mask_token)
        made, batch = self.outputs([_BLANK.sub(lambda _: mask, needed(inputs, "text"))])
        tokens = batch["input_ids"][0].tolist()
        if self.tokenizer.mask_token_id not in tokens:
            raise TaskError(f"the text has no blank in what the model reads of it; write {mask} where a word is wanted")
        place = tokens.index(self.tokenizer.mask_token_id)
        shares = _shares(numpy(made.logits)[0, place])
        best = (-shares).argsort()[: self.top]
        return [self._row(tokens, place, int(token), float(shares[token])) for token in best]

    def _row(self, tokens: list[int], place: int, token: int, score: float) -> JsonValue:
        filled = [token if at == place else old for at, old in enumerate(tokens)]
        return {
            "label": self.tokenizer.decode([token]).strip(),
            "text": self.tokenizer.decode(filled, skip_special_tokens=True),
            "score": round(score, DIGITS),
        }


class TextVectors(Reader):
    """sentence-similarity, and vectors for whoever wants them."""

    auto = "AutoModel"

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        super().__init__(files, options)
        self._pooling = _poolings(self.checkpoint.repository)
        told = self.checkpoint.repository.json("sentence_bert_config.json").get("max_seq_length")
        self._limit = min(int(told), self.limit) if isinstance(told, int) and told > 0 else self.limit

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """`{"score": 0.74}`: the cosine of the two texts, from 0, nothing in common, to 1, the same meaning.

        Raises:
            TaskError: one of the texts is empty.
        """
        del sink
        first, second = self.embed([needed(inputs, "text"), needed(inputs, "other")])
        return {"score": round(min(max(float(first @ second), 0.0), 1.0), DIGITS)}

    def embed(self, texts: Sequence[str]) -> NDArray[np.float32]:
        """The vectors of several texts, of length 1, shape [texts, size]."""
        import numpy as np

        from jarvis.tools.handlers.hub_onnx.vectors import pool

        made, batch = self.outputs(list(texts), max_length=self._limit)
        if not hasattr(made, "last_hidden_state"):
            raise ModelError("the model gives no states of its tokens to make a vector of; choose another one")
        pooled: NDArray[np.float32] = pool(
            numpy(made.last_hidden_state), batch["attention_mask"].numpy(), self._pooling
        )
        return np.asarray(pooled / np.maximum(np.linalg.norm(pooled, axis=-1, keepdims=True), 1e-12), np.float32)


_POOLINGS = {
    "pooling_mode_cls_token": "first", "pooling_mode_max_tokens": "highest", "pooling_mode_lasttoken": "last",
    "pooling_mode_mean_sqrt_len_tokens": "root", "pooling_mode_mean_tokens": "mean",
}  # fmt: skip


def _poolings(repository: Repository) -> list[str]:
    """The kinds of pooling that the settings of sentence-transformers want; the mean when they say nothing."""
    said = repository.json("1_Pooling/config.json")
    return [kind for name, kind in _POOLINGS.items() if said.get(name)] or ["mean"]


def _shares(scores: Any) -> Any:
    """Shares that add up to 1 along the last axis."""
    import numpy as np

    powers = np.exp(scores - scores.max(axis=-1, keepdims=True))
    return powers / powers.sum(axis=-1, keepdims=True)
