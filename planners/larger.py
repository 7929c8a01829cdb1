"""The larger planner that a setting names: an endpoint, a chat model of langchain-core, or a GGUF file."""

from __future__ import annotations

import asyncio
import importlib
import os
import threading
from collections.abc import Callable, Sequence
from importlib.util import find_spec
from pathlib import Path
from typing import Any

from jarvis.errors import PlannerError, UsageError
from jarvis.planners.chat import Chat, ChatPlanner, EndpointChat, LangChainChat, Message
from jarvis.settings import Settings

_LANGCHAIN = "langchain:"
_CONTEXT = 8192
_LONGEST_REPLY = 2048
_FORMS = "the URL of an OpenAI-compatible endpoint, langchain:MODULE:OBJECT, or the path of a .gguf file"

Complete = Callable[[list[dict[str, str]], int], Any]
"""Messages and the most tokens to write in, a chat completion in OpenAI's form out."""


def larger_planner(settings: Settings) -> ChatPlanner:
    """The planner that `settings.larger_planner` names. A model on this machine is loaded when it is first asked.

    Raises:
        UsageError: it names nothing that is here.
    """
    where, key = settings.larger_planner, settings.larger_planner_key_variable
    return ChatPlanner(chat_at("JARVIS_LARGER_PLANNER", where, settings.larger_planner_model, key, settings.threads))


def chat_at(setting: str, where: str, model: str, key_variable: str, threads: int) -> Chat:
    """The chat model at an address, `langchain:MODULE:OBJECT`, or in a GGUF file; `setting` is for the message.

    Raises:
        UsageError: it names nothing that is here.
    """
    if where.startswith(_LANGCHAIN):
        return LangChainChat(_chat_model(where.removeprefix(_LANGCHAIN)))
    if where.endswith(".gguf"):
        return gguf_chat(Path(where).expanduser(), threads)
    if "://" in where:
        return EndpointChat(where, model, os.environ.get(key_variable, ""))
    raise UsageError(f"{setting} is {where!r}; it must be {_FORMS}")


def _chat_model(name: str) -> Any:
    module, _, attribute = name.partition(":")
    try:
        from langchain_core.language_models import BaseChatModel
    except ImportError:
        raise UsageError("a langchain model needs langchain-core; run `pip install 'jarvis[langchain]'`") from None
    try:
        found: Any = getattr(importlib.import_module(module), attribute)
    except (ImportError, AttributeError, ValueError) as error:
        message = f"JARVIS_LARGER_PLANNER names {name!r}, which is not there ({error}); write langchain:MODULE:OBJECT"
        raise UsageError(message) from error
    model = found if isinstance(found, BaseChatModel) else found() if callable(found) else found
    if not isinstance(model, BaseChatModel):
        raise UsageError(f"{name} is {type(model).__name__}, not a chat model of langchain-core, nor does it make one")
    return model


def gguf_chat(path: Path, threads: int = 2, longest_reply: int = _LONGEST_REPLY) -> GgufChat:
    """A GGUF file with the llama.cpp that is installed here; replies end after `longest_reply` tokens.

    Raises:
        UsageError: there is no such file, or no llama.cpp.
    """
    if not path.is_file():
        raise UsageError(f"JARVIS_LARGER_PLANNER names {path}, which does not exist; it must be {_FORMS}")
    if find_spec("llama_cpp"):
        return GgufChat(path, lambda: _llama_cpp(path, threads), longest_reply)
    if find_spec("xllamacpp"):
        return GgufChat(path, lambda: _xllamacpp(path, threads), longest_reply)
    raise UsageError(f"{path.name} needs llama.cpp; run `pip install 'jarvis[gguf]'`")


class GgufChat:
    """A model in a GGUF file, run by llama.cpp in this process."""

    def __init__(self, path: Path, load: Callable[[], Complete], longest_reply: int = _LONGEST_REPLY) -> None:
        self._path, self._load, self._longest = path, load, longest_reply
        self._lock = threading.Lock()
        self._model: Complete | None = None

    @property
    def name(self) -> str:
        """The file's name."""
        return self._path.stem

    async def complete(self, messages: Sequence[Message]) -> str:
        """What the model says next.

        Raises:
            PlannerError: the file holds no model that llama.cpp runs, or the conversation is too long for it.
        """
        return await asyncio.to_thread(self._complete, messages)

    def _complete(self, messages: Sequence[Message]) -> str:
        rows = [{"role": role, "content": text} for role, text in messages]
        with self._lock:
            try:
                if self._model is None:
                    self._model = self._load()
                answer = self._model(rows, self._longest)
                return str(answer["choices"][0]["message"]["content"])
            except (ValueError, RuntimeError, OSError, LookupError) as error:
                message = f"{self._path.name} gave no answer ({error}); try another model"
                raise PlannerError(message) from error


def _llama_cpp(path: Path, threads: int) -> Complete:
    package = importlib.import_module("llama_cpp")
    model: Any = package.Llama(model_path=str(path), n_ctx=_CONTEXT, n_threads=threads, verbose=False)

    def complete(messages: list[dict[str, str]], longest: int) -> Any:
        return model.create_chat_completion(messages=messages, temperature=0, max_tokens=longest)

    return complete


def _xllamacpp(path: Path, threads: int) -> Complete:
    package = importlib.import_module("xllamacpp")
    options: Any = package.CommonParams()
    options.model.path = str(path)
    options.n_ctx, options.n_parallel = _CONTEXT, 1
    options.cpuparams.n_threads = threads
    options.verbosity, options.warmup, options.ui = 1, False, False
    server: Any = package.Server(options)

    def complete(messages: list[dict[str, str]], longest: int) -> Any:
        return server.handle_chat_completions({"messages": messages, "temperature": 0, "max_tokens": longest})

    return complete
