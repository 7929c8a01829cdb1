"""Measures how long choosing a model takes, and compares it with HuggingGPT's rule on HuggingGPT's own registry.

python benchmarks/selection.py [--repeat 300] [--json]
python benchmarks/selection.py --gpt-registry p0_models.jsonl    # the table of docs/selection.md

The first form makes 1,000 cards for one task and chooses among them, from the plainest case to one with every limit
and what was learned; then it looks up what is here, as each run does. The second needs the file of the 673 cards.
"""

from __future__ import annotations

import argparse
import json
import random
import re
import statistics
import time
from collections.abc import Callable
from dataclasses import dataclass, field, replace
from pathlib import Path

from jarvis.availability import look
from jarvis.graph import Task, TaskGraph
from jarvis.languages import language_name, language_of
from jarvis.model_registry.card import Evaluation, Measured, ModelCard, WeightFile
from jarvis.model_registry.gpt_registry import hugginggpt_choice, read_cards
from jarvis.model_registry.registry import Registry
from jarvis.selection import Availability, Lesson, Row, Selector, Wishes, topic_words
from jarvis.tools.toolset import builtin_tools

TASK = "summarization"
CANDIDATES = 1000
SEED = 5


@dataclass(frozen=True)
class Case:
    """One request put to both rules."""

    task: str
    request: str
    wishes: Wishes = field(default_factory=Wishes)
    free_memory_mb: int | None = None
    target: str = ""
    """The language of the result."""
    language: str = ""
    """The language of a recording, where the user tells it (`--language`)."""

    @property
    def condition(self) -> str:
        """What is asked beside the request, in words."""
        told: list[str] = []
        if self.wishes.licenses:
            told.append(f"only {' or '.join(self.wishes.licenses)} licences")
        if self.wishes.no_licenses:
            told.append(f"nothing {' or '.join(self.wishes.no_licenses)}")
        if self.free_memory_mb:
            told.append(f"{self.free_memory_mb / 1000:g} GB of memory free")
        if self.language:
            told.append(f"spoken in {language_name(self.language)}")
        if self.target:
            told.append(f"into {language_name(self.target)}")
        return ", ".join(told)


PERMISSIVE = Wishes(licenses=("permissive",))
COMMERCIAL = Wishes(no_licenses=("non-commercial",))
CASES = (
    Case("text-classification", "Is the sentiment of this review positive or negative: the film was wonderful"),
    Case("text-classification", "Welche Stimmung (sentiment) hat diese Bewertung: das Essen war leider kalt"),
    Case("text-classification", "Which emotion does she feel when she writes: I can not stop smiling"),
    Case("token-classification", "Encuentra los nombres en este texto: Marta vive en Sevilla y trabaja en Madrid"),
    Case("token-classification", "找出这句话里的实体：李明在上海的华为工作", PERMISSIVE),
    Case("summarization", "Summarize this chat dialogue between two friends for me", PERMISSIVE),
    Case("summarization", "Fasse diesen deutschen Artikel zusammen und sage, was am wichtigsten ist"),
    Case("translation", "Translate this letter to my landlord into Spanish", target="es"),
    Case("translation", "Translate the manual of the washing machine into Chinese", PERMISSIVE, target="zh"),
    Case("question-answering", "Où est né Victor Hugo, et quand est-il mort ? Lis la réponse dans ce texte"),
    Case("question-answering", "Who signed the contract?", free_memory_mb=500),
    Case("conversational", "Keep me company and chat a little", PERMISSIVE),
    Case("text-generation", "Write three sentences about autumn", free_memory_mb=6000),
    Case("text2text-generation", "Correct the grammar of this sentence: he go to school", free_memory_mb=6000),
    Case("automatic-speech-recognition", "Transcribe the meeting in memo.wav", free_memory_mb=2500),
    Case("automatic-speech-recognition", "Transcribe this voice message", free_memory_mb=2500, language="ru"),
    Case("text-to-speech", "把这句话读给我听：你好，很高兴认识你"),
    Case("text-to-image", "Paint a lighthouse in a storm for our shop", PERMISSIVE),
    Case("text-to-video", "Make a video of a panda that surfs, for an advertisement", COMMERCIAL),
    Case("image-to-image", "Make this small photo larger, super resolution", PERMISSIVE),
    Case("image-classification", "Which food is on this plate?"),
    Case("object-detection", "Find the tables on this scanned page"),
    Case("image-segmentation", "Which clothes does she wear? Cut them out"),
    Case("audio-classification", "Which language is spoken in clip.wav, language identification"),
    Case("sentence-similarity", "Wie ähnlich sind sich diese beiden deutschen Sätze?"),
    Case("tabular-classification", "Sort these passengers by whether they survive", PERMISSIVE),
)  # fmt: skip

