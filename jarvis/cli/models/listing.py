"""`jarvis models list` and `search`: one row a model, those of this machine first."""

from __future__ import annotations

from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, field
from typing import Any

from jarvis.cli.models.choice import Choice, order
from jarvis.cli.models.fitting import Room, obstacle, room_here
from jarvis.cli.models.known import Known, known_models
from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.tasks import task_named
from jarvis.cli.words import one_line, size
from jarvis.errors import UsageError
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.database import Page, has_words, smallest_bytes
from jarvis.model_registry.registry import Registry

_ANY = Choice()
_PAGE = 100
_LOOKED_AT = 1000
"""Cards of hubs whose fit is looked at for one list."""


@dataclass(frozen=True, slots=True)
class Row:
    """One model of a list."""

    card: ModelCard
    own: bool
    """Whether it ships or was pulled; else it is a hub's."""
    lacking: list[str]
    """What it still needs here; empty when it can run."""

    @property
    def state(self) -> str:
        """In a word or two."""
        if self.own:
            return "missing" if self.lacking else "ready"
        return "does not fit" if self.lacking else "can be pulled"


@dataclass(frozen=True, slots=True)
class Rows:
    """What is listed, and what more there is."""

    rows: list[Row]
    found: Page = field(default_factory=lambda: Page((), 0))
    """What the database found."""


def list_models(task: str | None, screen: Screen, services: Services, *, as_json: bool, choice: Choice = _ANY) -> int:
    """Prints the models that ship or were pulled, and with a task or a filter the hubs' most popular.

    Raises:
        UsageError: the task or the licence does not exist.
    """
    choice.checked()
    with known_models(services) as known:
        _check_task(task, known.registry)
        room = room_here(known.settings)
        own = list(_own(known, task, "", choice, room))
        listed = Rows(own)
        if not choice.installed and (task or choice.is_filter):
            listed = _with_hubs(known, own, "", task, choice, room)
        _print(listed, screen, as_json=as_json, none=_none_for(task, known.registry))
        _note(listed, known, screen, searched=False)
    return 0


def search_models(
    words: Sequence[str], task: str | None, screen: Screen, services: Services, *, as_json: bool, choice: Choice = _ANY
) -> int:
    """Prints the models that have all of these words in their cards, the most fitting first. Works without a network.

    Raises:
        UsageError: there is no word, or the task or the licence does not exist.
    """
    choice.checked()
    text = " ".join(words)
    if not any(char.isalnum() for char in text):
        raise UsageError("there is nothing to search for; name a word, such as `jarvis models search whisper`")
    with known_models(services) as known:
        _check_task(task, known.registry)
        room = room_here(known.settings)
        own = list(_own(known, task, text, choice, room))
        listed = Rows(own) if choice.installed else _with_hubs(known, own, text, task, choice, room)
        if as_json:
            screen.json(_searched(listed, known))
        else:
            _print(listed, screen, as_json=False, none=f"no model that is known has {one_line(text)!r} in its card")
            _note(listed, known, screen, searched=True)
    return 0


def _own(known: Known, task: str | None, text: str, choice: Choice, room: Room) -> Iterator[Row]:
    """Those that ship or were pulled, the best of a task first."""
    cards = [card for card in known.registry if choice.passes(card, task) and (not text or has_words(card, text))]
    if choice.sort or task or text:
        cards.sort(key=order(choice.sort or "quality"))
    for card in cards:
        lacking = known.lacking(card)
        if choice.installed and lacking:
            continue
        if choice.fits and (_needs(card) > (room.memory_mb or _needs(card)) or lacking):
            continue
        yield Row(card, True, lacking)


def _needs(card: ModelCard) -> int:
    return card.measured.memory_mb if card.measured else 0


def _with_hubs(known: Known, own: list[Row], text: str, task: str | None, choice: Choice, room: Room) -> Rows:
    """The models of the last sync beside one's own; with an order, all in that order."""
    rows, found = _of_hubs(known, {row.card.id for row in own}, text, task, choice, room)
    together = [*own, *rows]
    if choice.sort:
        together.sort(key=lambda row: order(choice.sort or "relevance")(row.card))
    return Rows(together, found)


