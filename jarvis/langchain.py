"""Jarvis inside LangChain (extra `langchain`): as a Runnable, and its task types as tools of an agent."""

from __future__ import annotations

from collections.abc import AsyncIterator, Iterable, Sequence
from copy import copy
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TypedDict

from langchain_core.runnables import Runnable, RunnableConfig
from langchain_core.tools import BaseTool
from pydantic import BaseModel, Field, create_model

from jarvis.graph import Arg, Task
from jarvis.messages import Response
from jarvis.planners.protocol import PlanRequest
from jarvis.spec import Slot, ToolSpec, ValueType

if TYPE_CHECKING:
    from jarvis.engine import Jarvis


class Ask(TypedDict, total=False):
    """A request with files, as the input of a chain."""

    text: str
    files: Sequence[str | Path]


class JarvisRunnable(Runnable[str | Ask, Response]):
    """A chain link that answers requests: text, or `{"text": ..., "files": [...]}`, in; a Response out."""

    def __init__(self, jarvis: Jarvis) -> None:
        self._jarvis = jarvis

    def invoke(self, input: str | Ask, config: RunnableConfig | None = None, **kwargs: Any) -> Response:  # noqa: A002
        """Runs one request on a Jarvis that was opened with `Jarvis.open_sync`.

        Raises:
            JarvisError: no plan could be made.
        """
        return self._call_with_config(self._run, input, config)

    async def ainvoke(self, input: str | Ask, config: RunnableConfig | None = None, **kwargs: Any) -> Response:  # noqa: A002
        """Runs one request on a Jarvis that was opened with `Jarvis.open`.

        Raises:
            JarvisError: no plan could be made.
        """
        return await self._acall_with_config(self._arun, input, config)

    def _run(self, asked: str | Ask) -> Response:
        text, files = _opened(asked)
        return self._jarvis.run_sync(text, files=files)

    async def _arun(self, asked: str | Ask) -> Response:
        text, files = _opened(asked)
        return await self._jarvis.run(text, files=files)


class JarvisTool(BaseTool):
    """One task type as a tool: its slots are the arguments, the answer's text is what the agent reads.

    The artifact is the Response, with files, models and claims.
    """

    jarvis: Any = Field(exclude=True, repr=False)
    """The open Jarvis that runs the task."""
    spec: ToolSpec
    response_format: Literal["content", "content_and_artifact"] = "content_and_artifact"

    def _run(self, **args: Any) -> tuple[str, Response]:
        answer = self._ready(args).run_sync(self.spec.does)
        return answer.text, answer

    async def _arun(self, **args: Any) -> tuple[str, Response]:
        answer = await self._ready(args).run(self.spec.does)
        return answer.text, answer

    def _ready(self, args: dict[str, Any]) -> Jarvis:
        """The same Jarvis, its loaded models included, with a plan that is made already."""
        given = {name: _arg(value) for name, value in args.items() if value is not None}
        self.jarvis.stages()
        ready: Jarvis = copy(self.jarvis)
        ready.planner = _GivenPlan(Task(0, self.spec.name, given))
        return ready


class _GivenPlan:
    """A planner that was told what to plan."""

    def __init__(self, *tasks: Task) -> None:
        self._tasks = tasks

    @property
    def name(self) -> str:
        return "a caller's own plan"

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        for task in self._tasks:
            yield task


def as_tools(jarvis: Jarvis, names: Iterable[str] | None = None) -> list[BaseTool]:
    """The task types of an open Jarvis as tools for an agent: all of them, or those named.

    Nothing is loaded until a tool is called. What a task type needs a permission for, it needs here as well.

    Raises:
        KeyError: a name is no task type.
    """
    chosen = jarvis.tools.values() if names is None else [jarvis.tools[name] for name in names]
    return [_tool(jarvis, spec) for spec in chosen]


def _tool(jarvis: Jarvis, spec: ToolSpec) -> JarvisTool:
    name = spec.name.replace("-", "_")
    return JarvisTool(jarvis=jarvis, spec=spec, name=name, description=spec.does, args_schema=_schema(name, spec))


def _schema(name: str, spec: ToolSpec) -> type[BaseModel]:
    fields: dict[str, Any] = {slot.name: _field(slot) for slot in spec.slots}
    return create_model(f"{name}_arguments", **fields)


def _field(slot: Slot) -> tuple[Any, Any]:
    kind: Any = Literal[slot.choices] if slot.choices else list[str] if slot.type == ValueType.LABELS else str
    about = f"path of a file with {slot.type.value}" if slot.type.is_media else slot.type.value
    return (kind, Field(description=about)) if slot.required else (kind | None, Field(None, description=about))


def _arg(value: Any) -> Arg:
    return tuple(str(item) for item in value) if isinstance(value, list) else str(value)


def _opened(asked: str | Ask) -> tuple[str, Sequence[str | Path]]:
    return (asked, ()) if isinstance(asked, str) else (asked.get("text", ""), asked.get("files", ()))
