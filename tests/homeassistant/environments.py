"""Environments of their own for the programs of others that are tested against: Home Assistant and a satellite.

`python -m tests.homeassistant.environments` makes them, once, in a cache folder; it takes about ten minutes. Tests
themselves have no network. JARVIS_TEST_HASS and JARVIS_TEST_SATELLITE name a `hass` and a Python to use instead.
"""

from __future__ import annotations

import os
import subprocess
import sys
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from platformdirs import user_cache_path

HASS_VERSION = "2024.3.3"
"""The last one for Python 3.11."""


@dataclass(frozen=True)
class Environment:
    """A virtual environment with some packages."""

    name: str
    variable: str
    """The environment variable that names its program instead."""
    program: str
    """In its folder of programs."""
    installs: Sequence[Sequence[str]]
    """What pip is told, one call after the other."""

    @property
    def path(self) -> Path:
        """Where the program is, or will be."""
        named = os.environ.get(self.variable)
        return Path(named) if named else self.folder / "bin" / self.program

    @property
    def folder(self) -> Path:
        return user_cache_path("jarvis-tests") / self.name

    def make(self) -> None:
        """Makes it, if it is not there whole."""
        if os.environ.get(self.variable) or (self.folder / "complete").exists():
            return
        subprocess.run([sys.executable, "-m", "venv", "--clear", str(self.folder)], check=True)
        python = str(self.folder / "bin" / "python")
        for packages in self.installs:
            subprocess.run([python, "-m", "pip", "install", "--quiet", *packages], check=True)
        (self.folder / "complete").touch()


HOME_ASSISTANT = Environment(
    f"home-assistant-{HASS_VERSION}",
    "JARVIS_TEST_HASS",
    "hass",
    (
        ("wheel", "setuptools<81"),
        (f"homeassistant=={HASS_VERSION}",),
        # What it breaks with in the newest versions, and what its integrations want when they are set up.
        ("josepy<2", "pillow==10.2.0", "wyoming==1.5.3", "webrtc-noise-gain==1.2.3", "zeroconf==0.131.0"),
    ),
)
SATELLITE = Environment(
    "wyoming-satellite-1.0.0",
    "JARVIS_TEST_SATELLITE",
    "python",
    # Without their dependencies: zeroconf is not used here.
    (("--no-deps", "wyoming-satellite==1.0.0", "wyoming==1.4.1", "pyring-buffer==1.0.0"),),
)

if __name__ == "__main__":
    for environment in (HOME_ASSISTANT, SATELLITE):
        environment.make()
