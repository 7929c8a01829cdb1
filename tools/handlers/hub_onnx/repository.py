"""The files of a pulled model: its configurations, bounded and checked, and the graphs of the wanted variant."""

from __future__ import annotations

import json
import re
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

from jarvis.errors import ModelError
from jarvis.tools.handler import RuntimeOptions

OTHER_RUNTIME = "the transformers runtime may run it: `pip install 'jarvis[hub]'`, then pull its safetensors variant"

_MOST_JSON = 4_000_000
"""Bytes of a configuration; those with 21,000 labels have 2 MB."""
_DEEPEST = 40
_SUFFIXES: Mapping[str, tuple[str, ...]] = {
    "fp32": ("",),
    "fp16": ("_fp16",),
    "int8": ("_int8", "_quantized"),
    "uint8": ("_uint8", "_quantized"),
    "int4": ("_q4", "_bnb4", "_q4f16"),
}
"""How the files of a variant end, before `.onnx`. A variant may also be called after its ending: `q4f16`."""
_BY_DEFAULT = ("", "_quantized", "_int8", "_uint8", "_fp16", "_q4", "_q4f16", "_bnb4")


class Repository:
    """Files by their path in the repository, as a handler gets them."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self.files = files
        self.threads = options.threads
        self.parameters = options.parameters
        self.variant = str(options.parameters.get("variant", "") or "")
        self.config = self.json("config.json")

    @property
    def architecture(self) -> str:
        """`model_type` of the configuration; "" when it says none."""
        return str(self.config.get("model_type") or "")

    def json(self, name: str, *, needed: bool = False) -> dict[str, Any]:
        """A JSON object of the repository; an empty one when there is no such file.

        Raises:
            ModelError: it is no JSON object, too large or too deep, or it is needed and missing.
        """
        path = self.files.get(name)
        if path is None:
            if needed:
                raise self.missing(name)
            return {}
        return read_json(path, name)

    def file(self, name: str) -> Path:
        """A file of the repository.

        Raises:
            ModelError: it is missing.
        """
        path = self.files.get(name)
        if path is None:
            raise self.missing(name)
        return path

    def missing(self, name: str) -> ModelError:
        """The error for a file that is not there."""
        return ModelError(f"the model's repository has no {name}, which ONNX Runtime needs here; {OTHER_RUNTIME}")

    def cannot(self, what: str) -> ModelError:
        """The error for a model that is made otherwise than this runtime knows."""
        kind = self.architecture or "unknown"
        return ModelError(
            f"this model (architecture {kind}) cannot be run with ONNX Runtime here: {what}; {OTHER_RUNTIME}"
        )

    def graph(self, *names: str) -> Path:
        """The ONNX file of the first of these names that is there, in the wanted variant or else in the best other one.

        Raises:
            ModelError: there is none of them.
        """
        for name in names:
            if found := self.find_graph(name):
                return found
        raise self.missing(" or ".join(f"onnx/{name}.onnx" for name in names))

    def find_graph(self, name: str) -> Path | None:
        """The ONNX file of that name, None when there is none in any variant."""
        pattern = re.compile(rf"(?:onnx/)?{re.escape(name)}(|_[A-Za-z0-9]+)\.onnx")
        found = {match[1]: path for role, path in self.files.items() if (match := pattern.fullmatch(role))}
        own = (*_SUFFIXES.get(self.variant, ()), f"_{self.variant}")
        return next((found[suffix] for suffix in (*own, *_BY_DEFAULT) if suffix in found), None)

    @property
    def labels(self) -> dict[int, str]:
        """The names of the classes, `id2label`; empty when the configuration names none."""
        given = self.config.get("id2label")
        if not isinstance(given, dict):
            return {}
        return {int(number): str(name)[:200] for number, name in given.items() if str(number).isdecimal()}

    def preprocessor(self, part: str) -> dict[str, Any]:
        """How the input is prepared: `preprocessor_config.json`, or that part of `processor_config.json`."""
        whole = self.json("processor_config.json")
        own = whole.get(part)
        given = own if isinstance(own, dict) else {}
        return {**self.json("preprocessor_config.json"), **given}


def label(labels: Mapping[int, str], number: int) -> str:
    """The name of a class, as transformers calls one without a name: LABEL_3."""
    return labels.get(number, f"LABEL_{number}")


def read_json(path: Path, name: str) -> dict[str, Any]:
    """A JSON object from a file.

    Raises:
        ModelError: it cannot be read, is no JSON object, too large, or too deep.
    """
    try:
        size = path.stat().st_size
        if size > _MOST_JSON:
            raise ModelError(
                f"{name} has {size // 1_000_000} MB, more than a configuration may have; pull the model again"
            )
        content = json.loads(path.read_text(encoding="utf-8"))
    except (OSError, ValueError, RecursionError) as error:
        raise ModelError(f"{name} of the model cannot be read ({str(error)[:120]}); pull the model again") from error
    if not isinstance(content, dict) or _depth([content]) > _DEEPEST:
        raise ModelError(f"{name} of the model is not what a configuration looks like; choose another model")
    return content


def _depth(level: Iterable[Any]) -> int:
    """How deep JSON data is nested, counted level by level."""
    depth = 0
    nested = list(level)
    while nested and depth <= _DEEPEST:
        depth += 1
        values = [v for each in nested for v in (each.values() if isinstance(each, dict) else each)]
        nested = [value for value in values if isinstance(value, dict | list)]
    return depth


def whole(value: Any, default: int) -> int:
    """A whole number of a configuration; the default for anything else."""
    return value if isinstance(value, int) and not isinstance(value, bool) else default


def number(value: Any, default: float) -> float:
    """A number of a configuration; the default for anything else."""
    return float(value) if isinstance(value, int | float) and not isinstance(value, bool) else default


def numbers(value: Any) -> list[int]:
    """One token or a list of tokens of a configuration as a list; empty for anything else."""
    listed = value if isinstance(value, list) else [value]
    return [item for item in listed if isinstance(item, int) and not isinstance(item, bool)]
