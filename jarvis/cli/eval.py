"""`jarvis eval`: how good plans are, by our measure, UltraTool's and TaskBench's."""

from __future__ import annotations

import asyncio
import time
from collections.abc import Callable, Generator, Iterable, Sequence
from contextlib import contextmanager
from dataclasses import dataclass, replace
from pathlib import Path
from typing import TYPE_CHECKING, Any, Literal, TextIO, TypeVar

from jarvis.cli.interrupt import leave
from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.errors import InputError, PlannerError, StorageError, UsageError
from jarvis.planners.evaluation import ultratool
from jarvis.planners.evaluation.analysis import confusions, judge_all, report, times
from jarvis.planners.evaluation.files import read_by_id, write_record
from jarvis.planners.evaluation.gold import Case, read_cases
from jarvis.planners.evaluation.heatmap import heatmap
from jarvis.planners.evaluation.predicting import Prediction, predict, read_predictions
from jarvis.planners.evaluation.tables import plans_text, taskbench_text, ultratool_text
from jarvis.planners.protocol import Planner
from jarvis.planners.training.data import split_of
from jarvis.settings import Settings
from jarvis.tools.listed import read_tools_file
from jarvis.tools.toolset import ToolSet, builtin_tools

if TYPE_CHECKING:
    from jarvis.planners.ultratool import UltraToolPlanner

T = TypeVar("T")
Split = Literal["all", "train", "dev", "test"]
_EVERY = 25
"""Plans between two words on how far it is."""


@dataclass(frozen=True, slots=True)
class Options:
    """What `plans` and `ultratool` have in common."""

    data: Path
    predictions: Path | None = None
    """Score these instead of planning."""
    split: Split = "all"
    limit: int | None = None
    out: Path | None = None
    """Where the predictions go."""
    adapter: Path | None = None
    """Weights to plan with instead of those that ship."""
    json: bool = False
    fast_path: bool = False
    """Let household sentences be planned by their grammar, as they are outside of measurements."""


def eval_plans(
    options: Options, tools_file: Path | None, plot: Path | None, show: int, screen: Screen, services: Services
) -> int:
    """Scores plans by our measure, with an analysis of the errors.

    Raises:
        UsageError: a file cannot be used, options do not fit together, or nothing is left to score.
        StorageError: the predictions or the plot cannot be written.
    """
    if plot is not None and plot.suffix.lower() != ".svg":
        raise UsageError(f"--plot {plot}: the plot is an SVG; name a file that ends with .svg")
    _check(options)
    cases = [case for case in read_cases(options.data) if options.split in ("all", split_of(case.row))]
    cases = _limited(cases, options)
    tools = builtin_tools().with_specs(read_tools_file(tools_file) if tools_file else ())
    about: dict[str, Any] = {"data": str(options.data), "split": options.split}
    if options.predictions is not None:
        predictions = read_predictions(options.predictions)
        about["predictions"] = str(options.predictions)
    else:
        # As in a batch there is nobody to ask; and what is measured is the planner that the settings name.
        settings = replace(services.settings(), ask=False, fast_path=options.fast_path)
        planner, weights = _planner(options, settings)
        predictions = asyncio.run(_predicted(cases, planner, tools, options, screen, services))
        about |= {"planner": planner.name} | weights
    rows = judge_all(cases, predictions, tools)
    found = about | report(rows, worst=show)
    if plot is not None:
        _write(plot, heatmap(confusions(rows), f"gold (side) taken for (top): {options.data.name}"), "--plot")
    if options.json:
        screen.json(found)
    else:
        _say(_heading(about), plans_text(found), screen)
    return 0


def eval_ultratool(options: Options, screen: Screen, services: Services) -> int:
    """Scores plans over UltraTool's tools by its measure.

    Raises:
        UsageError: a file cannot be used, or nothing is left to score.
        PlannerError: the model that plans them is not here.
        StorageError: the predictions cannot be written.
    """
    _check(options)
    samples = [s for s in ultratool.read_samples(options.data) if options.split in ("all", s.split)]
    samples = _limited(samples, options)
    about: dict[str, Any] = {"data": str(options.data), "split": options.split}
    seconds: list[float] = []
    known: Iterable[str] | None = None
    if options.predictions is not None:
        chains = ultratool.read_chains(options.predictions)
        about["predictions"] = str(options.predictions)
    else:
        planner, weights = _ultratool_planner(options, services.settings())
        known = planner.names
        chains = _chains(samples, planner.plan, seconds, options, screen)
        about |= weights
    found = about | ultratool.report(samples, chains) | {"seconds": times(seconds)}
    if known is not None:
        found["unknown_tools"] = ultratool.strangers(chains.values(), known)
    if options.json:
        screen.json(found)
    else:
        _say(_heading(about), ultratool_text(found), screen)
    return 0


