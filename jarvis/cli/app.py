"""The commands and their options. Each imports what it needs when it is called, so that `--help` is quick."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated, Literal

import typer

from jarvis.cli.app_models import models_app
from jarvis.cli.app_people import people_app
from jarvis.cli.app_standing import keep, standing_app
from jarvis.cli.here import Json, here_of

app = typer.Typer(
    add_completion=False,
    rich_markup_mode=None,
    context_settings={"help_option_names": ["-h", "--help"]},
    help="Say what you want in one breath: Jarvis plans it as a graph of AI tasks, runs them here, and answers.",
    epilog='Try: jarvis run "describe photo.jpg and read it aloud"',
)
app.add_typer(models_app, name="models")
app.add_typer(people_app, name="people")
app.add_typer(standing_app, name="standing")
eval_app = typer.Typer(add_completion=False, rich_markup_mode=None, help="Measure how good plans are.")
app.add_typer(eval_app, name="eval")


Gold = Annotated[Path, typer.Option("--data", metavar="FILE", help="The gold plans, one JSON object a line.")]
Predictions = Annotated[Path | None, typer.Option(metavar="FILE.jsonl", help="Score these plans instead of planning.")]
Split = Annotated[
    Literal["all", "train", "dev", "test"], typer.Option(help="Only the requests of this split, a hash of their id.")
]
Limit = Annotated[int | None, typer.Option(min=1, metavar="N", help="Only the first N requests.")]
PlansOut = Annotated[Path | None, typer.Option("--out", metavar="FILE.jsonl", help="Where the plans go.")]
Adapter = Annotated[
    Path | None, typer.Option(metavar="FILE.safetensors", help="Plan with these weights, not those that ship.")
]

Yes = Annotated[bool, typer.Option("--yes", help="Allow what cannot be taken back, such as unlocking a door.")]
OneRun = Annotated[
    str, typer.Argument(metavar="[RUN]", help="As `jarvis runs` shows it, or a part of it.  [default: the newest]")
]


@app.callback(invoke_without_command=True)
def _jarvis(
    context: typer.Context,
    version: Annotated[bool, typer.Option("--version", help="Print the version.")] = False,
) -> None:
    if version:
        import jarvis

        here_of(context).screen.write(f"jarvis {jarvis.__version__}")
        raise typer.Exit
    if context.invoked_subcommand is None:
        here_of(context).screen.write(context.get_help())
        raise typer.Exit


@app.command()
def run(
    context: typer.Context,
    text: Annotated[str | None, typer.Argument(help="What you want; - reads standard input.")] = None,
    file: Annotated[
        list[Path] | None, typer.Option("--file", "-f", metavar="FILE", help="A file to work on; may be repeated.")
    ] = None,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where new files go.  [default: ./jarvis-out]")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Allow what cannot be taken back, such as unlocking a door.")
    ] = False,
    json: Json = False,
) -> int:
    """Do what TEXT asks and show the answer."""
    from jarvis.cli.run import RunOptions, files_of, read_text
    from jarvis.cli.run import run as run_request

    here = here_of(context)
    options = RunOptions(read_text(text, here.screen), files_of(file or ()), out, json, yes)
    return run_request(options, here.screen, here.services)


@app.command()
def plan(
    context: typer.Context,
    text: Annotated[str | None, typer.Argument(help="What you want; - reads standard input.")] = None,
    batch: Annotated[
        Path | None,
        typer.Option(metavar="IN.jsonl", help='Plan every line {"id", "request"} or {"id", "turns"} of a file.'),
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="OUT.jsonl", help="Where the plans of --batch go.")] = None,
    tools: Annotated[
        list[Path] | None,
        typer.Option("--tools", metavar="TOOLS.json", help="Tools that plans may use besides; may be repeated."),
    ] = None,
    mermaid: Annotated[bool, typer.Option("--mermaid", help="Print the graph as a Mermaid diagram.")] = False,
    estimate: Annotated[bool, typer.Option("--estimate", help="Also show time, memory and cost.")] = False,
    json: Json = False,
) -> int:
    """Show how Jarvis would do TEXT, without doing it."""
    from jarvis.cli import plan as planning

    here = here_of(context)
    services = planning.with_tools(tools, here.services) if tools else here.services
    if batch is not None or out is not None:
        return planning.plan_batch(batch, out, text, here.screen, services)
    form: planning.Form = "json" if json else "mermaid" if mermaid else "lines"
    return planning.plan_one(text, form, here.screen, services, with_estimate=estimate)


@app.command()
def chat(
    context: typer.Context,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where new files go.  [default: ./jarvis-out]")
    ] = None,
    yes: Annotated[
        bool, typer.Option("--yes", help="Allow what cannot be taken back, such as unlocking a door.")
    ] = False,
) -> int:
    """Talk with Jarvis; it remembers earlier turns."""
    from jarvis.cli.chat import chat as converse

    here = here_of(context)
    return converse(here.screen, here.services, out=out, yes=yes)


@app.command()
def voice(
    context: typer.Context,
    wav: Annotated[
        list[Path] | None, typer.Option("--wav", metavar="IN", help="Hear this sound file; may be repeated.")
    ] = None,
    out: Annotated[Path | None, typer.Option(metavar="OUT.wav", help="Write what is said into this file.")] = None,
    stdin: Annotated[bool, typer.Option("--stdin", help="Hear WAV or raw 16 kHz 16-bit sound from a pipe.")] = False,
    microphone: Annotated[str, typer.Option(metavar="NAME", help="Part of the name of the device that hears.")] = "",
    speaker: Annotated[str, typer.Option(metavar="NAME", help="Part of the name of the device that speaks.")] = "",
    room: Annotated[str, typer.Option(metavar="ROOM", help="Where this is, as the home calls it.")] = "",
    files: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where new files go.  [default: ./jarvis-out]")
    ] = None,
    yes: Yes = False,
    real_time: Annotated[bool, typer.Option("--real-time", help="Hear files as slowly as they were spoken.")] = False,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each event.")] = False,
) -> int:
    """Listen for "Hey Jarvis", do what is said, and answer aloud."""
    from jarvis.cli.voice import VoiceOptions
    from jarvis.cli.voice import voice as talk

    here = here_of(context)
    options = VoiceOptions(
        tuple(wav or ()), out, stdin, room, files, yes, json, real_time, microphone or None, speaker or None
    )
    return talk(options, here.screen, here.services)


@app.command()
def runs(
    context: typer.Context,
    number: Annotated[int, typer.Option("--number", "-n", min=1, metavar="N", help="Only the newest N.")] = 20,
    unfinished: Annotated[bool, typer.Option("--unfinished", help="Only those that are not finished.")] = False,
    prune: Annotated[
        bool, typer.Option("--prune", help="Drop what is older or more than the settings keep, and pack the file.")
    ] = False,
    json: Json = False,
) -> int:
    """List what was run, newest first."""
    from jarvis.cli import runs as listing

    here = here_of(context)
    if prune:
        return listing.tidy(here.screen, here.services, as_json=json)
    return listing.list_runs(number, here.screen, here.services, unfinished=unfinished, as_json=json)


@app.command()
def trace(
    context: typer.Context,
    run_id: OneRun = "",
    html: Annotated[Path | None, typer.Option(metavar="FILE.html", help="Write it as a page of its own.")] = None,
    json: Json = False,
) -> int:
    """Show where the time of a run went: each task, the critical path, models, cache hits."""
    from jarvis.cli.timeline import show_trace

    here = here_of(context)
    return show_trace(run_id, html, here.screen, here.services, as_json=json)


@app.command()
def resume(
    context: typer.Context,
    run_id: Annotated[
        str, typer.Argument(metavar="[RUN]", help="The run, or a part of its id.  [default: the newest unfinished]")
    ] = "",
    yes: Yes = False,
    again: Annotated[
        bool | None, typer.Option("--again/--not-again", help="Do again what may have been done, instead of asking.")
    ] = None,
    json: Json = False,
) -> int:
    """Finish a run that was broken off; what is done is not done again."""
    from jarvis.cli.resume import ResumeOptions
    from jarvis.cli.resume import resume as finish

    here = here_of(context)
    return finish(ResumeOptions(run_id, yes, again, json), here.screen, here.services)


@app.command()
def replay(
    context: typer.Context,
    run_id: OneRun = "",
    out: Annotated[Path | None, typer.Option(metavar="DIR", help="Where new files go.  [default: as then]")] = None,
    effects: Annotated[
        bool, typer.Option("--effects", help="Also do again what has an effect, instead of taking what it gave.")
    ] = False,
    yes: Yes = False,
    json: Json = False,
) -> int:
    """Run the plan of an earlier run again, without the cache, and say what differs."""
    from jarvis.cli.resume import ReplayOptions
    from jarvis.cli.resume import replay as run_again

    here = here_of(context)
    return run_again(ReplayOptions(run_id, out, effects, yes, json), here.screen, here.services)


@app.command()
def serve(
    context: typer.Context,
    wyoming: Annotated[
        bool, typer.Option("--wyoming", help="Speech to text, text to speech, wake word and requests over Wyoming.")
    ] = False,
    uri: Annotated[
        str, typer.Option(metavar="URI", help="Where: tcp://HOST:PORT, unix://PATH, or stdio://, in place of --host.")
    ] = "",
    host: Annotated[
        str, typer.Option(metavar="HOST", help="An address of this machine.  [default: 127.0.0.1, this machine alone]")
    ] = "",
    port: Annotated[int | None, typer.Option(min=0, max=65535, metavar="PORT", help="[default: 10600]")] = None,
    satellite: Annotated[
        list[str] | None,
        typer.Option(metavar="tcp://HOST:PORT[@ROOM]", help="Be the hub of this satellite; may be repeated."),
    ] = None,
    zeroconf: Annotated[bool, typer.Option("--zeroconf", help="Announce the server in the local network.")] = False,
    out: Annotated[
        Path | None, typer.Option(metavar="DIR", help="Where new files go.  [default: ./jarvis-out]")
    ] = None,
) -> int:
    """Serve other programs and devices, such as Home Assistant and voice satellites, until Ctrl-C."""
    from jarvis.cli import serve as serving

    here = here_of(context)
    options = serving.ServeOptions(wyoming, uri, host, port, tuple(satellite or ()), zeroconf, out)
    return serving.serve(options, here.screen, here.services)


app.command()(keep)


@app.command()
def setup(
    context: typer.Context,
    all_models: Annotated[
        bool, typer.Option("--all", help="Fetch for all models, not only the installed extras.")
    ] = False,
) -> int:
    """Fetch the weights that pip does not bring, once."""
    from jarvis.cli.setup import fetch_missing

    here = here_of(context)
    return fetch_missing(here.screen, here.services, everything=all_models)


@app.command()
def doctor(
    context: typer.Context,
    verify: Annotated[bool, typer.Option("--verify", help="Also check the hash of every model file.")] = False,
    json: Json = False,
) -> int:
    """Tell what works here and how to get what is missing."""
    from jarvis.cli.doctor import examine

    here = here_of(context)
    return examine(here.screen, here.services, verify=verify, as_json=json)


@eval_app.command("plans")
def eval_plans(
    context: typer.Context,
    data: Gold,
    predictions: Predictions = None,
    tools: Annotated[
        Path | None, typer.Option(metavar="TOOLS.json", help="Tools that every request may use, beside the built-in.")
    ] = None,
    split: Split = "all",
    limit: Limit = None,
    out: PlansOut = None,
    adapter: Adapter = None,
    plot: Annotated[
        Path | None, typer.Option(metavar="FILE.svg", help="Draw which tasks are taken for which others.")
    ] = None,
    show: Annotated[int, typer.Option(min=0, metavar="N", help="Show the N worst plans.")] = 0,
    fast_path: Annotated[
        bool, typer.Option("--fast-path", help="Plan household sentences by their grammar, as outside of measurements.")
    ] = False,
    json: Json = False,
) -> int:
    """Plan the requests of FILE, or read their plans, and score them: nodes, edges, arguments, exact graphs."""
    from jarvis.cli import eval as evaluation

    here = here_of(context)
    options = evaluation.Options(data, predictions, split, limit, out, adapter, json, fast_path)
    return evaluation.eval_plans(options, tools, plot, show, here.screen, here.services)


@eval_app.command("ultratool")
def eval_ultratool(
    context: typer.Context,
    data: Gold,
    predictions: Predictions = None,
    split: Split = "all",
    limit: Limit = None,
    out: PlansOut = None,
    adapter: Adapter = None,
    json: Json = False,
) -> int:
    """Score plans over UltraTool's 260 tools by its measure: node F1, link F1, accuracy."""
    from jarvis.cli import eval as evaluation

    here = here_of(context)
    options = evaluation.Options(data, predictions, split, limit, out, adapter, json)
    return evaluation.eval_ultratool(options, here.screen, here.services)


@eval_app.command("taskbench")
def eval_taskbench(
    context: typer.Context,
    data: Annotated[Path, typer.Option("--data", metavar="DIR", help="A folder such as data_huggingface.")],
    predictions: Annotated[Path, typer.Option(metavar="FILE", help='Lines {"id", "result": {"task_nodes", ...}}.')],
    json: Json = False,
) -> int:
    """Score plans for TaskBench by its official metrics, and strictly beside them."""
    from jarvis.cli.eval import eval_taskbench as score

    here = here_of(context)
    return score(data, predictions, here.screen, as_json=json)
