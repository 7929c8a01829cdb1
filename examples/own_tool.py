"""A tool of your own: a typed function. This one cannot be undone, so each use of it needs an approval.

Run it with `python examples/own_tool.py`.
"""

from __future__ import annotations

from jarvis import Jarvis


def water_the_plants(room: str, liters: float = 1.0) -> str:
    """Water the plants in a room."""
    return f"{liters:g} l of water went to the plants in the {room}."


with Jarvis.open_sync() as jarvis:
    jarvis.tool(effect="irreversible")(water_the_plants)  # or as a decorator
    tool = jarvis.tools["water-the-plants"]
    print(tool.name, "takes", ", ".join(f"{slot.name}: {slot.type.value}" for slot in tool.slots))
    print("effect:", tool.effect.value)
    # Without an approval nothing happens, and the answer says so.
    print(jarvis.run_sync("water the plants in the kitchen").text)
