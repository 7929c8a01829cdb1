"""`jarvis models why TASK`: each model for a task, what ruled it out or how it scored."""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import closing
from dataclasses import asdict, dataclass, fields
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.tasks import task_named
from jarvis.cli.words import one_line
from jarvis.errors import UsageError
from jarvis.languages import language_code, language_name, language_of

if TYPE_CHECKING:
    from jarvis.selection import InputSize, Row, Wishes

_FEW = 20
"""So many of those that are ruled out are shown to a person."""


@dataclass(frozen=True, slots=True)
class Question:
    """What to choose a model for."""

    task: str
    request: str = ""
    language: str = ""
    """A code or an English name; empty takes that of the request."""
    file: Path | None = None
    as_json: bool = False


@dataclass(frozen=True, slots=True)
class _Answer:
    question: Question
    language: str
    wishes: Wishes
    rows: Sequence[Row]
    does: str
    """What the task is."""
    advice: str
    """What to do where no model is known."""

    @property
    def fit(self) -> list[Row]:
        return [row for row in self.rows if not row.limit]

    @property
    def out(self) -> list[Row]:
        return [row for row in self.rows if row.limit]


def why(question: Question, screen: Screen, services: Services) -> int:
    """Shows how the models for a task would be chosen here and now.

    Raises:
        UsageError: there is no such task or language, or the file or a setting cannot be used.
    """
    answer = _answered(question, services)
    if question.as_json:
        screen.json(_row(answer))
    elif screen.interactive:
        _draw(answer, screen)
    else:
        for line in _plain(answer):
            screen.write(line)
    return 0


def _answered(question: Question, services: Services) -> _Answer:

    from jarvis.choosing import Chooser
    from jarvis.model_registry.here import offers
    from jarvis.selection import Selector, words

    settings, registry = services.settings(), services.registry()
    tool = task_named(question.task, settings.tools)
    language = _language(question)
    with closing(Chooser(settings)) as chooser:
        available = chooser.understand(question.request, registry, language=language).available
    pulled = [card for card in offers(settings, tool.name) if card.id not in registry]
    rows = Selector().explain(tool, [*registry.for_task(tool.name), *pulled], available, _size(question))
    advice = "" if rows else words.advice(tool, registry, (), ())
    return _Answer(question, language, available.wishes, rows, tool.does, advice)


def _language(question: Question) -> str:
    if not question.language:
        return language_of(question.request) if question.request else ""
    code = language_code(question.language)
    if not code:
        raise UsageError(f"the language {question.language!r} is not known; name it in English, or by its code: fr")
    return code


def _size(question: Question) -> InputSize | None:
    if question.file is None:
        return None
    from jarvis.availability import size_of
    from jarvis.files import kind_of, user_artifact

    artifact = user_artifact(question.file)  # says what is wrong with a file that cannot be used
    if kind_of(question.file) == "text":
        return size_of([question.file.read_text("utf-8", "replace")])
    return size_of([artifact])


def _row(answer: _Answer) -> dict[str, Any]:
    fit = [
        {
            "id": row.card.id,
            "score": round(row.score, 4),
            "parts": {name: round(value, 4) for name, value in asdict(row.parts).items()} if row.parts else {},
            "seconds": None if row.seconds is None else round(row.seconds, 3),
            "quality_source": row.quality_source,
            "reason": row.reason,
        }
        for row in answer.fit
    ]
    out = [{"id": row.card.id, "limit": row.limit, "reason": row.reason} for row in answer.out]
    told = {"task": answer.question.task, "language": answer.language, "wishes": _wishes_row(answer.wishes)}
    return told | {"candidates": fit, "ruled_out": out, "advice": "" if fit else _nothing(answer)}


def _wishes_row(wishes: Wishes) -> dict[str, Any]:
    said = ((field.name, getattr(wishes, field.name), field.default) for field in fields(wishes))
    return {name: sorted(value) if isinstance(value, frozenset) else value for name, value, no in said if value != no}


def _heading(answer: _Answer) -> Iterator[str]:
    language = f", for text in {language_name(answer.language)}" if answer.language else ""
    yield f"{answer.question.task}{language}: {answer.does}"
    wishes = _wishes_row(answer.wishes)
    if wishes:
        said = (f"{name.replace('_', ' ')} {_said(value)}" for name, value in wishes.items())
        yield f"asked for: {', '.join(said)}"


def _said(value: object) -> str:
    return " ".join(map(str, value)) if isinstance(value, list | tuple) else str(value)


def _plain(answer: _Answer) -> Iterator[str]:
    """Columns separated by tabs: place, id, score, parts, reason; `-` and the limit for those that are ruled out."""
    for place, row in enumerate(answer.fit, 1):
        yield f"{place}\t{row.card.id}\t{row.score:.3f}\t{_parts(row)}\t{row.reason}"
    for row in answer.out:
        yield f"-\t{row.card.id}\t\t{row.limit}\t{one_line(row.reason, 400)}"
    if not answer.rows:
        yield answer.advice


def _parts(row: Row) -> str:
    """The parts that matter, largest first: "quality +.72, wait -.18"."""
    named = asdict(row.parts).items() if row.parts else ()
    told = sorted(((name, value) for name, value in named if abs(value) >= 0.005), key=lambda part: -abs(part[1]))
    return ", ".join(f"{name} {value:+.2f}".replace("0.", ".", 1) for name, value in told)


def _draw(answer: _Answer, screen: Screen) -> None:
    from rich.text import Text

    from jarvis.cli.tables import plain_table

    for line in _heading(answer):
        screen.write(line)
    screen.write()
    table = plain_table("model", "score", "why")
    table.columns[0].overflow, table.columns[0].max_width = "fold", 30
    table.columns[1].justify, table.columns[1].no_wrap = "right", True
    table.columns[2].overflow = "fold"
    for place, row in enumerate(answer.fit):
        said = Text(one_line(row.reason, 200))
        said.append(f"\n{_parts(row)}\n{one_line(row.quality_source, 120)}", style="bright_black")
        name = Text(row.card.id, style="bold magenta" if place == 0 else "magenta")
        table.add_row(name, f"{row.score:.2f}".replace("0.", ".", 1), said)
    for row in answer.out[:_FEW]:
        name = Text(row.card.id, style="bright_black")
        score = f"({row.score:.2f})".replace("0.", ".", 1) if row.parts else "out"
        table.add_row(name, score, Text(f"{row.limit}: {one_line(row.reason, 200)}", style="yellow"))
    screen.out.print(table)
    left = len(answer.out) - _FEW
    if left > 0:
        screen.write(f"and {left} more that cannot run; --json lists all")
    if not answer.fit:
        screen.write(_nothing(answer))


def _nothing(answer: _Answer) -> str:
    absent = [row.card for row in answer.out if row.limit == "pull"][:1]
    if absent:
        return f"nothing here can do it; `jarvis models pull {absent[0].id}` brings a model that can"
    return answer.advice or "nothing here can do it; the table says what each model needs"
