"""A picture with two red cups and a blue spoon."""

from __future__ import annotations

from pathlib import Path

import pytest
from PIL import Image, ImageDraw


@pytest.fixture
def table(tmp_path: Path) -> Path:
    """256 x 128 pixels: cups at 20..60 and 100..140, a spoon at 180..220, all from 40 to 90 down, on gray."""
    picture = Image.new("RGB", (256, 128), (128, 128, 128))
    draw = ImageDraw.Draw(picture)
    draw.rectangle((20, 40, 59, 89), fill=(220, 20, 20))
    draw.rectangle((100, 40, 139, 89), fill=(220, 20, 60))
    draw.rectangle((180, 40, 219, 89), fill=(20, 20, 220))
    path = tmp_path / "table.png"
    picture.save(path)
    return path
