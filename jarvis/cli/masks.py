"""The masks of an answer at the terminal: what is in them, and files for other programs."""

from __future__ import annotations

import json
from pathlib import Path

from jarvis.artifacts import Artifact
from jarvis.cli.screen import Screen
from jarvis.cli.words import one_line
from jarvis.messages import Response
from jarvis.tools.handlers.sam.value import MaskSet, read_masks

HINT = 'Not quite? Say "the other one", "also the spoon", "without the left part", "a bit to the right", "bigger".'


def show_masks(response: Response | None, screen: Screen) -> None:
    """Says of each mask of an answer which things it shows, and writes them as COCO's results beside the picture."""
    found = masks_of(response) if response else []
    for artifact, masks in found:
        for number, thing in enumerate(masks.instances, 1):
            others = f", {len(thing.shapes) - 1} other masks" if len(thing.shapes) > 1 else ""
            name = one_line(thing.prompt.label or "thing", 40)
            screen.write(f"{number} {name}: {thing.shape.area} pixels, score {thing.shape.score:.2f}{others}")
        screen.write(f"run lengths and polygons: {write_coco(artifact, masks)}")
    if not found:
        screen.write("the last answer has no mask")


def masks_of(response: Response) -> list[tuple[Artifact, MaskSet]]:
    """The masks of an answer that tell what they are made of."""
    pictures = [file for file in response.artifacts.values() if file.media_type == "image/png" and file.path.is_file()]
    read = ((picture, read_masks(picture.path)) for picture in pictures)
    return [(picture, masks) for picture, masks in read if masks is not None]


def write_coco(artifact: Artifact, masks: MaskSet) -> Path:
    """Writes `mask.coco.json` beside `mask.png`: a list of COCO's results with polygons.

    Raises:
        StorageError: the folder cannot be written.
    """
    from jarvis.errors import StorageError

    path = artifact.path.with_suffix(".coco.json")
    try:
        path.write_text(json.dumps(masks.to_coco()), encoding="utf-8")
    except OSError as error:
        raise StorageError(f"cannot write {path} ({error.strerror}); choose another folder with --out") from error
    return path
