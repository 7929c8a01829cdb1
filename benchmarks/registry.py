"""Measures the database of model cards: filling, size, searching, choosing candidates.

python benchmarks/registry.py [--cards 1000000] [--file FILE] [--rounds 30] [--seed 7] [--json]

Makes cards that look like those of a hub (benchmarks/registries/cards.py), the same ones for the same seed, fills a
database with them and asks it queries of each kind. `--file` keeps the database, and takes one that is there already.
Beside it: what one would do without it, a list of the same cards filtered in Python. The search of huggingface_hub
itself asks the Hub's servers, so it has no place in a benchmark without a network: an answer takes as long as the way
there and back.
"""

from __future__ import annotations

import argparse
import json
import random
import resource
import statistics
import tempfile
import time
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import NamedTuple

from benchmarks.registries.cards import FAMILIES, LANGUAGES, SUBJECTS, cards
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.database import CardDatabase, Filters, Page, Sort
from jarvis.model_registry.terms import matches

TASKS = sorted({task for family in FAMILIES for task in family.tasks})
COMMON = ("bert", "transformers", "model", "en", "base", "text", "qwen2", "llama", "instruct", "whisper")
PREFIXES = ("trans", "sent", "med", "cla", "whis", "qwe", "dis", "ber", "img")
SORTS: tuple[Sort, ...] = ("downloads", "likes", "age", "size", "quality")


class Query(NamedTuple):
    """One thing to ask."""

    text: str
    filters: Filters = Filters()
    sort: Sort = "relevance"


def queries(kind: str, rng: random.Random) -> Query:
    """A query of a kind."""
    task, subject = rng.choice(TASKS), rng.choice(SUBJECTS)
    common, stem = rng.choice(COMMON), rng.choice(FAMILIES).stem
    language = rng.choice(LANGUAGES.split())
    made: dict[str, Callable[[], Query]] = {
        "one common word": lambda: Query(common),
        "one rare word": lambda: Query("".join(map(rng.choice, ("bdgkm", "a", "bdkl", "o", "bdgkm", "a")))),
        "two words": lambda: Query(f"{stem} {subject}"),
        "three words": lambda: Query(f"{stem} {common} {subject}"),
        "four words": lambda: Query(f"{stem} {common} {subject} {language}"),
        "words that exclude each other": lambda: Query("gpt2 speecht5 trl"),
        "a prefix": lambda: Query(f"{rng.choice(PREFIXES)}*"),
        "words and a prefix": lambda: Query(f"{stem} {subject[:3]}*"),
        "nothing has it": lambda: Query("qqqxyz zzzk"),
        "a word, task and licence": lambda: Query(common, Filters(task=task, license="permissive")),
        "words and all filters": lambda: Query(
            f"{stem}", Filters(task, language, "permissive", "huggingface", "safetensors", False, 2_000_000_000)
        ),
        "a task, no words": lambda: Query("", Filters(task=task)),
        "a task that fits, by size": lambda: Query("", Filters(task, format="any", max_bytes=500_000_000), "size"),
    }
    for sort in SORTS:
        made[f"a common word by {sort}"] = lambda sort=sort: Query(common, sort=sort)
        made[f"a task by {sort}"] = lambda sort=sort: Query("", Filters(task=task), sort)
        made[f"two words by {sort}"] = lambda sort=sort: Query(f"{stem} {subject}", sort=sort)
    return made[kind]() if kind else Query("\n".join(made))


KINDS = queries("", random.Random(0)).text.split("\n")


def timed(call: Callable[[], object]) -> tuple[float, float]:
    """Milliseconds on the clock, and of this core alone, which a busy machine changes least."""
    began, worked = time.perf_counter(), time.thread_time()
    call()
    return 1000 * (time.perf_counter() - began), 1000 * (time.thread_time() - worked)


def percentile(values: list[float], share: float) -> float:
    """The value that a share of all stays under."""
    return sorted(values)[min(len(values) - 1, int(share * len(values)))]


def in_python(everything: list[ModelCard], query: Query) -> list[ModelCard]:
    """What one would write without a database: the same filters over a list."""
    words = query.text.lower().replace("*", "").split()
    kept = [card for card in everything if _passes(card, query.filters) and all(w in _text(card) for w in words)]
    return sorted(kept, key=lambda card: -(card.downloads or 0))[:20]


def _text(card: ModelCard) -> str:
    return f"{card.id} {card.architecture} {' '.join(card.tags)} {card.description}".lower()


def _passes(card: ModelCard, filters: Filters) -> bool:
    return (
        (not filters.task or filters.task in card.tasks)
        and (not filters.language or filters.language in card.languages)
        and (not filters.license or matches(filters.license, card.license))
        and (filters.gated is None or filters.gated == card.gated)
        and (filters.max_bytes is None or any(v.bytes <= filters.max_bytes for v in card.variants))
    )


def fill(database: CardDatabase, count: int, seed: int) -> dict[str, float]:
    """Fills it, and says how that went."""
    said: dict[str, float] = {}
    began = time.perf_counter()
    made = _counted(cards(count, seed), said)
    database.put(made)
    said["cards_per_second"] = count / (time.perf_counter() - began - said["making_seconds"])
    said["finish_seconds"] = timed(database.finish)[0] / 1000
    return said


