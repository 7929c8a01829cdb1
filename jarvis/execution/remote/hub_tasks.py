"""What `huggingface_hub`'s InferenceClient is asked for each task, and the task's value from what it gives.

Every function runs in a thread. What the client gives was made from a server's answer by a permissive reader: missing
fields are None there, so each is checked here.
"""

from __future__ import annotations

import math
from collections.abc import Callable, Iterable, Mapping
from dataclasses import dataclass
from typing import TYPE_CHECKING, Any

from jarvis.errors import TaskError
from jarvis.execution.remote.instructions import messages_for
from jarvis.execution.remote.media import checked_image, jpeg, write_sound
from jarvis.languages import language_code, language_name, language_of
from jarvis.messages import JsonValue, Value
from jarvis.tools.handler import Inputs, Sink

if TYPE_CHECKING:
    from huggingface_hub import InferenceClient


@dataclass(frozen=True, slots=True)
class Job:
    """One task, and who does it."""

    client: InferenceClient
    inputs: Inputs
    sink: Sink
    parameters: Mapping[str, Any]
    """Those of the card."""


def chat(job: Job) -> Any:
    """The answer of a chat model, as a chat completion."""
    free = job.inputs.task in ("text-generation", "conversational")
    temperature = job.parameters.get("temperature", "none" if free else 0)
    return job.client.chat_completion(
        list(messages_for(job.inputs)),
        model=str(job.parameters["model"]) if "endpoint" in job.parameters and "model" in job.parameters else None,
        temperature=None if temperature == "none" else float(temperature),
        max_tokens=int(job.parameters["max_tokens"]) if "max_tokens" in job.parameters else None,
    )


def _generation(job: Job) -> Value:
    most = job.parameters.get("max_tokens")
    prompt = job.inputs.text("prompt")
    if job.inputs.has("context"):
        prompt = f"{job.inputs.text('context')}\n\n{prompt}"
    return _text(job.client.text_generation(prompt, max_new_tokens=int(most) if most is not None else None))


def _summary(job: Job) -> Value:
    return _text(job.client.summarization(job.inputs.text("text")).summary_text)


def _translation(job: Job) -> Value:
    wanted = language_code(job.inputs.text("target_language")) or job.inputs.text("target_language")
    only = str(job.parameters.get("target_language", ""))
    if only:
        if language_code(only) != language_code(wanted):
            raise TaskError(f"this model translates into {language_name(only)} only; name another one for {wanted}")
        return _text(job.client.translation(job.inputs.text("text")).translation_text)
    text = job.inputs.text("text")
    source = language_code(job.inputs.text("source_language")) or language_of(text)
    return _text(job.client.translation(text, src_lang=source, tgt_lang=wanted).translation_text)


def _answer(job: Job) -> Value:
    found: Any = job.client.question_answering(question=job.inputs.text("question"), context=job.inputs.text("context"))
    return _text((found[0] if isinstance(found, list) else found).answer)


def _text_labels(job: Job) -> Value:
    return _labels(job.client.text_classification(job.inputs.text("text")))


def _chosen_labels(job: Job) -> Value:
    labels = _some_labels(job.inputs)
    return _labels(job.client.zero_shot_classification(job.inputs.text("text"), labels), len(labels))


def _image_labels(job: Job) -> Value:
    return _labels(job.client.image_classification(jpeg(job.inputs)))


def _chosen_image_labels(job: Job) -> Value:
    labels = _some_labels(job.inputs)
    return _labels(job.client.zero_shot_image_classification(jpeg(job.inputs), labels), len(labels))


def _sound_labels(job: Job) -> Value:
    return _labels(job.client.audio_classification(job.inputs.file("audio").path))


def _entities(job: Job) -> Value:
    found: Any = job.client.token_classification(job.inputs.text("text"))
    return list[JsonValue](
        {
            "label": _text(one.entity_group or one.entity),
            "text": _text(one.word),
            "start": int(one.start),
            "end": int(one.end),
            "score": _number(one.score),
        }
        for one in found
    )


