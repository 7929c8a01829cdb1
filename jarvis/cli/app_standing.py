"""`jarvis standing ...` and `jarvis keep`: the commands and their options. Each imports what it needs when called."""

from __future__ import annotations

from typing import Annotated

import typer

from jarvis.cli.here import Json, here_of

standing_app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="Standing plans: what Jarvis does again and again."
)
Which = Annotated[
    str, typer.Argument(metavar="PLAN", help="Its id as `jarvis standing list` shows it, or words of it.")
]


@standing_app.command("list")
def standing_list(context: typer.Context, json: Json = False) -> int:
    """List standing plans, and alarms and reminders that come again."""
    from jarvis.cli.standing import list_plans

    here = here_of(context)
    return list_plans(here.screen, here.services, as_json=json)


@standing_app.command("add")
def standing_add(
    context: typer.Context,
    text: Annotated[str, typer.Argument(help='Such as "every day at seven read me the weather".')],
    yes: Annotated[bool, typer.Option("--yes", help="Keep it without asking.")] = False,
) -> int:
    """Plan TEXT, show the plan, and keep it when you say yes."""
    from jarvis.cli.standing import add_plan

    here = here_of(context)
    return add_plan(text, here.screen, here.services, yes=yes)


@standing_app.command("show")
def standing_show(context: typer.Context, plan: Which, json: Json = False) -> int:
    """Show a plan: when it runs, each of its tasks, how its last run went."""
    from jarvis.cli.standing import show_plan

    here = here_of(context)
    return show_plan(plan, here.screen, here.services, as_json=json)


@standing_app.command("rm")
def standing_rm(context: typer.Context, plan: Which) -> int:
    """Delete a plan."""
    from jarvis.cli.standing import change_plan

    here = here_of(context)
    return change_plan("remove", plan, "", here.screen, here.services)


@standing_app.command("pause")
def standing_pause(context: typer.Context, plan: Which) -> int:
    """Let a plan rest, until `resume`."""
    from jarvis.cli.standing import change_plan

    here = here_of(context)
    return change_plan("pause", plan, "", here.screen, here.services)


@standing_app.command("resume")
def standing_resume(context: typer.Context, plan: Which) -> int:
    """Let a plan that rests go on."""
    from jarvis.cli.standing import change_plan

    here = here_of(context)
    return change_plan("resume", plan, "", here.screen, here.services)


@standing_app.command("move")
def standing_move(
    context: typer.Context,
    plan: Which,
    when: Annotated[str, typer.Argument(help='Such as "at 8" or "every weekday at 6:30".')],
) -> int:
    """Give a plan another time."""
    from jarvis.cli.standing import change_plan

    here = here_of(context)
    return change_plan("change", plan, when, here.screen, here.services)


@standing_app.command("run")
def standing_run(context: typer.Context, plan: Which) -> int:
    """Run a plan now, once more."""
    from jarvis.cli.standing import run_plan

    here = here_of(context)
    return run_plan(plan, here.screen, here.services)


def keep(
    context: typer.Context,
    json: Annotated[bool, typer.Option("--json", help="Print one JSON object for each event.")] = False,
) -> int:
    """Ring timers and run standing plans, until Ctrl-C."""
    from jarvis.cli.standing import keep as keep_on

    here = here_of(context)
    return keep_on(here.screen, here.services, as_json=json)
