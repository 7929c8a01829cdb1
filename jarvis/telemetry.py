"""OpenTelemetry: a span for each run and each task, where the host program has set it up. Texts and values stay out."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cache
from importlib.util import find_spec
from typing import TYPE_CHECKING, Any, Protocol

from jarvis.messages import CandidateFailed, Event, PlanningStarted, TaskFinished, TaskPlanned, TaskStarted

if TYPE_CHECKING:
    from opentelemetry.trace import Span, Tracer


class Listener(Protocol):
    """Hears what happens in a run."""

    def hear(self, event: Event) -> None:
        """Takes note of an event."""
        ...

    def end(self, told: Mapping[str, Any], problem: str = "") -> None:
        """The run is over."""
        ...


class Deaf:
    """Takes no note."""

    def hear(self, event: Event) -> None:
        """Does nothing."""

    def end(self, told: Mapping[str, Any], problem: str = "") -> None:
        """Does nothing."""


def listener(run_id: str) -> Listener:
    """What makes spans of a run, where opentelemetry-api is installed (extra `otel`); else nothing does.

    The run's span lies within the one that is current when this is called.
    """
    return Spans(_tracer(), run_id) if _installed() else Deaf()


@cache
def _installed() -> bool:
    return find_spec("opentelemetry") is not None and find_spec("opentelemetry.trace") is not None


def _tracer() -> Tracer:
    from opentelemetry import trace

    import jarvis

    return trace.get_tracer("jarvis", jarvis.__version__)


class Spans:
    """One span for the run, within it one for each task, each linked to the tasks that it needs."""

    def __init__(self, tracer: Tracer, run_id: str) -> None:
        from opentelemetry import trace

        self._trace, self._tracer = trace, tracer
        self._run = tracer.start_span("jarvis.run", attributes={"jarvis.run_id": run_id})
        self._within = trace.set_span_in_context(self._run)
        self._tasks: dict[int, Span] = {}
        self._needs: dict[int, tuple[str, frozenset[int]]] = {}

    def hear(self, event: Event) -> None:
        """Takes note of an event."""
        match event:
            case PlanningStarted():
                self._run.add_event("planning started", {"jarvis.planner": event.planner})
            case TaskPlanned():
                self._needs[event.task.id] = (event.task.tool, event.task.needs)
                self._run.add_event("task planned", {"jarvis.task.id": event.task.id, "jarvis.tool": event.task.tool})
            case TaskStarted():
                self._started(event)
            case CandidateFailed():
                if event.task_id in self._tasks:
                    self._tasks[event.task_id].add_event("candidate failed", {"jarvis.model": event.model})
            case TaskFinished():
                self._finished(event)
            case _:
                pass

    def end(self, told: Mapping[str, Any], problem: str = "") -> None:
        """Ends the spans; with `problem`, as an error."""
        for span in self._tasks.values():
            span.end()  # does nothing to those that ended before
        self._run.set_attributes({f"jarvis.{name}": value for name, value in told.items()})
        self._error(self._run, problem)
        self._run.end()

    def _started(self, event: TaskStarted) -> None:
        if event.task_id in self._tasks:  # the next candidate
            return
        tool, needs = self._needs.get(event.task_id, ("task", frozenset[int]()))
        links = [self._trace.Link(self._tasks[need].get_span_context()) for need in needs if need in self._tasks]
        attributes: dict[str, str | int] = {"jarvis.task.id": event.task_id, "jarvis.tool": tool}
        self._tasks[event.task_id] = self._tracer.start_span(
            f"jarvis.task {tool}", context=self._within, attributes=attributes, links=links
        )

    def _finished(self, event: TaskFinished) -> None:
        result = event.result
        span = self._tasks.get(result.task_id)
        if span is None:  # skipped, refused, or known from before
            return
        span.set_attributes({"jarvis.model": result.model, "jarvis.cached": result.cached})
        self._error(span, result.failure.kind if result.failure else "")
        span.end()

    def _error(self, span: Span, problem: str) -> None:
        if problem:
            span.set_status(self._trace.Status(self._trace.StatusCode.ERROR, problem))
