"""Both runtimes against transformers' own models, on small random ones. Collected where torch is installed."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest
import torch
import transformers
from PIL import Image

from jarvis.errors import ModelError
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.sam.network import Network
from jarvis.tools.handlers.sam.onnx_layout import OnnxNetwork
from jarvis.tools.handlers.sam.prompts import Point, Prompt
from jarvis.tools.handlers.sam.segment import SegmentAnything
from jarvis.tools.handlers.sam.torch_layout import TorchNetwork
from jarvis.tools.handlers.sam.value import read_masks
from tests.hubmodels import masks
from tests.hubmodels.graphs import write_graphs
from tests.hubmodels.images import RECIPES
from tests.tools.handlers.vision_bench import MEDIA, artifact, run

PICTURE = MEDIA / "coffee.jpg"
POINTS = [Prompt((Point(300, 120), Point(250, 100, inside=False))), Prompt((Point(420, 270), Point(10, 20)))]
BOXES = [Prompt((), (172, 12, 409, 245)), Prompt((), (340, 90, 464, 333))]
BOTH = [Prompt((Point(300, 120),), (172, 12, 409, 245)), Prompt((Point(410, 250, inside=False),), (340, 90, 464, 333))]


@pytest.fixture(scope="module", params=["sam", "sam2"])
def repository(request: pytest.FixtureRequest, tmp_path_factory: pytest.TempPathFactory) -> Path:
    folder = tmp_path_factory.mktemp(request.param)
    recipe = {**RECIPES, **masks.RECIPES}[request.param, "mask-generation"]
    with torch.random.fork_rng():
        torch.manual_seed(7)
        made = recipe()
        made.model.save_pretrained(folder)
        for name, content in made.files.items():
            (folder / name).write_bytes(content)
        write_graphs(list(made.graphs), folder / "onnx")
    return folder


def _files(folder: Path, *kinds: str) -> dict[str, Path]:
    paths = [path for path in folder.rglob("*") if path.is_file()]
    return {str(path.relative_to(folder)): path for path in paths if path.name.endswith(kinds)}


def _network(folder: Path, runtime: str) -> Network:
    if runtime == "onnx":
        return OnnxNetwork(_files(folder, ".json", "encoder.onnx", "decoder.onnx"), RuntimeOptions(threads=1))
    return TorchNetwork(_files(folder, ".json", ".safetensors"), RuntimeOptions(threads=1))


def _expected(folder: Path, prompts: list[Prompt]) -> tuple[Any, Any]:
    """What transformers gives for its own picture and the prompts as its own processor scales them."""
    image = Image.open(PICTURE).convert("RGB")
    sam = (folder / "config.json").read_text().count('"sam2') == 0
    side = 64
    used = (side, 43) if sam else (side, side)
    if sam:
        processor: Any = transformers.SamImageProcessorPil.from_pretrained(folder)
        pixels = processor(image, return_tensors="pt")["pixel_values"]
        assert pixels.shape[-2:] == (side, side)
        model: Any = transformers.SamModel.from_pretrained(folder)
    else:
        pixels = _squeezed(image, side)
        model = transformers.Sam2Model.from_pretrained(folder)
    scale = np.array([used[0] / image.width, used[1] / image.height], dtype=np.float32)
    feed: dict[str, Any] = {}
    if prompts[0].points:
        places = np.array([[[point.x, point.y] for point in prompt.points] for prompt in prompts], dtype=np.float32)
        feed["input_points"] = torch.tensor(places * scale)[None]
        feed["input_labels"] = torch.tensor([[[int(p.inside) for p in prompt.points] for prompt in prompts]])
    if prompts[0].box:
        boxes = np.array([prompt.box for prompt in prompts], dtype=np.float32)
        feed["input_boxes"] = torch.tensor(boxes * np.tile(scale, 2))[None]
    with torch.inference_mode():
        made = model.eval()(pixels, **feed, multimask_output=True)
    return made.pred_masks[0].numpy(), made.iou_scores[0].numpy()


def _squeezed(image: Image.Image, side: int) -> Any:
    small = np.asarray(image.resize((side, side), Image.Resampling.BILINEAR), dtype=np.float32) / 255
    planes = (small - [0.485, 0.456, 0.406]) / [0.229, 0.224, 0.225]
    return torch.tensor(planes.transpose(2, 0, 1)[None], dtype=torch.float32)


# Exports of SAM have no input for boxes; what is done instead has a test of its own.
@pytest.mark.parametrize(
    ("repository", "runtime", "prompts"),
    [
        (model, runtime, prompts)
        for model in ("sam", "sam2")
        for runtime in ("onnx", "torch")
        for prompts in (POINTS, BOXES, BOTH)
        if (model, runtime) != ("sam", "onnx") or prompts is POINTS
    ],
    indirect=["repository"],
)
def test_masks_and_scores_are_those_of_transformers(repository: Path, runtime: str, prompts: list[Prompt]) -> None:
    network = _network(repository, runtime)
    image = Image.open(PICTURE).convert("RGB")
    frame = network.frame(image.size)

    made = network.decode(network.encode(image, frame), frame, prompts)

    logits, scores = _expected(repository, prompts)
    assert made.logits.shape == logits.shape
    assert np.abs(made.logits - logits).max() < 1e-3
    assert np.abs(made.scores - scores).max() < 1e-3


@pytest.mark.parametrize("runtime", ["onnx", "torch"])
def test_the_handler_gives_three_masks_for_a_point(repository: Path, runtime: str, tmp_path: Path) -> None:
    kinds = (".json", "encoder.onnx", "decoder.onnx") if runtime == "onnx" else (".json", ".safetensors")
    options = RuntimeOptions(threads=1, parameters={"embeddings_folder": str(tmp_path / "kept")})
    handler = SegmentAnything(_files(repository, *kinds), options)

    mask: Any = run(handler, "mask-generation", "coffee.jpg", tmp_path, point="300,120")

    found = read_masks(mask.path)
    assert found is not None
    (thing,) = found.instances
    assert len(thing.shapes) == 3
    assert [shape.score for shape in thing.shapes] == sorted((s.score for s in thing.shapes), reverse=True)
    assert found.mask.shape == (400, 600)
    assert len(list((tmp_path / "kept").glob("*.npz"))) == 1


@pytest.mark.parametrize("runtime", ["onnx", "torch"])
def test_a_box_gives_a_mask_also_where_the_export_takes_none(repository: Path, runtime: str, tmp_path: Path) -> None:
    kinds = (".json", "encoder.onnx", "decoder.onnx") if runtime == "onnx" else (".json", ".safetensors")
    options = RuntimeOptions(threads=1, parameters={"embeddings_folder": str(tmp_path / "kept")})
    handler = SegmentAnything(_files(repository, *kinds), options)

    mask: Any = run(handler, "mask-generation", "coffee.jpg", tmp_path, box=[172, 12, 409, 245])

    found = read_masks(mask.path)
    assert found is not None
    assert found.instances[0].prompt.box == (172, 12, 409, 245)


def test_everything_is_what_the_filters_leave_of_a_grid(repository: Path, tmp_path: Path) -> None:
    parameters: Mapping[str, Any] = {
        "grid": 4, "least_score": -9.0, "least_stability": 0.0, "embeddings_folder": str(tmp_path / "kept"),
    }  # fmt: skip
    files = _files(repository, ".json", "encoder.onnx", "decoder.onnx")
    handler = SegmentAnything(files, RuntimeOptions(threads=1, parameters=parameters))

    mask: Any = run(handler, "mask-generation", "coffee.jpg", tmp_path)

    found = read_masks(mask.path)
    assert found is not None
    assert found.everything
    scores = [thing.shape.score for thing in found.instances]
    assert scores == sorted(scores, reverse=True)


def test_a_folder_without_graphs_or_safetensors_is_refused(repository: Path) -> None:
    with pytest.raises(ModelError, match=r"no onnx/vision_encoder\.onnx"):
        SegmentAnything(_files(repository, "decoder.onnx", ".json"), RuntimeOptions())
    with pytest.raises(ModelError, match="no Segment Anything"):
        SegmentAnything(_files(repository, ".json"), RuntimeOptions())


# The processor of SAM 2 needs torchvision, which the extra does not ask for.
@pytest.mark.parametrize("repository", ["sam"], indirect=True)
def test_the_image_is_prepared_as_transformers_prepares_it(repository: Path) -> None:
    network = OnnxNetwork(_files(repository, ".json", "encoder.onnx", "decoder.onnx"), RuntimeOptions(threads=1))
    image = artifact(PICTURE)
    picture = Image.open(image.path).convert("RGB")
    processor: Any = transformers.SamImageProcessorPil.from_pretrained(repository)
    expected = processor(picture, return_tensors="np")["pixel_values"]

    inner: Any = network
    made = inner._processor.pixels(picture, network.frame(picture.size))

    assert np.abs(made - expected).max() < 1e-5
