"""Spans of OpenTelemetry, as a real SDK exports them."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest
from opentelemetry import trace
from opentelemetry.sdk.trace import ReadableSpan, TracerProvider
from opentelemetry.sdk.trace.export import SimpleSpanProcessor
from opentelemetry.sdk.trace.export.in_memory_span_exporter import InMemorySpanExporter

from jarvis.errors import TaskError
from jarvis.execution.fake import FunctionWorker
from jarvis.messages import PlanningStarted, Request, Value
from jarvis.telemetry import Spans
from jarvis.tools.handler import Inputs
from tests.jarvis.fakes import echo, fake_jarvis

PLAN = [
    {"id": 0, "task": "summarization", "args": {"text": "a secret text"}},
    {"id": 1, "task": "translation", "args": {"text": "$0", "target_language": "French"}},
]


@pytest.fixture(scope="module")
def exporter() -> InMemorySpanExporter:
    """What the program's one tracer provider exports to."""
    memory = InMemorySpanExporter()
    provider = TracerProvider()
    provider.add_span_processor(SimpleSpanProcessor(memory))
    trace.set_tracer_provider(provider)
    return memory


def named(spans: tuple[ReadableSpan, ...]) -> dict[str, ReadableSpan]:
    return {span.name: span for span in spans}


def test_a_run_is_a_span_and_each_task_one_within_it(exporter: InMemorySpanExporter, tmp_path: Path) -> None:
    exporter.clear()
    jarvis, _ = fake_jarvis([PLAN], tmp_path)
    with jarvis, trace.get_tracer("the host").start_as_current_span("host"):
        answer = jarvis.run_sync("go")
    spans = named(exporter.get_finished_spans())
    run, first, second = (spans[f"jarvis.{n}"] for n in ("run", "task summarization", "task translation"))
    assert run.parent and spans["host"].context and run.parent.span_id == spans["host"].context.span_id
    assert run.context and {s.parent.span_id for s in (first, second) if s.parent} == {run.context.span_id}
    assert first.context and [link.context.span_id for link in second.links] == [first.context.span_id]
    assert run.attributes and run.attributes["jarvis.run_id"] == answer.run_id
    assert second.attributes and second.attributes["jarvis.model"] == "fake-translation"
    assert not [span.name for span in spans.values() if "secret" in span.to_json()]


def test_what_fails_is_an_error(exporter: InMemorySpanExporter, tmp_path: Path) -> None:
    def work(inputs: Inputs) -> Value:
        if inputs.task == "translation":
            raise TaskError("no; try another")
        return echo(inputs)

    exporter.clear()
    jarvis, _ = fake_jarvis([PLAN], tmp_path, worker=FunctionWorker(work))
    with jarvis:
        jarvis.run_sync("go")
    spans = named(exporter.get_finished_spans())
    assert spans["jarvis.task translation"].status.status_code is trace.StatusCode.ERROR
    assert spans["jarvis.task translation"].status.description == "TaskError"
    assert spans["jarvis.task summarization"].status.is_ok or spans["jarvis.task summarization"].status.is_unset


def test_a_run_that_is_broken_off_ends_its_spans(exporter: InMemorySpanExporter) -> None:
    exporter.clear()

    async def run() -> None:
        spans = Spans(trace.get_tracer("jarvis"), "r-1")
        spans.hear(PlanningStarted(Request("x"), "a script"))
        spans.end({}, "Cancelled")

    asyncio.run(run())
    (span,) = exporter.get_finished_spans()
    assert (span.status.status_code, span.status.description) == (trace.StatusCode.ERROR, "Cancelled")
