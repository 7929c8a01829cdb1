"""Statements of an answer as they are said aloud: no paths, no numbers of certainty, and sound is played."""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jarvis.artifacts import Artifact
from jarvis.errors import InputError, TaskError
from jarvis.messages import Claim, Result
from jarvis.responding.phrases import phrases_for
from jarvis.voice.sentences import sentence

if TYPE_CHECKING:
    from jarvis.graph import Task
    from jarvis.voice.sound.audio import Samples

_NOTES = re.compile(r"\s*[(（][^()（）]*[)）](?=\s*(?:[.:,;。：，；]|$))")
"""How something was made, or how sure it is: on the screen, not aloud."""
_WAY_OUT = re.compile(r"[;；]\s.*$", re.DOTALL)
"""What to do at a keyboard."""
_LONGEST_PROBLEM = 240


@dataclass(frozen=True, slots=True)
class Recording:
    """Sound that a task made, to be played as it is."""

    samples: Samples
    rate: int
    words: str = ""
    """What is said in it, where that is known."""


def told(claim: Claim, task: Task | None, results: Mapping[int, Result], language: str) -> list[str | Recording]:
    """What to say for a statement: sentences, or the sound that the task made. Reads files; call it in a thread."""
    if claim.failed or task is None:
        return [problem(claim.text)]
    result = results.get(claim.task_id)
    files = result.files if result else []
    sounds = [file for file in files if file.media_type.startswith("audio/")]
    if sounds:
        words = _words_of(task, results) if task.tool == "text-to-speech" else ""
        played: list[str | Recording] = [recording for file in sounds if (recording := _recording(file, words))]
        if task.tool == "text-to-speech" and played:
            return played
        return [_ready(task, language), *played]
    if files:
        return [_ready(task, language)]
    return [aloud(claim.text)]


def aloud(text: str) -> str:
    """A statement without what only a reader can use."""
    return _NOTES.sub("", text).strip() or text


def problem(message: str) -> str:
    """What went wrong, without the commands that would mend it, and not longer than one would listen to."""
    short = _WAY_OUT.sub("", " ".join(message.split()))
    return short if len(short) <= _LONGEST_PROBLEM else short[:_LONGEST_PROBLEM].rsplit(" ", 1)[0] + "."


def _ready(task: Task, language: str) -> str:
    phrases = phrases_for(language)
    values = {"target": task.literal("target") or "", "list": "", "url": "", **phrases.about(None)}
    thing = phrases.noun(task.tool, values).subject
    return sentence("file", phrases.code, thing=phrases.capital(thing))


def _words_of(task: Task, results: Mapping[int, Result]) -> str:
    """The text that a task reads aloud."""
    said: list[str] = []
    for slot, value in task.values():
        if slot != "text":
            continue
        found = value if isinstance(value, str) else results[value.task_id].value if value.task_id in results else ""
        said.append(found if isinstance(found, str) else "")
    return " ".join(said)


def _recording(file: Artifact, words: str) -> Recording | None:
    from jarvis.tools.media import read_audio

    rate = 24_000
    try:
        return Recording(read_audio(file.path, rate), rate, words)
    except (InputError, TaskError):  # gone, or of a kind that cannot be played: the sentence says that it is there
        return None
