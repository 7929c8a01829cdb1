"""Graphs drawn from the typed tool graph, worded by a grammar of phrases: the truth is known, since it came first.

Each task can be said as a command ("summarize X"), as a thing ("a summary of X"), and be pointed at later ("the
summary"). A request is worded clause by clause; what flows from one task into the next is said as a pronoun, as a
pointer, or nested as a thing.
"""

from __future__ import annotations

import random
import tomllib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from functools import cache
from pathlib import Path
from typing import Any

from jarvis.spec import ToolSpec, ValueType, fits


@dataclass(frozen=True, slots=True)
class Wording:
    """How people say one task; `{x}` is its main input, `{v}` a value of its own."""

    slot: str
    commands: Sequence[str]
    things: Sequence[str]
    pointers: Sequence[str]
    value_slot: str = ""
    values: Sequence[str] = ()


@cache
def wordings() -> dict[str, Wording]:
    """The tasks that can be worded around one main input, from `wordings.toml`."""
    tables = tomllib.loads(Path(__file__).with_name("wordings.toml").read_text(encoding="utf-8"))
    return {task: Wording(**entry) for task, entry in tables.items()}


_EXTENSIONS = {
    ValueType.TEXT: ("txt", "md"),
    ValueType.IMAGE: ("jpg", "png", "webp"),
    ValueType.AUDIO: ("wav", "mp3", "flac"),
    ValueType.VIDEO: ("mp4", "mov"),
    ValueType.TABLE: ("csv", "xlsx"),
    ValueType.ANY: ("txt",),
}
_FILES = (
    "notes letter page scan report IMG_0934 street garden harbour talk call interview lesson memo voice02 trip party "
    "race match sales stock points cat bike map door menu label board poster plan-b draft3 speech song choir rain "
    "traffic cam1 frame x12"
).split()
_LINKS = (", then ", " and then ", ". Then ", ", and ", "; ", ". After that ", ". Next, ", " and ", ". ")
_POLITE = ("", "", "", "", "please ", "can you ", "I want you to ", "could you ", "hey, ", "I need you to ")


@dataclass(slots=True)
class _Node:
    task: str
    source: int | str
    value: str
    used: int = 0
    nested: bool = False
    pointer: str = ""
    children: list[int] = field(default_factory=list)


def sampled_row(number: int, tools: Mapping[str, ToolSpec], rng: random.Random) -> dict[str, Any]:
    """A graph of 1 to 7 tasks, with its request, in the form of `plans/train.jsonl`."""
    nodes = _graph(rng.choice((1, 2, 2, 3, 3, 3, 4, 4, 5, 6, 7)), tools, rng)
    request, order = _worded(nodes, rng)
    place = {node: position for position, node in enumerate(order)}
    plan = [{"id": place[n], "task": nodes[n].task, "args": _args(nodes[n], place)} for n in order]
    return {"id": f"sampled-{number}", "request": request, "plans": [plan]}


def _graph(size: int, tools: Mapping[str, ToolSpec], rng: random.Random) -> list[_Node]:
    nodes: list[_Node] = []
    files = rng.sample(_FILES, len(_FILES))
    while len(nodes) < size:
        task = rng.choice(list(wordings()))
        wording, wanted = wordings()[task], _slot_type(task, tools)
        if wording.value_slot and any(n.task == task for n in nodes) and rng.random() < 0.5:
            continue
        fitting = [i for i, n in enumerate(nodes) if fits(tools[n.task].output, wanted) and _sensible(n.task, task)]
        if any(nodes[i].task == task for i in fitting) and rng.random() < 0.8:
            continue
        source: int | str
        if fitting and rng.random() < 0.75:
            source = fitting[-1] if rng.random() < 0.6 else rng.choice(fitting)
            nodes[source].children.append(len(nodes))
        elif (
            nodes
            and rng.random() < 0.6
            and any(n.source for n in nodes if isinstance(n.source, str) and _same_kind(n.source, wanted))
        ):
            source = next(n.source for n in nodes if isinstance(n.source, str) and _same_kind(n.source, wanted))
        elif (
            wanted in (ValueType.ANY,)
            or (nodes and rng.random() < 0.5)
            or task in ("controlled-text-to-image", "text-to-image", "text-generation")
        ):
            continue
        else:
            source = f"{files.pop()}.{rng.choice(_EXTENSIONS[wanted])}"
        nodes.append(_Node(task, source, rng.choice(wording.values) if wording.values else ""))
    return nodes


