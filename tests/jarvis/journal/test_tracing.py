"""A trace tells where the time of a run went; as a page it needs nothing and runs nothing."""

from __future__ import annotations

import json
import re
from pathlib import Path
from xml.etree import ElementTree

import pytest

from jarvis.artifacts import Artifact
from jarvis.graph import Ref, Task
from jarvis.journal.page import figures, page
from jarvis.journal.records import Attempt, RunRecord, State, TaskRecord
from jarvis.journal.tracing import Trace, trace_of
from jarvis.messages import Assignment, Failure, Request, Result, Value


def row(
    task: Task, planned: float, started: float | None, finished: float | None, value: Value = "x", **told: object
) -> TaskRecord:
    attempts = [] if started is None else [Attempt("a-model", started)]
    model = "a-model" if attempts else ""
    result = None if finished is None else Result(task.id, value, model=model, **told)  # type: ignore[arg-type]
    return TaskRecord(task, Assignment(task.id, ()), planned, attempts, result=result, finished_at=finished)


def say(task_id: int, *needs: int) -> Task:
    return Task(task_id, "summarization", {"text": tuple(Ref(need) for need in needs) or "a text"})


def traced(*rows: TaskRecord, text: str = "go", seconds: float = 10.0) -> Trace:
    record = RunRecord(1, "r-1", 0.0, "", State.DONE, False, Request(text), Path("/"), Path("/out"))
    record.tasks = {each.task.id: each for each in rows}
    record.seconds = seconds
    return trace_of(record)


def test_the_critical_path_goes_back_from_the_last_end_through_what_it_waited_for() -> None:
    trace = traced(
        row(say(0), 0.1, 0.1, 2.0),
        row(say(1), 0.2, 0.2, 5.0),
        row(say(2, 0, 1), 0.3, 5.5, 9.0),
        row(say(3, 0), 0.4, 2.0, 3.0),
    )
    assert trace.critical == (1, 2)
    assert trace.path_seconds == pytest.approx(4.8 + 3.5)
    assert trace.work_seconds == pytest.approx(1.9 + 4.8 + 3.5 + 1.0)
    assert [span.waited for span in trace.spans] == pytest.approx([0, 0, 0.5, 0])
    assert trace.models == {"a-model": pytest.approx(11.2)}


def test_a_task_that_waited_for_its_plan_begins_the_path() -> None:
    trace = traced(row(say(0), 0.1, 0.1, 1.0), row(say(1, 0), 3.0, 3.0, 4.0))
    assert trace.critical == (1,)


def test_states_hits_and_bytes_are_told(tmp_path: Path) -> None:
    made = tmp_path / "speech.wav"
    made.write_bytes(b"12345")
    speech, gone = (Artifact("speech", path, "audio/wav", "00") for path in (made, tmp_path / "gone.wav"))
    trace = traced(
        row(say(0), 0, 0, 1, [speech, gone], cached=True),
        row(say(1), 0, 0, 1, None, failure=Failure("no", "TaskError")),
        row(say(2, 1), 0, None, 1, None, failure=Failure("skipped", "Skipped", 1)),
        row(say(3), 0, 0.5, None),
    )
    assert [span.state for span in trace.spans] == ["cached", "failed", "skipped", "unfinished"]
    assert (trace.cached, trace.bytes) == (1, 5)
    told = json.loads(json.dumps(trace.to_json()))
    assert told["tasks"][0]["files"] == [str(made), str(tmp_path / "gone.wav")]
    assert (told["tasks"][1]["problem"], told["cache_hits"], told["joules"]) == ("no", 1, None)


def test_a_run_without_tasks_has_a_trace() -> None:
    trace = traced(seconds=0.0)
    assert (trace.critical, trace.to_json()["tasks"]) == ((), [])
    assert "<svg" in page(trace)


def test_the_page_is_well_formed_loads_nothing_and_runs_nothing() -> None:
    wicked = '<script>alert(1)</script> & "quotes" \ud800'
    rows = [row(say(0), 0, 0, 5, wicked), row(say(1, 0), 0, 5, 10, None, failure=Failure(wicked, "TaskError"))]
    html = page(traced(*rows, text=wicked))
    assert "<script" not in html
    assert not re.search(r"(src|href)=|https?:|url\(", html)
    html.encode("utf-8")
    (drawing,) = re.findall(r"<svg.*</svg>", html)
    bars = ElementTree.fromstring(drawing).findall("rect")
    widths = [float(bar.attrib["width"]) for bar in bars if "critical" in bar.attrib["class"]]
    assert widths[0] == pytest.approx(widths[1])


def test_energy_is_told_where_the_machine_tells_it() -> None:
    trace = traced()
    assert "energy" not in dict(figures(trace))
    trace.record.joules = 12.34
    assert dict(figures(trace))["energy"] == "12.3 J, of the whole machine meanwhile"
