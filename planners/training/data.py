"""Training examples from gold plans: splits by id, dialogues as one running graph, file-name swaps."""

from __future__ import annotations

import hashlib
import json
import random
import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.planners.wire import ASK, END, PlanRow, WireText, normalize, write_plan, write_prompt
from jarvis.spec import ToolSpec

_TURN_REF = re.compile(r"\$(\d+):(\d+)$")
_REF = re.compile(r"\$(\d+)$")
_FILE = re.compile(r"\bexample(\w{0,3})\.(jpg|png|wav|mp3|mp4|txt)\b")
_STEMS = (
    "IMG_2041 scan page photo holiday kitchen_cam meeting voice-note cat dog_park receipt report letter interview "
    "clip demo band take3 street sunset team invoice_07 notes recording lecture garden menu poster beach birthday "
    "chart form podcast song door map ticket car house bridge flyer"
).split()


@dataclass(frozen=True, slots=True)
class Example:
    """One sequence: the prompt is read, the target is learned."""

    id: str
    prompt: str
    target: str


def split_of(example_id: str) -> str:
    """`train`, `dev` (2.5 %) or `test` (5 %), by a hash of the id: stable whatever the order of lines."""
    bucket = int(hashlib.sha256(example_id.encode()).hexdigest(), 16) % 1000
    return "dev" if bucket < 25 else "test" if bucket < 75 else "train"


def read_jsonl(path: Path) -> list[dict[str, Any]]:
    """The records of a JSON-lines file."""
    with path.open(encoding="utf-8") as lines:
        return [json.loads(line) for line in lines]


def plan_example(row: Mapping[str, Any], tools: Mapping[str, ToolSpec], rng: random.Random | None = None) -> Example:
    """A single request; with `rng`, its `example.*` file names are swapped for others half of the time."""
    text = json.dumps({"request": row["request"], "plan": row["plans"][0]}, ensure_ascii=False)
    if rng and rng.random() < 0.6:
        text = swap_files(text, rng)
    swapped = json.loads(text)
    request = normalize(swapped["request"])
    return Example(row["id"], write_prompt(request), _target(swapped["plan"], row.get("ask"), request, tools))


def swap_files(text: str, rng: random.Random) -> str:
    """Gives every `example*.ext` of a text another name, the same one wherever it stands."""
    stems = rng.sample(_STEMS, len(_STEMS))
    names: dict[str, str] = {}
    for match in _FILE.finditer(text):
        names.setdefault(match[0], f"{stems.pop()}{match[1]}.{match[2]}")
    return _FILE.sub(lambda match: names[match[0]], text)


def dialogue_examples(row: Mapping[str, Any], tools: Mapping[str, ToolSpec]) -> Iterator[Example]:
    """One example a turn after the first: earlier turns stand in the prompt, ids run on across turns."""
    history: list[tuple[WireText, str]] = []
    starts: list[int] = []
    next_id = 0
    for turn in row["turns"]:
        starts.append(next_id)
        plan = [_renumber(task, starts) for task in turn["plan"]]
        request = normalize(turn["request"])
        target = _target(plan, turn.get("ask"), request, tools)
        yield Example(f"{row['id']}-{len(starts)}", write_prompt(request, history), target)
        history.append((request, target.removesuffix(END)))
        next_id += len(plan)


def _renumber(task: PlanRow, starts: list[int]) -> PlanRow:
    def move(value: str) -> str:
        if across := _TURN_REF.match(value):
            return f"${starts[int(across[1]) - 1] + int(across[2])}"
        if within := _REF.match(value):
            return f"${starts[-1] + int(within[1])}"
        return value

    args = {k: [move(x) for x in v] if isinstance(v, list) else move(v) for k, v in task["args"].items()}
    return PlanRow(id=starts[-1] + task["id"], task=task["task"], args=args)


def _target(plan: list[PlanRow], ask: str | None, request: WireText, tools: Mapping[str, ToolSpec]) -> str:
    lines = write_plan(plan, request, tools)
    return (f"{ASK} {ask}\n" if ask and not plan else lines) + END
