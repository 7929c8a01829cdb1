"""The way in: commands are found, errors become one sentence and an exit code."""

from __future__ import annotations

import os
import sys
import threading
import traceback
import warnings
from collections.abc import Sequence
from dataclasses import replace
from typing import Protocol, runtime_checkable

from jarvis.cli.interrupt import InterruptedRunError
from jarvis.cli.screen import Screen, standard_screen
from jarvis.cli.services import Services
from jarvis.cli.words import one_line
from jarvis.errors import JarvisError

FAILED, USAGE = 1, 2
_SIGNALLED = 130
_PATIENCE = 1.5
"""Seconds that a model in the middle of its work may keep the process after Ctrl-C."""


@runtime_checkable
class _CommandLineError(Protocol):
    """What typer raises for a wrong option; its class moved between versions of typer."""

    exit_code: int

    def format_message(self) -> str: ...


def enter(argv: Sequence[str] | None, services: Services | None) -> int:
    """Runs one command and gives its exit code."""
    ours = argv is None
    arguments = list(sys.argv[1:] if argv is None else argv)
    services = services or Services()
    if ours:
        services = replace(services, hurry=_leave_soon)
    if not _debugging():
        warnings.simplefilter("ignore")  # of libraries: nobody at a command line can act on them
    try:
        with standard_screen(wants_json="--json" in arguments) as screen:
            code = _guarded(arguments, screen, services)
            screen.stdout.flush()
    except BrokenPipeError:
        _drop_output()
        return FAILED
    return code


def _guarded(arguments: list[str], screen: Screen, services: Services) -> int:
    wants_json = "--json" in arguments
    try:
        return _invoke(arguments, screen, services)
    except JarvisError as error:
        return _refuse(type(error).__name__, str(error), error.exit_code, screen, wants_json)
    except InterruptedRunError:
        return FAILED
    except (KeyboardInterrupt, EOFError):
        return _refuse("Interrupted", "interrupted", FAILED, screen, wants_json)
    except BrokenPipeError:
        raise
    except Exception as error:  # noqa: BLE001 - the program's edge: one sentence, never a traceback
        if isinstance(error, _CommandLineError):
            return _refuse("UsageError", error.format_message(), error.exit_code, screen, wants_json)
        if _debugging():
            traceback.print_exc(file=screen.stderr)
        what = one_line(f"{type(error).__name__}: {error}", 300)
        message = f"internal error: {what}; please report it; set JARVIS_DEBUG=1 for the traceback"
        return _refuse("InternalError", message, FAILED, screen, wants_json)


def _invoke(arguments: list[str], screen: Screen, services: Services) -> int:
    import typer

    from jarvis.cli.app import app
    from jarvis.cli.here import Context

    command = typer.main.get_command(app)
    try:
        code = command.main(arguments, prog_name="jarvis", standalone_mode=False, obj=Context(screen, services))
    except typer.Abort:
        raise EOFError from None
    if code == _SIGNALLED:  # what typer makes of Ctrl-C
        raise KeyboardInterrupt
    return code if isinstance(code, int) else 0


def _refuse(kind: str, message: str, code: int, screen: Screen, wants_json: bool) -> int:
    if wants_json and not screen.told_json:
        screen.json({"error": {"kind": kind, "message": message}})
    else:
        screen.note(f"jarvis: {message}")
    return code


def _debugging() -> bool:
    return os.environ.get("JARVIS_DEBUG", "") not in ("", "0")


def _leave_soon(code: int) -> None:
    """A model cannot be stopped in the middle of its arithmetic; the process can."""
    timer = threading.Timer(_PATIENCE, os._exit, (code,))
    timer.daemon = True
    timer.start()


def _drop_output() -> None:
    """Nobody reads any more: what is still in a buffer must not fail again at exit."""
    nowhere = os.open(os.devnull, os.O_WRONLY)
    for stream in (sys.stdout, sys.stderr):
        try:
            os.dup2(nowhere, stream.fileno())
        except (OSError, ValueError):  # not a file: a test's buffer
            continue
    os.close(nowhere)
