"""Homes: a simulated one, a user's own in YAML, and a real one through Home Assistant; all of them are a `Home`."""

from jarvis.tools.homes.choice import is_address
from jarvis.tools.homes.opening import open_home, opened
from jarvis.tools.homes.protocol import Change, Home, HomeError, Picture, Place, Row, Thing

__all__ = [
    "Change",
    "Home",
    "HomeError",
    "Picture",
    "Place",
    "Row",
    "Thing",
    "is_address",
    "open_home",
    "opened",
]
