"""A trace as one HTML page that needs nothing else: figures, the time line as a drawing, and a table."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from html import escape

from jarvis.journal.tracing import Span, Trace

_WIDTH, _LABELS, _ROW = 960, 250, 26
_STYLE = """
:root { color-scheme: light dark; --ink: #1c2430; --dim: #667085; --line: #d5dae1; --back: #fff; }
@media (prefers-color-scheme: dark) {
  :root { --ink: #e6e9ee; --dim: #98a2b3; --line: #344054; --back: #14181f; } }
body { font: 15px/1.5 system-ui, sans-serif; color: var(--ink); background: var(--back); margin: 2rem auto;
  max-width: 62rem; padding: 0 1rem; }
h1 { font-size: 1.3rem; margin-bottom: .2rem; white-space: pre-wrap; overflow-wrap: anywhere; }
p, td, th { overflow-wrap: anywhere; } .dim { color: var(--dim); }
dl { display: grid; grid-template-columns: max-content 1fr; gap: .1rem 1rem; }
dt { color: var(--dim); } dd { margin: 0; }
svg { width: 100%; height: auto; } svg text { font: 12px system-ui, sans-serif; fill: var(--ink); }
svg .dim { fill: var(--dim); } svg line { stroke: var(--line); }
.wait { fill: var(--line); } .done { fill: #2e9e5b; } .cached { fill: #58b3c9; } .failed { fill: #d2453f; }
.skipped { fill: #d9a400; } .unfinished { fill: #98a2b3; } .critical { stroke: var(--ink); stroke-width: 1.5; }
table { border-collapse: collapse; width: 100%; } td, th { text-align: left; padding: .2rem .6rem .2rem 0;
  border-bottom: 1px solid var(--line); vertical-align: top; } td.n { text-align: right; white-space: nowrap; }
"""


def page(trace: Trace) -> str:
    """The page. Nothing in it runs: what tools and people wrote stands there as text."""
    record = trace.record
    return "\n".join(
        [
            '<!doctype html><html lang="en"><head><meta charset="utf-8">',
            '<meta name="viewport" content="width=device-width, initial-scale=1">',
            "<meta http-equiv=\"Content-Security-Policy\" content=\"default-src 'none'; style-src 'unsafe-inline'\">",
            f"<title>Run {escape(record.id)}</title><style>{_STYLE}</style></head><body>",
            f"<h1>{_said(record.request.text)}</h1>",
            f'<p class="dim">run {escape(record.id)}, {escape(record.summary.standing)}</p>',
            f"<p>{_said(record.answer or record.ask or record.problem)}</p>",
            _facts(trace),
            _drawing(trace),
            _table(trace),
            "</body></html>\n",
        ]
    )


def figures(trace: Trace) -> Iterator[tuple[str, str]]:
    """What is told about the run as a whole: (name, words)."""
    record = trace.record
    yield "began", f"{datetime.fromtimestamp(record.began, UTC):%Y-%m-%d %H:%M:%S} UTC"
    yield "took", f"{trace.seconds:.3f} s" + (", a pause within" if record.resumed_at else "")
    if record.planner:
        yield "planned by", record.planner
    if trace.critical:
        yield "critical path", f"{' → '.join(map(str, trace.critical))} ({trace.path_seconds:.3f} s of work)"
    count = len(trace.spans)
    yield "work", f"{trace.work_seconds:.3f} s in {count} {'task' if count == 1 else 'tasks'}"
    for model, seconds in trace.models.items():
        yield "model", f"{model} ({seconds:.3f} s)"
    yield "cache hits", str(trace.cached)
    yield "files", f"{trace.bytes} bytes"
    if record.joules is not None:
        yield "energy", f"{record.joules:.1f} J, of the whole machine meanwhile"


def _facts(trace: Trace) -> str:
    rows = "".join(f"<dt>{escape(name)}</dt><dd>{_said(words)}</dd>" for name, words in figures(trace))
    return f"<dl>{rows}</dl>"


def _drawing(trace: Trace) -> str:
    height = _ROW * (len(trace.spans) + 1) + 10
    end = max(trace.seconds, 1e-6)
    scale = (_WIDTH - _LABELS - 70) / end
    parts = [f'<svg viewBox="0 0 {_WIDTH} {height}" role="img" aria-label="time line of the tasks">']
    for tick in range(5):
        x = _LABELS + scale * end * tick / 4
        parts.append(f'<line x1="{x:.1f}" y1="18" x2="{x:.1f}" y2="{height}"/>')
        parts.append(f'<text class="dim" x="{x:.1f}" y="12" text-anchor="middle">{end * tick / 4:.3g} s</text>')
    for place, span in enumerate(trace.spans):
        parts += _bar(span, _ROW * (place + 1), scale, end)
    return "".join([*parts, "</svg>"])


def _bar(span: Span, y: float, scale: float, end: float) -> Iterator[str]:
    label = f"{span.task_id} {span.tool}"
    yield f'<text x="0" y="{y + 15}">{_said(label if len(label) < 36 else label[:35] + "…")}</text>'
    began = span.ready if span.started is None else span.started
    finished = end if span.finished is None else span.finished
    yield _box("wait", span.ready, began, y + 9, 6, scale)
    kind = f"{span.state} critical" if span.critical else span.state
    told = f"{label}: {span.state}, {span.model or 'no model'}, {span.work:.3f} s, waited {span.waited:.3f} s"
    yield _box(kind, began, finished, y + 3, 18, scale, told)
    yield f'<text class="dim" x="{_LABELS + finished * scale + 5:.1f}" y="{y + 16}">{finished - began:.3g} s</text>'


def _box(kind: str, start: float, end: float, y: float, height: float, scale: float, told: str = "") -> str:
    width = max((end - start) * scale, 1.5 if told else 0)
    x = _LABELS + start * scale
    title = f"<title>{_said(told)}</title>" if told else ""
    return f'<rect class="{kind}" x="{x:.1f}" y="{y}" width="{width:.1f}" height="{height}" rx="2">{title}</rect>'


def _table(trace: Trace) -> str:
    head = "<tr><th></th><th>task</th><th>state</th><th>model</th><th>waited</th><th>worked</th><th>files</th></tr>"
    return f"<table>{head}{''.join(map(_row, trace.spans))}</table>"


def _row(span: Span) -> str:
    cells = [f"{span.waited:.3f} s", f"{span.work:.3f} s"]
    numbers = "".join(f'<td class="n">{cell}</td>' for cell in cells)
    state = f"{span.state}: {span.problem}" if span.problem else span.state
    texts = (span.tool, state, span.model)
    words = "".join(f"<td>{_said(text)}</td>" for text in texts)
    return f'<tr><td class="n">{span.task_id}</td>{words}{numbers}<td>{"<br>".join(map(_said, span.files))}</td></tr>'


def _said(text: str) -> str:
    """Text for HTML; half characters, which no file in UTF-8 can hold, become question marks."""
    return escape(text.encode("utf-8", "replace").decode())
