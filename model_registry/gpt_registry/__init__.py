"""HuggingGPT's own registry: the 673 model cards of 2023 that its controller chose from, and the rule that it chose by.

The file is `p0_models.jsonl` of the folder `hugginggpt/server/data` at https://github.com/microsoft/JARVIS (MIT). It
holds other people's texts, so it is no part of this project: whoever has it reads it with `read_cards`. Only facts are
taken over: ids, tasks, licences, languages, tags, figures, likes. Such a card says nothing about files, so nothing of
it runs by itself.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Iterator, Mapping
from pathlib import Path
from typing import Any

from jarvis.errors import UsageError
from jarvis.model_registry.card import Evaluation, HubModel, ModelCard
from jarvis.model_registry.hubs.tasks import tasks_of
from jarvis.model_registry.hubs.texts import mapping, number, several, whole, words
from jarvis.model_registry.terms import spdx_of

_LONGEST_LINE = 1_000_000
"""Characters; the longest of the real file has a tenth of that."""
_MOST_CARDS = 100_000
_FIGURES = 50
_TOP = 10
_MANY = frozenset({"multilingual", "mul", "multi"})
_LANGUAGES = {"jp": "ja", "ch": "zh", "cn": "zh", "vn": "vi", "iw": "he", "english": "en", "code": "", "und": ""}


def read_cards(path: Path) -> list[ModelCard]:
    """The cards of a `p0_models.jsonl`, in its order. A model that stands there for two tasks becomes one card.

    Raises:
        UsageError: the file cannot be read, or a line of it is no card.
    """
    cards: dict[str, ModelCard] = {}
    for row in _rows(path):
        card = _card(row)
        known = cards.get(card.id)
        if known is not None:
            tasks = tuple(dict.fromkeys((*known.tasks, *card.tasks)))
            card = known.model_copy(update={"tasks": tasks})
        cards[card.id] = card
    return list(cards.values())


def hugginggpt_choice(cards: Iterable[ModelCard], task: str, loaded: frozenset[str] | None = None) -> ModelCard | None:
    """What HuggingGPT's rule takes: of the ten most liked models of a task the first that is loaded.

    `loaded` are the ids of the models that a server has in memory; None supposes that all are. Its chat model may then
    pick another of the first five by their descriptions; licence, language, size and figures are not looked at.
    """
    liked = sorted((card for card in cards if task in card.tasks), key=lambda card: -(card.likes or 0))[:_TOP]
    return next((card for card in liked if loaded is None or card.id in loaded), None)


def _rows(path: Path) -> Iterator[Mapping[str, Any]]:
    try:
        with path.open(encoding="utf-8") as file:
            for place in range(1, _MOST_CARDS + 2):
                line = file.readline(_LONGEST_LINE + 1)
                if not line:
                    return
                yield _row(line, f"line {place} of {path}", place)
    except (OSError, UnicodeDecodeError) as error:
        raise UsageError(f"cannot read {path} ({error}); name the file p0_models.jsonl of HuggingGPT") from error


def _row(line: str, where: str, place: int) -> Mapping[str, Any]:
    if len(line) > _LONGEST_LINE or place > _MOST_CARDS:
        raise UsageError(f"{where} is longer than a registry of model cards is; name the file p0_models.jsonl")
    try:
        row = json.loads(line)
    except (ValueError, RecursionError) as error:
        raise UsageError(f"{where} is no JSON ({error}); name the file p0_models.jsonl of HuggingGPT") from None
    if not isinstance(row, dict) or not words(row.get("id")) or not words(row.get("task")):
        raise UsageError(f"{where} is no model card: it needs an id and a task")
    return row


def _card(row: Mapping[str, Any]) -> ModelCard:
    meta = mapping(row.get("meta"))
    name = words(row["id"], 200)
    task = words(row["task"], 60)
    return ModelCard(
        id=name,
        name=name,
        tasks=tuple(dict.fromkeys((task, *tasks_of(task)))),
        handler="",
        license=_license(meta),
        languages=_languages(meta),
        quality=0.5,
        quality_source="not measured",
        source="huggingface",
        repository=name,
        hub=HubModel(id=name),
        downloads=whole(row.get("downloads")),
        likes=whole(row.get("likes")),
        gated=any(key.startswith("extra_gated") for key in meta),
        library=words(meta.get("library_name"), 40),
        base_model=next(iter(several(meta.get("base_model"), 1)), ""),
        tags=several(meta.get("tags")),
        evaluations=tuple(_evaluations(meta))[:_FIGURES],
    )


def _license(meta: Mapping[str, Any]) -> str:
    """SPDX. Of several licences all have to be kept."""
    said = several(meta.get("license") or meta.get("licence") or meta.get("licenses"), 4)
    return " AND ".join(dict.fromkeys(filter(None, map(spdx_of, said))))


def _languages(meta: Mapping[str, Any]) -> tuple[str, ...]:
    """ISO 639-1 codes; `multilingual` counts where no others are listed. YAML reads the Norwegian `no` as false."""
    said = meta.get("language", meta.get("languages"))
    listed = said if isinstance(said, list) else [said]
    codes = [word.lower() for word in several(["no" if one is False else one for one in listed], 300, 20)]
    found = (_LANGUAGES.get(code, code.split("-")[0][:3]) for code in codes if code not in _MANY)
    known = tuple(dict.fromkeys(filter(None, found)))
    return ("*",) if not known and _MANY.intersection(codes) else known


def _evaluations(meta: Mapping[str, Any]) -> Iterator[Evaluation]:
    for model in _listed(meta.get("model-index")):
        for result in _listed(model.get("results")):
            task = next(iter(tasks_of(words(mapping(result.get("task")).get("type"), 60))), "")
            about = mapping(result.get("dataset"))
            dataset = words(about.get("name") or about.get("type"), 80)
            for figure in _listed(result.get("metrics")):
                metric = words(figure.get("type") or figure.get("name"), 40)
                value = number(figure.get("value"))
                if metric and dataset and value is not None:
                    yield Evaluation(task=task, dataset=dataset, metric=metric, value=value, source="model-index")


def _listed(value: object) -> list[Mapping[str, Any]]:
    rows: list[object] = value if isinstance(value, list) else []
    return [mapping(row) for row in rows[:_FIGURES]]
