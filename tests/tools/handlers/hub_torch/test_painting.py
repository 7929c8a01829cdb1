"""Pictures from words, by a tiny Stable Diffusion."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from PIL import Image, ImageChops

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance
from jarvis.errors import ModelError, TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink, Stop
from jarvis.tools.handlers.hub_torch.painting import Painter
from tests.hubmodels.diffusion import build_painter
from tests.hubmodels.libraries import library
from tests.hubmodels.running import files, run

# What transformers and diffusers deprecate is no fault of these tests.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600), pytest.mark.xdist_group("hub-painting")]

WISHES = {"steps": 3, "width": 32, "height": 24}


@pytest.fixture(scope="module")
def folder(tmp_path_factory: pytest.TempPathFactory) -> Path:
    return build_painter(tmp_path_factory.mktemp("painter") / "model")


@pytest.fixture(scope="module")
def painter(folder: Path) -> Painter:
    return Painter(files(folder), RuntimeOptions(threads=1, parameters=WISHES))


def pixels(value: Value) -> Image.Image:
    assert isinstance(value, Artifact)
    with Image.open(value.path) as image:
        return image.convert("RGB")


def test_the_picture_is_the_one_that_diffusers_makes(painter: Painter, folder: Path, tmp_path: Path) -> None:
    diffusers = library("diffusers")
    torch = library("torch")

    pipeline = diffusers.StableDiffusionPipeline.from_pretrained(str(folder), safety_checker=None)
    seed = torch.Generator().manual_seed(0)
    expected = pipeline("a red house", num_inference_steps=3, width=32, height=24, generator=seed).images[0]

    painted = pixels(run(painter, "text-to-image", tmp_path, prompt="a red house"))
    assert painted.size == (32, 24)
    assert ImageChops.difference(painted, expected).getbbox() is None


def test_other_words_give_another_picture_and_the_same_words_the_same(painter: Painter, tmp_path: Path) -> None:
    first, again, other = (
        pixels(run(painter, "text-to-image", tmp_path, prompt=words)).tobytes()
        for words in ("a red house", "a red house", "two cups of coffee")
    )
    assert first == again
    assert first != other


@pytest.mark.parametrize(
    ("kind", "task"),
    [
        ("StableDiffusionControlNetPipeline", "controlled-text-to-image"),
        ("StableDiffusionImg2ImgPipeline", "image-to-image"),
    ],
)
def test_a_picture_guides_the_new_one_as_in_diffusers(kind: str, task: str, tmp_path: Path) -> None:
    diffusers = library("diffusers")
    torch = library("torch")

    folder = build_painter(tmp_path / "model", kind)
    handler = Painter(files(folder), RuntimeOptions(threads=1, parameters={"steps": 3}))
    guides = [guide(tmp_path / "bars.png", 4), guide(tmp_path / "squares.png", 9)]
    made = [run(handler, task, tmp_path, prompt="a red house", image=one) for one in guides]

    pipeline = getattr(diffusers, kind).from_pretrained(str(folder), safety_checker=None)
    with Image.open(guides[0].path) as first:
        shown = first.convert("RGB").resize((40, 24))
    seed = torch.Generator().manual_seed(0)
    expected = pipeline("a red house", image=shown, num_inference_steps=3, generator=seed).images[0]
    assert ImageChops.difference(pixels(made[0]), expected).getbbox() is None
    assert ImageChops.difference(pixels(made[0]), pixels(made[1])).getbbox() is not None


def guide(path: Path, step: int) -> Artifact:
    """A picture with bars, 45 pixels wide and 30 high."""
    image = Image.new("RGB", (45, 30), "white")
    for left in range(0, 45, 2 * step):
        image.paste("black", (left, 0, left + step, 30))
    image.save(path)
    return Artifact(path.stem, path, "image/png", "")


def test_a_model_of_videos_makes_one_that_plays(tmp_path: Path) -> None:
    import cv2

    folder = build_painter(tmp_path / "model", "TextToVideoSDPipeline")
    wishes = {**WISHES, "frames": 5}
    handler = Painter(files(folder), RuntimeOptions(threads=1, parameters=wishes))
    film = run(handler, "text-to-video", tmp_path, prompt="a dog runs")

    assert isinstance(film, Artifact) and film.media_type == "video/mp4"
    player = cv2.VideoCapture(str(film.path))
    frames = []
    while (read := player.read())[0]:
        frames.append(read[1].shape)
    assert frames == [(24, 32, 3)] * 5
    given_up = Sink(ArtifactFolder(tmp_path), Provenance(1, "text-to-video", "x"), stop=Stop(asked=True))
    with pytest.raises(TaskError, match="stopped"):
        handler.run(Inputs("text-to-video", {"prompt": "a dog runs"}), given_up)


def test_a_given_up_picture_is_not_finished(painter: Painter, tmp_path: Path) -> None:
    sink = Sink(ArtifactFolder(tmp_path), Provenance(1, "text-to-image", "x"), stop=Stop(asked=True))
    with pytest.raises(TaskError, match="stopped"):
        painter.run(Inputs("text-to-image", {"prompt": "a red house"}), sink)
    assert list(tmp_path.iterdir()) == []


def test_a_model_of_pictures_makes_no_videos(painter: Painter, tmp_path: Path) -> None:
    with pytest.raises(TaskError, match="choose a text-to-video model"):
        run(painter, "text-to-video", tmp_path, prompt="a red house")


@pytest.mark.parametrize(
    ("part", "value"), [("unet", ["my_unet", "MyUNet"]), ("_class_name", ["pipeline", "Evil"]), ("_class_name", "Evil")]
)
def test_code_of_the_repository_is_never_run(folder: Path, tmp_path: Path, part: str, value: object) -> None:
    index = json.loads((folder / "model_index.json").read_text(encoding="utf-8")) | {part: value}
    (tmp_path / "model_index.json").write_text(json.dumps(index), encoding="utf-8")
    marker = tmp_path / "ran"
    (tmp_path / "my_unet.py").write_text(f"open({str(marker)!r}, 'w')", encoding="utf-8")

    given = {**files(folder), "model_index.json": tmp_path / "model_index.json"}
    with pytest.raises(ModelError, match="never run"):
        Painter(given, RuntimeOptions())
    assert not marker.exists()