def _slot_type(task: str, tools: Mapping[str, ToolSpec]) -> ValueType:
    slot = tools[task].slot(wordings()[task].slot)
    assert slot is not None
    return slot.type


def _sensible(before: str, after: str) -> bool:
    # What fits by type and yet is never asked for.
    maps = {"canny-control", "openpose-control", "depth-estimation", "image-segmentation"}
    if after == "controlled-text-to-image":
        return before in maps
    if before in maps:
        return after in ("image-to-video",)
    data = {
        "text-classification",
        "token-classification",
        "object-detection",
        "face-detection",
        "keypoint-detection",
        "language-identification",
        "image-classification",
        "audio-classification",
        "video-classification",
        "voice-activity-detection",
        "zero-shot-object-detection",
        "tabular-classification",
    }
    return before not in data or after in ("text-to-speech", "translation", "text-generation", "summarization")


def _same_kind(name: str, wanted: ValueType) -> bool:
    return name.rpartition(".")[2] in _EXTENSIONS.get(wanted, ())


def _worded(nodes: Sequence[_Node], rng: random.Random) -> tuple[str, list[int]]:
    order: list[int] = []
    clauses: list[str] = []
    for index, node in enumerate(nodes):
        foldable = len(node.children) == 1 and bool(wordings()[node.task].things) and node.children[0] > index
        node.nested = foldable and rng.random() < 0.3
    for index, node in enumerate(nodes):
        if node.nested:
            continue
        text = rng.choice(wordings()[node.task].commands).format(x=_said(index, nodes, order, rng), v=node.value)
        order.append(index)
        clauses.append(text)
    request = rng.choice(_POLITE) + clauses[0]
    for clause in clauses[1:]:
        link = rng.choice(_LINKS)
        request += link + (clause[0].upper() + clause[1:] if link == ". " else clause)
    request = request[0].upper() + request[1:] if rng.random() < 0.7 else request
    return request + rng.choice(("", ".", ".")), order


def _said(index: int, nodes: Sequence[_Node], order: list[int], rng: random.Random) -> str:
    source = nodes[index].source
    if isinstance(source, str):
        return source
    giver = nodes[source]
    if giver.nested:
        inner = _said(source, nodes, order, rng)
        order.append(source)
        return rng.choice(wordings()[giver.task].things).format(x=inner, v=giver.value)
    pointers = [p.format(v=giver.value) for p in wordings()[giver.task].pointers]
    if order[-1:] == [source] and rng.random() < 0.55:
        return rng.choice(("it", "it", "that", "the result", *pointers))
    if sum(n.task == giver.task for n in nodes) > 1:
        return (
            f"{pointers[0]} of {giver.source}" if isinstance(giver.source, str) else _distinct(giver, nodes, pointers)
        )
    return rng.choice(pointers)


def _distinct(giver: _Node, nodes: Sequence[_Node], pointers: Sequence[str]) -> str:
    ordinal = ("first", "second", "third", "fourth", "fifth", "sixth", "last")
    same = [n for n in nodes if n.task == giver.task]
    at = next(i for i, n in enumerate(same) if n is giver)
    return pointers[0].replace("the ", f"the {ordinal[at]} ", 1)


def _args(node: _Node, place: Mapping[int, int]) -> dict[str, Any]:
    wording = wordings()[node.task]
    source = node.source if isinstance(node.source, str) else f"${place[node.source]}"
    args: dict[str, Any] = {wording.slot: source}
    if wording.value_slot:
        args[wording.value_slot] = [node.value] if wording.value_slot == "labels" else node.value
    return args
