"""Averages the adapters of two checkpoints, one of which began with the weights of the other.

Weights that were trained on from the same point lie in one valley, and a point between them often serves both kinds of
data (model soups, Wortsman et al., 2022, arXiv:2203.05482). The share is chosen on the dev split.

python -m jarvis.planners.training.average runs/3/checkpoint.pt runs/4/checkpoint.pt runs/soup.pt --share 0.3
"""

from __future__ import annotations

import argparse
from pathlib import Path
from typing import Any


def average(first: Path, second: Path, out: Path, share: float) -> None:
    """Writes the checkpoint `share` of the way from `first` to `second`; only weights are in it, nothing to resume.

    Raises:
        ValueError: the adapters are not of the same shape.
    """
    import torch

    one: dict[str, Any] = torch.load(first, map_location="cpu", weights_only=True)["weights"]
    other: dict[str, Any] = torch.load(second, map_location="cpu", weights_only=True)["weights"]
    if {name: tensor.shape for name, tensor in one.items()} != {name: tensor.shape for name, tensor in other.items()}:
        raise ValueError(f"{first} and {second} hold adapters of different shapes")
    mixed = {name: torch.lerp(tensor.float(), other[name].float(), share) for name, tensor in one.items()}
    torch.save({"step": 0, "weights": mixed}, out)


def main() -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("first", type=Path)
    parser.add_argument("second", type=Path)
    parser.add_argument("out", type=Path)
    parser.add_argument("--share", type=float, default=0.5, help="0 is the first, 1 the second")
    options = parser.parse_args()
    average(options.first, options.second, options.out, options.share)


if __name__ == "__main__":
    main()
