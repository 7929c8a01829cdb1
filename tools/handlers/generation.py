"""Free text from the embedded language model: writing, rewriting, small talk. It is small, and its card says so."""

from __future__ import annotations

import re
from collections.abc import Mapping
from pathlib import Path

from jarvis.errors import TaskError
from jarvis.llm.chat import SYSTEM, ChatModel, Message
from jarvis.llm.runtime import LanguageModel
from jarvis.llm.tokens import WireTokenizer
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.about import asks_about_jarvis, introduction

_LONGEST_CONTEXT = 4000
_FOREIGN = re.compile(r"[\u0400-\u04ff\u0590-\u06ff\u0900-\u0dff\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]")


class SmolChat:
    """SmolLM2-135M-Instruct, as packaged, for `text-generation`, `text2text-generation` and `conversational`."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        tokenizer = WireTokenizer.from_gguf(files["model"])
        self._chat = ChatModel(LanguageModel(files["model"], None, options.threads), tokenizer)
        self._limit = int(options.parameters.get("max_tokens", 160))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The model's answer as text; what Jarvis can do is told from the registry, because the model would guess.

        Raises:
            TaskError: the text is not in English, or longer than the model reads.
        """
        prompt = _PROMPTS[inputs.task](inputs)
        if asks_about_jarvis(prompt):
            return introduction(prompt)
        if len(_FOREIGN.findall(prompt)) > len(prompt) // 5:
            raise TaskError(
                "the language model here knows English only; set JARVIS_PLANNER to a larger model's endpoint"
            )
        text = self._chat.reply([Message("system", SYSTEM), Message("user", prompt)], self._limit, sink.check)
        if not text:
            raise TaskError("the language model wrote nothing; put the request in other words")
        return text


def _generate(inputs: Inputs) -> str:
    if not inputs.has("context"):
        return inputs.text("prompt")
    return f"{inputs.text('context')[:_LONGEST_CONTEXT]}\n\nUsing the text above: {inputs.text('prompt')}"


def _rewrite(inputs: Inputs) -> str:
    return f"{inputs.text('instruction')}. Write only the result.\n\n{inputs.text('text')[:_LONGEST_CONTEXT]}"


def _converse(inputs: Inputs) -> str:
    return inputs.text("text")[:_LONGEST_CONTEXT]


_PROMPTS = {"text-generation": _generate, "text2text-generation": _rewrite, "conversational": _converse}
