"""Inputs to measure models on: the user's own files, or pictures, sentences and recordings made here."""

from __future__ import annotations

import math
from collections.abc import Callable, Iterator, Mapping, Sequence
from itertools import islice
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.artifacts import Artifact, file_digest
from jarvis.errors import InputError, ModelError
from jarvis.messages import JsonValue, Value
from jarvis.model_registry.card import ModelCard
from jarvis.spec import Slot, ToolSpec, ValueType
from jarvis.tools.handler import Inputs

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

_PICTURES = {
    ".bmp": "image/bmp",
    ".jpeg": "image/jpeg",
    ".jpg": "image/jpeg",
    ".png": "image/png",
    ".webp": "image/webp",
}
_SOUNDS = {".flac": "audio/flac", ".mp3": "audio/mpeg", ".ogg": "audio/ogg", ".wav": "audio/wav"}
_TEXTS = {".csv": "text/csv", ".md": "text/markdown", ".txt": "text/plain"}
_SHIPPED = Path(__file__).parents[2] / "examples" / "media"
"""Photos and recordings of the repository; an installed package has none, and the made ones alone are used."""
_MOST_FILES = 200
_RATE = 16_000

SENTENCES = (
    "Turn on the kitchen lights, please.",
    "The library is closed on Sundays and opens at nine on Monday.",
    "She bought three apples, two pears and a loaf of bread for twelve dollars.",
    "What a wonderful day it was; we walked along the river until the sun went down.",
    "The delivery was late again and nobody answered my calls.",
    "Marie Curie was born in Warsaw in 1867 and won the Nobel Prize twice.",
    "Please send the invoice to the office in Berlin before Friday.",
    "The new phone is light and quick, but its battery is a disappointment.",
    "Mix the flour with the eggs, add the milk slowly, and let it rest for an hour.",
    "Our train leaves from platform seven at a quarter past four.",
    "The committee will decide next week whether the bridge can be repaired.",
    "He plays the violin every evening while the cat sleeps on the piano.",
)
_WORDS = {
    "context": SENTENCES[5],
    "instruction": "remove the noise",
    "other": SENTENCES[1],
    "query": "library",
    "question": "When does the library open?",
    "source_language": "English",
    "target_language": "German",
}
_LABELS = ["a person", "a cat", "food", "a document"]
_TABLE = "name,age,city\nAnna,31,Berlin\nBen,28,Paris\nCarla,45,Rome"


_UNLISTED = {
    "unsafe-image-check": ToolSpec(
        "unsafe-image-check", (Slot("image", ValueType.IMAGE),), ValueType.DATA, "Check whether a picture is unsafe."
    )
}
"""Tasks that no plan can have, because Jarvis runs them by itself."""


def spec_of(card: ModelCard) -> ToolSpec:
    """The task type to measure a model by: the first one it runs that is known.

    Raises:
        ModelError: none is.
    """
    from jarvis.tools.toolset import builtin_tools

    known = builtin_tools()
    for task in card.tasks:
        if task in known:
            return known[task]
        if task in _UNLISTED:
            return _UNLISTED[task]
    raise ModelError(f"{card.name} runs {', '.join(card.tasks)}, for which there are no inputs to measure it on")


class Examples:
    """Inputs for one task type. Those with even numbers are for calibrating, those with odd ones are held out."""

    def __init__(self, spec: ToolSpec, folder: Path, *, data: Path | None = None, count: int = 16) -> None:
        """`folder` takes what is made; `data` is a folder of the user's.

        Raises:
            InputError: there is no file in `data` that the task could take.
        """
        self.spec = spec
        self.where = str(data) if data else "pictures, sentences and recordings that come along"
        self.all = list(islice(_own(spec, data) if data else _made(spec, folder), count))

    @property
    def calibration(self) -> list[Inputs]:
        """Half of them."""
        return self.all[::2]

    @property
    def held_out(self) -> list[Inputs]:
        """The other half; of one alone, that one."""
        return self.all[1::2] or self.all


