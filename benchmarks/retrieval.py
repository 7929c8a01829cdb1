"""Measures how many of the tools that a request needs are among the k that the retriever puts before the planner.

python benchmarks/retrieval.py --ultratool DIR [--written DIR] [--half report|tune] [--limit N] [--tune]

Three sets of tools: UltraTool's 260 (DIR holds tool_desc.json and train.jsonl), the plug-in libraries under
`planners/training/written` as one set, and the same buried among 5,000 synthetic tools. Requests are split in halves by
a hash of their id; the weights in planners/retrieval.py were chosen on the half `tune`, which `--tune` shows again.
"""

from __future__ import annotations

import argparse
import hashlib
import itertools
import json
import random
import statistics
import tempfile
import time
from collections import Counter
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path

from jarvis.planners import retrieval
from jarvis.planners.retrieval import ToolIndex
from jarvis.planners.vectors import ToolVectors
from jarvis.spec import Slot, ToolSpec, ValueType
from jarvis.tools.listed import read_tools_file

WRITTEN = Path(__file__).parents[1] / "planners" / "training" / "written"
KS = (4, 8, 12, 16, 24)
SYNTHETIC = 5000
SEED = 7
WAYS = {"words": 1.0, "meaning": 0.0, "both": retrieval.WORDS_SHARE}

VERBS = {
    "add": "Adds {a} to {d}.",
    "approve": "Approves {a} of {d}.",
    "archive": "Moves {a} of {d} into the archive.",
    "assign": "Gives {a} of {d} to somebody.",
    "book": "Reserves {a} with {d}.",
    "cancel": "Calls off {a} of {d}.",
    "check": "Tells whether {a} of {d} is in order.",
    "close": "Closes {a} in {d}.",
    "compare": "Puts {a} of {d} side by side with another one.",
    "copy": "Makes a copy of {a} in {d}.",
    "create": "Makes {a} in {d}.",
    "delete": "Deletes {a} from {d} for good.",
    "export": "Writes {a} of {d} to a file.",
    "find": "Looks for {a} in {d}.",
    "get": "Returns {a} of {d}.",
    "import": "Reads {a} into {d} from a file.",
    "list": "Every entry that {d} holds for {a}.",
    "move": "Puts {a} of {d} somewhere else.",
    "open": "Opens {a} in {d}.",
    "print": "Prints {a} of {d}.",
    "rate": "Gives {a} of {d} one to five stars.",
    "rename": "Gives {a} in {d} another name.",
    "report": "Reports a problem with {a} to {d}.",
    "schedule": "Plans {a} of {d} for a day and time.",
    "send": "Sends {a} of {d} to a recipient.",
    "share": "Lets others see {a} of {d}.",
    "start": "Starts {a} in {d}.",
    "stop": "Stops {a} in {d}.",
    "track": "Tells where {a} of {d} is now.",
    "update": "Changes {a} in {d}.",
}
NOUNS = (
    "account address alert appointment badge batch bill booking budget campaign card claim contract coupon course "
    "delivery device discount document draft entry event expense fee folder form goal group invoice job key label "
    "lesson letter licence list log map meeting member message meter note notice offer order page payment permit "
    "photo plan playlist policy price profile project question quote rating receipt recipe record refund reminder "
    "rental report request review reward room route sample schedule score seat session shift shipment signal slot "
    "song stock survey tag task team template test ticket timer token tool trip unit user vehicle visit voucher "
    "warranty"
).split()
DOMAINS = (
    "airline airport aquarium auction bakery brewery cinema clinic clubhouse courier creche dentist depot "
    "farmshop ferry florist foundry gallery garage golf gym harbour hospital hostel hotel icerink laundry library "
    "lottery mine museum nursery observatory optician orchestra parish parking pharmacy pier planetarium "
    "printshop quarry radio railway refinery school shipyard stadium studio tailor theatre tramway university vet "
    "vineyard warehouse waterworks workshop zoo"
).split()


