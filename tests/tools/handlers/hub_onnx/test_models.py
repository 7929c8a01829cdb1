"""Layouts, variants and settings, on models of many architectures with random weights, against transformers itself."""

from __future__ import annotations

import shutil
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import Any

import numpy as np
import pytest

from jarvis.tools.handler import Inputs
from jarvis.tools.handlers.hub_onnx.clip import ZeroShotImageClassifier
from jarvis.tools.handlers.hub_onnx.labels import TextClassifier
from jarvis.tools.handlers.hub_onnx.pixels import Pictures, scaled_up
from jarvis.tools.handlers.hub_onnx.repository import Repository
from jarvis.tools.handlers.hub_onnx.rewriting import Rewriter, Seq2Seq
from jarvis.tools.handlers.hub_onnx.speech import Transcriber
from jarvis.tools.handlers.hub_onnx.tokens import Tokens
from jarvis.tools.handlers.hub_onnx.writing import Writer
from tests.hubmodels import built
from tests.tools.handlers.hub_onnx.repositories import files_of, options, sink, write_json

MEDIA = Path(__file__).parents[4] / "examples" / "media"
TEXT = "The quick brown fox jumps over the lazy dog."

pytestmark = pytest.mark.timeout(600)
"""The first one imports torch and builds its model, which takes long on a busy machine."""

Model = Callable[[str, str], Path]


@pytest.fixture(scope="session")
def model(tmp_path_factory: pytest.TempPathFactory) -> Model:
    """The folder of a model."""
    return lambda architecture, task: built(architecture, task, tmp_path_factory)


def without(folder: Path, name: str) -> dict[str, Path]:
    return {role: path for role, path in files_of(folder).items() if name not in role}


def rewritten(files: Mapping[str, Path], folder: Path, **parameters: Any) -> str:
    return str(Rewriter(files, options(**parameters)).run(Inputs("text2text-generation", {"text": TEXT}), sink(folder)))


@pytest.mark.parametrize(("architecture", "task"), [("t5", "text2text-generation"), ("bart", "summarization")])
@pytest.mark.parametrize("beams", [1, 4])
def test_each_layout_of_a_decoder_writes_the_same(
    model: Model, tmp_path: Path, architecture: str, task: str, beams: int
) -> None:
    folder = model(architecture, task)
    merged, parted = files_of(folder), without(folder, "merged")
    forgetful = {role: path for role, path in parted.items() if "with_past" not in role}
    texts = {rewritten(files, tmp_path, num_beams=beams) for files in (merged, parted, forgetful)}
    assert len(texts) == 1


@pytest.mark.parametrize(
    "settings",
    [
        {"num_beams": 4},
        {"num_beams": 3, "length_penalty": 2.0, "early_stopping": True},
        {"num_beams": 4, "length_penalty": 0.5, "early_stopping": "never", "no_repeat_ngram_size": 2},
        {"min_length": 10, "repetition_penalty": 1.7},
        {"num_beams": 2, "forced_eos_token_id": 1, "max_new_tokens": 7},
        {"suppress_tokens": [5, 6, 7], "begin_suppress_tokens": [9], "bad_words_ids": [[11], [12, 13]]},
    ],
)
def test_tokens_are_chosen_as_transformers_chooses_them(model: Model, tmp_path: Path, settings: dict[str, Any]) -> None:
    import transformers

    folder = tmp_path / "model"
    shutil.copytree(model("t5", "text2text-generation"), folder)
    base = {"decoder_start_token_id": 0, "eos_token_id": 1, "pad_token_id": 0, "max_length": 24}
    write_json(folder / "generation_config.json", {**base, **settings})
    torch_model = transformers.AutoModelForSeq2SeqLM.from_pretrained(folder)
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    wanted = torch_model.generate(**tokenizer(TEXT, return_tensors="pt"))[0]
    assert rewritten(files_of(folder), tmp_path) == tokenizer.decode(wanted, skip_special_tokens=True).strip()


def test_the_quantized_variant_is_the_one_that_is_run(model: Model) -> None:
    folder = model("bert", "text-classification")
    whole = TextClassifier(files_of(folder), options(variant="fp32")).scores(TEXT)
    small = TextClassifier(files_of(folder), options(variant="int8")).scores(TEXT)
    assert 0 < float(np.abs(whole - small).max()) < 0.1


def test_a_conversation_is_written_in_the_form_that_the_model_knows(model: Model) -> None:
    import transformers

    folder = model("qwen2", "text-generation")
    tokenizer = transformers.AutoTokenizer.from_pretrained(folder)
    messages = [{"role": "user", "content": TEXT}]
    wanted = tokenizer.apply_chat_template(messages, tokenize=False, add_generation_prompt=True)
    assert Writer(files_of(folder), options()).prompt(TEXT) == tokenizer(wanted, add_special_tokens=False)["input_ids"]