def eval_taskbench(folder: Path, predictions: Path, screen: Screen, *, as_json: bool) -> int:
    """Scores predictions for a TaskBench data set by its official metrics, and strictly.

    Raises:
        InputError: a file is missing or is of another form.
    """
    from jarvis.planners.evaluation import taskbench

    found = taskbench.report(taskbench.read_data_set(folder), read_by_id(predictions))
    about = {"data": str(folder), "predictions": str(predictions)}
    if as_json:
        screen.json(about | found)
    else:
        _say(_heading(about), taskbench_text(found), screen)
    return 0


def _check(options: Options) -> None:
    if options.predictions is not None and (options.out or options.adapter):
        raise UsageError("--predictions scores plans that are there already; leave out --out and --adapter")
    if options.adapter is not None and not options.adapter.is_file():
        raise InputError(f"{options.adapter} is no file; name an adapter's weights", path=str(options.adapter))
    if options.out is not None and options.out.exists() and options.out.samefile(options.data):
        raise UsageError(f"--data and --out both name {options.out}; write the predictions to another file")


def _limited(found: Sequence[T], options: Options) -> list[T]:
    kept = list(found[: options.limit])
    if not kept:
        raise UsageError(f"nothing to score: {options.data} holds no request of split {options.split}; try --split all")
    return kept


def _planner(options: Options, settings: Settings) -> tuple[Planner, dict[str, str]]:
    """The planner that the settings name, and the hash of its weights."""
    from jarvis.artifacts import file_digest
    from jarvis.planners.choice import EmbeddedPlanner, choose_planner, local_planner
    from jarvis.planners.local import WEIGHTS

    if options.adapter is not None and settings.planner != "local":
        raise UsageError(f"--adapter is for the embedded planner; unset JARVIS_PLANNER, which is {settings.planner!r}")
    if options.adapter is None:
        return choose_planner(settings), {"weights": file_digest(WEIGHTS)} if settings.planner == "local" else {}
    local = local_planner(settings, options.adapter)
    planner = EmbeddedPlanner(local, threshold=settings.threshold, ask=settings.ask)
    return planner, {"weights": file_digest(options.adapter)}


async def _predicted(
    cases: Sequence[Case], planner: Planner, tools: ToolSet, options: Options, screen: Screen, services: Services
) -> dict[str, Prediction]:
    """Plans every case; with --out, each is written as soon as it is there."""
    found: dict[str, Prediction] = {}
    try:
        prepare: Callable[[], None] | None = getattr(planner, "prepare", None)
        if prepare is not None:
            screen.note("loading the planner")  # before the clock runs
            await asyncio.to_thread(prepare)
        with _opened(options.out) as out:
            for case in cases:
                found[case.id] = await predict(case, planner, tools)
                if out is not None:
                    out.write(write_record(found[case.id].to_json(case.id)))
                    out.flush()
                _tell(len(found), len(cases), screen)
    except asyncio.CancelledError:
        where = f"; they lie in {options.out}" if options.out else ""
        message = f"interrupted after {len(found)} of {len(cases)} plans{where}"
        raise leave(message, screen, services, as_json=options.json) from None
    return found


def _ultratool_planner(options: Options, settings: Settings) -> tuple[UltraToolPlanner, dict[str, str]]:
    from jarvis.artifacts import file_digest
    from jarvis.planners.ultratool import WEIGHTS, UltraToolPlanner

    weights = options.adapter or WEIGHTS
    try:
        return UltraToolPlanner(weights, settings.threads), {"weights": file_digest(weights)}
    except FileNotFoundError as error:
        raise PlannerError(
            f"the model that plans UltraTool's tools is missing ({error}); run `jarvis setup`"
        ) from error


def _chains(
    samples: Sequence[ultratool.Sample],
    plan: Callable[[str], list[str]],
    seconds: list[float],
    options: Options,
    screen: Screen,
) -> dict[str, ultratool.Chain]:
    found: dict[str, ultratool.Chain] = {}
    with _opened(options.out) as out:
        for sample in samples:
            began = time.perf_counter()
            found[sample.id] = chain = ultratool.Chain.of(plan(sample.request))
            seconds.append(time.perf_counter() - began)
            if out is not None:
                out.write(write_record({"id": sample.id, **chain.to_json(), "ms": round(seconds[-1] * 1000, 1)}))
                out.flush()
            _tell(len(found), len(samples), screen)
    return found


@contextmanager
def _opened(out: Path | None) -> Generator[TextIO | None]:
    if out is None:
        yield None
        return
    try:
        with out.open("w", encoding="utf-8") as file:
            yield file
    except OSError as error:
        raise StorageError(f"cannot write to {out} ({error.strerror}); choose another file with --out") from error


def _write(path: Path, text: str, option: str) -> None:
    try:
        path.write_text(text, encoding="utf-8")
    except OSError as error:
        raise StorageError(f"cannot write to {path} ({error.strerror}); choose another file with {option}") from error


def _tell(done: int, total: int, screen: Screen) -> None:
    if done % _EVERY == 0 or done == total:
        screen.note(f"[{done}/{total}]")


def _heading(about: dict[str, Any]) -> str:
    return ", ".join(f"{name} {value}" for name, value in about.items())


def _say(heading: str, lines: Iterable[str], screen: Screen) -> None:
    for line in (heading, "", *lines):
        screen.write(line)