def _own(spec: ToolSpec, data: Path) -> Iterator[Inputs]:
    """One input for each file of the user's."""
    main = _main_slot(spec)
    known = _PICTURES if main.type is ValueType.IMAGE else _SOUNDS if main.type is ValueType.AUDIO else _TEXTS
    paths = sorted(path for path in data.rglob("*") if path.suffix.lower() in known) if data.is_dir() else []
    if not paths:
        kinds = " ".join(sorted(known))
        message = f"there is no file for {spec.name} in {data}; name a folder with files of these kinds: {kinds}"
        raise InputError(message, path=str(data))
    for path in paths[:_MOST_FILES]:
        if known is _TEXTS and main.type is not ValueType.TABLE:
            pieces = [part.strip() for part in path.read_text(encoding="utf-8", errors="replace").split("\n")]
            yield from (_filled(spec, main, piece) for piece in pieces if piece)
        else:
            yield _filled(spec, main, _artifact(path, known[path.suffix.lower()]))


def _made(spec: ToolSpec, folder: Path) -> Iterator[Inputs]:
    """Inputs that come along or are made, the same ones each time."""
    main = _main_slot(spec)
    sources: Mapping[ValueType, Callable[[], Iterator[Value]]] = {
        ValueType.IMAGE: lambda: pages(folder) if _reads(spec) else pictures(folder),
        ValueType.AUDIO: lambda: recordings(folder),
        ValueType.TABLE: lambda: iter([_TABLE]),
    }
    texts = paragraphs if spec.name == "summarization" else lambda: iter(SENTENCES)
    for value in sources.get(main.type, texts)():
        yield _filled(spec, main, value)


def _reads(spec: ToolSpec) -> bool:
    return spec.name in ("optical-character-recognition", "document-question-answering")


def _main_slot(spec: ToolSpec) -> Slot:
    """The slot that the files of a user fill: a picture or a recording, else a table, else a text."""
    needed = [slot for slot in spec.slots if slot.required] or list(spec.slots)
    order = (ValueType.IMAGE, ValueType.AUDIO, ValueType.TABLE, ValueType.TEXT)
    ranked = sorted(needed, key=lambda slot: order.index(slot.type) if slot.type in order else len(order))
    return next((slot for slot in ranked if slot.name == "context"), ranked[0])


def _filled(spec: ToolSpec, main: Slot, value: Value) -> Inputs:
    values: dict[str, Value] = {main.name: value}
    for slot in spec.slots:
        filled = _other(slot, value)
        if slot is not main and filled is not None and (slot.required or slot.name in ("box", "instruction")):
            values[slot.name] = filled
    return Inputs(spec.name, values)


def _other(slot: Slot, main: Value) -> Value:
    if slot.name == "box":
        return _middle(main) if isinstance(main, Artifact) else None
    if slot.type is ValueType.LABELS:
        return list[JsonValue](_LABELS)
    if slot.type is ValueType.TABLE:
        return _TABLE
    return slot.choices[0] if slot.choices else _WORDS.get(slot.name, SENTENCES[0])


def _middle(file: Artifact) -> str:
    """A box around the middle of a picture: x1,y1,x2,y2 in pixels."""
    from jarvis.tools.media import read_image

    width, height = read_image(file.path).size
    return f"{width // 6},{height // 6},{width * 5 // 6},{height * 5 // 6}"


def pictures(folder: Path) -> Iterator[Artifact]:
    """Photos of the repository, if they are here, in several cuts; then drawn scenes."""
    photos = sorted(_SHIPPED.glob("*.jpg"))
    cuts = [
        (0.0, 0.0, 1.0, 1.0),
        (0.0, 0.0, 0.7, 0.7),
        (0.3, 0.3, 1.0, 1.0),
        (0.3, 0.0, 1.0, 0.7),
        (0.0, 0.3, 0.7, 1.0),
    ]
    # The photos take turns, and with three of them neighbours fall into different halves.
    for left, top, right, bottom in cuts:
        for photo in photos:
            image = _open(photo)
            size = image.size
            box = (int(left * size[0]), int(top * size[1]), int(right * size[0]), int(bottom * size[1]))
            yield _picture(image.crop(box), folder / f"{photo.stem}-{left:g}-{top:g}-{right:g}.png")
    for index in range(16):
        yield _picture(_scene(index), folder / f"scene-{index}.png")


