"""What to call the things of a run: "photo.jpg", "your text", "the transcript of voice.wav"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass

from jarvis.graph import Ref, Task, TaskGraph
from jarvis.messages import Request
from jarvis.responding.phrases import Named, Phrases
from jarvis.spec import Slot, ToolSpec, ValueType

_FILE = re.compile(r"\S*\.[A-Za-z][A-Za-z0-9]{1,4}")
_QUOTABLE = 40
"""Characters of the user's own text that are still short enough to repeat."""
_ENDINGS: Mapping[str, str] = {
    "image": ".png .jpg .jpeg .webp .bmp .gif .tif .tiff .heic",
    "audio": ".wav .mp3 .flac .ogg .m4a .opus .aac",
    "video": ".mp4 .mov .mkv .avi .webm",
    "table": ".csv .tsv .xlsx .json",
    "text": ".txt .md .html .pdf .docx .srt",
}


@dataclass(frozen=True, slots=True)
class Naming:
    """Names for tasks and their inputs in one answer."""

    request: Request
    graph: TaskGraph
    phrases: Phrases

    def output(self, task: Task, *, brief: bool = False) -> Named:
        """What the output of a task is called: "the translation"; with its file unless `brief`."""
        source = self._file_source(task) if brief else self.source(task, brief=True)
        values = {slot: literal for slot in task.args if (literal := task.literal(slot))}
        return self.phrases.noun(task.tool, {"target": "", "list": "", "url": ""} | values | self.phrases.about(source))

    def source(self, task: Task, *, brief: bool = False) -> Named | None:
        """What a task works on; None when it works on nothing that has a name.

        With `brief` only files and outputs of other tasks have one, texts of the user's own have none.
        """
        named = self.sources(task, brief=brief)
        if not named:
            return None
        subjects = self.phrases.join([name.subject for name in named])
        return Named(subjects, self.phrases.join([name.object for name in named]), named[0].fixed)

    def sources(self, task: Task, *, brief: bool = False) -> list[Named]:
        """The same one by one, for a task that works on several things; empty unless all have names."""
        slot = _main_slot(self.graph.spec_of(task))
        values = [value for name, value in task.values() if slot and name == slot.name]
        named = [self._value(slot, value, brief) for value in values if slot]
        known = [name for name in named if name]
        return known if len(known) == len(named) else []

    def _file_source(self, task: Task) -> Named | None:
        refers = any(isinstance(value, Ref) for _, value in task.values())
        return None if refers else self.source(task, brief=True)

    def _value(self, slot: Slot, value: str | Ref, brief: bool) -> Named | None:
        if isinstance(value, Ref):
            if value.task_id not in self.graph:
                return self.own("earlier")
            return self.output(self.graph[value.task_id], brief=True)
        if value.startswith("@"):
            return self._placeholder(value[1:])
        if slot.type.is_media or self._is_file(value):
            return Named.same(_base_name(value))
        return None if brief else self._text(value)

    def _text(self, value: str) -> Named:
        if len(value) <= _QUOTABLE and "\n" not in value:
            return Named.same(self.phrases.quoted(value))
        return self.own("your.text")

    def _placeholder(self, kind: str) -> Named | None:
        endings = tuple(_ENDINGS.get(kind, "").split())
        fitting = [path.name for path in self.request.files if endings and path.name.lower().endswith(endings)]
        if len(fitting) == 1:
            return Named.same(fitting[0])
        return self.own(f"your.{kind}") if kind in _ENDINGS else None

    def own(self, key: str) -> Named:
        """The name of what a user speaks of: `your.text`, `earlier`."""
        subject = self.phrases.texts[key]
        return Named(subject, self.phrases.texts.get(f"{key}.object", subject))

    def _is_file(self, value: str) -> bool:
        given = {path.name for path in self.request.files} | {str(path) for path in self.request.files}
        return value in given or _FILE.fullmatch(value) is not None


def _main_slot(spec: ToolSpec) -> Slot | None:
    """The slot that holds what a task works on: the first needed one that is neither free wording nor a bare name.

    Where all wording is free (a question and its context), it is the last of several.
    """
    needed = [slot for slot in spec.slots if slot.required and slot.type is not ValueType.NAME]
    copied = [slot for slot in needed if not slot.free]
    return next(iter(copied or needed[1:][-1:]), None)


def _base_name(path: str) -> str:
    return re.split(r"[\\/]", path.rstrip("\\/"))[-1] or path