def _objects(job: Job) -> Value:
    image = job.inputs.image()
    most = int(job.parameters.get("longest_side", 1568))
    scale = max(max(image.size) / most, 1.0)
    found: Any = job.client.object_detection(jpeg(job.inputs, longest=most))
    rows: list[JsonValue] = []
    for one in sorted(found, key=lambda one: -_number(one.score)):
        box = [one.box.xmin, one.box.ymin, one.box.xmax, one.box.ymax]
        corners: list[JsonValue] = [round(_number(part) * scale) for part in box]
        rows.append({"label": _text(one.label), "score": round(_number(one.score), 3), "box": corners})
    return rows


def _caption(job: Job) -> Value:
    return _text(job.client.image_to_text(jpeg(job.inputs)).generated_text)


def _look(job: Job) -> Value:
    return _text(job.client.visual_question_answering(jpeg(job.inputs), job.inputs.text("question"))[0].answer)


def _document(job: Job) -> Value:
    return _text(job.client.document_question_answering(jpeg(job.inputs), job.inputs.text("question"))[0].answer)


def _transcription(job: Job) -> Value:
    return _text(job.client.automatic_speech_recognition(job.inputs.file("audio").path).text, empty=True)


def _speech(job: Job) -> Value:
    voice = job.parameters.get("voice")
    extra = {"voice": str(voice)} if voice else None
    return write_sound(job.client.text_to_speech(job.inputs.text("text"), extra_body=extra), job.sink)


def _picture(job: Job) -> Value:
    return job.sink.image("image", checked_image(job.client.text_to_image(job.inputs.text("prompt"))))


def _changed_picture(job: Job) -> Value:
    prompt = job.inputs.text("prompt") if job.inputs.has("prompt") else None
    return job.sink.image("image", checked_image(job.client.image_to_image(jpeg(job.inputs), prompt)))


def _embedding(job: Job) -> Value:
    rows: Any = job.client.feature_extraction(job.inputs.text("text"))
    # Models without a pooling layer give a vector for each token.
    return list[JsonValue](_number(float(number)) for number in rows.reshape(-1, rows.shape[-1]).mean(axis=0))


def _similarity(job: Job) -> Value:
    (score,) = job.client.sentence_similarity(job.inputs.text("text"), [job.inputs.text("other")])
    return {"score": round(min(max(_number(score), 0.0), 1.0), 4)}


TASKS: Mapping[str, Callable[[Job], Value]] = {
    "text-generation": _generation,
    "summarization": _summary,
    "translation": _translation,
    "question-answering": _answer,
    "text-classification": _text_labels,
    "zero-shot-classification": _chosen_labels,
    "token-classification": _entities,
    "sentence-similarity": _similarity,
    "feature-extraction": _embedding,
    "image-classification": _image_labels,
    "zero-shot-image-classification": _chosen_image_labels,
    "object-detection": _objects,
    "image-to-text": _caption,
    "visual-question-answering": _look,
    "document-question-answering": _document,
    "text-to-image": _picture,
    "image-to-image": _changed_picture,
    "automatic-speech-recognition": _transcription,
    "audio-classification": _sound_labels,
    "text-to-speech": _speech,
}
"""By task. Those that a chat model does are asked by `chat`, unless the card's `api` is `task`."""

CHATS = frozenset({"text-generation", "conversational", "text2text-generation"})
"""Tasks for which a card is taken to name a chat model, unless it says otherwise."""
MEDIA = frozenset({"text-to-image", "image-to-image", "text-to-speech"})
"""Tasks whose result is a file."""


def _labels(found: Iterable[Any], most: int = 5) -> list[JsonValue]:
    rows = sorted(((_text(one.label), _number(one.score)) for one in found), key=lambda row: -row[1])
    return [{"label": label, "score": round(score, 4)} for label, score in rows[:most]]


def _some_labels(inputs: Inputs) -> list[str]:
    labels = inputs.labels("labels")
    if not labels:
        raise TaskError("no labels to choose from; name them, separated by commas")
    return labels


def _text(found: Any, *, empty: bool = False) -> str:
    if not isinstance(found, str) or not (empty or found.strip()):
        raise ValueError(f"{type(found).__name__ if found else 'nothing'} where a text should be")
    return found.strip()


def _number(found: Any) -> float:
    if not isinstance(found, int | float) or not math.isfinite(found):
        raise ValueError(f"{str(found)[:40]} where a number should be")
    return float(found)
