"""A worker made of a function, for tests and for apps that bring their own runtime."""

from __future__ import annotations

import inspect
from collections.abc import Awaitable, Callable

from jarvis.execution.worker import Output
from jarvis.graph import Task
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.spec import ToolSpec
from jarvis.tools.handler import Inputs, Sink


class FunctionWorker:
    """Runs every task by calling `function(inputs)`, which may be async."""

    def __init__(self, function: Callable[[Inputs], Value | Awaitable[Value]]) -> None:
        self.function = function

    async def run(self, task: Task, spec: ToolSpec, card: ModelCard, inputs: Inputs, sink: Sink) -> Output:
        """What the function gives."""
        value = self.function(inputs)
        return Output(await value if inspect.isawaitable(value) else value)
