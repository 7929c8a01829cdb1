"""Task types of a home: devices, cameras, timers, lists."""

from __future__ import annotations

from jarvis.spec import Effect, ToolSpec, spec

_SAID = ("room", "language")
"""A name is looked for first where its speaker stands, and a question back is in the speaker's language."""

SPECS: tuple[ToolSpec, ...] = (
    spec(
        "home-control",
        ["action: name", "target: name", "value?: any"],
        "data",
        "Act on a device of the home: action is turn_on, turn_off, set_brightness, set_temperature, "
        "set_color, open, close, lock, unlock, play, pause, set_volume, start, stop, activate; target is the "
        "device, area or scene as the user names it; value carries the setting.",
        effect=Effect.EFFECT,
        choices={
            "action": (
                "turn_on",
                "turn_off",
                "set_brightness",
                "set_temperature",
                "set_color",
                "open",
                "close",
                "lock",
                "unlock",
                "play",
                "pause",
                "set_volume",
                "start",
                "stop",
                "activate",
            )
        },
        irreversible_actions=("unlock", "open"),
        context=_SAID,
    ),
    spec(
        "home-state",
        ["target: name"],
        "data",
        "Read the state of a device, sensor or room.",
        context=_SAID,
    ),
    spec(
        "camera-snapshot",
        ["target: name"],
        "image",
        "Take the present picture of a camera of the home.",
        context=_SAID,
    ),
    spec(
        "timer",
        ["action: name", "duration?: text", "at?: text", "label?~: text"],
        "data",
        "Start, cancel or read a timer, alarm or reminder: action is start, cancel, status.",
        effect=Effect.EFFECT,
        choices={"action": ("start", "cancel", "status")},
        context=("room",),
    ),
    spec(
        "list-item",
        ["action: name", "list: name", "item?: text"],
        "data",
        "Add to, remove from or read a shopping, to-do or note list: action is add, remove, read.",
        effect=Effect.EFFECT,
        choices={"action": ("add", "remove", "read")},
        context=("language",),
    ),
)
