"""The home that the settings name, one for all of a process: its connection stays open from task to task."""

from __future__ import annotations

import atexit
from pathlib import Path
from threading import Lock

from jarvis.settings import Settings
from jarvis.tools.homes.choice import is_address
from jarvis.tools.homes.protocol import Home
from jarvis.tools.homes.simulated import EMBEDDED, SimulatedHome

_HOMES: dict[tuple[str, str, Path], Home] = {}
_OPENING = Lock()


def open_home(settings: Settings) -> Home:
    """The home that `settings.home` names. Nothing is connected before something is asked of it.

    Raises:
        UsageError: the setting names no home: a file that cannot be read, or an address that is none.
    """
    return opened(settings.home, settings.home_token_variable, settings.data_dir)


def opened(where: str, token_variable: str, folder: Path) -> Home:
    """The home at a place: "" for the simulated one, a PATH.yaml, or the URL of a Home Assistant.

    Raises:
        UsageError: there is no home.
    """
    key = (where, token_variable, folder)
    with _OPENING:
        if key not in _HOMES:
            if not _HOMES:
                atexit.register(_close_all)
            _HOMES[key] = _made(where, token_variable, folder)
        return _HOMES[key]


def _made(where: str, token_variable: str, folder: Path) -> Home:
    if not is_address(where):
        return SimulatedHome(folder, Path(where).expanduser() if where else EMBEDDED)
    from jarvis.tools.homes.assistant import AssistantHome

    return AssistantHome(where, token_variable)


def _close_all() -> None:
    for home in _HOMES.values():
        home.close()
