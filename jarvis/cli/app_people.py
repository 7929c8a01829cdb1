"""`jarvis people ...`: the commands and their options. Each imports what it needs when it is called."""

from __future__ import annotations

from pathlib import Path
from typing import Annotated

import typer

from jarvis.cli.here import Json, here_of

people_app = typer.Typer(
    add_completion=False, rich_markup_mode=None, help="People whose voices are known, and what they may have done."
)
Name = Annotated[str, typer.Argument(metavar="NAME", help="As `jarvis people list` shows it.")]
Wav = Annotated[
    list[Path] | None, typer.Option("--wav", metavar="FILE", help="A recording instead of the microphone; repeatable.")
]
Device = Annotated[str, typer.Option("--microphone", metavar="DEVICE", help="Its number or a part of its name.")]
Language = Annotated[
    str | None, typer.Option(metavar="CODE", help="The language that is spoken and answered, such as de.")
]
May = Annotated[
    list[str] | None,
    typer.Option(
        metavar="TOOL[:ACTION]",
        help="What may be done of what cannot be taken back: a pattern such as 'home-control:unlock'; "
        "repeatable; '' for nothing.  [default: everything]",
    ),
]


@people_app.command("enrol")
def people_enrol(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="Whose voice it is.")],
    wav: Wav = None,
    language: Language = None,
    may: May = None,
    microphone: Device = "",
) -> int:
    """Learn a voice from a few sentences, said to the microphone or recorded. Only numbers are kept, no recording."""
    from jarvis.cli.people import EnrolOptions, enrol

    here = here_of(context)
    options = EnrolOptions(name, tuple(wav or ()), language or "", None if may is None else tuple(may), microphone)
    return enrol(options, here.screen, here.services)


@people_app.command("list")
def people_list(context: typer.Context, json: Json = False) -> int:
    """List who is enrolled."""
    from jarvis.cli.people import list_people

    here = here_of(context)
    return list_people(here.screen, here.services, as_json=json)


@people_app.command("show")
def people_show(context: typer.Context, name: Name, json: Json = False) -> int:
    """Show what is known of a person."""
    from jarvis.cli.people import show_person

    here = here_of(context)
    return show_person(name, here.screen, here.services, as_json=json)


@people_app.command("set")
def people_set(
    context: typer.Context,
    name: Annotated[str, typer.Argument(metavar="NAME", help="A person, or `unknown` for all other voices.")],
    language: Language = None,
    may: May = None,
) -> int:
    """Change a person's language or permissions, or those of voices that nobody here has."""
    from jarvis.cli.people import set_person

    here = here_of(context)
    return set_person(name, language, None if may is None else tuple(may), here.screen, here.services)


@people_app.command("rm")
def people_rm(context: typer.Context, name: Name) -> int:
    """Forget a person and their voice."""
    from jarvis.cli.people import remove_person

    here = here_of(context)
    return remove_person(name, here.screen, here.services)


@people_app.command("test")
def people_test(context: typer.Context, wav: Wav = None, microphone: Device = "", json: Json = False) -> int:
    """Tell who speaks, in recordings or to the microphone, and how sure that is."""
    from jarvis.cli.people import tell_voice

    here = here_of(context)
    return tell_voice(tuple(wav or ()), microphone, here.screen, here.services, as_json=json)