@dataclass(frozen=True)
class Case:
    """A request and the names of the tools that it needs."""

    id: str
    text: str
    wanted: frozenset[str]

    @property
    def half(self) -> str:
        """Which half of the data it is in."""
        return ("tune", "report")[hashlib.sha256(self.id.encode()).digest()[-1] % 2]


def ultratool(folder: Path) -> tuple[list[ToolSpec], list[Case]]:
    """UltraTool's tools, and the requests of its train split."""
    nodes = json.loads((folder / "tool_desc.json").read_text(encoding="utf-8"))["nodes"]
    tools = [ToolSpec(node["id"], (), ValueType.DATA, node["desc"]) for node in nodes]
    rows = map(json.loads, (folder / "train.jsonl").read_text(encoding="utf-8").splitlines())
    return tools, [Case(r["id"], r["user_request"], frozenset(n["task"] for n in r["task_nodes"])) for r in rows]


def written(folder: Path) -> tuple[list[ToolSpec], list[Case]]:
    """All plug-in libraries as one set; where two use the same name, the library's name is put before it."""
    libraries = {path.stem: read_tools_file(path) for path in sorted((folder / "tools").glob("*.json"))}
    uses = Counter(tool.name for tools in libraries.values() for tool in tools)
    names = {
        (library, tool.name): tool.name if uses[tool.name] == 1 else f"{library.partition('_')[2]}-{tool.name}"
        for library, tools in libraries.items()
        for tool in tools
    }
    merged = [replace(t, name=names[library, t.name]) for library, tools in libraries.items() for t in tools]
    cases: list[Case] = []
    for path in sorted((folder / "plug").glob("*.jsonl")):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            used = {(row["tools"], task["task"]) for task in (row["plans"] or [[]])[0]}
            if wanted := frozenset(names[key] for key in used if key in names):
                cases.append(Case(row["id"], row["request"], wanted))
    return merged, cases


def libraries(folder: Path) -> dict[str, tuple[list[ToolSpec], list[Case]]]:
    """Each plug-in library by itself with its requests, as a user has it who installed one."""
    found = {path.stem: (read_tools_file(path), list[Case]()) for path in sorted((folder / "tools").glob("*.json"))}
    for path in sorted((folder / "plug").glob("*.jsonl")):
        for row in map(json.loads, path.read_text(encoding="utf-8").splitlines()):
            tools, cases = found.get(row["tools"], ([], []))
            used = {task["task"] for task in (row["plans"] or [[]])[0]}
            if wanted := frozenset(tool.name for tool in tools if tool.name in used):
                cases.append(Case(row["id"], row["request"], wanted))
    return found


def synthetic(count: int, seed: int) -> list[ToolSpec]:
    """Tools nobody asks for: a verb, a noun and a domain each, with a description; the same for the same seed."""
    chosen = random.Random(seed).sample(list(itertools.product(VERBS, NOUNS, DOMAINS)), count)
    slots = (Slot("id", ValueType.NAME), Slot("comment", ValueType.TEXT, required=False))
    return [
        ToolSpec(f"{d}-{v}-{n}", slots, ValueType.DATA, VERBS[v].format(a=f"a {n}", d=f"the {d}")) for v, n, d in chosen
    ]


@dataclass
class Score:
    """Recall at each k of KS, both ways of counting, and the median processor time of a search."""

    found: dict[int, float]
    whole: dict[int, float]
    milliseconds: float

    def row(self) -> str:
        """The cells of a table: tools found / requests with all of theirs found."""
        return " | ".join(f"{100 * self.found[k]:.1f} / {100 * self.whole[k]:.1f}" for k in KS)


def measure(index: ToolIndex, cases: Sequence[Case]) -> Score:
    """Searches for every case."""
    found, whole = dict.fromkeys(KS, 0.0), dict.fromkeys(KS, 0.0)
    times: list[float] = []
    for case in cases:
        began = time.thread_time()  # of this core alone, so that a busy machine counts no waiting
        names = [tool.name for tool in index.search(case.text, KS[-1])]
        times.append(time.thread_time() - began)
        for k in KS:
            hits = len(case.wanted & set(names[:k]))
            found[k] += hits / len(case.wanted) / len(cases)
            whole[k] += (hits == len(case.wanted)) / len(cases)
    return Score(found, whole, 1000 * statistics.median(times))


