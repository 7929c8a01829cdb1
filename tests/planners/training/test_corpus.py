"""What an epoch is made of: nothing held out, nothing unlisted, and the same again for the same number."""

from __future__ import annotations

import hashlib
import json
import random
import re
import subprocess
import sys
import tomllib
from collections.abc import Iterable
from pathlib import Path
from typing import Any

import pytest

from jarvis.planners.training.corpus import (
    WRITTEN,
    PlannerCorpus,
    UltraToolCorpus,
    libraries,
    open_corpus,
    split_of_library,
)
from jarvis.planners.training.data import Example, read_jsonl, split_of
from jarvis.planners.training.sampling import sampled_row
from jarvis.planners.wire import ASK, BEGIN, END, read_line, write_tools
from jarvis.spec import ToolSpec
from jarvis.tools.toolset import builtin_tools

pytestmark = pytest.mark.xdist_group("corpus")  # the epochs are drawn once

TOOLS = builtin_tools()
LIBRARIES = libraries()
ROOT = Path(__file__).parents[3]
_LIST = f"{BEGIN}tools\n"


def lines(path: Path, rows: Iterable[Any]) -> None:
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text("".join(json.dumps(row) + "\n" for row in rows), encoding="utf-8")


def config() -> dict[str, Any]:
    """The shipped configuration, with less of everything."""
    whole = tomllib.loads((ROOT / "planners" / "training" / "config.toml").read_text(encoding="utf-8"))
    less = {"sampled": 20, "joined": 60, "renamed": 300, "plug_times": 1, "dialogue_times": 1, "named": 1.0}
    return {**whole, "mix": {**whole["mix"], **less, "share": {"hf": 0.1, "mm": 0.02}}}


