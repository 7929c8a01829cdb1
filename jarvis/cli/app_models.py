"""`jarvis models ...`: the commands and their options. Each imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from jarvis.cli.here import Json, here_of

models_app = typer.Typer(add_completion=False, rich_markup_mode=None, help="The models that Jarvis knows.")

Model = Annotated[str, typer.Argument(metavar="ID", help="As `jarvis models list` or `search` shows it.")]
Task = Annotated[str | None, typer.Option(help="Only models for this task, such as text-to-speech.")]
License = Annotated[
    str, typer.Option("--license", metavar="CLASS|SPDX", help="Only such licences: permissive, copyleft, MIT ...")
]
Language = Annotated[str, typer.Option(help="Only models of this language, such as de.")]
Order = Literal["relevance", "downloads", "likes", "age", "size", "quality", "speed"]
SortBy = Annotated[Order | None, typer.Option(help="The order.")]
Fits = Annotated[bool, typer.Option("--fits", help="Only what can run here.")]
Installed = Annotated[bool, typer.Option("--installed", help="Only what is here.")]
Most = Annotated[int, typer.Option("--limit", min=1, help="Models of hubs at most.")]
Source = Annotated[str, typer.Option(help="huggingface or modelscope.")]
Variant = Annotated[str, typer.Option(help="A precision that the model comes in, such as int8.")]


@models_app.command("list")
def models_list(
    context: typer.Context,
    task: Task = None,
    license_: License = "",
    language: Language = "",
    sort: SortBy = None,
    fits: Fits = False,
    installed: Installed = False,
    limit: Most = 20,
    json: Json = False,
) -> int:
    """List the models that ship or were pulled; with a task or a filter also those of the hubs."""
    from jarvis.cli.models import Choice, list_models

    here = here_of(context)
    choice = Choice(license_, language, sort, fits, installed, limit)
    return list_models(task, here.screen, here.services, as_json=json, choice=choice)


@models_app.command("search")
def models_search(
    context: typer.Context,
    words: Annotated[list[str], typer.Argument(help="Words of a name, a description, a tag.")],
    task: Task = None,
    license_: License = "",
    language: Language = "",
    sort: SortBy = None,
    fits: Fits = False,
    installed: Installed = False,
    limit: Most = 20,
    json: Json = False,
) -> int:
    """Search all known models by words; works offline, from the last `jarvis models sync`."""
    from jarvis.cli.models import Choice, search_models

    here = here_of(context)
    choice = Choice(license_, language, sort, fits, installed, limit)
    return search_models(words, task, here.screen, here.services, as_json=json, choice=choice)


@models_app.command("show")
def models_show(context: typer.Context, model: Model, json: Json = False) -> int:
    """Show everything known about one model."""
    from jarvis.cli.models import show_model

    here = here_of(context)
    return show_model(model, here.screen, here.services, as_json=json)


@models_app.command("why")
def models_why(
    context: typer.Context,
    task: Annotated[str, typer.Argument(help="A task, such as text-to-speech.")],
    request: Annotated[str, typer.Option(help='Its language and wishes count: "use whisper base".')] = "",
    language: Annotated[str, typer.Option(help="The language of the text, as a code or an English name.")] = "",
    file: Annotated[Path | None, typer.Option("--file", "-f", help="A file that goes in; its size counts.")] = None,
    json: Json = False,
) -> int:
    """Show for each model of a task what rules it out, or how it scored."""
    from jarvis.cli.why import Question, why

    here = here_of(context)
    return why(Question(task, request, language, file, json), here.screen, here.services)


@models_app.command("sync")
def models_sync(
    context: typer.Context,
    source: Annotated[list[str] | None, typer.Option(help="Only this hub: huggingface or modelscope.")] = None,
    task: Annotated[list[str] | None, typer.Option(help="Only models for this task; may be given again.")] = None,
    limit: Annotated[int, typer.Option(min=1, help="Models of a task at most, the most downloaded first.")] = 1000,
    full: Annotated[bool, typer.Option("--full", help="All of them again, not only what changed.")] = False,
    json: Json = False,
) -> int:
    """Ask the hubs what models there are, and remember it for `search`, `list` and `why`."""
    from jarvis.cli.sync import SyncOptions, sync_models

    here = here_of(context)
    return sync_models(SyncOptions(source or (), task or (), limit, full, json), here.screen, here.services)


@models_app.command("pull")
def models_pull(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="ID[@REVISION]", help="Such as owner/name, as `search` shows it.")],
    variant: Variant = "",
    source: Source = "",
    yes: Annotated[bool, typer.Option("--yes", help="Drop models unused the longest where there is no room.")] = False,
    json: Json = False,
) -> int:
    """Bring a model of a hub here, check it, and let it be chosen."""
    from jarvis.cli.pull import PullOptions, pull_model

    here = here_of(context)
    return pull_model(PullOptions(model, variant, source, yes, json), here.screen, here.services)


@models_app.command("add")
def models_add(
    context: typer.Context,
    folder: Annotated[Path, typer.Argument(help="With config.json and weights as on the Hub.")],
    task: Annotated[str, typer.Option(help="What the model does, where its configuration does not say so.")] = "",
    license_: Annotated[str, typer.Option("--license", metavar="SPDX", help="Its licence, such as MIT.")] = "",
    variant: Variant = "",
    json: Json = False,
) -> int:
    """Let a model in a folder of your own be chosen."""
    from jarvis.cli.add import AddOptions, add_model

    here = here_of(context)
    return add_model(AddOptions(folder, task, license_, variant, json), here.screen, here.services)


@models_app.command("rm")
def models_rm(context: typer.Context, model: Model, variant: Variant = "", json: Json = False) -> int:
    """Remove a model that was pulled, made by `optimize`, or added."""
    from jarvis.cli.add import remove_any

    here = here_of(context)
    return remove_any(model, variant, here.screen, here.services, as_json=json)


@models_app.command("verify")
def models_verify(
    context: typer.Context,
    model: Annotated[str, typer.Argument(metavar="[ID]", help="Only this one.")] = "",
    json: Json = False,
) -> int:
    """Hash the files of what was pulled; ends with 1 when one is not what it was."""
    from jarvis.cli.pull import verify_models

    here = here_of(context)
    return verify_models(model, here.screen, here.services, as_json=json)


@models_app.command("licenses")
def models_licenses(
    context: typer.Context,
    installed: Installed = False,
    json: Json = False,
    csv: Annotated[bool, typer.Option("--csv", help="Print a table for spreadsheets.")] = False,
) -> int:
    """Tell under which terms each model is used: licence, what it asks for, where its text is."""
    from jarvis.cli.models import report_licenses

    here = here_of(context)
    form: Literal["text", "json", "csv"] = "json" if json else "csv" if csv else "text"
    return report_licenses(here.screen, here.services, installed=installed, form=form)


@models_app.command("optimize")
def models_optimize(
    context: typer.Context,
    model: Model,
    to: Annotated[
        Literal["auto", "int8", "int8-static", "fp16", "int4"], typer.Option(help="The form to make; auto tries them.")
    ] = "auto",
    data: Annotated[Path | None, typer.Option(help="A folder of your own files to calibrate and compare with.")] = None,
    tolerance: Annotated[float, typer.Option(min=0, max=1, help="How far results may differ.")] = 0.01,
    minutes: Annotated[float, typer.Option(min=0.1, help="How long it may take.")] = 5.0,
    json: Json = False,
) -> int:
    """Make a variant that is quicker or smaller here, if its results stay the same."""
    from jarvis.cli.optimize import OptimizeOptions, optimize

    here = here_of(context)
    options = OptimizeOptions(model, to, data, tolerance, minutes, json)
    return optimize(options, here.screen, here.services)


@models_app.command("bench")
def models_bench(
    context: typer.Context,
    models: Annotated[list[str] | None, typer.Argument(metavar="[ID]...", help="Only these models.")] = None,
    task: Task = None,
    everything: Annotated[bool, typer.Option("--all", help="Every model that can run here.")] = False,
    repeat: Annotated[int, typer.Option(min=1, help="Runs of each.")] = 3,
    data: Annotated[Path | None, typer.Option(help="A folder of your own files to run them on.")] = None,
    json: Json = False,
) -> int:
    """Measure models on this machine; their time and memory count from then on."""
    from jarvis.cli.bench import BenchOptions, bench

    here = here_of(context)
    options = BenchOptions(tuple(models or ()), task, everything, repeat, data, json)
    return bench(options, here.screen, here.services)