# Millions of parameters as their authors publish them, for the names that do not tell: HuggingGPT's file has no sizes.
PARAMETERS = {
    "bigscience/bloom": 176_247, "bigscience/bloomz": 176_247, "google/flan-t5-xxl": 11_267,
    "google/flan-t5-xl": 2_850, "google/flan-t5-large": 783, "google/flan-t5-base": 248, "google/flan-t5-small": 77,
    "openai/whisper-large-v2": 1_543, "openai/whisper-large": 1_543, "openai/whisper-medium": 769,
    "openai/whisper-medium.en": 769, "openai/whisper-small": 244, "openai/whisper-small.en": 244,
    "openai/whisper-base": 74, "openai/whisper-base.en": 74, "openai/whisper-tiny": 39,
    "openai/whisper-tiny.en": 39, "gpt2": 124, "gpt2-medium": 355, "gpt2-large": 774, "gpt2-xl": 1_558,
    "distilgpt2": 82, "t5-small": 60, "t5-base": 223, "t5-large": 738, "facebook/bart-large-cnn": 406,
    "sshleifer/distilbart-cnn-12-6": 306, "deepset/roberta-base-squad2": 124, "deepset/tinyroberta-squad2": 82,
    "deepset/roberta-large-squad2": 355, "distilbert-base-cased-distilled-squad": 65, "bigscience/T0pp": 11_135,
    "bigscience/mt0-xxl": 12_921, "google/ul2": 19_460, "google/flan-ul2": 19_460,
}  # fmt: skip
_BILLIONS = re.compile(r"(?<![\w.])(\d+(?:\.\d+)?)\s?(b|m)(?![a-z0-9])", re.IGNORECASE)
_LARGE = (("xxl", 11_000), ("xl", 3_000), ("large", 400), ("base", 110), ("small", 60), ("tiny", 20))


def parameter_count(model_id: str) -> int | None:
    """As published, or as the name tells (`-6b`), or as its size word usually means (`base`)."""
    if model_id in PARAMETERS:
        return PARAMETERS[model_id] * 10**6
    if found := _BILLIONS.search(model_id.replace("-", " ").replace("_", " ")):
        return round(float(found[1]) * (10**9 if found[2].lower() == "b" else 10**6))
    parts = re.split(r"[^a-z0-9]+", model_id.lower())
    return next((millions * 10**6 for word, millions in _LARGE if word in parts), None)


def compare(path: Path) -> list[dict[str, str]]:
    """Both choices for every case. Both are supposed to be able to run every model, as a hosted service is."""
    cards = [
        card.model_copy(update={"handler": "any:Runtime", "parameter_count": parameter_count(card.id)})
        for card in read_cards(path)
    ]
    return [row for case in CASES if (row := _compared(case, cards))]


def _compared(case: Case, cards: list[ModelCard]) -> dict[str, str]:
    theirs = hugginggpt_choice(cards, case.task)
    assert theirs is not None
    language = case.language or language_of(case.request)
    available = Availability(
        language=language,
        token=True,
        topic=topic_words(case.request),
        wishes=case.wishes,
        free_memory_mb=case.free_memory_mb,
    )
    known = [card for card in cards if case.task in card.tasks]
    rows = Selector().explain(builtin_tools()[case.task], known, available, target=case.target)
    fit = [row for row in rows if row.limit in ("", "pull")]
    ours = fit[0] if fit else None
    their_row = next(row for row in rows if row.card.id == theirs.id)
    same = ours is not None and ours.card.id == theirs.id
    return {
        "task": case.task,
        "request": case.request,
        "condition": case.condition,
        "language": language,
        "theirs": theirs.id,
        "ours": ours.card.id if ours else "none",
        "why": "the same" if same else _why(ours, their_row),
    }


def _why(ours: Row | None, theirs: Row) -> str:
    """What is wrong with their choice, or by how much ours is ahead and in what."""
    if theirs.parts is None:
        told = f"theirs is out: {theirs.reason}"
        return told if ours is not None else f"{told}; and so is every other one"
    assert ours is not None
    assert ours.parts is not None
    ahead = {
        name: getattr(ours.parts, name) - getattr(theirs.parts, name)
        for name in ("quality", "fit", "wait", "memory", "language")
    }
    said = sorted(((name, gain) for name, gain in ahead.items() if abs(gain) >= 0.02), key=lambda row: -abs(row[1]))
    return ", ".join(f"{name} {gain:+.2f}" for name, gain in said) + f" (ours: {_figures(ours)})"


def _figures(row: Row) -> str:
    figure = next((e for e in row.card.evaluations), None)
    license_words = row.card.license or "licence not stated"
    return f"{license_words}{f', {figure.metric} {figure.value:.3g} on {figure.dataset}' if figure else ''}"


def markdown(rows: list[dict[str, str]]) -> str:
    """The table of docs/selection.md."""
    lines = ["| task, request | HuggingGPT takes | Jarvis takes | why |", "| --- | --- | --- | --- |"]
    for row in rows:
        condition = f" ({row['condition']})" if row["condition"] else ""
        asked = f"**{row['task']}**: {row['request']}{condition}"
        lines.append(f"| {asked} | {row['theirs']} | {row['ours']} | {row['why']} |")
    return "\n".join(lines)


