"""The ONNX sessions that a handler opens while it loads: watched, copied out as whole graphs, or opened from others.

A handler knows nothing of it. That works because all of them open `onnxruntime.InferenceSession`; while one loads here,
that name stands for a function of ours. It is for measuring alone: models that run tasks are loaded as ever.
"""

from __future__ import annotations

import time
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, field
from functools import partial
from pathlib import Path
from threading import RLock
from typing import TYPE_CHECKING, Any

from jarvis.execution.local import handler_class
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import locate
from jarvis.optimizing.trial import FORGETFUL
from jarvis.tools.handler import Handler, RuntimeOptions

if TYPE_CHECKING:
    from numpy.typing import NDArray

Feed = Mapping[str, "NDArray[Any]"]

MOST_FEEDS = 24
"""Inputs that are kept of each graph, spread over all that it got."""
_MOST_BYTES = 200_000_000
_LOADING = RLock()
"""Held while a handler loads: the function of ours is for that one."""


@dataclass(eq=False, slots=True)
class Opened:
    """One graph that a handler opened."""

    index: int
    """Which one, in the order of opening."""
    source: Path | None
    """The file it was read from; None when the handler put it together itself."""
    session: Any = None
    feeds: list[Feed] = field(default_factory=list[Feed])
    seconds: float = 0.0
    """Time in it so far."""
    graph: Path | None = None
    """The whole graph with its weights, where it was copied out."""
    runs: int = 0
    step: int = 1
    """Of so many runs, the feed of one is kept."""

    def keep(self, feed: Feed) -> None:
        """Keeps what goes in; of many, every second, fourth, ... one, so that they stay spread out."""
        self.runs += 1
        if (self.runs - 1) % self.step:
            return
        if len(self.feeds) >= MOST_FEEDS or sum(_bytes(kept) for kept in self.feeds) > _MOST_BYTES:
            self.feeds[:] = self.feeds[::2]
            self.step *= 2
        self.feeds.append({name: value.copy() for name, value in feed.items()})


class Watch:
    """Loads models with an eye on their sessions."""

    def __init__(self, threads: int, *, copies: Path | None = None, swaps: Mapping[int, Path] | None = None) -> None:
        """`copies` is a folder for the whole graphs; `swaps` are graphs to open instead, by place in the order."""
        self.opened: list[Opened] = []
        self.recording = False
        """Whether what goes into the graphs is kept."""
        self._threads = threads
        self._copies = copies
        self._swaps = dict(swaps or {})

    def load(self, card: ModelCard) -> Handler:
        """The model of a card.

        Raises:
            ModelError: it cannot be loaded.
        """
        files = locate(card)
        with self._instead():
            return handler_class(card)(files, RuntimeOptions(self._threads, {**card.parameters, **FORGETFUL}))

    @contextmanager
    def _instead(self) -> Iterator[None]:
        import onnxruntime

        with _LOADING:
            real = onnxruntime.InferenceSession
            onnxruntime.InferenceSession = partial(self._open, real)
            try:
                yield
            finally:
                onnxruntime.InferenceSession = real

    def _open(self, real: Any, model: Any, sess_options: Any = None, providers: Any = None, **named: Any) -> Any:
        import onnxruntime

        options = sess_options or onnxruntime.SessionOptions()
        index = len(self.opened)
        source = Path(model) if isinstance(model, str | Path) else None
        opened = Opened(index, source)
        if index in self._swaps:
            opened.session = real(str(self._swaps[index]), plain_options(options), providers=providers)
        else:
            if self._copies is not None:
                opened.graph = self._copy(real, model, options, index)
            opened.session = real(model, options, providers=providers, **named)
        self.opened.append(opened)
        return _Watched(opened, self)

    def _copy(self, real: Any, model: Any, options: Any, index: int) -> Path | None:
        """The graph with all its weights as a file, as ONNX Runtime saves it; also where they came from elsewhere."""
        import onnxruntime

        assert self._copies is not None
        if isinstance(model, str | Path) and Path(model).suffix == ".ort":
            return None  # its own form cannot be turned back
        path = self._copies / f"graph{index}.onnx"
        level = options.graph_optimization_level
        options.graph_optimization_level = onnxruntime.GraphOptimizationLevel.ORT_DISABLE_ALL
        options.optimized_model_filepath = str(path)
        try:
            real(model, options, providers=["CPUExecutionProvider"])
        finally:
            options.graph_optimization_level, options.optimized_model_filepath = level, ""
        return path


class _Watched:
    """A session that is looked at; everything but `run` goes to the real one."""

    def __init__(self, opened: Opened, watch: Watch) -> None:
        self._opened = opened
        self._watch = watch

    def __getattr__(self, name: str) -> Any:
        return getattr(self._opened.session, name)

    def run(self, names: Any, feed: Feed, *options: Any) -> Any:
        """As ever."""
        if self._watch.recording:
            self._opened.keep(feed)
        begun = time.perf_counter()
        try:
            return self._opened.session.run(names, feed, *options)
        finally:
            self._opened.seconds += time.perf_counter() - begun


def plain_options(options: Any) -> Any:
    """Session options with the same threads and memory, and no weights from outside."""
    import onnxruntime

    fresh = onnxruntime.SessionOptions()
    for name in ("intra_op_num_threads", "inter_op_num_threads", "enable_cpu_mem_arena", "log_severity_level"):
        setattr(fresh, name, getattr(options, name))
    fresh.log_severity_level = max(fresh.log_severity_level, 3)
    fresh.add_session_config_entry("session.intra_op.allow_spinning", "0")
    return fresh


def _bytes(feed: Feed) -> int:
    return sum(value.nbytes for value in feed.values())
