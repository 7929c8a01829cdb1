"""The language of the text that goes into a task."""

from __future__ import annotations

from typing import TYPE_CHECKING

from jarvis.graph import Ref, Task, TaskGraph
from jarvis.languages import language_code
from jarvis.spec import ToolSpec, ValueType

if TYPE_CHECKING:
    from jarvis.selection.available import Availability


def text_language(task: Task, graph: TaskGraph, available: Availability) -> str:
    """The language of the text that goes into a task, "" when it is not known.

    What comes out of a task with a target language is in that language, also through tasks in between.
    """
    for _, value in task.values():
        if isinstance(value, Ref) and value.task_id in graph:
            source = graph[value.task_id]
            target = source.literal("target_language")
            if target is not None:
                return language_code(target)
            if graph.output_type(source.id) is ValueType.TEXT and source.id != task.id:
                return text_language(source, graph, available)
    return available.languages.get(task.id, available.language)


def reads_text(tool: ToolSpec) -> bool:
    """Whether the tool works on text. Of what a picture or a recording says, the language is not known before."""
    return not any(slot.required and slot.type.is_media for slot in tool.slots)


def about_tokens(text: str) -> int:
    """About how many tokens a usual model reads: one for four letters, or for a Chinese or Japanese character."""
    dense = sum(map(_is_dense, text))
    return dense + (len(text) - dense + 3) // 4


def _is_dense(character: str) -> bool:
    return "\u3040" <= character <= "\u9fff" or "\uac00" <= character <= "\ud7af"
