"""The grammar of one plan line: only known tools, their slots, fitting references, and spans of the request.

Written for llguidance (https://github.com/guidance-ai/llguidance), in its Lark dialect. One grammar a line, because
what a line may refer to depends on the lines before it.
"""

from __future__ import annotations

import json
import re
from collections.abc import Callable, Iterable, Mapping, Sequence

from jarvis.planners.wire import ASK, END, WireText
from jarvis.spec import Slot, ToolSpec, ValueType, fits
from jarvis.tools.toolset import builtin_tools

LANGUAGES = (
    "Afrikaans Albanian Amharic Arabic Armenian Azerbaijani Basque Belarusian Bengali Bosnian Bulgarian Burmese "
    "Cantonese Catalan Chinese Croatian Czech Danish Dutch English Esperanto Estonian Farsi Finnish Flemish "
    "French Galician Georgian German Greek Gujarati Hausa Hawaiian Hebrew Hindi Hungarian Icelandic Igbo "
    "Indonesian Irish Italian Japanese Javanese Kannada Kazakh Khmer Korean Kurdish Lao Latin Latvian Lithuanian "
    "Luxembourgish Macedonian Malay Malayalam Maltese Mandarin Maori Marathi Mongolian Nepali Norwegian Pashto "
    "Persian Polish Portuguese Punjabi Romanian Russian Samoan Sanskrit Scots Serbian Sinhala Slovak Slovenian "
    "Somali Spanish Swahili Swedish Tagalog Tamil Telugu Thai Tibetan Turkish Ukrainian Urdu Uzbek Vietnamese "
    "Welsh Xhosa Yiddish Yoruba Zulu"
).split()

_PLACEHOLDER = {
    ValueType.TEXT: ("@text",),
    ValueType.IMAGE: ("@image",),
    ValueType.AUDIO: ("@audio",),
    ValueType.VIDEO: ("@video",),
    ValueType.TABLE: ("@table", "@text"),
    ValueType.MASK: ("@image",),
    ValueType.NAME: ("@text",),
    ValueType.LABELS: ("@text",),
    ValueType.ANY: ("@text", "@image", "@audio", "@video", "@table"),
}
_EXTENSIONS = {
    ValueType.IMAGE: frozenset("jpg jpeg png gif webp bmp tif tiff heic avif svg".split()),
    ValueType.AUDIO: frozenset("wav mp3 flac ogg m4a aac opus wma aiff".split()),
    ValueType.VIDEO: frozenset("mp4 mov avi mkv webm mpg mpeg".split()),
    ValueType.TABLE: frozenset("csv tsv xls xlsx txt json md parquet".split()),
}
_HOLDS_A_TEXT = frozenset(
    slot.name
    for tool in builtin_tools().values()
    for slot in tool.slots
    if slot.type in (ValueType.TEXT, ValueType.NAME)
)
"""Slots that a text which came along may fill; the parameters of a user's function are filled from the request."""
_FILE_TYPES = (*_EXTENSIONS, ValueType.MASK)
# Han, Kana and Hangul are written without spaces: there each character is a chunk of its own.
_CHUNK = re.compile(
    r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\d+|[^\W\d_\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]+|\s+|."
)
_RUN = re.compile(r"[^\s\"'“”‘’«»「」《》()\[\]<>,，、;；]+")
_EXTENSION = re.compile(r"\.[A-Za-z][A-Za-z0-9]{1,4}(?![A-Za-z0-9])")


def chunks(text: str) -> list[str]:
    """Words, numbers, single CJK characters, spaces and signs of a text; a value is a run of whole chunks."""
    return _CHUNK.findall(text)


def file_names(text: str) -> list[str]:
    """What in a text can be a file name, path or URL; glued to CJK text, every possible start is listed.

    >>> file_names("Read a.png, then https://x.org/b")
    ['a.png', 'https://x.org/b']
    """
    found: dict[str, None] = {}
    for run in _RUN.finditer(text):
        word = run[0].rstrip(".:!?。：！？")
        if "://" in word or word.startswith("www."):
            found[word] = None
            continue
        for extension in _EXTENSION.finditer(word):
            found.update(dict.fromkeys(_starts(word[: extension.end()])))
    return list(found)


def _starts(name: str) -> list[str]:
    parts = chunks(name)
    starts = [name]
    for index, part in enumerate(parts[:-1]):
        if len(part) == 1 and "\u3040" <= part <= "\ud7af":
            starts.append("".join(parts[index + 1 :]))
    return [start for start in starts if not _EXTENSION.fullmatch(start)]


