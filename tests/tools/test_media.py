"""Reading images: what is too large or broken is refused in words of our own."""

from __future__ import annotations

import struct
import warnings
import zlib
from pathlib import Path

import pytest

from jarvis.errors import TaskError
from jarvis.tools.media import read_image


def black_png(path: Path, width: int, height: int) -> Path:
    """A whole picture of one bit a pixel: 25 MB of zeros, when it has 200 megapixels, are a few kilobytes deflated."""

    def chunk(kind: bytes, content: bytes) -> bytes:
        return struct.pack(">I", len(content)) + kind + content + struct.pack(">I", zlib.crc32(kind + content))

    rows = bytes((1 + (width + 7) // 8) * height)
    header = struct.pack(">IIBBBBB", width, height, 1, 0, 0, 0, 0)
    chunks = chunk(b"IHDR", header) + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b"")
    path.write_bytes(b"\x89PNG\r\n\x1a\n" + chunks)
    return path


def test_a_picture_is_read_as_rgb(tmp_path: Path) -> None:
    image = read_image(black_png(tmp_path / "small.png", 30, 20))
    assert (image.size, image.mode, image.getextrema()) == ((30, 20), "RGB", ((0, 0), (0, 0), (0, 0)))


@pytest.mark.parametrize(("height", "megapixels"), [(10_000, 200), (5_000, 100), (4_001, 81)])
@pytest.mark.parametrize("action", ["error", "ignore"])
def test_a_huge_picture_is_refused_with_its_size_the_limit_and_a_way_out(
    height: int, megapixels: int, action: str, tmp_path: Path
) -> None:
    path = black_png(tmp_path / "huge.png", 20_000, height)
    with warnings.catch_warnings():
        warnings.simplefilter(action)  # type: ignore[arg-type]
        with pytest.raises(TaskError) as caught:
            read_image(path)
    assert str(caught.value) == (
        f"huge.png has {megapixels} megapixels, more than the 80 that are read; "
        "scale it down first, or cut out the part that matters"
    )


def test_what_is_cut_off_or_no_picture_is_told_by_name(tmp_path: Path) -> None:
    whole = black_png(tmp_path / "cut.png", 300, 200).read_bytes()
    for name, content in (("cut.png", whole[: len(whole) // 2]), ("note.png", b"hello")):
        (tmp_path / name).write_bytes(content)
        with pytest.raises(TaskError, match=rf"{name} cannot be read as an image \(.*\); is it whole\?"):
            read_image(tmp_path / name)
