"""Cards that look like those of a hub: names, tags, sizes and texts repeat as they do there, downloads are skewed."""

from __future__ import annotations

import random
from collections.abc import Iterator
from datetime import date, timedelta
from typing import NamedTuple

from jarvis.model_registry.card import Evaluation, ModelCard, RepositoryFile, Variant


class Family(NamedTuple):
    """Models of one architecture; `share` of every thousand."""

    stem: str
    architecture: str
    share: int
    tasks: tuple[str, ...]
    sizes: tuple[tuple[str, int], ...]
    """Name and thousands of parameters."""


FAMILIES = (
    Family(
        "bert",
        "bert",
        90,
        ("fill-mask", "text-classification", "token-classification", "question-answering"),
        (
            ("tiny", 4_400),
            ("small", 28_800),
            ("base-uncased", 110_000),
            ("base-multilingual-cased", 178_000),
            ("large-uncased", 336_000),
        ),
    ),
    Family(
        "distilbert",
        "distilbert",
        60,
        ("text-classification", "token-classification", "question-answering"),
        (("base-uncased", 67_000), ("base-multilingual-cased", 135_000)),
    ),
    Family(
        "roberta",
        "roberta",
        50,
        ("text-classification", "token-classification", "fill-mask"),
        (("base", 125_000), ("large", 355_000)),
    ),
    Family(
        "xlm-roberta",
        "xlm-roberta",
        25,
        ("text-classification", "token-classification"),
        (("base", 278_000), ("large", 560_000)),
    ),
    Family(
        "deberta-v3",
        "deberta-v2",
        15,
        ("text-classification", "zero-shot-classification"),
        (("small", 141_000), ("base", 184_000), ("large", 435_000)),
    ),
    Family(
        "MiniLM", "bert", 25, ("sentence-similarity", "feature-extraction"), (("L6-v2", 22_700), ("L12-v2", 33_400))
    ),
    Family(
        "bge",
        "bert",
        15,
        ("feature-extraction", "sentence-similarity"),
        (("small-en-v1.5", 33_400), ("base-en-v1.5", 109_000), ("m3", 568_000)),
    ),
    Family("gpt2", "gpt2", 35, ("text-generation",), (("", 124_000), ("medium", 355_000), ("large", 774_000))),
    Family(
        "Llama-3.1",
        "llama",
        110,
        ("text-generation",),
        (("8B-Instruct", 8_030_000), ("8B", 8_030_000), ("70B-Instruct", 70_600_000)),
    ),
    Family("Llama-3.2", "llama", 60, ("text-generation",), (("1B-Instruct", 1_240_000), ("3B-Instruct", 3_210_000))),
    Family("Mistral", "mistral", 60, ("text-generation",), (("7B-v0.1", 7_240_000), ("7B-Instruct-v0.3", 7_250_000))),
    Family(
        "Qwen2.5",
        "qwen2",
        110,
        ("text-generation",),
        (("0.5B-Instruct", 494_000), ("1.5B-Instruct", 1_540_000), ("7B-Instruct", 7_620_000)),
    ),
    Family("gemma-2", "gemma2", 35, ("text-generation",), (("2b-it", 2_610_000), ("9b-it", 9_240_000))),
    Family(
        "SmolLM2",
        "llama",
        10,
        ("text-generation",),
        (("135M-Instruct", 135_000), ("360M", 362_000), ("1.7B-Instruct", 1_710_000)),
    ),
    Family(
        "t5",
        "t5",
        30,
        ("translation", "summarization", "text2text-generation"),
        (("small", 60_500), ("base", 223_000), ("large", 738_000)),
    ),
    Family(
        "opus-mt",
        "marian",
        15,
        ("translation",),
        (("en-de", 74_400), ("en-fr", 74_400), ("zh-en", 77_900), ("mul-en", 77_500)),
    ),
    Family(
        "bart",
        "bart",
        12,
        ("summarization", "zero-shot-classification"),
        (("base", 139_000), ("large-cnn", 406_000), ("large-mnli", 407_000)),
    ),
    Family(
        "whisper",
        "whisper",
        40,
        ("automatic-speech-recognition",),
        (("tiny", 37_800), ("base", 72_600), ("small", 242_000), ("large-v3", 1_540_000)),
    ),
    Family(
        "wav2vec2",
        "wav2vec2",
        40,
        ("automatic-speech-recognition", "audio-classification"),
        (("base", 94_400), ("large-xlsr-53", 315_000)),
    ),
    Family("vit", "vit", 40, ("image-classification",), (("base-patch16-224", 86_600), ("large-patch32-384", 306_000))),
    Family("resnet", "resnet", 10, ("image-classification",), (("18", 11_700), ("50", 25_600))),
    Family(
        "detr", "detr", 6, ("object-detection", "image-segmentation"), (("resnet-50", 41_600), ("resnet-101", 60_700))
    ),
    Family("yolos", "yolos", 6, ("object-detection",), (("tiny", 6_490), ("small", 30_700))),
    Family(
        "clip-vit",
        "clip",
        8,
        ("zero-shot-image-classification",),
        (("base-patch32", 151_000), ("large-patch14", 428_000)),
    ),
    Family(
        "blip",
        "blip",
        5,
        ("image-to-text", "visual-question-answering"),
        (("image-captioning-base", 247_000), ("vqa-base", 385_000)),
    ),
    Family("depth-anything", "depth_anything", 3, ("depth-estimation",), (("small", 24_800), ("large", 335_000))),
    Family("speecht5", "speecht5", 8, ("text-to-speech",), (("tts", 144_000),)),
    Family("mms-tts", "vits", 8, ("text-to-speech",), (("eng", 36_300), ("deu", 36_300), ("fra", 36_300))),
    Family("stable-diffusion", "", 60, ("text-to-image",), (("v1-5", 1_070_000), ("xl-base-1.0", 3_470_000))),
    Family("ppo", "", 44, ("reinforcement-learning",), (("LunarLander-v2", 50), ("Huggy", 120))),
)
DATASETS = "imdb emotion squad conll2003 sst2 cnn_dailymail common_voice_13_0 cifar10 food101 mnli xnli ag_news".split()
SUBJECTS = (
    "sentiment emotion toxicity spam legal medical finance news tweets reviews code math chat story recipes clinical "
    "biomedical patents weather sports crypto hate-speech irony intent ner pos summaries dialogues poems cats flowers"
).split()
WORDS = (
    "model trained with on the data of a results evaluation set achieves following language that was for accuracy loss "
    "using learning rate and base version fine-tuned intended uses limitations more information needed training "
    "procedure"
).split()
LANGUAGES = "en " * 60 + "zh de fr es ru ja ko pt it ar hi nl tr pl sv vi id uk fa"
LICENSES = (
    "Apache-2.0 " * 38
    + "MIT " * 16
    + "LicenseRef-llama3.1 " * 8
    + "LicenseRef-creativeml-openrail-m " * 6
    + "LicenseRef-gemma " * 3
    + "CC-BY-NC-4.0 " * 6
    + "CC-BY-4.0 " * 3
    + "GPL-3.0 " * 2
    + "CC-BY-SA-4.0 AFL-3.0 BSD-3-Clause"
).split()
_SHARED = ("config.json", "tokenizer.json", "tokenizer_config.json", "special_tokens_map.json")
_BYTES = {"fp32": 4.0, "fp16": 2.0, "bf16": 2.0, "int8": 1.0, "int4": 0.6}


