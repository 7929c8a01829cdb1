"""A user's own tool: one typed function becomes a ToolSpec, and its arguments are checked when it is called."""

from __future__ import annotations

import inspect
import logging
import re
import types
from collections.abc import Callable, Mapping
from dataclasses import dataclass
from enum import Enum
from importlib import metadata
from pathlib import Path
from typing import Any, Literal, Union, get_args, get_origin, get_type_hints

from jarvis.errors import TaskError, UsageError
from jarvis.spec import Effect, Slot, ToolSpec, ValueType

_log = logging.getLogger(__name__)

_TYPES: dict[Any, ValueType] = {
    str: ValueType.TEXT,
    int: ValueType.NUMBER,
    float: ValueType.NUMBER,
    bool: ValueType.NAME,
    Path: ValueType.ANY,
    dict: ValueType.DATA,
    list: ValueType.LABELS,
    bytes: ValueType.ANY,
}
ENTRY_POINTS = "jarvis.tools"
"""Entry-point group: each entry names a function that takes `register(function_tool)`."""


@dataclass(frozen=True, slots=True)
class FunctionTool:
    """A function with the ToolSpec made from its signature."""

    spec: ToolSpec
    function: Callable[..., Any]
    converters: Mapping[str, Callable[[Any], Any]]

    def __call__(self, *args: Any, **kwargs: Any) -> Any:
        """Calls the function itself."""
        return self.function(*args, **kwargs)

    def bound(self, **values: Any) -> Any:
        """Calls the function with values of a plan, turned into the types that it declares.

        Raises:
            TaskError: a value cannot be turned into its parameter's type.
        """
        return self.function(**{name: self._converted(name, value) for name, value in values.items()})

    def _converted(self, name: str, value: Any) -> Any:
        try:
            return self.converters[name](value)
        except (ValueError, TypeError) as error:
            raise TaskError(f"{self.spec.name} cannot take {value!r} for {name!r}: {error}") from error


def function_tool(function: Callable[..., Any], effect: str | Effect = Effect.NONE, name: str = "") -> FunctionTool:
    """Makes a tool of a function: parameters become slots, the docstring's first line says what it does.

    `str` is a name or text, `int` and `float` numbers, `Path` a file, `list[str]` labels, `dict` data, `Literal` and
    `Enum` choices; a parameter with a default is optional.

    Raises:
        UsageError: a parameter without a type, or of a type that no plan can carry.
    """
    hints = get_type_hints(function)
    slots: list[Slot] = []
    converters: dict[str, Callable[[Any], Any]] = {}
    for parameter in inspect.signature(function).parameters.values():
        if parameter.name not in hints:
            raise UsageError(f"{function.__name__}: give the parameter {parameter.name!r} a type")
        required = parameter.default is inspect.Parameter.empty
        slot, converter = _slot(function.__name__, parameter.name, _plain(hints[parameter.name]), required)
        slots.append(slot)
        converters[parameter.name] = converter
    output = ValueType.TEXT if hints.get("return") is str else ValueType.DATA
    does = (inspect.getdoc(function) or function.__name__.replace("_", " ")).splitlines()[0]
    tool_name = name or re.sub(r"_+", "-", function.__name__.strip("_"))
    return FunctionTool(ToolSpec(tool_name, tuple(slots), output, does, Effect(effect)), function, converters)


def _plain(hint: Any) -> Any:
    """A type without `| None`."""
    if get_origin(hint) in (Union, types.UnionType):
        inner = [option for option in get_args(hint) if option is not type(None)]
        return inner[0] if len(inner) == 1 else hint
    return hint


def _slot(function: str, name: str, hint: Any, required: bool) -> tuple[Slot, Callable[[Any], Any]]:
    if get_origin(hint) is Literal:
        choices = tuple(str(choice) for choice in get_args(hint))
        return Slot(name, ValueType.NAME, required, choices), str
    if isinstance(hint, type) and issubclass(hint, Enum):
        return Slot(name, ValueType.NAME, required, tuple(str(member.value) for member in hint)), hint
    base = get_origin(hint) or hint
    if base not in _TYPES:
        raise UsageError(
            f"{function}: {name!r} has the type {hint!r}, which no plan can carry; use str, int, Path, ..."
        )
    converter = _CONVERTERS.get(base, base)
    return Slot(name, _TYPES[base], required), converter


def _as_path(value: Any) -> Path:
    return Path(getattr(value, "path", value))


def _as_bool(value: Any) -> bool:
    return str(value).strip().casefold() in ("true", "yes", "on", "1")


def _as_text(value: Any) -> str:
    return value if isinstance(value, str) else str(value)


def _same(value: Any) -> Any:
    return value


_CONVERTERS: dict[Any, Callable[[Any], Any]] = {
    str: _as_text,
    Path: _as_path,
    bool: _as_bool,
    dict: _same,
    list: _same,
    bytes: lambda value: _as_path(value).read_bytes(),
}

_declared: dict[str, FunctionTool] = {}


def tool(effect: str | Effect = Effect.NONE, *, name: str = "") -> Callable[[Callable[..., Any]], FunctionTool]:
    """Declares a function as a tool for every Jarvis that is opened after it.

    Raises:
        UsageError: a parameter without a type, or of a type that no plan can carry.
    """

    def declare(function: Callable[..., Any]) -> FunctionTool:
        made = function_tool(function, effect, name)
        _declared[made.spec.name] = made
        return made

    return declare


def declared_tools() -> dict[str, FunctionTool]:
    """Tools declared with `@jarvis.tool` and those of installed plug-ins (entry-point group `jarvis.tools`).

    A plug-in that breaks gives no tools and is named in the log.
    """
    found: dict[str, FunctionTool] = {}
    for entry in metadata.entry_points(group=ENTRY_POINTS):
        try:
            found |= _plugged_in(entry)
        except Exception as error:  # noqa: BLE001 - the plug-in's edge: what is wrong with it must not stop the others
            package = entry.dist.name if entry.dist else entry.module
            what = f"{type(error).__name__}: {error}"
            _log.warning("the plug-in %r cannot be used (%s); update or uninstall %s", entry.name, what, package)
    return found | _declared


def _plugged_in(entry: metadata.EntryPoint) -> dict[str, FunctionTool]:
    """The tools that one plug-in registers."""
    found: dict[str, FunctionTool] = {}

    def register(made: FunctionTool) -> None:
        if not isinstance(made, FunctionTool):  # pyright: ignore[reportUnnecessaryIsInstance] - others wrote the call
            raise UsageError(f"register takes what `jarvis.functions.function_tool` makes, not {made!r}")
        found[made.spec.name] = made

    entry.load()(register)
    return found