def test_a_longer_text_than_the_model_reads_is_rewritten_part_by_part(model: Model, tmp_path: Path) -> None:
    long = " ".join(f"The cat number {at} eats fish in the kitchen." for at in range(30))
    seq2seq = Seq2Seq(files_of(model("marian", "translation")), options(max_new_tokens=4))
    assert len(seq2seq.rewritten(long, sink(tmp_path)).split()) > len(seq2seq.rewritten(TEXT, sink(tmp_path)).split())


def test_both_layouts_of_clip_see_the_same(model: Model) -> None:
    from PIL import Image

    folder = model("clip", "zero-shot-image-classification")
    write_scale = {role: path for role, path in files_of(folder).items() if role != "onnx/model.onnx"}
    parts = {role: path for role, path in write_scale.items() if "onnx/model_" not in role}
    image, texts = Image.open(MEDIA / "cat.jpg").convert("RGB"), ["a cat", "a dog", "a car"]
    joint = ZeroShotImageClassifier(files_of(folder), options()).logits(image, texts)
    apart = ZeroShotImageClassifier(parts, options()).logits(image, texts)
    # Their scale is a weight of the joint graph alone.
    assert np.argsort(joint).tolist() == np.argsort(apart).tolist()
    assert np.corrcoef(joint, apart)[0, 1] > 0.9999


@pytest.mark.parametrize(
    ("architecture", "task"),
    [
        ("vit", "image-classification"),
        ("mobilenet_v2", "image-classification"),
        ("detr", "object-detection"),
        ("yolos", "object-detection"),
        ("segformer", "image-segmentation"),
        ("dpt", "depth-estimation"),
        ("glpn", "depth-estimation"),
        ("swin2sr", "image-to-image"),
        ("owlvit", "zero-shot-object-detection"),
        ("vision-encoder-decoder", "document-question-answering"),
    ],
)
@pytest.mark.parametrize("size", [(451, 300), (120, 333), (64, 64)])
def test_pictures_are_prepared_as_transformers_prepares_them(
    model: Model, architecture: str, task: str, size: tuple[int, int]
) -> None:
    import transformers
    from PIL import Image

    folder = model(architecture, task)
    image = Image.open(MEDIA / "cat.jpg").convert("RGB").resize(size)
    wanted = transformers.AutoImageProcessor.from_pretrained(folder)(images=image, return_tensors="np")["pixel_values"]
    found = Pictures(Repository(files_of(folder), options())).prepared(image).values
    assert found.shape == np.asarray(wanted).shape
    assert np.abs(found - np.asarray(wanted)).max() < 1e-4


@pytest.mark.parametrize("cubic", [False, True])
@pytest.mark.parametrize("size", [(17, 40), (5, 9)])
def test_planes_are_scaled_as_torch_scales_them(cubic: bool, size: tuple[int, int]) -> None:
    import torch

    planes = np.random.default_rng(0).normal(size=(2, 11, 13)).astype(np.float32)
    mode = "bicubic" if cubic else "bilinear"
    wanted = torch.nn.functional.interpolate(torch.from_numpy(planes)[None], size=size, mode=mode, align_corners=False)
    assert np.abs(scaled_up(planes, size, cubic=cubic) - wanted[0].numpy()).max() < 1e-5


def test_the_language_that_is_spoken_may_be_given(model: Model, tmp_path: Path) -> None:
    folder = tmp_path / "model"
    shutil.copytree(model("whisper", "automatic-speech-recognition"), folder)
    tokens = Tokens(Repository(files_of(folder), options()))
    numbers = {token: tokens.number(token) for token in ("<|de|>", "<|en|>", "<|transcribe|>", "<|notimestamps|>")}
    write_json(
        folder / "generation_config.json",
        {
            "decoder_start_token_id": tokens.number("<|startoftranscript|>"), "is_multilingual": True,
            "lang_to_id": {name: numbers[name] for name in ("<|de|>", "<|en|>")},
            "task_to_id": {"transcribe": numbers["<|transcribe|>"]},
            "no_timestamps_token_id": numbers["<|notimestamps|>"],
        },
    )  # fmt: skip
    heard = Transcriber(files_of(folder), options(language="German"))
    whisper: Any = heard._model  # pyright: ignore[reportPrivateUsage]
    said = [tokens.token(token) for token in whisper.prompt({})]
    assert said == ["<|startoftranscript|>", "<|de|>", "<|transcribe|>", "<|notimestamps|>"]