class LineGrammar:
    """Writes the grammar of the next line of a plan for one request."""

    def __init__(self, request: WireText, tools: Mapping[str, ToolSpec], earlier: Sequence[WireText] = ()) -> None:
        """`earlier` are the requests of the turns before: what "and on Sunday?" leaves out stands there."""
        self._tools = tools
        texts = [request.text, *(text.text for text in reversed(earlier) if text.text)]
        self._files = list(dict.fromkeys(name for text in texts for name in file_names(text)))
        self._spans = [json.dumps({"substring_chunks": chunks(text)}) for text in texts]

    def line(self, number: int, outputs: Mapping[int, ValueType], *, first: bool) -> str:
        """The grammar of line `number`, given what earlier tasks give. A first line may be a question back."""
        ask = f'| "{ASK} " QUESTION "\\n"' if first else ""
        return self._written(f'"{number} " task "\\n" | {END} {ask}', self._tools.values(), outputs)

    def head(self, number: int, *, first: bool) -> str:
        """The same up to the name of the task, with anything after it: `rest` has what may follow a name.

        It is alike for all requests, so that it is compiled once, and a name is compiled alone.
        """
        ask = f'| "{ASK} " QUESTION "\\n"' if first else ""
        return (
            f'start: "{number} " task / [^\\n]*\\n/ | {END} {ask}\n'
            f"task: {_words(list(self._tools))}\n"
            "QUESTION: /[^\\n]{8,160}/\n"
        )

    def rest(self, number: int, outputs: Mapping[int, ValueType]) -> Callable[[str], str | None]:
        """From what is written of line `number` to the grammar of what it can be, once that is one task."""

        def narrower(written: str) -> str | None:
            name = written.removeprefix(f"{number} ")
            if name == written:
                return None
            meant = [tool for tool in self._tools.values() if tool.name.startswith(name)]
            settled = len(meant) == 1 or name in self._tools
            return self._written(f'"{number} " task "\\n"', meant, outputs) if settled else None

        return narrower

    def _written(self, start: str, tools: Iterable[ToolSpec], outputs: Mapping[int, ValueType]) -> str:
        tasks = "\n    | ".join(self._task(tool, outputs) for tool in tools)
        return (
            f"start: {start}\n"
            f"task: {tasks}\n"
            f"span: {' | '.join(f'SPAN{i}' for i in range(len(self._spans)))}\n"
            + "".join(f"SPAN{i}: %regex {spans}\n" for i, spans in enumerate(self._spans))
            + "QUESTION: /[^\\n]{8,160}/\n"
            f"language: {_words(LANGUAGES)}\n"
        )

    def _task(self, tool: ToolSpec, outputs: Mapping[int, ValueType]) -> str:
        """The name and then the slots in their order, one choice for each slot that can be the first."""
        fields = [(slot.required, f"{slot.name}=", self._value(slot, outputs)) for slot in tool.slots]
        choices: list[str] = []
        for first, (required, name, value) in enumerate(fields):
            parts = [f"{json.dumps(f'{tool.name} {name}')} {value}"]
            for wanted, later, more in fields[first + 1 :]:
                field = f"{json.dumps(chr(9) + later)} {more}"
                parts.append(field if wanted else f"({field})?")
            choices.append(" ".join(parts))
            if required:
                break
        else:
            choices.append(json.dumps(f"{tool.name} "))
        return choices[0] if len(choices) == 1 else _group(choices)

    def _value(self, slot: Slot, outputs: Mapping[int, ValueType]) -> str:
        references = [f"${task_id}" for task_id, kind in outputs.items() if fits(kind, slot.type)]
        if slot.choices:
            return _group([_words(slot.choices)])
        options = [_words(references)] if references else []
        if slot.type not in (ValueType.TEXT, ValueType.NAME) or slot.name in _HOLDS_A_TEXT:
            options.append(_words(_PLACEHOLDER.get(slot.type, ())))
        options.extend(self._literals(slot))
        one = _group([option for option in options if option])
        return one if slot.type == ValueType.NAME else f'{one} ("|" {one})*'

    def _literals(self, slot: Slot) -> list[str]:
        if slot.name.endswith("language"):
            return ["language"]
        if slot.type in _FILE_TYPES:
            files = [name for name in self._files if _may_be(name, slot.type)]
            return [_words(files)] if files else []
        return ["span"]


def _may_be(name: str, kind: ValueType) -> bool:
    """Whether a file can be of a kind by its name: not when the name says that it is of another one."""
    extension = name.rpartition(".")[2].lower()
    wanted = ValueType.IMAGE if kind == ValueType.MASK else kind
    return all(extension not in known for other, known in _EXTENSIONS.items() if other != wanted) or (
        extension in _EXTENSIONS[wanted]
    )


def _words(words: Sequence[str]) -> str:
    return " | ".join(json.dumps(word, ensure_ascii=False) for word in words)


def _group(options: Sequence[str]) -> str:
    return f"({' | '.join(options)})"
