"""How far two values of a task agree."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jarvis.artifacts import Artifact, file_digest
from jarvis.messages import Value
from jarvis.optimizing.agreement import agreement
from jarvis.tools.media import write_wav


@pytest.mark.parametrize(
    ("expected", "got", "least", "most"),
    [
        ("a cat on a mat", "a cat on a mat", 1, 1),
        ("a cat on a mat", "a cat on a map", 0.9, 0.95),
        ("a cat", "", 0, 0),
        ([{"label": "cat", "score": 0.9}], [{"label": "cat", "score": 0.8}], 0.949, 0.951),
        ([{"label": "cat", "score": 0.9}], [{"label": "dog", "score": 0.9}], 0.099, 0.101),
        ([{"label": "a", "score": 1, "box": [0, 0, 9, 9]}], [{"label": "a", "score": 0, "box": [0, 0, 9, 9]}], 1, 1),
        ([{"label": "cat", "score": 0.9, "box": [0, 0, 10, 10]}], [], 0, 0),
        ([], [], 1, 1),
        (4.0, 3.0, 0.75, 0.75),
        ({"a": "x", "b": 1}, {"a": "x"}, 0.5, 0.5),
        ({"score": 0.5}, {"score": 0.4}, 0.899, 0.901),
    ],
)  # fmt: skip
def test_values_agree_by_their_kind(expected: Value, got: Value, least: float, most: float) -> None:
    assert least <= agreement(expected, got) <= most


def test_masks_agree_by_what_they_share(tmp_path: Path) -> None:
    half, quarter = np.zeros((2, 20, 20), np.uint8)
    half[:, :10], quarter[:10, :10] = 255, 255

    assert agreement(picture(tmp_path, "mask", half), picture(tmp_path, "mask", quarter, 2)) == pytest.approx(0.5)


def test_pictures_agree_by_their_pixels(tmp_path: Path) -> None:
    dark, light = np.zeros((2, 20, 20), np.uint8)
    dark[0, 0], light[0, 0], light[:10] = 100, 100, 100

    assert agreement(picture(tmp_path, "edges", dark), picture(tmp_path, "edges", light, 2)) < 0.6
    assert agreement(picture(tmp_path, "edges", dark), picture(tmp_path, "edges", dark, 2)) == 1


def test_sounds_agree_by_what_is_heard(tmp_path: Path) -> None:
    time = np.arange(16_000) / 16_000
    tone, same, other = (
        np.sin(2 * np.pi * hertz * time + turn) / 2 for hertz, turn in ((440, 0), (440, 1.5), (900, 0))
    )
    files = [sound(tmp_path / f"{index}.wav", samples) for index, samples in enumerate((tone, same, other))]

    assert agreement(files[0], files[1]) > 0.95
    assert agreement(files[0], files[2]) < 0.1


def picture(
    folder: Path, name: str, pixels: np.ndarray[tuple[int, ...], np.dtype[np.uint8]], number: int = 1
) -> Artifact:
    path = folder / f"{name}-{number}.png"
    Image.fromarray(pixels).save(path)
    return Artifact(name, path, "image/png", file_digest(path))


def sound(path: Path, samples: np.ndarray[tuple[int, ...], np.dtype[np.float64]]) -> Artifact:
    with path.open("wb") as file:
        write_wav(file, samples.astype(np.float32), 16_000)
    return Artifact("speech", path, "audio/wav", file_digest(path))
