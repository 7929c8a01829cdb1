"""What an epoch is made of: the sources that a configuration names, each with its share.

`plans`, `dialogues` and `taskbench` are found under the data folder; what was written for this project besides lies
in `written/` beside this file. Every row is in one split, by a hash of its id; a library of plug-in
tools is in one as a whole.
"""

from __future__ import annotations

import json
import random
from collections.abc import Iterable, Iterator, Mapping, Sequence
from pathlib import Path
from typing import Any, Protocol

from jarvis.planners.training.augment import Row, joined, mistyped, spoken, swap_files
from jarvis.planners.training.data import Example, dialogue_example, listed_example, plan_example, read_jsonl, split_of
from jarvis.planners.training.renaming import Renaming
from jarvis.planners.training.sampling import sampled_row
from jarvis.planners.training.ultratool import ultratool_example
from jarvis.spec import ToolSpec, ValueType
from jarvis.tools.listed import read_tools_file
from jarvis.tools.toolset import builtin_tools

WRITTEN = Path(__file__).with_name("written")
_TOGETHER = 5
"""Requests that share one list of tools in a training sequence."""
_LISTED = (3, 12)
"""How many tools are listed, at least and at most; more where more are needed."""


class Corpus(Protocol):
    """Gives the examples of each epoch; the same for the same number."""

    def epoch(self, number: int) -> Iterator[Example]:
        """The training examples of an epoch, counted from 0."""
        ...

    def dev(self) -> dict[str, list[Example]]:
        """The dev split by kind of example; nothing of it is ever in an epoch."""
        ...


class UltraToolCorpus:
    """UltraTool's plans: the names of tools in order, learned by heart."""

    def __init__(self, path: Path) -> None:
        self._rows = read_jsonl(path)

    def epoch(self, number: int) -> Iterator[Example]:
        """All training examples; they do not change from epoch to epoch."""
        yield from self._split("train")

    def dev(self) -> dict[str, list[Example]]:
        """The dev split."""
        return {"ultratool": list(self._split("dev"))}

    def _split(self, split: str) -> Iterator[Example]:
        return (ultratool_example(row) for row in self._rows if split_of(f"ultra-{row['id']}") == split)


class PlannerCorpus:
    """The planner's own data: gold plans under many surfaces, conversations, listed tools, sampled graphs."""

    def __init__(self, config: Mapping[str, Any], data: Path) -> None:
        self._mix: Mapping[str, Any] = config["mix"]
        self._seed: int = config["seed"]
        self._tools = builtin_tools()
        self._plans = [
            *read_jsonl(data / config["sources"]["plans"]),
            *annotated(data / config["sources"]["taskbench"]),
        ]
        self._written = [row for name in _written("plans") for row in read_jsonl(name)]
        self._dialogues = read_jsonl(data / config["sources"]["dialogues"])
        self._dialogues += [row for name in _written("dialogues") for row in read_jsonl(name)]
        self._libraries = libraries()
        self._plug = [row for name in _written("plug") for row in read_jsonl(name)]
        self._named = named_only(data / config["sources"]["ultratool_listed"])

    def epoch(self, number: int) -> Iterator[Example]:
        """A share of the gold plans, everything else, and newly drawn graphs, joints, names and files."""
        rng = random.Random(f"{self._seed}-{number}")
        plans = [row for row in self._of(self._plans, "train") if rng.random() < self._share(row)]
        written = self._of(self._written, "train")
        for row in [*plans, *written]:
            yield plan_example(self._surface(row, rng), self._tools)
        for row in self._of(self._dialogues, "train") * self._mix["dialogue_times"]:
            yield dialogue_example(row, self._tools)
        for index in range(self._mix["sampled"]):
            yield plan_example(sampled_row(index, self._tools, rng), self._tools)
        pairs = ((rng.choice(plans), rng.choice([*plans, *written])) for _ in range(self._mix["joined"]))
        both = (joined(swap_files(a, rng), swap_files(b, rng), rng) for a, b in pairs)
        yield from (plan_example(row, self._tools) for row in both if row)
        for _ in range(self._mix["plug_times"]):
            plugged = [row for row in self._plug if split_of_library(row["tools"]) == "train"]
            yield from self._plugged(plugged, rng, self._mix.get("restyled", 0.0))
        rows, tools = self._named
        named = [row for row in rows if split_of(f"ultra-{row['id']}") == "train" and rng.random() < self._mix["named"]]
        yield from self._named_only(named, tools, rng)
        yield from self._renamed(rng.sample([*plans, *written], self._mix["renamed"]), rng)

    def dev(self) -> dict[str, list[Example]]:
        """Gold plans, conversations, and plug-in tools of libraries that no epoch shows."""
        rng = random.Random(0)
        rows = self._of(self._plans, "dev") + self._of(self._written, "dev")
        return {
            "plans": [plan_example(row, self._tools) for row in rows],
            "dialogues": [dialogue_example(row, self._tools) for row in self._of(self._dialogues, "dev")],
            "plug": list(self._plugged([r for r in self._plug if split_of_library(r["tools"]) == "dev"], rng)),
        }

    @staticmethod
    def _of(rows: Sequence[Row], split: str) -> list[Row]:
        return [row for row in rows if split_of(row["id"]) == split]

    def _share(self, row: Row) -> float:
        share: float = self._mix["share"].get(row["id"].partition("-")[0], 1.0)
        return share

    def _surface(self, row: Row, rng: random.Random) -> Row:
        if rng.random() < 0.6:
            row = swap_files(row, rng)
        chance = rng.random()
        if chance < self._mix["spoken"]:
            return spoken(row)
        return mistyped(row, rng) if chance < self._mix["spoken"] + self._mix["mistyped"] else row

    def _plugged(self, rows: Sequence[Row], rng: random.Random, restyled: float = 0.0) -> Iterator[Example]:
        by_library: dict[str, list[Row]] = {}
        for row in rows:
            by_library.setdefault(row["tools"], []).append(row)
        for name, group in by_library.items():
            rng.shuffle(group)
            seen = {"train", split_of_library(name)}  # what is held out is not shown in passing either
            others = [
                tool
                for other, tools in self._libraries.items()
                if other != name and split_of_library(other) in seen
                for tool in tools
            ]
            for plain in _chunks(group, _TOGETHER):
                chunk, own = plain, {tool.name: tool for tool in self._libraries[name]}
                if restyled and rng.random() < restyled:  # so that a name alone is never what is learned
                    renaming = Renaming.restyle(own, rng)
                    own = {tool.name: tool for tool in renaming.specs.values()}
                    chunk = [renaming.apply(row) for row in plain]
                used = sorted({task["task"] for row in chunk for task in row["plans"][0]} & own.keys())
                listed = self._listing([own[tool] for tool in used], [*own.values(), *rng.sample(others, 4)], rng)
                yield listed_example(chunk, listed, {**self._tools, **own})

    def _renamed(self, rows: Sequence[Row], rng: random.Random) -> Iterator[Example]:
        names = sorted(set(self._tools))
        strangers = [
            tool for library, tools in self._libraries.items() if split_of_library(library) == "train" for tool in tools
        ]
        for chunk in _chunks(rows, _TOGETHER):
            used = sorted({task["task"] for row in chunk for task in row["plans"][0]})
            # Now and then what is listed is of no use, and the tools learned by heart are the right ones.
            chosen = [] if rng.random() < 0.15 else [name for name in used if rng.random() < 0.7][: _LISTED[1]]
            renaming = Renaming.draw(self._tools, sorted({*chosen, *rng.sample(names, 3)} if chosen else set()), rng)
            new = {tool.name: tool for tool in renaming.specs.values()}
            needed = [renaming.specs[name] for name in used if name in renaming.specs]
            listed = self._listing(needed, [*new.values(), *rng.sample(strangers, 6)], rng)
            yield listed_example([renaming.apply(row) for row in chunk], listed, {**self._tools, **new})

    def _named_only(self, rows: Sequence[Row], tools: Mapping[str, ToolSpec], rng: random.Random) -> Iterator[Example]:
        for chunk in _chunks(rng.sample(rows, len(rows)), _TOGETHER):
            used = sorted({task["task"] for row in chunk for task in row["plans"][0]})
            yield listed_example(chunk, self._listing([tools[n] for n in used], tools.values(), rng), tools)

    @staticmethod
    def _listing(needed: Sequence[ToolSpec], others: Iterable[ToolSpec], rng: random.Random) -> list[ToolSpec]:
        taken = {tool.name for tool in needed}
        spare = list({tool.name: tool for tool in others if tool.name not in taken}.values())
        size = max(rng.randint(*_LISTED) - len(needed), 0)
        listed = [*needed, *rng.sample(spare, min(size, len(spare)))]
        rng.shuffle(listed)
        return listed


