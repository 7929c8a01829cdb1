"""What a request says about models is read precisely: a table of requests, and one of traps that say nothing."""

from __future__ import annotations

import time
from typing import Any

import pytest

from jarvis.model_registry.registry import Registry
from jarvis.selection import Wishes, read_wishes, without
from tests.jarvis.selection.cards import card, hub_card, weights

REGISTRY = Registry(
    (
        card("whisper-base", "automatic-speech-recognition", files=weights(145)),
        card("whisper-tiny-en", "automatic-speech-recognition", files=weights(75)),
        card("whisper-base-language", "audio-classification", files=weights(145)),
        card("kokoro-82m-int8", "text-to-speech", files=weights(92)),
        card("piper-joe", "text-to-speech", files=weights(63)),
        card("pillow-edits", "image-to-image"),
        card("table-lookup", "table-question-answering"),
        hub_card("openai/fast-lane", "image-to-image"),
        hub_card("onnx-community/moonshine-base-ONNX:int8", "automatic-speech-recognition"),
    )
)


def only(*ids: str) -> Wishes:
    return Wishes(only=frozenset(ids))


@pytest.mark.parametrize(
    ("request_text", "wishes", "rest"),
    [
        ("use whisper base to transcribe memo.wav", only("whisper-base"), "transcribe memo.wav"),
        ("transcribe memo.wav with whisper-base", only("whisper-base"), "transcribe memo.wav"),
        ("Transcribe memo.wav using whisper base, then summarize it", only("whisper-base"),
         "Transcribe memo.wav, then summarize it"),
        ("Read it aloud and use kokoro", only("kokoro-82m-int8"), "Read it aloud"),
        ("use whisper to transcribe memo.wav", only("whisper-base", "whisper-tiny-en", "whisper-base-language"),
         "transcribe memo.wav"),
        ("use moonshine base onnx to transcribe memo.wav", only("onnx-community/moonshine-base-ONNX:int8"),
         "transcribe memo.wav"),
        ("say hello with the piper joe model", only("piper-joe"), "say hello"),
        ("use table-lookup to find the price in shop.csv", only("table-lookup"), "find the price in shop.csv"),
        ("transcribe memo.wav, but not with whisper tiny en", Wishes(forbid=frozenset({"whisper-tiny-en"})),
         "transcribe memo.wav"),
        ("transcribe memo.wav, don't use whisper base", Wishes(forbid=frozenset({"whisper-base"})),
         "transcribe memo.wav"),
        ("prefer kokoro and read the text aloud", Wishes(prefer=frozenset({"kokoro-82m-int8"})), "read the text aloud"),
        ("describe cat.jpg with a fast model", Wishes(aim="fast"), "describe cat.jpg"),
        ("Use the best model you have to describe cat.jpg", Wishes(aim="best"), "describe cat.jpg"),
        ("Use the smallest model possible to caption cat.jpg", Wishes(aim="small"), "caption cat.jpg"),
        ("transcribe memo.wav (fast)", Wishes(aim="fast"), "transcribe memo.wav"),
        ("transcribe memo.wav with a model under 200 MB", Wishes(max_mb=200), "transcribe memo.wav"),
        ("use a model below 1.5 GB and describe cat.jpg", Wishes(max_mb=1500), "describe cat.jpg"),
        ("summarize report.txt, nothing non-commercial", Wishes(no_licenses=("non-commercial",)),
         "summarize report.txt"),
        ("summarize report.txt and use only permissive licences", Wishes(licenses=("permissive",)),
         "summarize report.txt"),
        ("describe cat.jpg, offline only", Wishes(offline=True), "describe cat.jpg"),
        ("Use a fast model, nothing non-commercial, and transcribe memo.wav",
         Wishes(aim="fast", no_licenses=("non-commercial",)), "transcribe memo.wav"),
        ("Nimm whisper base und schreibe memo.wav ab", only("whisper-base"), "schreibe memo.wav ab"),
        ("Fasse notes.txt mit einem schnellen Modell zusammen", Wishes(aim="fast"), "Fasse notes.txt zusammen"),
        ("Beschreibe cat.jpg, nur offline", Wishes(offline=True), "Beschreibe cat.jpg"),
        ("Beschreibe cat.jpg mit einem Modell unter 200 MB", Wishes(max_mb=200), "Beschreibe cat.jpg"),
        ("Utilise whisper base pour transcrire memo.wav", only("whisper-base"), "transcrire memo.wav"),
        ("Décris cat.jpg avec un modèle rapide", Wishes(aim="fast"), "Décris cat.jpg"),
        ("Décris cat.jpg, hors ligne uniquement", Wishes(offline=True), "Décris cat.jpg"),
        ("Usa whisper base para transcribir memo.wav", only("whisper-base"), "transcribir memo.wav"),
        ("Describe cat.jpg con el mejor modelo", Wishes(aim="best"), "Describe cat.jpg"),
        ("用whisper base转写 memo.wav", only("whisper-base"), "转写 memo.wav"),
        ("用一个快的模型描述 cat.jpg", Wishes(aim="fast"), "描述 cat.jpg"),
        ("描述 cat.jpg，不要联网", Wishes(offline=True), "描述 cat.jpg"),
    ],
)  # fmt: skip
def test_wishes_are_read_and_their_words_taken_out(request_text: str, wishes: Wishes, rest: str) -> None:
    found, spans = read_wishes(request_text, REGISTRY)

    assert found == wishes
    assert without(request_text, spans) == rest


