"""Folders of the user's as models: a card from the files that lie there, with their hashes."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import Any

from jarvis.artifacts import file_digest
from jarvis.errors import InputError, ModelError
from jarvis.model_registry.card import ModelCard, RepositoryFile, Variant
from jarvis.model_registry.hubs.layouts import PICKLED, REMOTE_CODE, default_variant, layout_of
from jarvis.model_registry.hubs.names import card_id
from jarvis.model_registry.hubs.texts import first_words, mapping, words
from jarvis.model_registry.store.entries import read_json, running, stored_files

_MOST_FILES = 5_000
_README = 400_000
_TASK_OF_HEAD = (
    ("ForSequenceClassification", "text-classification"),
    ("ForTokenClassification", "token-classification"),
    ("ForQuestionAnswering", "question-answering"),
    ("ForMaskedLM", "fill-mask"),
    ("ForCausalLM", "text-generation"),
    ("LMHeadModel", "text-generation"),
    ("ForImageClassification", "image-classification"),
    ("ForObjectDetection", "object-detection"),
    ("ForSemanticSegmentation", "image-segmentation"),
    ("ForUniversalSegmentation", "image-segmentation"),
    ("ForDepthEstimation", "depth-estimation"),
    ("ForAudioClassification", "audio-classification"),
    ("ForSpeechSeq2Seq", "automatic-speech-recognition"),
    ("WhisperForConditionalGeneration", "automatic-speech-recognition"),
    ("MarianMTModel", "translation"),
    ("ForCTC", "automatic-speech-recognition"),
    ("CLIPModel", "zero-shot-image-classification"),
    ("SiglipModel", "zero-shot-image-classification"),
    ("SamModel", "mask-generation"),
    ("Sam2Model", "mask-generation"),
    ("Owlv2ForObjectDetection", "zero-shot-object-detection"),
    ("OwlViTForObjectDetection", "zero-shot-object-detection"),
    ("ForImageSuperResolution", "image-to-image"),
    ("VitsModel", "text-to-speech"),
    ("VisionEncoderDecoderModel", "image-to-text"),
    ("ForVisualQuestionAnswering", "visual-question-answering"),
    ("T5ForConditionalGeneration", "text2text-generation"),
    ("BartForConditionalGeneration", "summarization"),
)
"""What the class in a configuration is made for; the last that fits counts."""


def folder_card(folder: Path, *, task: str = "", terms: str = "", variant: str = "") -> ModelCard:
    """The card of a folder, with its files as StoredFile; every file is hashed.

    The task is guessed from the classes in `config.json` unless it is given; `terms` is the licence's SPDX identifier.

    Raises:
        InputError: there is no such folder.
        ModelError: it holds no model that can be run here; the message says why.
        UsageError: it has no variant of this name.
    """
    root = folder.expanduser().absolute()
    if not root.is_dir():
        raise InputError(f"{folder} is no folder; give the one with config.json and the weights", path=str(folder))
    files = _files(root)
    config = mapping(read_json(root / "config.json"))
    layout = layout_of(files, config)
    if not layout.variants:
        raise ModelError(f"{folder} holds no model to run: {_why(layout.warnings)}")
    chosen = _chosen(layout.variants, variant, root)
    tasks = (task,) if task else _tasks(config)
    if not tasks:
        raise ModelError(f"nothing in {folder} says what the model is for; name its task")
    hashes = [(f.path, file_digest(root / f.path), f.bytes) for f in chosen.files]
    card = ModelCard(
        id=f"{card_id('folder', root.name)}:{chosen.name}",
        name=root.name,
        tasks=tasks,
        handler="",
        license=terms,
        files=(),
        quality=0.5,
        quality_source="not measured",
        source="folder",
        repository=str(root),
        variants=(chosen,),
        architecture=words(config.get("model_type"), 40),
        description=first_words(_readme(root)),
        warnings=tuple(layout.warnings),
    )
    return running(card, chosen).model_copy(update={"files": stored_files(root, hashes)})


def _files(root: Path) -> list[RepositoryFile]:
    found: list[RepositoryFile] = []
    for path in sorted(root.rglob("*")):
        inside = path.relative_to(root).as_posix()
        # What lies behind a link belongs to somebody else, and may change.
        if path.is_symlink() or not path.is_file() or any(part.startswith(".") for part in inside.split("/")):
            continue
        found.append(RepositoryFile(path=inside, bytes=path.stat().st_size))
        if len(found) > _MOST_FILES:
            raise ModelError(f"{root} has more than {_MOST_FILES} files; give the folder of one model")
    return found


def _chosen(variants: tuple[Variant, ...], name: str, root: Path) -> Variant:
    from jarvis.errors import UsageError

    if not name:
        default = default_variant(variants)
        assert default is not None
        return default
    named = {variant.name: variant for variant in variants}
    if name not in named:
        raise UsageError(f"{root} has no variant {name!r}; it has {', '.join(named)}")
    return named[name]


def _tasks(config: Mapping[str, Any]) -> tuple[str, ...]:
    classes = [words(one, 100) for one in config.get("architectures") or [] if isinstance(one, str)]
    found = [task for head, task in _TASK_OF_HEAD for one in classes if head in one]
    return tuple(found[-1:])


def _why(warnings: tuple[str, ...]) -> str:
    if PICKLED in warnings:
        return "its weights are pickled, which can run code when they are opened; convert them to safetensors or ONNX"
    if REMOTE_CODE in warnings:
        return "it needs Python code of its own, which is never run here; convert it to ONNX"
    return "; ".join(warnings) or "no weights"


def _readme(root: Path) -> str:
    path = root / "README.md"
    if not path.is_file() or path.stat().st_size > _README:
        return ""
    return path.read_text(encoding="utf-8", errors="replace")
