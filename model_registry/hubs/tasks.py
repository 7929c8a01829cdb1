"""Task names of the hubs, and ours. Ours are Hugging Face's pipeline tags wherever one exists."""

from __future__ import annotations

from collections.abc import Iterable
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Search:
    """How Hugging Face is asked for the models of one of our tasks."""

    pipeline_tag: str
    filter: str = ""
    """A tag that they have besides."""


_SAME = """
text-classification zero-shot-classification token-classification question-answering table-question-answering
tabular-classification summarization translation text-generation text2text-generation sentence-similarity fill-mask
image-classification zero-shot-image-classification object-detection zero-shot-object-detection keypoint-detection
image-segmentation mask-generation depth-estimation image-to-text visual-question-answering
document-question-answering image-to-image text-to-image text-to-video image-to-video video-classification
automatic-speech-recognition text-to-speech text-to-audio audio-classification audio-to-audio voice-activity-detection
""".split()

_FROM_TAG: dict[str, tuple[str, ...]] = {tag: (tag,) for tag in _SAME} | {
    "feature-extraction": ("sentence-similarity",),
    "image-text-to-text": ("visual-question-answering", "document-question-answering", "image-to-text"),
    "video-text-to-text": ("video-to-text",),
    "visual-document-retrieval": ("document-question-answering",),
    "text-to-music": ("text-to-audio",),
}
"""What a model with this pipeline tag does here."""

_BY_TAG: dict[tuple[str, str], str] = {
    ("text-generation", "conversational"): "conversational",
    ("text-classification", "language-identification"): "language-identification",
    ("text-classification", "language-detection"): "language-identification",
    ("object-detection", "face-detection"): "face-detection",
    ("image-segmentation", "background-removal"): "background-removal",
    ("image-segmentation", "remove background"): "background-removal",
    ("image-to-text", "ocr"): "optical-character-recognition",
    ("image-to-text", "trocr"): "optical-character-recognition",
    ("text-to-image", "controlnet"): "controlled-text-to-image",
}
"""Tasks of ours that Hugging Face tells apart by a further tag."""

_TO_SEARCH: dict[str, Search] = {task: Search(task) for task in _SAME} | {
    "video-to-text": Search("video-text-to-text"),
    "conversational": Search("text-generation", "conversational"),
    "language-identification": Search("text-classification", "language-identification"),
    "face-detection": Search("object-detection", "face-detection"),
    "background-removal": Search("image-segmentation", "background-removal"),
    "optical-character-recognition": Search("image-to-text", "ocr"),
    "controlled-text-to-image": Search("text-to-image", "controlnet"),
}

_MODELSCOPE = {
    "sentiment-classification": "text-classification",
    "sentence-classification": "text-classification",
    "nli": "zero-shot-classification",
    "named-entity-recognition": "token-classification",
    "part-of-speech": "token-classification",
    "word-segmentation": "token-classification",
    "machine-reading-comprehension": "question-answering",
    "text-summarization": "summarization",
    "sentence-embedding": "sentence-similarity",
    "text-ranking": "sentence-similarity",
    "chat": "conversational",
    "text-language-identification": "language-identification",
    "image-object-detection": "object-detection",
    "domain-specific-object-detection": "object-detection",
    "human-detection": "object-detection",
    "body-2d-keypoints": "keypoint-detection",
    "semantic-segmentation": "image-segmentation",
    "universal-matting": "background-removal",
    "portrait-matting": "background-removal",
    "image-depth-estimation": "depth-estimation",
    "image-captioning": "image-to-text",
    "ocr-recognition": "optical-character-recognition",
    "multi-modal-embedding": "zero-shot-image-classification",
    "image-super-resolution": "image-to-image",
    "image-colorization": "image-to-image",
    "image-denoising": "image-to-image",
    "image-portrait-enhancement": "image-to-image",
    "image-style-transfer": "image-to-image",
    "text-to-image-synthesis": "text-to-image",
    "text-to-video-synthesis": "text-to-video",
    "action-recognition": "video-classification",
    "video-captioning": "video-to-text",
    "auto-speech-recognition": "automatic-speech-recognition",
    "acoustic-noise-suppression": "audio-to-audio",
    "speech-separation": "audio-to-audio",
    "keyword-spotting": "audio-classification",
    "speech-language-recognition": "audio-classification",
    "face-detection": "face-detection",
}
"""ModelScope's own names, and the task here that they are; the other names are Hugging Face's there too."""

TASKS = tuple(sorted(_TO_SEARCH))
"""Every task that a hub can be asked for."""


def tasks_of(pipeline_tag: str, tags: Iterable[str] = ()) -> tuple[str, ...]:
    """Our tasks of a model on Hugging Face; none when nothing here does what it does."""
    more = [_BY_TAG[pipeline_tag, tag] for tag in tags if (pipeline_tag, tag) in _BY_TAG]
    return tuple(dict.fromkeys([*_FROM_TAG.get(pipeline_tag, ()), *more]))


def search_for(task: str) -> Search | None:
    """How Hugging Face is asked for a task; None for tasks that no model there has."""
    return _TO_SEARCH.get(task)


def tasks_of_modelscope(names: Iterable[str]) -> tuple[str, ...]:
    """Our tasks of a model on ModelScope."""
    found = [task for name in names for task in ((_MODELSCOPE[name],) if name in _MODELSCOPE else tasks_of(name))]
    return tuple(dict.fromkeys(found))


def modelscope_names(task: str) -> tuple[str, ...]:
    """What ModelScope calls one of our tasks, its own names first."""
    own = [name for name, ours in _MODELSCOPE.items() if ours == task]
    search = search_for(task)
    return tuple(dict.fromkeys([*own, *([search.pipeline_tag] if search and not search.filter else [])]))