def _counted(made: Iterator[ModelCard], said: dict[str, float]) -> Iterator[ModelCard]:
    """The cards; the time that making them takes is not the database's."""
    said["making_seconds"] = 0.0
    while True:
        began = time.perf_counter()
        card = next(made, None)
        said["making_seconds"] += time.perf_counter() - began
        if card is None:
            return
        yield card


def measure(database: CardDatabase, rounds: int, seed: int) -> dict[str, dict[str, float]]:
    """p50 and p95 of each kind of query, in milliseconds; queries of all kinds are mixed, as people would."""
    rng = random.Random(seed)
    times: dict[str, list[tuple[float, float]]] = {kind: [] for kind in KINDS}
    hits: dict[str, int] = dict.fromkeys(KINDS, 0)
    for kind in rng.sample(KINDS * rounds, len(KINDS) * rounds):
        query = queries(kind, rng)
        pages: list[Page] = []
        times[kind].append(timed(lambda query=query, pages=pages: pages.append(database.search(*query))))
        hits[kind] += pages[0].count
    return {kind: _row(found) | {"hits": hits[kind] / rounds} for kind, found in times.items()}


def _row(found: list[tuple[float, float]]) -> dict[str, float]:
    clock, core = [one for one, _ in found], [one for _, one in found]
    return {
        "p50": statistics.median(clock),
        "p95": percentile(clock, 0.95),
        "max": max(clock),
        "cpu_p95": percentile(core, 0.95),
    }


def compare(everything: list[ModelCard], rounds: int, seed: int) -> dict[str, float]:
    """The list in Python, over a few queries of all kinds."""
    rng = random.Random(seed)
    chosen = [queries(rng.choice(KINDS), rng) for _ in range(rounds)]
    return _row([timed(lambda query=query: in_python(everything, query)) for query in chosen])


def report(path: Path, options: argparse.Namespace) -> dict[str, object]:
    """Everything that is measured."""
    said: dict[str, object] = {}
    with CardDatabase(path) as database:
        if database.count() < options.cards:
            said["filling"] = fill(database, options.cards, options.seed)
        said["cards"] = database.count()
        said["megabytes"] = sum(file.stat().st_size for file in path.parent.glob(path.name + "*")) / 1e6
        said["first search"] = timed(lambda: CardDatabase(path).search("bert"))[0]
        said["queries"] = measure(database, options.rounds, options.seed)
        said["all queries"] = _row([timed(lambda q=q: database.search(*q)) for q in _mixed(options)])
        fresh = [timed(lambda task=task: CardDatabase(path).candidates(task, 1000)) for task in TASKS]
        said["candidates, first"] = _row(fresh)
        database.candidates(TASKS[0], 1000)
        said["candidates, again"] = _row([timed(lambda: database.candidates(TASKS[0], 1000)) for _ in TASKS])
        said["prospects"] = _row([timed(lambda t=t: database.prospects(t, 1000)) for t in TASKS])
        said["a card"] = _row(_gets(database, options))
    if not options.no_list:
        said["list in Python"] = compare(list(cards(options.cards, options.seed)), 10, options.seed)
    said["peak_mb"] = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / 1024
    return said


def _mixed(options: argparse.Namespace) -> list[Query]:
    rng = random.Random(options.seed + 1)
    return [queries(rng.choice(KINDS), rng) for _ in range(options.rounds * 10)]


def _gets(database: CardDatabase, options: argparse.Namespace) -> list[tuple[float, float]]:
    ids = random.Random(options.seed).sample(database.ids(), min(500, database.count()))
    return [timed(lambda one=one: database.get(one)) for one in ids]


def main() -> None:
    """Measures and prints."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--cards", type=int, default=1_000_000)
    parser.add_argument("--file", type=Path, metavar="FILE")
    parser.add_argument("--rounds", type=int, default=30, help="queries of each kind")
    parser.add_argument("--seed", type=int, default=7)
    parser.add_argument("--no-list", action="store_true", help="leave the list in Python out, which takes 5 kB a card")
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    with tempfile.TemporaryDirectory() as folder:
        said = report(options.file or Path(folder) / "cards.sqlite3", options)
    if options.json:
        print(json.dumps(said))
        return
    for name, value in said.items():
        if name == "queries":
            assert isinstance(value, dict)
            print("| query | hits, up to 1,000 | p50 ms | p95 ms | max ms | CPU p95 ms |")
            print("| --- | ---: | ---: | ---: | ---: | ---: |")
            for kind, row in value.items():
                cells = [f"{row[column]:.1f}" for column in ("p50", "p95", "max", "cpu_p95")]
                print(f"| {kind} | {row['hits']:.0f} | {' | '.join(cells)} |")
        else:
            print(f"{name}: {_said(value)}")


def _said(value: object) -> str:
    if isinstance(value, dict):
        return ", ".join(f"{name} {_said(number)}" for name, number in value.items())
    return f"{value:.1f}" if isinstance(value, float) else str(value)


if __name__ == "__main__":
    main()
