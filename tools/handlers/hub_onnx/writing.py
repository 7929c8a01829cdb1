"""Free text by decoders alone: writing, rewriting, conversation."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import replace
from pathlib import Path

from jarvis.errors import TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.causal import CausalModel
from jarvis.tools.handlers.hub_onnx.chat import chat_template, rendered
from jarvis.tools.handlers.hub_onnx.decoding import write
from jarvis.tools.handlers.hub_onnx.labels import needed_text
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.rewriting import asked_for
from jarvis.tools.handlers.hub_onnx.tokens import Tokens
from jarvis.tools.handlers.hub_onnx.wishes import wishes_of

_UNBOUNDED = 8192
"""Tokens that are read and written at most by models that set no limit."""
_NAMED = ("bos_token", "eos_token", "unk_token", "pad_token")


class Writer:
    """text-generation, conversational, text2text-generation, summarization.

    Parameters: `max_new_tokens`, `temperature` (0 for the likeliest each time), `top_p`, `num_beams`, `system`.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self.repository = Repository(files, options)
        self.tokens = Tokens(self.repository)
        self._model = CausalModel(self.repository)
        self._template = chat_template(self.repository, self.tokens.settings)
        self._system = str(options.parameters.get("system", ""))
        wishes = asked_for(wishes_of(self.repository), options.parameters)
        end = self.tokens.special("eos_token")
        self._wishes = replace(wishes, ends=tuple({*wishes.ends, *([end] if end is not None else [])}))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """What the model writes: its reply, or, of models without a chat template, how the text goes on.

        Raises:
            TaskError: no text, more of it than the model reads, or the model wrote nothing.
        """
        text = self.reply(asked(inputs), sink)
        if not text:
            raise TaskError("the model wrote nothing; put the request in other words")
        return text

    def reply(self, text: str, sink: Sink) -> str:
        """What the model writes for a prompt."""
        ids = self.prompt(text)
        context = min(self.tokens.limit, _UNBOUNDED)
        room = context - len(ids)
        if room < 1:
            raise TaskError(
                f"the text has {len(ids)} tokens, and the model reads {context}; shorten or summarize it first"
            )
        limit = min(self._wishes.limit(len(ids)), room)
        wishes = replace(self._wishes, most=limit)
        return self.tokens.decode(write(self._model.start(wishes.beams), ids, wishes, sink.check)).strip()

    def prompt(self, text: str) -> list[int]:
        """The tokens of a prompt, in the form of a conversation if the model knows one."""
        if not self._template:
            return list(self.tokens.encode(text, 10**9).ids)
        system = [{"role": "system", "content": self._system}] if self._system else []
        names = {name: token for name in _NAMED if (token := self.tokens.special_text(name))}
        whole = rendered(self._template, [*system, {"role": "user", "content": text}], names)
        return list(self.tokens.encode(whole, 10**9, special=False).ids)


def asked(inputs: Inputs) -> str:
    """What a language model is told to do for a task.

    Raises:
        TaskError: its text is missing.
    """
    if inputs.task == "text-generation":
        prompt = needed_text(inputs, "prompt")
        return f"{inputs.text('context')}\n\nUsing the text above: {prompt}" if inputs.has("context") else prompt
    text = needed_text(inputs, "text")
    if inputs.task == "summarization":
        return f"Summarize this text in a few sentences. Write only the summary.\n\n{text}"
    if inputs.task == "text2text-generation" and inputs.has("instruction"):
        return f"{inputs.text('instruction')}. Write only the result.\n\n{text}"
    return text
