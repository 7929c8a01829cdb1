"""Cards for the tests of the database, made from numbers."""

from __future__ import annotations

import random
from datetime import date, timedelta
from typing import Any

from jarvis.model_registry.card import ModelCard, RepositoryFile, Variant

TASKS = ("text-classification", "translation", "automatic-speech-recognition", "image-classification")
STEMS = ("bert-base", "bert-large", "whisper-tiny", "vit-base", "t5-small")
SUBJECTS = ("legal", "medical", "cats", "tweets", "sentiment")
LICENSES = ("Apache-2.0", "MIT", "CC-BY-NC-4.0", "LicenseRef-llama3.1", "", "GPL-3.0")
LANGUAGES = (("en",), ("de",), (), ("*",), ("en", "zh"))


def variant(name: str = "int8-onnx", form: str = "onnx", count: int = 1_000_000) -> Variant:
    weights = RepositoryFile(path="onnx/model.onnx", bytes=count, sha256="ab" * 32)
    return Variant.model_validate(
        {"name": name, "format": form, "precision": name.partition("-")[0], "files": (weights,)}
    )


def card(card_id: str = "ann/bert-base", **fields: Any) -> ModelCard:
    values: dict[str, Any] = {
        "name": card_id.rpartition("/")[2],
        "tasks": ("text-classification",),
        "handler": "",
        "license": "Apache-2.0",
        "quality": 0.5,
        "quality_source": "made up",
        "source": "huggingface",
        "repository": card_id,
        "variants": (variant(),),
        "downloads": 100,
        "likes": 3,
        "updated": date(2025, 5, 1),
    }
    return ModelCard.model_validate({"id": card_id, **values, **fields})


def many(count: int, seed: int = 1) -> list[ModelCard]:
    """So many cards, the same ones for the same seed."""
    rng = random.Random(seed)
    return [_made(rng, number) for number in range(count)]


def _made(rng: random.Random, number: int) -> ModelCard:
    stem, subject = rng.choice(STEMS), rng.choice(SUBJECTS)
    sizes = [rng.randrange(1, 10**9)] * rng.randrange(2)
    return card(
        f"owner{rng.randrange(50)}/{stem}-{subject}-{number}",
        tasks=(rng.choice(TASKS),),
        license=rng.choice(LICENSES),
        languages=rng.choice(LANGUAGES),
        variants=tuple(variant("fp32-safetensors", "safetensors", size) for size in sizes),
        downloads=int(10 ** rng.uniform(0, 7)),
        likes=rng.choice((0, 0, 0, 1, 2, 5, 17, 900, rng.randrange(5000))),
        updated=date(2023, 1, 1) + timedelta(days=rng.randrange(900)),
        quality=round(rng.random(), 3),
        gated=rng.random() < 0.1,
        source=rng.choice(("huggingface", "huggingface", "modelscope")),
        tags=("pytorch", f"tag{number % 7}"),
        description=f"A model for {rng.choice(SUBJECTS)} that somebody described.",
    )
