"""Between two adapters."""

from __future__ import annotations

from pathlib import Path

import pytest
import torch

from jarvis.planners.training.average import average


def checkpoint(path: Path, **weights: list[float]) -> Path:
    torch.save(
        {"step": 7, "weights": {name: torch.tensor(row) for name, row in weights.items()}, "optimizer": {}}, path
    )
    return path


def test_a_share_of_the_way_is_gone(tmp_path: Path) -> None:
    one = checkpoint(tmp_path / "one.pt", a=[0.0, 2.0], b=[1.0])
    other = checkpoint(tmp_path / "other.pt", a=[10.0, 2.0], b=[2.0])
    average(one, other, tmp_path / "out.pt", 0.3)
    found = torch.load(tmp_path / "out.pt", weights_only=True)["weights"]
    assert found["a"].tolist() == pytest.approx([3.0, 2.0])
    assert found["b"].tolist() == pytest.approx([1.3])


def test_adapters_of_different_shapes_are_told(tmp_path: Path) -> None:
    one, other = checkpoint(tmp_path / "one.pt", a=[0.0]), checkpoint(tmp_path / "other.pt", a=[0.0, 1.0])
    with pytest.raises(ValueError, match="different shapes"):
        average(one, other, tmp_path / "out.pt", 0.5)