def cards(count: int, seed: int) -> Iterator[ModelCard]:
    """So many cards, the same ones for the same seed."""
    rng = random.Random(seed)
    shares = [family.share for family in FAMILIES]
    for number in range(count):
        yield _card(rng, number, rng.choices(FAMILIES, shares)[0])


def _card(rng: random.Random, number: int, family: Family) -> ModelCard:
    size, thousands = rng.choice(family.sizes)
    subject, dataset = rng.choice(SUBJECTS), rng.choice(DATASETS)
    task = rng.choice(family.tasks)
    language = rng.choice(LANGUAGES.split())
    owner = f"{rng.choice(_SYLLABLES)}{rng.choice(_SYLLABLES)}{rng.choice(('', 'ai', '-lab', rng.randrange(100)))}"
    base = "-".join(part for part in (family.stem, size) if part)
    tail = rng.choice(
        ("", f"-{subject}", f"-finetuned-{dataset}", f"-{language}-{subject}", f"-v{rng.randrange(1, 9)}")
    )
    # One more than a zeta-like law: half of all models have under ten downloads a month, a few have millions.
    downloads = int(min(8e7, 4 / (1 - rng.random()) ** 1.15)) if rng.random() > 0.3 else rng.randrange(4)
    return ModelCard(
        id=f"{owner}/{base}{tail}-{number:x}",
        name=f"{base}{tail}",
        tasks=(task,),
        handler="",
        license=rng.choice(LICENSES) if rng.random() > 0.35 else "",
        languages=(language,) if rng.random() > 0.4 else (),
        quality=round(min(0.99, max(0.05, rng.gauss(0.5, 0.12))), 3),
        quality_source="downloads at the hub",
        source="huggingface",
        repository=f"{owner}/{base}{tail}-{number:x}",
        revision=rng.randbytes(20).hex(),
        variants=_variants(rng, thousands * 1000),
        parameter_count=thousands * 1000,
        downloads=downloads,
        likes=int(downloads ** rng.uniform(0.2, 0.55)) - 1 if downloads > 5 else 0,
        updated=date(2022, 3, 1) + timedelta(days=int(1700 * rng.random() ** 0.6)),
        gated=rng.random() < 0.03,
        library="transformers" if family.architecture else "diffusers",
        architecture=family.architecture,
        base_model=f"{_SYLLABLES[len(base) % 40]}/{base}" if rng.random() < 0.6 else "",
        tags=_tags(rng, family, task, dataset),
        description=_description(rng, base, subject, dataset),
        evaluations=_evaluations(rng, task, dataset),
        warnings=("pickled weights only",) if rng.random() < 0.15 else (),
    )


