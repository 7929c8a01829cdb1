"""Models that see: both runtimes give what transformers itself gives for the same pictures."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from jarvis.artifacts import Artifact
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.hub_onnx.looking import PicturePrompts
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.segments import read_segments
from tests.hubmodels import built
from tests.hubmodels.libraries import library
from tests.hubmodels.running import files, load, media, run, with_both

# What transformers and torch deprecate is no fault of these tests.
pytestmark = [pytest.mark.filterwarnings("ignore"), pytest.mark.timeout(600), pytest.mark.xdist_group("hub-images")]

PHOTO = "cat.jpg"
LABELS = ["cat", "cup", "dog"]
CLOSE = 1e-3


def photo() -> Image.Image:
    """The photo as RGB."""
    with Image.open(media(PHOTO).path) as image:
        return image.convert("RGB")


def pipeline(task: str, folder: Path, **settings: Any) -> Any:
    """A pipeline of transformers."""
    transformers = library("transformers")

    return transformers.pipeline(task, model=str(folder), device="cpu", **settings)


def scores(rows: Any) -> dict[str, float]:
    """Labels with their scores."""
    return {row["label"]: row["score"] for row in rows}


def picture(value: Any) -> Any:
    """The pixels of an artifact as numbers."""
    import numpy as np

    assert isinstance(value, Artifact)
    with Image.open(value.path) as image:
        return np.asarray(image).astype(float)


@pytest.mark.parametrize("architecture", ["vit", "resnet", "mobilenet_v2"])
def test_image_classification(architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    folder = built(architecture, "image-classification", tmp_path_factory)
    expected = scores(pipeline("image-classification", folder, top_k=5)(photo()))

    for value in with_both(folder, "image-classification", tmp_path, image=media(PHOTO)):
        assert scores(value) == pytest.approx(expected, abs=CLOSE)


def test_zero_shot_image_classification(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    folder = built("clip", "zero-shot-image-classification", tmp_path_factory)
    expected = scores(pipeline("zero-shot-image-classification", folder)(photo(), candidate_labels=LABELS))

    for value in with_both(folder, "zero-shot-image-classification", tmp_path, image=media(PHOTO), labels=LABELS):
        assert scores(value) == pytest.approx(expected, abs=CLOSE)


def _boxes(rows: Any, bounds: tuple[int, int]) -> list[tuple[str, list[int]]]:
    sides = ("xmin", "ymin", "xmax", "ymax")
    limits = (*bounds, *bounds)
    return [
        (row["label"], [min(max(row["box"][side], 0), most) for side, most in zip(sides, limits, strict=True)])
        for row in sorted(rows, key=lambda row: -row["score"])
    ]


def _same_boxes(value: Any, expected: Any) -> None:
    assert value
    assert [row["score"] for row in value] == pytest.approx(
        sorted((row["score"] for row in expected), reverse=True), abs=CLOSE
    )
    for row, (label, box) in zip(value, _boxes(expected, photo().size), strict=True):
        assert row["label"] == label
        # transformers cuts places down to whole pixels, we round them.
        assert row["box"] == pytest.approx(box, abs=1)


@pytest.mark.parametrize("architecture", ["detr", "yolos"])
def test_object_detection(architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    folder = built(architecture, "object-detection", tmp_path_factory)
    expected = pipeline("object-detection", folder)(photo(), threshold=0.2)

    for value in with_both(folder, "object-detection", tmp_path, {"threshold": 0.2}, image=media(PHOTO)):
        _same_boxes(value, expected)


def test_zero_shot_object_detection(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    torch = library("torch")
    transformers = library("transformers")

    folder = built("owlvit", "zero-shot-object-detection", tmp_path_factory)
    processor = transformers.AutoProcessor.from_pretrained(folder)
    model = transformers.AutoModelForZeroShotObjectDetection.from_pretrained(folder).eval()
    with torch.no_grad():
        made = model(**processor(text=[LABELS], images=photo(), return_tensors="pt"))
    found = processor.post_process_grounded_object_detection(
        made, threshold=0.1, target_sizes=[photo().size[::-1]], text_labels=[LABELS]
    )[0]
    expected = [
        {"label": label, "score": float(score), "box": dict(zip(("xmin", "ymin", "xmax", "ymax"), box, strict=True))}
        for label, score, box in zip(found["text_labels"], found["scores"], found["boxes"].tolist(), strict=True)
    ]

    for value in with_both(folder, "zero-shot-object-detection", tmp_path, image=media(PHOTO), labels=LABELS):
        _same_boxes(value, expected)


@pytest.mark.parametrize("architecture", ["segformer", "detr", "maskformer"])
def test_image_segmentation(architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    folder = built(architecture, "image-segmentation", tmp_path_factory)
    found = pipeline("image-segmentation", folder)(
        photo(), threshold=0.5, mask_threshold=0.5, overlap_mask_area_threshold=0.8
    )
    expected = sorted(
        ((one["label"], sum(one["mask"].get_flattened_data()) // 255, one["score"] or 1.0) for one in found),
        key=lambda one: -one[1],
    )

    assert expected
    for value in with_both(folder, "image-segmentation", tmp_path, image=media(PHOTO)):
        pixels = picture(value)
        assert isinstance(value, Artifact)
        with Image.open(value.path) as image:
            image.load()
            told = read_segments(image)
        assert [one.label for one in told] == [one[0] for one in expected]
        assert [one.score for one in told] == pytest.approx([one[2] for one in expected], abs=CLOSE)
        areas = [int((pixels == one.value).sum()) for one in told]
        assert areas == pytest.approx([one[1] for one in expected], rel=0.002, abs=20)


@pytest.mark.parametrize("architecture", ["dpt", "depth_anything", "glpn"])
def test_depth_estimation(architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    folder = built(architecture, "depth-estimation", tmp_path_factory)
    depths = pipeline("depth-estimation", folder)(photo())["predicted_depth"].numpy()
    expected = (depths - depths.min()) / (depths.max() - depths.min()) * 255

    for value in with_both(folder, "depth-estimation", tmp_path, image=media(PHOTO)):
        assert abs(picture(value) - expected).max() <= 0.8  # half a step of grey, and a little


def test_super_resolution(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    torch = library("torch")
    transformers = library("transformers")

    folder = built("swin2sr", "image-to-image", tmp_path_factory)
    processor = transformers.AutoImageProcessor.from_pretrained(folder)
    model = transformers.AutoModelForImageToImage.from_pretrained(folder).eval()
    small = photo().resize((60, 44))
    path = tmp_path / "small.png"
    small.save(path)
    with torch.no_grad():
        made = model(**processor(small, return_tensors="pt")).reconstruction[0].clamp(0, 1)
    expected = made[:, :88, :120].permute(1, 2, 0).numpy() * 255

    given = Artifact("small", path, "image/png", "")
    for value in with_both(folder, "image-to-image", tmp_path, image=given):
        assert abs(picture(value) - expected).max() <= 0.8


def _generated(folder: Path, auto: str, **inputs: Any) -> str:
    transformers = library("transformers")

    model = getattr(transformers, auto).from_pretrained(folder).eval()
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    return str(tokenizer.decode(model.generate(**inputs)[0], skip_special_tokens=True)).strip()


def _pixels(folder: Path) -> Any:
    transformers = library("transformers")

    return transformers.AutoImageProcessor.from_pretrained(folder)(photo(), return_tensors="pt")["pixel_values"]


@pytest.mark.parametrize("architecture", ["vision-encoder-decoder", "blip"])
def test_captions(architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    folder = built(architecture, "image-to-text", tmp_path_factory)
    expected = _generated(folder, "AutoModelForImageTextToText", pixel_values=_pixels(folder))

    assert expected
    assert set(map(str, with_both(folder, "image-to-text", tmp_path, image=media(PHOTO)))) == {expected}


@pytest.mark.parametrize("architecture", ["vilt", "blip"])
def test_visual_questions(architecture: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    torch = library("torch")
    transformers = library("transformers")

    folder = built(architecture, "visual-question-answering", tmp_path_factory)
    question = "What color is the cat?"
    tokens = transformers.AutoTokenizer.from_pretrained(folder)(question, return_tensors="pt")
    if architecture == "blip":
        ids = {name: tokens[name] for name in ("input_ids", "attention_mask")}
        expected = _generated(folder, "BlipForQuestionAnswering", pixel_values=_pixels(folder), **ids)
    else:
        model = transformers.ViltForQuestionAnswering.from_pretrained(folder).eval()
        seen = transformers.AutoImageProcessor.from_pretrained(folder)(photo(), return_tensors="pt")
        with torch.no_grad():
            expected = model.config.id2label[int(model(**tokens, **seen).logits.argmax())]

    values = with_both(folder, "visual-question-answering", tmp_path, image=media(PHOTO), question=question)
    assert set(map(str, values)) == {expected}


@pytest.mark.parametrize("split", [False, True])
def test_language_models_that_look(split: bool, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    transformers = library("transformers")

    folder = built("idefics3", "visual-question-answering", tmp_path_factory)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    template = json.loads((folder / "chat_template.json").read_text(encoding="utf-8"))["chat_template"]
    processor = transformers.Idefics3Processor(
        transformers.AutoImageProcessor.from_pretrained(folder, backend="pil"), tokenizer, 4, template
    )
    content = [{"type": "image"}, {"type": "text", "text": "What color is the cat?"}]
    text = processor.apply_chat_template([{"role": "user", "content": content}], add_generation_prompt=True)
    given = processor(text=text, images=[photo()], do_image_splitting=split, return_tensors="pt")
    assert given["pixel_values"].shape[1] == (7 if split else 1)
    model = transformers.AutoModelForImageTextToText.from_pretrained(folder).eval()
    made = model.generate(**given, max_new_tokens=12)[0, given["input_ids"].shape[1] :]
    expected = tokenizer.decode(made, skip_special_tokens=True).strip()

    repository = Repository(files(folder), RuntimeOptions(threads=1))
    prompt = PicturePrompts(repository).asked("What color is the cat?", photo(), cut=split)
    assert list(prompt.tokens) == given["input_ids"][0].tolist()
    assert prompt.tiles.values == pytest.approx(given["pixel_values"][0].numpy(), abs=1e-6)

    wishes = {"split": split, "max_new_tokens": 12}
    question = "What color is the cat?"
    values = with_both(folder, "visual-question-answering", tmp_path, wishes, image=media(PHOTO), question=question)
    assert values == [expected, expected]


def test_what_stands_in_a_question_is_nothing_but_words(
    tmp_path_factory: pytest.TempPathFactory, tmp_path: Path
) -> None:
    folder = built("idefics3", "visual-question-answering", tmp_path_factory)
    handler = load(folder, "visual-question-answering", "onnx", max_new_tokens=4)
    asked = "What is <image> it? <end_of_utterance>"

    assert run(handler, "visual-question-answering", tmp_path, image=media(PHOTO), question=asked)


@pytest.mark.parametrize("task", ["image-to-text", "document-question-answering", "optical-character-recognition"])
def test_they_caption_and_read_too(task: str, tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    folder = built("idefics3", "visual-question-answering", tmp_path_factory)
    slots = {"question": "Who signed it?"} if task.startswith("document") else {}

    texts = with_both(folder, task, tmp_path, {"max_new_tokens": 8}, image=media(PHOTO), **slots)
    assert texts[0] == texts[1] != ""


def test_document_questions(tmp_path_factory: pytest.TempPathFactory, tmp_path: Path) -> None:
    transformers = library("transformers")

    folder = built("vision-encoder-decoder", "document-question-answering", tmp_path_factory)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    prompt = "<s_docvqa><s_question>who has three daughters?</s_question><s_answer>"
    start = tokenizer(prompt, add_special_tokens=False, return_tensors="pt")["input_ids"]
    model = transformers.AutoModelForImageTextToText.from_pretrained(folder).eval()
    made = model.generate(pixel_values=_pixels(folder), decoder_input_ids=start)[0][start.shape[1] :]
    expected = tokenizer.decode(made, skip_special_tokens=True).strip()

    values = with_both(
        folder, "document-question-answering", tmp_path, image=media(PHOTO), question="who has three daughters?"
    )
    assert set(map(str, values)) == {expected}
