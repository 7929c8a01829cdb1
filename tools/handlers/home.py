"""The simulated home: lights, covers, heating, locks, players and cameras that exist only on disk, and say so."""

from __future__ import annotations

from collections.abc import Callable, Mapping
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.artifacts import Artifact
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.home_devices import Device, State, act, can, describe, load_home, start_state
from jarvis.tools.handlers.home_names import find
from jarvis.tools.handlers.home_store import JsonStore, data_folder

if TYPE_CHECKING:
    from PIL.Image import Image
    from PIL.ImageDraw import ImageDraw

_HOMES = Path(__file__).parent.parent / "homes"
_SIZE = (640, 480)


class SimulatedHome:
    """Acts on the simulated home and reads it; what was done is kept in a file and seen by the next request."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self.name, self.devices = load_home(_HOMES / "simulated.toml")
        self._store = JsonStore(data_folder(dict(options.parameters)) / "simulated-home.json")

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """Does `home-control`, `home-state` or `camera-snapshot`.

        Gives {"device", "state", "simulated": true}, a list of them for several devices, or a picture.

        Raises:
            TaskError: no such device or several, or it cannot do that; the message names those that come near.
        """
        target = inputs.text("target")
        if inputs.task == "home-control":
            return self.control(inputs.text("action"), target, inputs.values.get("value"))
        if inputs.task == "camera-snapshot":
            return self.snapshot(target, sink)
        return self.read(target)

    def control(self, action: str, target: str, value: Value) -> Value:
        """Acts on the devices that `target` means, on all of them or, after an error, on none."""
        chosen = self._find(target, lambda device: can(device, action))
        with self._store.change() as kept:
            after = {device.name: act(device, self._state(device, kept), action, value) for device in chosen}
            kept.update(after)
        return _one_or_all([describe(device, after[device.name]) for device in chosen])

    def read(self, target: str) -> Value:
        """The states of the devices that `target` means."""
        kept = self._store.read()
        chosen = self._find(target, lambda device: device.kind not in ("scene", "camera"))
        return _one_or_all([describe(device, self._state(device, kept)) for device in chosen])

    def snapshot(self, target: str, sink: Sink) -> Artifact:
        """A drawn picture of the room of a camera, labelled as simulated."""
        camera = self._find(target, lambda device: device.kind == "camera")[0]
        kept = self._store.read()
        lit = any(self._state(d, kept)["on"] for d in self.devices if d.kind == "light" and d.room == camera.room)
        return sink.image("simulated-camera", draw_room(camera, lit, datetime.now().astimezone()))

    def _find(self, target: str, able: Callable[[Device], bool]) -> list[Device]:
        return find(target, self.devices, able, f"the {self.name}")

    def _state(self, device: Device, kept: Mapping[str, Any]) -> State:
        return {**start_state(device), **kept.get(device.name, {})}


def _one_or_all(rows: list[dict[str, JsonValue]]) -> Value:
    if len(rows) == 1:
        return rows[0]
    several: list[JsonValue] = [*rows]
    return several


def draw_room(camera: Device, lit: bool, now: datetime) -> Image:
    """A room with a window, a table and a plant, 640 by 480, bright or dark, with the words SIMULATED CAMERA on it."""
    from PIL import Image, ImageDraw

    wall, floor = ((236, 226, 205), (150, 111, 78)) if lit else ((62, 64, 82), (44, 38, 40))
    image = Image.new("RGB", _SIZE, wall)
    draw = ImageDraw.Draw(image)
    draw.rectangle((0, 330, *_SIZE), fill=floor)
    _draw_window(draw, day=7 <= now.hour < 19)
    draw.rectangle((330, 280, 560, 298), fill=(110, 74, 44))
    for left in (345, 530):
        draw.rectangle((left, 298, left + 14, 420), fill=(96, 62, 36))
    draw.rectangle((90, 350, 150, 420), fill=(178, 84, 60))
    for x, y in ((70, 290), (95, 250), (120, 230), (140, 260), (160, 300)):
        draw.line((120, 350, x, y), fill=(52, 110, 62), width=9)
    _label(draw, f"SIMULATED CAMERA   {camera.name}   {now:%Y-%m-%d %H:%M}")
    return image


def _draw_window(draw: ImageDraw, day: bool) -> None:
    draw.rectangle((90, 60, 290, 210), fill=(150, 200, 240) if day else (18, 22, 48), outline=(250, 250, 250), width=8)
    draw.line((190, 60, 190, 210), fill=(250, 250, 250), width=6)
    draw.line((90, 135, 290, 135), fill=(250, 250, 250), width=6)


def _label(draw: ImageDraw, text: str) -> None:
    from PIL import ImageFont

    draw.rectangle((0, 440, *_SIZE), fill=(0, 0, 0))
    draw.text((12, 450), text, fill=(255, 220, 80), font=ImageFont.load_default(18))