@contextmanager
def weighed(**weights: float) -> Iterator[None]:
    """Other weights than those that ship."""
    kept = {name: getattr(retrieval, name) for name in weights}
    for name, value in weights.items():
        setattr(retrieval, name, value)
    try:
        yield
    finally:
        for name, value in kept.items():
            setattr(retrieval, name, value)


def report(name: str, index: ToolIndex, cases: Sequence[Case]) -> None:
    """Prints a line for each way of searching."""
    for way, share in WAYS.items():
        with weighed(WORDS_SHARE=share):
            score = measure(ToolIndex(index.tools) if way == "words" else index, cases)
        print(
            f"| {name} | {len(index.tools)} | {len(cases)} | {way} | {score.row()} | {score.milliseconds:.1f} |",
            flush=True,
        )


def tune(name: str, index: ToolIndex, cases: Sequence[Case]) -> None:
    """Prints the scores of other weights."""
    for words, whole in itertools.product((0.2, 0.3, 0.4, 0.5, 0.6), (0.3, 0.6, 0.8, 1.0)):
        with weighed(WORDS_SHARE=words, WHOLE_SHARE=whole):
            print(f"| {name} | words {words} | whole {whole} | {measure(index, cases).row()} |", flush=True)


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--ultratool", type=Path, required=True, metavar="DIR")
    parser.add_argument("--written", type=Path, default=WRITTEN, metavar="DIR")
    parser.add_argument("--half", choices=["tune", "report"], default="report")
    parser.add_argument("--limit", type=int, default=300, help="requests of a set, chosen by a seed; 0 takes all")
    parser.add_argument("--tune", action="store_true", help="other weights instead of the three ways")
    options = parser.parse_args()
    plug = written(options.written)
    sets = {
        "UltraTool": ultratool(options.ultratool),
        "plug-ins": plug,
        "plug-ins among synthetic": ([*plug[0], *synthetic(SYNTHETIC, SEED)], plug[1]),
    }
    with tempfile.TemporaryDirectory() as folder:
        vectors = ToolVectors(Path(folder))
        print(f"| tools | count | requests | by | {' | '.join(f'k={k}' for k in KS)} | CPU ms |")
        print("| --- " * (5 + len(KS)) + "|")
        for name, (tools, all_cases) in sets.items():
            cases = [case for case in all_cases if case.half == options.half]
            if options.limit and len(cases) > options.limit:
                cases = random.Random(SEED).sample(cases, options.limit)
            index = ToolIndex(tools, vectors)
            began = time.perf_counter()
            index.wait()
            embedded = time.perf_counter() - began
            (tune if options.tune else report)(name, index, cases)
            print(f"<!-- {name}: embedding {len(tools)} tools once took {embedded:.1f} s -->", flush=True)
        one_by_one(options.written, options.half, vectors)


def one_by_one(folder: Path, half: str, vectors: ToolVectors) -> None:
    """Prints the mean over the libraries, each searched by itself."""
    scores: list[tuple[Score, int]] = []
    for tools, all_cases in libraries(folder).values():
        if cases := [case for case in all_cases if case.half == half]:
            scores.append((measure(ToolIndex(tools, vectors), cases), len(cases)))
    total = sum(count for _, count in scores)
    mean = Score(
        {k: sum(score.found[k] * count for score, count in scores) / total for k in KS},
        {k: sum(score.whole[k] * count for score, count in scores) / total for k in KS},
        statistics.median(score.milliseconds for score, _ in scores),
    )
    print(f"| one plug-in library | 10-14 | {total} | both | {mean.row()} | {mean.milliseconds:.1f} |")


if __name__ == "__main__":
    main()