@pytest.fixture(scope="module")
def data(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A data folder with a little of each source."""
    folder, rng = tmp_path_factory.mktemp("data"), random.Random(0)
    lines(folder / "plans" / "train.jsonl", [{**sampled_row(n, TOOLS, rng), "id": f"tail-{n}"} for n in range(80)])
    turn = {"request": "Say one", "plan": [{"id": 0, "task": "text-to-speech", "args": {"text": "one"}}]}
    lines(folder / "plans" / "dialogues.jsonl", [{"id": f"chat-{n}", "turns": [turn, turn]} for n in range(80)])
    ids = [row["id"] for path in (WRITTEN / "taskbench").glob("*.jsonl") for row in read_jsonl(path)]
    for kind, name in (("hf", "data_huggingface"), ("mm", "data_multimedia")):
        mine = [name.removeprefix(f"{kind}-") for name in ids if name.startswith(kind)]
        lines(
            folder / "taskbench" / name / "user_requests.json",
            [{"id": one, "user_request": f"request {one}"} for one in mine],
        )
    names = [f"tool_{n}" for n in range(60)]
    described = {"nodes": [{"id": name, "desc": f"Does {name}."} for name in names]}
    ultratool = folder / "taskbench" / "ultratool"
    ultratool.mkdir()
    (ultratool / "tool_desc.json").write_text(json.dumps(described))
    chains = [[{"task": name} for name in rng.sample(names, rng.randint(1, 6))] for _ in range(120)]
    lines(
        ultratool / "train.jsonl",
        [{"id": str(n), "user_request": f"wish {n}", "task_nodes": chain} for n, chain in enumerate(chains)],
    )
    return folder


@pytest.fixture(scope="module")
def corpus(data: Path) -> PlannerCorpus:
    opened = open_corpus(config(), data)
    assert isinstance(opened, PlannerCorpus)
    return opened


@pytest.fixture(scope="module")
def epoch(corpus: PlannerCorpus) -> list[Example]:
    return list(corpus.epoch(0))


@pytest.fixture(scope="module")
def dev(corpus: PlannerCorpus) -> dict[str, list[Example]]:
    return corpus.dev()


def ids(examples: Iterable[Example]) -> set[str]:
    """The ids of the rows behind examples, those of joined and of listed ones too."""
    return {name for example in examples for name in re.split(r"[+&]", example.id)}


def listed(example: Example) -> list[str]:
    """The lines of the list that stands before an example."""
    text = example.parts[0].text
    return text.removeprefix(_LIST).removesuffix(END).splitlines() if text.startswith(_LIST) else []


def learned(example: Example) -> dict[int, list[str]]:
    """The learned lines of each branch."""
    found: dict[int, list[str]] = {}
    for part in example.parts:
        if part.learned:
            assert part.text.endswith(END)
            found.setdefault(part.branch, []).extend(part.text.removesuffix(END).splitlines())
    return found


def line_of(tool: ToolSpec) -> str:
    return write_tools([tool]).removeprefix(_LIST).removesuffix(f"\n{END}")


def held_out(*splits: str) -> set[str]:
    """The lines of the tools of libraries in these splits."""
    return {line_of(t) for name, tools in LIBRARIES.items() if split_of_library(name) in splits for t in tools}


def digest(examples: Iterable[Example]) -> str:
    return hashlib.sha256(repr(list(examples)).encode()).hexdigest()


def test_every_source_has_its_part_in_an_epoch(epoch: list[Example]) -> None:
    found = ids(epoch)
    for start in ("tail-", "eu-x", "hf-", "mm-", "chat-", "chat-x", "sampled-", "plug-xa", "plug-xb"):
        assert any(name.startswith(start) for name in found), start
    assert any("&" in example.id for example in epoch)
    assert any("tool_1 " in part.text for example in epoch for part in example.parts if part.learned)


def test_what_is_held_out_is_never_in_an_epoch(corpus: PlannerCorpus, epoch: list[Example]) -> None:
    examples = [*epoch, *corpus.epoch(1)]
    own = {name for name in ids(examples) if not name.startswith(("sampled-", "plug-")) and not name.isdigit()}
    assert {split_of(name) for name in own} == {"train"}
    assert {split_of(f"ultra-{name}") for name in ids(examples) if name.isdigit()} == {"train"}
    shown = {line for example in examples for line in listed(example)}
    assert shown & held_out("dev", "test") == set()
    assert len(shown & held_out("train")) > 200


def test_the_dev_split_holds_its_own_rows_and_shows_no_tool_of_the_test_split(
    epoch: list[Example], dev: dict[str, list[Example]]
) -> None:
    assert set(dev) == {"plans", "dialogues", "plug"}
    assert all(dev.values())
    assert {split_of(example.id) for example in [*dev["plans"], *dev["dialogues"]]} == {"dev"}
    everything = [example for group in dev.values() for example in group]
    assert ids(everything) & ids(epoch) == set()
    assert {line for example in dev["plug"] for line in listed(example)} & held_out("test") == set()


def test_libraries_are_in_one_split_each_and_every_split_has_some() -> None:
    splits = [split_of_library(name) for name in LIBRARIES]
    assert [splits.count(name) for name in ("train", "dev", "test")] == [205, 14, 18]
    assert len(held_out("train") & held_out("dev", "test")) == 0


def test_a_plan_uses_only_built_in_tools_and_listed_ones(epoch: list[Example], dev: dict[str, list[Example]]) -> None:
    for example in [*epoch, *(one for group in dev.values() for one in group)]:
        names = [line.split(" ")[0] for line in listed(example)]
        used = {line.split(" ")[1] for part in learned(example).values() for line in part if line[0] != ASK}
        assert used <= {*names, *TOOLS}, example.id
        assert len(set(names)) == len(names), example.id


def test_the_lines_of_a_plan_count_on_and_refer_back(epoch: list[Example]) -> None:
    for example in epoch:
        for branch in learned(example).values():
            plan = [read_line(line) for line in branch if line[0] != ASK]
            assert [task["id"] for task in plan] == list(range(len(plan)))
            for task in plan:
                values = [v if isinstance(v, list) else [v] for v in task["args"].values()]
                references = [v for group in values for v in group if re.fullmatch(r"\$\d+", v)]
                assert all(int(reference[1:]) < task["id"] for reference in references)


def test_some_lists_are_of_no_use_and_some_rename_what_is_used(epoch: list[Example]) -> None:
    renamed = [e for e in epoch if listed(e) and not e.id.startswith("plug-") and not e.id[0].isdigit()]
    useful = [
        {line.split(" ")[0] for line in listed(example)}
        & {line.split(" ")[1] for part in learned(example).values() for line in part if line[0] != ASK}
        for example in renamed
    ]
    assert len(renamed) == 60
    assert 0 < sum(not names for names in useful) < 30


def test_an_epoch_is_the_same_again_in_another_process_and_the_next_is_another(
    corpus: PlannerCorpus, epoch: list[Example], data: Path
) -> None:
    program = (
        "import hashlib, json, pathlib, sys\n"
        "from jarvis.planners.training.corpus import open_corpus\n"
        "corpus = open_corpus(json.loads(sys.argv[1]), pathlib.Path(sys.argv[2]))\n"
        "print(hashlib.sha256(repr(list(corpus.epoch(0))).encode()).hexdigest())\n"
    )
    done = subprocess.run(
        [sys.executable, "-c", program, json.dumps(config()), str(data)],
        capture_output=True,
        text=True,
        timeout=100,
        check=True,
        cwd=ROOT,
    )
    assert done.stdout.strip() == digest(epoch)
    assert digest(corpus.epoch(1)) != digest(epoch)


def test_the_ultratool_corpus_is_its_chains_and_does_not_change(data: Path) -> None:
    opened = open_corpus({"sources": {"ultratool": "taskbench/ultratool/train.jsonl"}}, data)
    assert isinstance(opened, UltraToolCorpus)
    first, held = list(opened.epoch(0)), opened.dev()["ultratool"]
    assert first == list(opened.epoch(1))
    assert {split_of(f"ultra-{e.id}") for e in first} == {"train"}
    assert {split_of(f"ultra-{e.id}") for e in held} == {"dev"}
