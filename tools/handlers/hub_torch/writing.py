"""Models that write: summaries, translations, rewritten texts, stories, answers in a chat."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from pathlib import Path
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.languages import Direction, direction, source_language, target_language
from jarvis.tools.handlers.hub_onnx.writing import asked
from jarvis.tools.handlers.hub_torch.checkpoint import Checkpoint, by_task, inference, needed
from jarvis.tools.handlers.sentences import split

MOST_NEW = 256
"""Tokens written at most where nothing says how many."""
_OLD_DEFAULT = 20
"""What old configurations carry as `max_length` where nobody said anything."""


_MOST_READ = 1024
"""Tokens read at once by models that set no limit themselves; longer texts are read part by part."""
_UNBOUNDED = 8192
"""Tokens that are read and written at most by decoders that set no limit."""
_LENGTHS = ("max_length", "min_length", "num_beams", "no_repeat_ngram_size", "length_penalty", "early_stopping")


def write(model: Any, sink: Sink, **given: Any) -> list[int]:
    """The tokens that a model writes, chosen as its generation_config.json says, or as it is told here.

    Raises:
        TaskError: nobody waits for them any more.
    """
    from transformers import StoppingCriteriaList

    settings = model.generation_config
    told = "max_new_tokens" in given or "max_length" in given
    if not told and not settings.max_new_tokens and settings.max_length in (None, _OLD_DEFAULT):
        given["max_new_tokens"] = MOST_NEW
    with inference():
        made = model.generate(**given, stopping_criteria=StoppingCriteriaList([_Stopping(sink)]))
    sink.check()
    return [int(token) for token in made[0]]


class _Stopping:
    """Ends the writing of a task that was given up."""

    def __init__(self, sink: Sink) -> None:
        self._sink = sink

    def __call__(self, tokens: Any, scores: Any, **others: Any) -> Any:
        import torch

        return torch.full((tokens.shape[0],), self._sink.cancelled, dtype=torch.bool)


class Rewriter:
    """An encoder-decoder for summarization, translation, text2text-generation and conversational.

    Parameters: `max_new_tokens`, `num_beams`.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._checkpoint = Checkpoint(files, options)
        self._tokenizer = self._checkpoint.tokenizer()
        self._model = self._checkpoint.model("AutoModelForSeq2SeqLM")
        self._limit = min(self._checkpoint.limit(self._tokenizer), _MOST_READ)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The new text. One that the model cannot read at once is read part by part.

        Raises:
            TaskError: no text, or languages that the model does not know.
        """
        ways = {
            "summarization": self._summarized, "translation": self._translated, "text2text-generation": self._changed,
            "conversational": self._changed,
        }  # fmt: skip
        return str(by_task(ways, inputs)(inputs, sink))

    def _summarized(self, inputs: Inputs, sink: Sink) -> str:
        prefix = self._settings("summarization").get("prefix") or self._checkpoint.repository.config.get("prefix")
        way = Direction(words=prefix[:200] if isinstance(prefix, str) else "")
        return self._rewritten(needed(inputs, "text"), sink, way, "summarization")

    def _translated(self, inputs: Inputs, sink: Sink) -> str:
        text = needed(inputs, "text")
        source = source_language(inputs.text("source_language"), text)
        target = target_language(inputs.text("target_language"))
        if source == target:
            raise TaskError(
                "the text is in that language already; name another target language, or its own as source_language"
            )
        repository = self._checkpoint.repository
        settings = repository.json("tokenizer_config.json")
        vocabulary = _Numbers(self._tokenizer)
        way = direction(source, target, vocabulary, repository.config, settings, int(self._tokenizer.eos_token_id))
        task = f"translation_{source}_to_{target}"
        lines = (self._rewritten(line, sink, way, task) if line.strip() else "" for line in text.splitlines())
        return "\n".join(lines)

    def _changed(self, inputs: Inputs, sink: Sink) -> str:
        text = needed(inputs, "text")
        instruction = inputs.text("instruction").strip().rstrip(":.")
        return self._rewritten(text, sink, Direction(words=f"{instruction}: " if instruction else ""))

    def _settings(self, task: str) -> Mapping[str, Any]:
        """What old configurations say of a task: a prefix, lengths."""
        every = self._checkpoint.repository.config.get("task_specific_params")
        own = every.get(task) if isinstance(every, Mapping) else None
        return own if isinstance(own, Mapping) else {}

    def _rewritten(self, text: str, sink: Sink, way: Direction, task: str = "") -> str:
        newer = self._checkpoint.repository.json("generation_config.json")
        wishes = {name: value for name, value in self._settings(task).items() if name in _LENGTHS and name not in newer}
        if way.first is not None:
            wishes["forced_bos_token_id"] = way.first
        parts = (self._part(part, sink, way, wishes) for part in self._parts(text, way))
        return " ".join(part for part in parts if part)

    def _part(self, text: str, sink: Sink, way: Direction, wishes: Mapping[str, Any]) -> str:
        import torch

        ids = torch.tensor([self._ids(text, way)])
        given = {"input_ids": ids, "attention_mask": torch.ones_like(ids), **wishes}
        tokens = write(self._model, sink, **given, **asked_for(self._checkpoint.parameters))
        return str(self._tokenizer.decode(tokens, skip_special_tokens=True)).strip()

    def _ids(self, text: str, way: Direction) -> list[int]:
        whole = way.words + text
        if way.plain:
            return list(self._tokenizer(whole, truncation=True, max_length=self._limit)["input_ids"])
        room = self._limit - len(way.before) - len(way.after)
        return [*way.before, *self._plain(whole)[:room], *way.after]

    def _plain(self, text: str) -> list[int]:
        return list(self._tokenizer(text, add_special_tokens=False)["input_ids"])

    def _parts(self, text: str, way: Direction) -> Iterator[str]:
        """The text, or, when the model cannot read it at once, runs of its sentences that it can."""
        room = self._limit - len(self._ids("", way))
        if len(self._plain(text)) <= room:
            yield text
            return
        part = ""
        for sentence in split(text):
            longer = f"{part} {sentence}".strip()
            if part and len(self._plain(longer)) > room:
                yield part
                longer = sentence
            part = longer
        yield part


class _Numbers:
    """The vocabulary of a tokenizer of transformers."""

    def __init__(self, tokenizer: Any) -> None:
        self._numbers: dict[str, int] = tokenizer.get_vocab()

    def number(self, token: str) -> int | None:
        """The number of a token; None when there is none of that name."""
        return self._numbers.get(token)


class Writer:
    """A decoder alone for text-generation, conversational, text2text-generation and summarization.

    Parameters: `max_new_tokens`, `temperature` (0 for the likeliest each time), `top_p`, `num_beams`, `system`.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._checkpoint = Checkpoint(files, options)
        self._tokenizer = self._checkpoint.tokenizer()
        self._model = self._checkpoint.model("AutoModelForCausalLM")
        self._limit = min(self._checkpoint.limit(self._tokenizer), _UNBOUNDED)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """What the model writes: its reply, or, of models without a chat template, how the text goes on.

        Raises:
            TaskError: no text, more of it than the model reads, or the model wrote nothing.
        """
        batch = self._batch(asked(inputs))
        length = int(batch["input_ids"].shape[1])
        if length >= self._limit:
            raise TaskError(
                f"the text has {length} tokens, and the model reads {self._limit}; shorten or summarize it first"
            )
        room = self._limit - length
        told = asked_for(self._checkpoint.parameters)
        settings = self._model.generation_config
        most = told.pop("max_new_tokens", settings.max_new_tokens) or (settings.max_length or 0) - length
        most = min(most if most > 0 else MOST_NEW, room)
        tokens = write(self._model, sink, **batch, **told, max_new_tokens=most, pad_token_id=self._pad())
        text = str(self._tokenizer.decode(tokens[length:], skip_special_tokens=True)).strip()
        if not text:
            raise TaskError("the model wrote nothing; put the request in other words")
        return text

    def _batch(self, prompt: str) -> Any:
        if getattr(self._tokenizer, "chat_template", None):
            system = str(self._checkpoint.parameters.get("system", ""))
            messages = [{"role": "system", "content": system}] if system else []
            messages.append({"role": "user", "content": prompt})
            prompt = self._tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
            batch = self._tokenizer([prompt], add_special_tokens=False, return_tensors="pt")
        else:
            batch = self._tokenizer([prompt], return_tensors="pt")
        batch.pop("token_type_ids", None)
        return batch

    def _pad(self) -> int | None:
        settings = self._model.generation_config
        if settings.pad_token_id is not None:
            return int(settings.pad_token_id)
        ends = settings.eos_token_id
        return int(ends[0] if isinstance(ends, list) else ends) if ends is not None else None


def asked_for(parameters: Mapping[str, Any]) -> dict[str, Any]:
    """What the card's parameters say of the writing, in transformers' words."""
    told: dict[str, Any] = {
        name: int(parameters[name]) for name in ("max_new_tokens", "num_beams") if parameters.get(name)
    }
    if "temperature" in parameters:
        heat = float(parameters["temperature"])
        told |= {"do_sample": True, "temperature": heat} if heat > 0 else {"do_sample": False}
    if "top_p" in parameters:
        told["top_p"] = float(parameters["top_p"])
    return told