def annotated(requests: Path) -> list[Row]:
    """TaskBench requests with the plans that were written for them here; the requests stay in their own files."""
    plans = {row["id"]: row for name in _written("taskbench") for row in read_jsonl(name)}
    texts = {
        f"{kind}-{row['id']}": row["user_request"]
        for kind, folder in (("hf", "data_huggingface"), ("mm", "data_multimedia"))
        for row in read_jsonl(requests / folder / "user_requests.json")
    }
    return [{**row, "request": texts[name]} for name, row in plans.items()]


def named_only(folder: Path) -> tuple[list[Row], dict[str, ToolSpec]]:
    """UltraTool's requests and tools in our form. Its tools are described but have no slots: plans are names alone."""
    described = json.loads((folder / "tool_desc.json").read_text(encoding="utf-8"))["nodes"]
    tools = {node["id"]: ToolSpec(node["id"], (), ValueType.DATA, node["desc"]) for node in described}
    rows: list[Row] = []
    for row in read_jsonl(folder / "train.jsonl"):
        plan = [{"id": index, "task": node["task"], "args": {}} for index, node in enumerate(row["task_nodes"])]
        rows.append({"id": row["id"], "request": row["user_request"], "plans": [plan]})
    return rows, tools


def libraries() -> dict[str, list[ToolSpec]]:
    """The libraries of plug-in tools written for training, by name."""
    return {path.stem: read_tools_file(path) for path in sorted((WRITTEN / "tools").glob("*.json"))}


def split_of_library(name: str) -> str:
    """`test` for about one library in ten, `dev` for one in twenty; their tools are never seen in training."""
    number = sum(name.encode())
    return "test" if number % 9 == 0 else "dev" if number % 18 == 1 else "train"


def _written(kind: str) -> list[Path]:
    return sorted((WRITTEN / kind).glob("*.jsonl"))


def _chunks(rows: Sequence[Row], size: int) -> Iterator[Sequence[Row]]:
    for start in range(0, len(rows), size):
        yield rows[start : start + size]


def open_corpus(config: Mapping[str, Any], data: Path) -> Corpus:
    """The corpus that a configuration describes; its paths start from `data`."""
    if "ultratool" in config["sources"]:
        return UltraToolCorpus(data / config["sources"]["ultratool"])
    return PlannerCorpus(config, data)
