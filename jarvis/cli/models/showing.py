"""`jarvis models show`: everything that is known about one model."""

from __future__ import annotations

from collections.abc import Iterator

from jarvis.cli.models.fitting import Room, fits, obstacle, room_here
from jarvis.cli.models.known import Known, known_models
from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.words import counted, one_line, size
from jarvis.model_registry.card import ModelCard, StoredFile
from jarvis.model_registry.packaged import way_out
from jarvis.model_registry.terms import license_class, obligations

_MOST_TAGS = 20
_MOST_FIGURES = 10


def show_model(model_id: str, screen: Screen, services: Services, *, as_json: bool) -> int:
    """Prints one model's card: of one that ships, was pulled, or came with the last sync.

    Raises:
        ModelError: there is no such model.
    """
    with known_models(services) as known:
        card = known.find(model_id)
        room = room_here(known.settings)
        own = card.id in known.registry
        lacking = known.lacking(card) if own else [text for text in (obstacle(card, room),) if text]
        if as_json:
            screen.json(_row(card, lacking, room, own=own))
            return 0
        here = _here(card, lacking, own=own)
        facts = [(name, one_line(value, 2000)) for name, value in _facts(card, here, known, room)]
    if screen.interactive:
        from jarvis.cli.tables import facts_table

        screen.out.print(facts_table(facts))
    else:
        for name, value in facts:
            screen.write(f"{name}: {value}")
    return 0


def _row(card: ModelCard, lacking: list[str], room: Room, *, own: bool) -> dict[str, object]:
    variants = [
        {"name": fit.variant.name, "bytes": fit.variant.bytes, "memory_mb": fit.memory_mb, "obstacle": fit.obstacle}
        for fit in fits(card, room)
        if fit.variant
    ]
    more: dict[str, object] = {
        "installed": own and not lacking,
        "missing": lacking,
        "license_class": license_class(card.license),
    }
    return card.model_dump(mode="json") | more | {"fits": variants}


def _here(card: ModelCard, lacking: list[str], *, own: bool) -> str:
    if not lacking:
        return "ready" if own else f"can be pulled: run `jarvis models pull {card.id}`"
    return f"missing: {'; '.join(lacking)}; {way_out(card)}" if own else f"does not fit: {'; '.join(lacking)}"


def _facts(card: ModelCard, here: str, known: Known, room: Room) -> Iterator[tuple[str, str]]:
    yield "model", f"{card.id}: {card.name}"
    yield "tasks", ", ".join(card.tasks)
    yield "here", here
    for warning in card.warnings:
        yield "warning", warning
    yield "licence", f"{card.license} ({license_class(card.license)})" if card.license else "none is named"
    yield "terms", obligations(card.license)
    yield "languages", ", ".join(card.languages).replace("*", "many") or "language does not matter"
    if not card.variants:
        yield "size", size(card.size_bytes) if card.size_bytes else "no weights"
    yield "quality", f"{card.quality:.2f} ({card.quality_source})"
    if card.measured:
        m = card.measured
        yield "measured", f"{m.seconds:g} s, {m.memory_mb} MB, {m.load_seconds:g} s to load ({m.on})"
    for figure in card.evaluations[:_MOST_FIGURES]:
        yield "figure", f"{figure.metric} {figure.value:g} on {figure.dataset} ({figure.source})"
    if card.composition_of:
        yield "made of", ", ".join(card.composition_of)
    yield from _origin(card, known)
    yield from _weights(card, room)
    if card.notes:
        yield "note", card.notes
    if card.description:
        yield "its card says", f"“{one_line(card.description, 300)}”"


def _origin(card: ModelCard, known: Known) -> Iterator[tuple[str, str]]:
    if card.source != "package":
        yield "source", " ".join(part for part in (card.source, card.repository) if part)
    if card.revision:
        yield "revision", card.revision
    kind = [card.architecture, f"{_millions(card.parameter_count)} parameters" if card.parameter_count else ""]
    if any((*kind, card.library)):
        yield "kind", ", ".join(part for part in (*kind, f"for {card.library}" if card.library else "") if part)
    if card.base_model:
        terms = known.license_of(card.base_model)
        yield (
            "base model",
            f"{card.base_model} ({terms or 'no licence is named'})" if terms is not None else card.base_model,
        )
    used = [
        f"{card.downloads:,} downloads in 30 days" if card.downloads is not None else "",
        counted(card.likes, "like") if card.likes is not None else "",
        f"changed {card.updated:%Y-%m-%d}" if card.updated else "",
    ]
    if any(used):
        yield "use", ", ".join(part for part in used if part)
    if card.gated:
        yield "gated", "its owner must grant access first, on its page at the hub; then set HF_TOKEN"
    if card.tags:
        yield "tags", ", ".join(card.tags[:_MOST_TAGS]) + (", …" if len(card.tags) > _MOST_TAGS else "")
    if card.hub:
        yield "on the Hub", f"{card.hub.id} ({card.hub.revision})"


def _weights(card: ModelCard, room: Room) -> Iterator[tuple[str, str]]:
    for fit in fits(card, room):
        if fit.variant:
            what = f"{fit.variant.format} {fit.variant.precision}, {size(fit.variant.bytes)} in "
            what += counted(len(fit.variant.files), "file")
            yield (
                f"variant {fit.variant.name}",
                f"{what}; {fit.obstacle or f'fits, with about {fit.memory_mb} MB of memory'}",
            )
    for file in card.files:
        where = file.path if isinstance(file, StoredFile) else f"{file.path} of {file.package} {file.version}"
        yield f"file {file.role}", f"{where}, sha256 {file.sha256}"


def _millions(count: int) -> str:
    return f"{count / 1e9:.1f} billion" if count >= 1_000_000_000 else f"{count / 1e6:.0f} million"