def made_cards(count: int = CANDIDATES) -> list[ModelCard]:
    """Cards for one task as a hub has them: most not measured, half with figures, in several languages and licences."""
    chance = random.Random(SEED)
    return [_made(place, chance) for place in range(count)]


def _made(place: int, chance: random.Random) -> ModelCard:
    weights = WeightFile(
        role="model", package="p", version="1", path="m.onnx", sha256="", bytes=chance.randrange(10**7, 2 * 10**9)
    )
    measured = Measured(seconds=chance.random() * 3, memory_mb=chance.randrange(50, 3000), on="a made model")
    figure = Evaluation(dataset="cnn_dailymail", metric="rouge1", value=chance.random() * 50, source="model-index")
    return ModelCard(
        id=f"owner/model-{place}",
        name=f"model {place}",
        tasks=(TASK,),
        handler="any:Runtime",
        license=chance.choice(["MIT", "Apache-2.0", "CC-BY-NC-4.0", "LicenseRef-openrail", ""]),
        languages=chance.choice([(), ("en",), ("de", "fr"), ("*",)]),
        quality=0.5,
        quality_source="not measured",
        source="huggingface",
        files=(weights,) if chance.random() < 0.9 else (),
        measured=measured if chance.random() < 0.3 else None,
        evaluations=(figure,) if chance.random() < 0.5 else (),
        downloads=chance.randrange(10**6),
        likes=chance.randrange(2000),
        tags=tuple(chance.sample(["news", "legal", "chat", "medical", "finance", "science"], 2)),
    )


def situations(cards: list[ModelCard]) -> dict[str, Availability]:
    """What the selector is given, from nothing to everything at once."""
    plain = Availability(language="en")
    lessons = {(TASK, card.id): Lesson(8.0, 1.0, 0.2, 0.3) for card in cards[::20]}
    return {
        "plain": plain,
        "limits": replace(plain, free_memory_mb=2000, wishes=Wishes(licenses=("permissive",), max_mb=800)),
        "learned": replace(plain, lessons=lessons, seed=1, topic=topic_words("summarize the legal news")),
        "everything": Availability(
            language="en",
            free_memory_mb=2000,
            free_disk_mb=100_000,
            lessons=lessons,
            seed=1,
            topic=topic_words("summarize the legal news"),
            wishes=Wishes(licenses=("permissive",), max_mb=1500, forbid=frozenset({"owner/model-5"})),
            missing={card.id: "not installed" for card in cards[::7]},
            loaded=frozenset(card.id for card in cards[:3]),
            budget_seconds=60,
        ),
    }


def milliseconds(work: Callable[[], object], repeat: int) -> dict[str, float]:
    """CPU time of one call: median, best, and the 95th of a hundred."""
    taken: list[float] = []
    for _ in range(repeat):
        began = time.process_time()
        work()
        taken.append((time.process_time() - began) * 1000)
    taken.sort()
    return {"median": statistics.median(taken), "best": taken[0], "p95": taken[int(len(taken) * 0.95)]}


def speeds(repeat: int) -> dict[str, dict[str, float]]:
    """How long choosing among 1,000 candidates takes, and looking up what is here."""
    cards = made_cards()
    registry, selector = Registry(cards), Selector()
    task = Task(0, TASK, {"text": "a text to make shorter " * 40})
    graph = TaskGraph([task], builtin_tools())
    rows: dict[str, dict[str, float]] = {}
    began = time.process_time()
    selector.assign_task(task, graph, registry, Availability())
    first = (time.process_time() - began) * 1000
    rows["first, with the facts of all cards"] = {"median": first, "best": first, "p95": first}
    for name, available in situations(cards).items():
        rows[f"choose: {name}"] = milliseconds(
            lambda given=available: selector.assign_task(task, graph, registry, given), repeat
        )
    shipped = Registry.load()
    look(shipped)
    rows["look up what is here"] = milliseconds(lambda: look(shipped), repeat)
    return rows


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--gpt-registry", type=Path, metavar="p0_models.jsonl")
    parser.add_argument("--repeat", type=int, default=300)
    parser.add_argument("--json", action="store_true")
    options = parser.parse_args()
    if options.gpt_registry:
        rows = compare(options.gpt_registry)
        print(json.dumps(rows, ensure_ascii=False) if options.json else markdown(rows))
        return
    figures = speeds(options.repeat)
    if options.json:
        print(json.dumps(figures))
        return
    print(f"milliseconds of CPU time, {CANDIDATES} candidates: median (best, p95)")
    for name, row in figures.items():
        print(f"  {name:<36} {row['median']:6.2f}  ({row['best']:.2f}, {row['p95']:.2f})")


if __name__ == "__main__":
    main()
