"""Texts from texts by encoder-decoders: summaries, translations, rewritten texts, replies."""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from dataclasses import replace
from pathlib import Path
from typing import Any

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.labels import needed_text
from jarvis.tools.handlers.hub_onnx.languages import Direction, direction, source_language, target_language
from jarvis.tools.handlers.hub_onnx.repository import Repository, number, whole
from jarvis.tools.handlers.hub_onnx.seq2seq import EncoderDecoder
from jarvis.tools.handlers.hub_onnx.tokens import Tokens
from jarvis.tools.handlers.hub_onnx.wishes import Wishes, wishes_of
from jarvis.tools.handlers.sentences import split

_MOST_READ = 1024
"""Tokens read at once by models that set no limit themselves; longer texts are read part by part."""


class Seq2Seq:
    """A model that turns a text into a text. Parameters: `max_new_tokens`, `num_beams`."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self.repository = Repository(files, options)
        self.tokens = Tokens(self.repository)
        self._model = EncoderDecoder(self.repository)
        self._wishes = asked_for(wishes_of(self.repository), options.parameters)
        if self._wishes.start is None:
            raise self.repository.cannot("its settings do not say what the decoder begins with")
        if not self._wishes.ends and (end := self.tokens.special("eos_token")) is not None:
            self._wishes = replace(self._wishes, ends=(end,))
        self._limit = min(self.tokens.limit, _MOST_READ)

    def rewritten(self, text: str, sink: Sink, way: Direction | None = None, task: str = "") -> str:
        """What the model makes of a text: in one go if it can read it at once, else part by part."""
        way = way or Direction()
        wishes = for_task(self._wishes, self.repository, task)
        if way.first is not None:
            wishes = replace(wishes, first=way.first)
        return " ".join(filter(None, (self._part(part, sink, way, wishes) for part in self._parts(text, way))))

    def _part(self, text: str, sink: Sink, way: Direction, wishes: Wishes) -> str:
        import numpy as np

        ids = self._ids(text, way)
        given = {"input_ids": np.array([ids]), "attention_mask": np.ones((1, len(ids)), np.int64)}
        encoded = self._model.encode(given)
        written = self._model.write(encoded, [wishes.start or 0], wishes, sink)
        return self.tokens.decode(written).strip()

    def _ids(self, text: str, way: Direction) -> list[int]:
        if way.plain:
            return list(self.tokens.encode(way.words + text, self._limit).ids)
        room = self._limit - len(way.before) - len(way.after)
        return [*way.before, *self.tokens.encode(way.words + text, room, special=False).ids, *way.after]

    def _parts(self, text: str, way: Direction) -> Iterator[str]:
        """The text, or, when the model cannot read it at once, runs of its sentences that it can."""
        room = self._limit - len(self._ids("", way))
        if self._length(text) <= room:
            yield text
            return
        part = ""
        for sentence in split(text):
            longer = f"{part} {sentence}".strip()
            if part and self._length(longer) > room:
                yield part
                longer = sentence
            part = longer
        yield part

    def _length(self, text: str) -> int:
        return len(self.tokens.tokenizer.encode(text, add_special_tokens=False).ids)


class Summarizer(Seq2Seq):
    """summarization."""

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The summary. A text that the model cannot read at once is summarized part by part.

        Raises:
            TaskError: no text.
        """
        way = Direction(words=_prefix(self.repository, "summarization"))
        return self.rewritten(needed_text(inputs, "text"), sink, way, "summarization")


class Translator(Seq2Seq):
    """translation."""

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The translation, line by line. The source language is told from the text unless it is given.

        Raises:
            TaskError: no text, or the model does not know one of the languages.
        """
        text = needed_text(inputs, "text")
        source = source_language(inputs.text("source_language"), text)
        target = target_language(inputs.text("target_language"))
        if source == target:
            raise TaskError(
                "the text is in that language already; name another target language, or its own as source_language"
            )
        end = next(iter(self._wishes.ends), self.tokens.pad)
        way = direction(source, target, self.tokens, self.repository.config, self.tokens.settings, end)
        task = f"translation_{source}_to_{target}"
        lines = [self.rewritten(line, sink, way, task) if line.strip() else "" for line in text.splitlines()]
        return "\n".join(lines)


class Rewriter(Seq2Seq):
    """text2text-generation and conversational."""

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """What the model writes for "instruction: text", or for the text alone.

        Raises:
            TaskError: no text.
        """
        text = needed_text(inputs, "text")
        instruction = inputs.text("instruction").strip().rstrip(":.")
        return self.rewritten(text, sink, Direction(words=f"{instruction}: " if instruction else ""))


def asked_for(wishes: Wishes, parameters: Mapping[str, Any]) -> Wishes:
    """The wishes with what the card's parameters say."""
    changed = wishes
    if most := whole(parameters.get("max_new_tokens"), 0):
        changed = replace(changed, most=most)
    if beams := whole(parameters.get("num_beams"), 0):
        changed = replace(changed, beams=min(beams, 16))
    if "temperature" in parameters:
        heat = number(parameters["temperature"], 0.0)
        changed = replace(changed, sample=heat > 0, temperature=heat or 1.0)
    return replace(changed, top_p=number(parameters.get("top_p"), changed.top_p))


def for_task(wishes: Wishes, repository: Repository, task: str) -> Wishes:
    """The wishes with what `task_specific_params` of old configurations say, where nothing newer does."""
    own, newer = _task_params(repository, task), repository.json("generation_config.json")
    names = {
        "max_length": "longest",
        "min_length": "shortest",
        "num_beams": "beams",
        "no_repeat_ngram_size": "no_repeat",
    }
    told = {field: own[name] for name, field in names.items() if name not in newer and isinstance(own.get(name), int)}
    if "length_penalty" not in newer:
        told["length_penalty"] = number(own.get("length_penalty"), wishes.length_penalty)
    return replace(wishes, **told)


def _prefix(repository: Repository, task: str) -> str:
    prefix = _task_params(repository, task).get("prefix") or repository.config.get("prefix")
    return prefix[:200] if isinstance(prefix, str) else ""


def _task_params(repository: Repository, task: str) -> Mapping[str, Any]:
    params = repository.config.get("task_specific_params")
    own = params.get(task) if isinstance(params, Mapping) else None
    return own if isinstance(own, Mapping) else {}
