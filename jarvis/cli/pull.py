"""`jarvis models pull|rm|verify`: models of hubs, brought here, removed, checked."""

from __future__ import annotations

from collections.abc import Callable, Generator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass
from typing import TYPE_CHECKING

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.words import counted, size
from jarvis.model_registry.here import pulled_models
from jarvis.model_registry.store import Installed, Pull, Step, pull

if TYPE_CHECKING:
    from jarvis.settings import Settings

FAILED = 1


@dataclass(frozen=True, slots=True)
class PullOptions:
    """What `jarvis models pull` was given."""

    model: str
    variant: str = ""
    source: str = ""
    yes: bool = False
    as_json: bool = False


def pull_model(options: PullOptions, screen: Screen, services: Services) -> int:
    """Pulls one model and says what it is.

    Raises:
        JarvisError: see `jarvis.model_registry.store.pull`.
    """
    from jarvis.model_registry.hubs.names import wanted
    from jarvis.model_registry.hubs.syncing import sources_from_env

    settings = services.settings()
    asked = wanted(options.model, options.source, options.variant)
    (hub,) = sources_from_env([asked.source])
    store = pulled_models(settings)
    before = {one.folder for one in store.entries()}
    with hub.asker, _bar(screen) as progress:
        how = Pull(
            licenses=settings.licenses,
            no_licenses=settings.no_licenses,
            progress=progress,
            may_drop=_asks(screen, yes=options.yes),
            near=_near(settings),
        )
        done = pull(store, hub, asked, how)
    if options.as_json:
        screen.json(_row(done) | {"fetched": done.folder not in before})
        return 0
    word = "was here already" if done.folder in before else "is here"
    screen.write(
        f"{done.card.id} {word}: {done.variant.name}, {size(done.bytes)}, {done.card.license or 'no licence stated'}"
    )
    _say_what_runs(done, screen)
    return 0


def remove_model(model: str, variant: str, screen: Screen, services: Services, *, as_json: bool) -> int:
    """Removes a pulled model, or one of its variants.

    Raises:
        ModelError: it is not here.
        StorageError: it cannot be removed.
    """
    from jarvis.model_registry.hubs.names import wanted

    store = pulled_models(services.settings())
    asked = wanted(model, variant=variant)
    gone = store.remove(_card_id(asked.source, asked.repository), asked.variant)
    if as_json:
        screen.json([_row(one) for one in gone])
    else:
        for one in gone:
            screen.write(f"{one.card.id} is removed: {one.variant.name}, {size(one.bytes)} freed")
    return 0


def verify_models(model: str, screen: Screen, services: Services, *, as_json: bool) -> int:
    """Hashes the files of one pulled model, or of all; gives 1 when one is not what was pulled.

    Raises:
        ModelError: this model is not here.
    """
    from jarvis.model_registry.hubs.names import wanted

    store = pulled_models(services.settings())
    name = model
    if model:
        asked = wanted(model)
        name = _card_id(asked.source, asked.repository) + (f":{asked.variant}" if asked.variant else "")
    found = list(store.verify(name))
    if as_json:
        screen.json([{"id": one.card.id, "problems": list(one.problems)} for one in found])
    elif not found:
        screen.write("no model is pulled; `jarvis models pull ID` brings one")
    else:
        for one in found:
            said = f"{'; '.join(one.problems)}; run `jarvis models pull {one.card.id}`" if one.problems else "right"
            screen.write(f"{one.card.id}: {said}")
    return FAILED if any(one.problems for one in found) else 0


def _card_id(source: str, repository: str) -> str:
    return repository if source == "huggingface" else f"{source}/{repository}"


def _row(one: Installed) -> dict[str, object]:
    card = one.card
    return {
        "id": card.id, "variant": one.variant.name, "revision": card.revision, "license": card.license,
        "tasks": list(card.tasks), "bytes": one.bytes, "folder": str(one.folder), "handler": card.handler,
    }  # fmt: skip


def _say_what_runs(done: Installed, screen: Screen) -> None:
    from jarvis.model_registry.packaged import missing, way_out

    lacking = missing(done.card)
    if lacking:
        screen.note(f"it cannot run here yet: {'; '.join(lacking)}; {way_out(done.card)}")


def _asks(screen: Screen, *, yes: bool) -> Callable[[Sequence[Installed]], bool]:
    def may_drop(dropped: Sequence[Installed]) -> bool:
        named = ", ".join(f"{one.card.id} ({size(one.bytes)})" for one in dropped)
        if yes:
            screen.note(f"to make room, {counted(len(dropped), 'model')} unused the longest will go: {named}")
            return True
        if not screen.can_ask:
            return False
        screen.note(f"to make room, {named} would go, unused the longest. Go on? [y/N]")
        return screen.stdin.readline().strip().lower() in ("y", "yes")

    return may_drop


def _near(settings: Settings) -> Callable[[str], Sequence[str]]:
    """Names of the database that look like one that does not exist, or have its words."""

    def near(name: str) -> Sequence[str]:
        from difflib import get_close_matches

        from jarvis.model_registry.database import CardDatabase, card_file

        with CardDatabase(card_file(settings.data_dir)) as database:
            words = name.replace("/", " ").replace("-", " ").replace("_", " ")
            found = [card.id for card in database.search(words, limit=20).cards]
            looks = get_close_matches(name, found or database.ids(), n=3, cutoff=0.7)
        return looks or found[:3]

    return near


@contextmanager
def _bar(screen: Screen) -> Generator[Callable[[Step], None]]:
    if not screen.interactive:
        yield _told_once(screen)
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TimeRemainingColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, TimeRemainingColumn(), console=screen.out) as bars:
        line = bars.add_task("asking the hub", total=None)

        def report(step: Step) -> None:
            said = step.file.rpartition("/")[2] or "waiting for another process that pulls it"
            bars.update(line, description=said[-40:], completed=step.done, total=step.total)

        yield report


def _told_once(screen: Screen) -> Callable[[Step], None]:
    told: set[str] = set()

    def report(step: Step) -> None:
        if step.file not in told:
            told.add(step.file)
            screen.note(step.file or "another process pulls this model; waiting for it")

    return report