def _tags(rng: random.Random, family: Family, task: str, dataset: str) -> tuple[str, ...]:
    known = ["transformers", "safetensors", family.architecture, task, f"dataset:{dataset}", "region:us"]
    more = rng.sample(
        [
            "pytorch",
            "tensorboard",
            "generated_from_trainer",
            "endpoints_compatible",
            "autotrain_compatible",
            "onnx",
            "tf",
            "jax",
            "conversational",
            f"arxiv:{rng.randrange(1700, 2600)}.{rng.randrange(20000):05d}",
            "model-index",
            "lora",
            "peft",
            "unsloth",
            "trl",
            "sft",
            "merge",
            "text-generation-inference",
        ],
        rng.randrange(3, 9),
    )
    return tuple(tag for tag in (*known, *more) if tag)


def _description(rng: random.Random, base: str, subject: str, dataset: str) -> str:
    start = f"This model is a fine-tuned version of {base} for {subject} on the {dataset} dataset."
    words = [start, *rng.choices(WORDS, k=16), f"loss {rng.random():.4f}", rng.choice(SUBJECTS), rng.choice(_SYLLABLES)]
    return " ".join(words)[:200]


def _evaluations(rng: random.Random, task: str, dataset: str) -> tuple[Evaluation, ...]:
    if rng.random() > 0.25:
        return ()
    return (
        Evaluation(task=task, dataset=dataset, metric="accuracy", value=round(rng.random(), 4), source="model-index"),
    )


def _variants(rng: random.Random, parameters: int) -> tuple[Variant, ...]:
    if rng.random() < 0.15:
        return ()
    shared = tuple(
        RepositoryFile(path=path, bytes=rng.randrange(300, 3_000_000), blob=rng.randbytes(20).hex()) for path in _SHARED
    )
    kinds = [("safetensors", rng.choice(("fp32", "bf16", "fp16")))]
    if rng.random() < 0.12:
        kinds += [("onnx", "int8"), ("onnx", "fp16"), ("onnx", "fp32")]
    if rng.random() < 0.12:
        kinds += [("gguf", "int4"), ("gguf", "int8")]
    kinds.sort(key=lambda kind: _BYTES[kind[1]])
    return tuple(_variant(rng, form, precision, parameters, shared) for form, precision in kinds)


def _variant(
    rng: random.Random, form: str, precision: str, parameters: int, shared: tuple[RepositoryFile, ...]
) -> Variant:
    name = {
        "safetensors": "model.safetensors",
        "onnx": f"onnx/model_{precision}.onnx",
        "gguf": f"model-{precision}.gguf",
    }
    weights = RepositoryFile(
        path=name[form], bytes=int(parameters * _BYTES[precision]) + rng.randrange(9999), sha256=rng.randbytes(32).hex()
    )
    return Variant.model_validate(
        {"name": f"{precision}-{form}", "format": form, "precision": precision, "files": (weights, *shared)}
    )


def _syllables() -> tuple[str, ...]:
    rng = random.Random(1)
    return tuple(
        "".join(rng.choice(part) for part in ("bcdfghjklmnprstvz", "aeiou", "bdklmnrstz", "aeiouy")) for _ in range(900)
    )


_SYLLABLES = _syllables()