def pages(folder: Path) -> Iterator[Artifact]:
    """Pages of printed sentences."""
    from PIL import Image, ImageDraw, ImageFont

    for index in range(16):
        size = 18 + index % 5 * 4
        page = Image.new("RGB", (900, 260), (255 - index % 3 * 12,) * 3)
        draw = ImageDraw.Draw(page)
        for line in range(4):
            text = SENTENCES[(index * 5 + line * 7) % len(SENTENCES)][:70]
            draw.text((24, 20 + line * (size + 26)), text, fill=(index * 9, 20, 40), font=ImageFont.load_default(size))
        yield _picture(page, folder / f"page-{index}.png")


def paragraphs() -> Iterator[str]:
    """Six sentences each: a text that can be made shorter."""
    for index in range(len(SENTENCES)):
        yield " ".join(SENTENCES[(index + 5 * step) % len(SENTENCES)] for step in range(6))


def recordings(folder: Path) -> Iterator[Artifact]:
    """The recordings of the repository, if they are here, and made voices, in noise of several strengths."""
    import numpy as np

    from jarvis.tools.media import read_audio, write_wav

    voices = [read_audio(path, _RATE) for path in sorted(_SHIPPED.glob("*.wav"), reverse=True)] or [_voice(0)]
    random = np.random.default_rng(5)
    for index in range(16):
        clean = np.roll(voices[index % len(voices)], index * 811)
        noise = random.normal(0, 1, len(clean)).astype(np.float32) * np.float32(0.002 * (1 + index % 6))
        path = folder / f"recording-{index}.wav"
        folder.mkdir(parents=True, exist_ok=True)
        with path.open("wb") as file:
            write_wav(file, (clean * np.float32(0.5 + index % 3 * 0.2) + noise).astype(np.float32), _RATE)
        yield _artifact(path, "audio/wav")


def _voice(index: int) -> NDArray[np.float32]:
    """Three seconds of something like vowels: a buzz with moving resonances, loud and soft in turn."""
    import numpy as np

    time = np.arange(3 * _RATE) / _RATE
    pitch = 110 + 20 * np.sin(2 * math.pi * 0.7 * time + index)
    phase = 2 * math.pi * np.cumsum(pitch) / _RATE
    sound = sum(
        np.sin(phase * n) / n * np.exp(-(((n * 110 - 600 - 300 * np.sin(2 * time)) / 500) ** 2)) for n in range(1, 30)
    )
    return (np.asarray(sound) * (0.5 + 0.5 * np.sin(2 * math.pi * 3 * time)) * 0.4).astype(np.float32)


def _scene(index: int) -> Image:
    """Simple shapes on a graded background with some noise."""
    import numpy as np
    from PIL import Image, ImageDraw

    random = np.random.default_rng(index)
    grade = np.linspace(40, 200, 320)[None, :, None] * np.linspace(0.5, 1, 240)[:, None, None]
    pixels = grade * random.uniform(0.5, 1.0, 3) + random.normal(0, 8, (240, 320, 3))
    image = Image.fromarray(np.clip(pixels, 0, 255).astype(np.uint8))
    draw = ImageDraw.Draw(image)
    for _ in range(3):
        x, y, size = (int(value) for value in random.integers((20, 20, 30), (220, 150, 90)))
        draw.ellipse((x, y, x + size, y + size), fill=tuple(int(value) for value in random.integers(0, 255, 3)))
    return image


def _picture(image: Image, path: Path) -> Artifact:
    path.parent.mkdir(parents=True, exist_ok=True)
    image.save(path)
    return _artifact(path, "image/png")


def _open(path: Path) -> Image:
    from jarvis.tools.media import read_image

    return read_image(path)


def _artifact(path: Path, media_type: str) -> Artifact:
    return Artifact(path.stem, path, media_type, file_digest(path))


def first(examples: Sequence[Any], count: int) -> list[Any]:
    """At most `count` of them, spread over all."""
    step = max(1, math.ceil(len(examples) / count))
    return list(examples[::step])[:count]