def _of_hubs(
    known: Known, own: set[str], text: str, task: str | None, choice: Choice, room: Room
) -> tuple[list[Row], Page]:
    rows: list[Row] = []
    filters, sort = choice.filters(task), choice.sort or "relevance"
    page = first = known.database.search(text, filters, sort, limit=_PAGE if choice.fits else choice.limit)
    looked = 0
    while page.cards and len(rows) < choice.limit and looked < _LOOKED_AT:
        judged = (Row(card, False, _lacking(card, room)) for card in page.cards if card.id not in own)
        rows += [row for row in judged if not (choice.fits and row.lacking)]
        looked += len(page.cards)
        if not choice.fits:
            break
        page = known.database.search(text, filters, sort, limit=_PAGE, offset=looked)
    return rows[: choice.limit], first


def _lacking(card: ModelCard, room: Room) -> list[str]:
    found = obstacle(card, room)
    return [found] if found else []


def _check_task(task: str | None, registry: Registry) -> None:
    if task is not None and not registry.for_task(task):
        task_named(task)


def _none_for(task: str | None, registry: Registry) -> str:
    if not task or registry.for_task(task):
        return "no model that is known is like that"
    found = [f"{row.id} ({row.license})" if row.license else row.id for row in registry.suggestions(task)]
    if not found:
        return f"no model for {task} is registered"
    return f"no model for {task} is registered; on the Hugging Face Hub these would do it: {', '.join(found)}"


def _print(listed: Rows, screen: Screen, *, as_json: bool, none: str) -> None:
    if as_json:
        screen.json([_summary(row) for row in listed.rows])
    elif not listed.rows:
        screen.write(none)
    elif screen.interactive:
        from jarvis.cli.models.table import models_table

        sizes = [weight(row.card) for row in listed.rows]
        screen.out.print(models_table(listed.rows, sizes, screen.out.width))
    else:
        for row in listed.rows:
            card = row.card
            told = (one_line(card.id, 200), ",".join(card.tasks), weight(card), card.license or "-", row.state)
            screen.write("\t".join(told))


def _note(listed: Rows, known: Known, screen: Screen, *, searched: bool) -> None:
    """Below a list: how much more there is, how old it is, and what to do next."""
    for line in _notes(listed, known, searched=searched):
        screen.write(line) if screen.interactive else screen.note(line)


def _notes(listed: Rows, known: Known, *, searched: bool) -> Iterable[str]:
    found = listed.found
    hubs = sum(not row.own for row in listed.rows)
    own = [row for row in listed.rows if row.own]
    if own:
        yield f"{sum(not row.lacking for row in own)} of {len(own)} can run here; `jarvis models show ID` tells more"
    if found.widened:
        yield "no card has these words; these have words that begin so"
    if found.count > hubs:
        yield f"{hubs} of {'over ' if found.more else ''}{found.count:,} models of hubs; --limit shows more"
    if found.roughly:
        yield "in this order among the 1,000 most popular of them; name a --task for the exact order"
    if searched or known.syncs:
        yield known.synced()


def weight(card: ModelCard) -> str:
    """What a card takes of the disk: all files of one that is here, else its smallest variant."""
    if card.files or not card.variants:
        return size(card.size_bytes) if card.source == "package" or card.files else "-"
    smallest = smallest_bytes(card)
    return size(smallest) if smallest else "size not told"


def _searched(listed: Rows, known: Known) -> dict[str, Any]:
    found, own = listed.found, sum(row.own for row in listed.rows)
    synced = [{"source": s.source, "when": s.when.isoformat(), "models": s.count} for s in known.syncs]
    return {
        "models": [_summary(row) for row in listed.rows],
        "found": found.count + own,
        "more": found.more,
        "widened": found.widened,
        "rough_order": found.roughly,
        "synced": synced,
    }


def _summary(row: Row) -> dict[str, Any]:
    card = row.card
    return {
        "id": card.id,
        "name": card.name,
        "tasks": list(card.tasks),
        "license": card.license,
        "languages": list(card.languages),
        "bytes": card.size_bytes or smallest_bytes(card) or 0,
        "quality": card.quality,
        "extra": card.extra,
        "source": card.source,
        "downloads": card.downloads,
        "likes": card.likes,
        "updated": card.updated.isoformat() if card.updated else None,
        "gated": card.gated,
        "installed": row.own and not row.lacking,
        "fits": not row.lacking,
        "missing": row.lacking,
    }
