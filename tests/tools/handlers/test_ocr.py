"""Reading text with the packaged PP-OCRv4."""

from __future__ import annotations

from pathlib import Path

import numpy as np
import pytest
from PIL import Image

from jarvis.tools.handler import Handler
from jarvis.tools.handlers.ocr import Line, clockwise, cut_out, find_quads, in_reading_order

from .vision_bench import MEDIA, load, run

PAGE = """Library opening hours
Monday to Friday: 9:00 to 18:30
Saturday: 10:00 to 14:00
Closed on Sunday and public holidays.
Please return books within 28 days.
Questions? Call 555 0142."""


@pytest.fixture(scope="module")
def reader() -> Handler:
    return load("pp-ocrv4-mobile")


def test_the_printed_page_is_read_letter_by_letter(reader: Handler, tmp_path: Path) -> None:
    assert run(reader, "optical-character-recognition", "page.png", tmp_path) == PAGE


@pytest.mark.parametrize("photo", ["cat.jpg", "coffee.jpg"])
def test_a_photo_without_text_gives_empty_text(reader: Handler, photo: str, tmp_path: Path) -> None:
    assert run(reader, "optical-character-recognition", photo, tmp_path) == ""


def test_a_page_upside_down_is_read_with_its_lines_from_the_top_of_the_image(reader: Handler, tmp_path: Path) -> None:
    with Image.open(MEDIA / "page.png") as page:
        page.convert("RGB").rotate(180).save(tmp_path / "turned.png")

    text = run(reader, "optical-character-recognition", tmp_path / "turned.png", tmp_path)

    assert isinstance(text, str)
    assert sorted(text.splitlines()) == sorted(PAGE.splitlines())


@pytest.mark.parametrize("size", [(1, 1), (3000, 4), (4, 900)])
def test_images_of_odd_shapes_are_read_as_empty(reader: Handler, size: tuple[int, int], tmp_path: Path) -> None:
    Image.new("RGB", size, "white").save(tmp_path / "odd.png")

    assert run(reader, "optical-character-recognition", tmp_path / "odd.png", tmp_path) == ""


def test_pieces_at_one_height_are_read_from_left_to_right() -> None:
    lines = [
        Line("total", 10, 101, 20),
        Line("4.50", 200, 98, 20),
        Line("bread", 10, 60, 20),
        Line("2.50", 200, 62, 20),
    ]

    assert in_reading_order(lines) == "bread 2.50\ntotal 4.50"


def test_no_lines_are_empty_text() -> None:
    assert in_reading_order([]) == ""


def test_a_marked_core_is_grown_to_the_whole_line() -> None:
    odds = np.zeros((100, 200), dtype=np.float32)
    odds[40:50, 20:120] = 0.9

    (quad,) = find_quads(odds)

    # Grown on each side by area * 1.6 / perimeter, about 7 pixels for a core of 100 x 10.
    assert np.abs(quad - [[12, 32], [128, 32], [128, 58], [12, 58]]).max() <= 2


def test_a_faint_or_tiny_spot_is_no_line() -> None:
    odds = np.zeros((100, 200), dtype=np.float32)
    odds[10:30, 20:120] = 0.35
    odds[80:82, 20:22] = 0.9

    assert find_quads(odds) == []


def test_corners_go_round_from_the_top_left() -> None:
    shuffled = np.array([[9, 5], [0, 0], [10, 1], [1, 4]], dtype=np.float32)

    assert clockwise(shuffled).tolist() == [[0, 0], [10, 1], [9, 5], [1, 4]]


def test_upright_text_is_laid_on_its_side() -> None:
    pixels = np.zeros((100, 100, 3), dtype=np.uint8)
    quad = np.array([[10, 10], [30, 10], [30, 90], [10, 90]], dtype=np.float32)

    assert cut_out(pixels, quad).shape == (20, 80, 3)