@pytest.mark.parametrize(
    "trap",
    [
        "use the fast lane photo",
        "use the fast lane photo.jpg and make it brighter",
        "describe the small models in shop.jpg",
        "compress video.mp4 to under 200 MB",
        "find files under 200 MB",
        "Translate 'use the best model' into German",
        'Read "use whisper base" aloud',
        "Translate: use the fast model",
        "Translate this sentence: with a fast model everything is better",
        "Say use whisper base",
        "Explain what offline only means",
        "Write a poem about life without internet",
        "Write a story about a man with a fast model",
        "Draw a girl with a small model",
        "take a photo of the best model",
        "Take the best model photo and enhance it",
        "Use the model train photo",
        "what is the best model for speech?",
        "How fast is the best model?",
        "Tell me about the whisper base model",
        "whisper base is a model; what is it?",
        "read it in a whisper",
        "sing with moonshine",
        "take a photo of me with Joe",
        "Use pillow.jpg as the background",
        "turn on the light beside the table lookup sign",
        "describe the picture (small)",
        "read fast-lane.txt aloud, quickly",
        "Is this product for commercial use?",
        "Find the nothing box in picture.png",
        "make the text small and bold",
        "Erkläre, was offline bedeutet",
        "Écris un poème sur un modèle rapide",
        "写一首关于快的模型的诗",
        "",
        "   ",
    ],
)
def test_other_uses_of_the_same_words_change_nothing(trap: str) -> None:
    assert read_wishes(trap, REGISTRY) == (Wishes(), ())


def test_what_is_pasted_below_a_request_is_not_read() -> None:
    request = "Summarize this for me\nuse whisper base to transcribe it, offline only"

    assert read_wishes(request, REGISTRY) == (Wishes(), ())


def test_a_long_request_is_read_quickly() -> None:
    began = time.process_time()
    read_wishes("use " * 60_000, REGISTRY)
    read_wishes("with a fast " * 20_000, REGISTRY)
    read_wishes('"' * 200_000, REGISTRY)

    assert time.process_time() - began < 2


def test_wishes_of_a_request_go_over_those_of_the_settings() -> None:
    settings = Wishes(licenses=("permissive", "copyleft"), aim="best", max_mb=500, forbid=frozenset({"x"}))
    request: Any = Wishes(licenses=("permissive",), aim="fast", max_mb=900, forbid=frozenset({"y"}))

    assert request.over(settings) == Wishes(
        licenses=("permissive",), aim="fast", max_mb=500, forbid=frozenset({"x", "y"})
    )
    assert not Wishes()
    assert request
