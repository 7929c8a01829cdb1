"""Hugging Face inference providers: what the library writes goes out, and its answers become values of tasks."""

from __future__ import annotations

import io
import json
import wave
from pathlib import Path
from typing import Any, cast

import pytest
from PIL import Image

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.execution.remote import RemoteModelError, RemoteTaskError
from tests.jarvis.execution.remote.calls import MEDIA, card, do, size_of, worker_for
from tests.jarvis.execution.remote.rude import rude, says

CAT, VOICE = MEDIA / "cat.jpg", MEDIA / "voice.wav"
SCORED = [{"label": "dog", "score": 0.25}, {"label": "cat", "score": 0.75}]
RANKED = [{"label": "cat", "score": 0.75}, {"label": "dog", "score": 0.25}]


@pytest.mark.parametrize(
    ("task", "slots", "answer", "value"),
    [
        ("summarization", {"text": "long"}, [{"summary_text": " short "}], "short"),
        ("question-answering", {"question": "Who?", "context": "Anna."}, {"answer": "Anna", "score": 1.0}, "Anna"),
        ("text-classification", {"text": "good"}, [SCORED], RANKED),
        ("zero-shot-classification", {"text": "x", "labels": "dog, cat"}, SCORED, RANKED),
        ("sentence-similarity", {"text": "a", "other": "b"}, [0.61234], {"score": 0.6123}),
        ("feature-extraction", {"text": "a"}, [[1.0, 0.0], [0.0, 1.0]], [0.5, 0.5]),
        ("image-classification", {"image": CAT}, SCORED, RANKED),
        ("zero-shot-image-classification", {"image": CAT, "labels": "dog, cat"}, SCORED, RANKED),
        ("image-to-text", {"image": CAT}, [{"generated_text": "A cat."}], "A cat."),
        ("visual-question-answering", {"image": CAT, "question": "What?"}, [{"answer": "cat", "score": 1}], "cat"),
        ("document-question-answering", {"image": CAT, "question": "?"}, [{"answer": "7", "score": 1}], "7"),
        ("audio-classification", {"audio": VOICE}, SCORED, RANKED),
        ("automatic-speech-recognition", {"audio": VOICE}, {"text": " Hello. "}, "Hello."),
        ("automatic-speech-recognition", {"audio": VOICE}, {"text": ""}, ""),
    ],
)
def test_each_task_has_its_value(task: str, slots: dict[str, Any], answer: Any, value: Any, tmp_path: Path) -> None:
    with rude(says(answer)) as server:
        assert do(card("hugging-face", server.url), task, tmp_path, None, **slots) == value
    (asked,) = server.asked
    assert asked.method == "POST" and asked.body and "authorization" not in asked.headers


def test_objects_are_told_in_pixels_of_the_picture_that_was_given(tmp_path: Path) -> None:
    width, height = size_of(CAT)
    longest = max(width, height) // 2
    box = {"xmin": 0, "ymin": 10, "xmax": width // 4, "ymax": height // 4}
    with rude(says([{"label": "cat", "score": 0.91234, "box": box}])) as server:
        model = card("hugging-face", server.url, longest_side=longest)
        (row,) = cast("Any", do(model, "object-detection", tmp_path, None, image=CAT))
    assert (row["label"], row["score"]) == ("cat", 0.912)
    assert row["box"] == pytest.approx([0, 20, width // 2, height // 2], abs=3)
    assert max(Image.open(io.BytesIO(server.asked[0].body)).size) == longest


def test_entities_keep_their_places(tmp_path: Path) -> None:
    found = {"entity_group": "PER", "word": "Anna", "start": 0, "end": 4, "score": 0.9}
    with rude(says([found])) as server:
        value = do(card("hugging-face", server.url), "token-classification", tmp_path, None, text="Anna ran.")
    assert value == [{"label": "PER", "text": "Anna", "start": 0, "end": 4, "score": 0.9}]


def test_a_translation_is_asked_for_by_codes(tmp_path: Path) -> None:
    with rude(says([{"translation_text": "Hallo"}])) as server:
        model = card("hugging-face", server.url)
        value = do(model, "translation", tmp_path, None, text="Where is the cat?", target_language="German")
    assert value == "Hallo"
    parameters = server.asked[0].json()["parameters"]
    assert (parameters["src_lang"], parameters["tgt_lang"]) == ("en", "de")


def test_a_model_for_one_pair_of_languages_refuses_others(tmp_path: Path) -> None:
    with rude(says([{"translation_text": "Bonjour"}])) as server:
        model = card("hugging-face", server.url, target_language="fr")
        assert do(model, "translation", tmp_path, None, text="Hello", target_language="French") == "Bonjour"
        with pytest.raises(TaskError, match="into French only"):
            do(model, "translation", tmp_path, None, text="Hello", target_language="German")
    assert len(server.asked) == 1 and "tgt_lang" not in server.asked[0].json().get("parameters", {})


def test_a_picture_comes_back_as_a_file(tmp_path: Path) -> None:
    with io.BytesIO() as out:
        Image.new("RGB", (5, 4), "blue").save(out, "PNG")
        picture = out.getvalue()
    with rude(says(picture, kind="image/png")) as server:
        value = do(card("hugging-face", server.url), "text-to-image", tmp_path, None, prompt="blue")
        changed = do(card("hugging-face", server.url), "image-to-image", tmp_path, None, image=CAT, prompt="blue")
    assert isinstance(value, Artifact) and size_of(value.path) == (5, 4)
    assert isinstance(changed, Artifact) and changed.path != value.path
    assert server.asked[0].headers["accept"] == "image/png"


def test_speech_comes_back_as_a_file(tmp_path: Path) -> None:
    with io.BytesIO() as out:
        with wave.open(out, "wb") as file:
            file.setparams((1, 2, 8000, 0, "NONE", ""))
            file.writeframes(bytes(800))
        sound = out.getvalue()
    with rude(says(sound, kind="audio/wav")) as server:
        value = do(card("hugging-face", server.url), "text-to-speech", tmp_path, None, text="Hello")
    assert isinstance(value, Artifact) and value.path.read_bytes() == sound


@pytest.mark.parametrize("task", ["text-generation", "conversational", "text2text-generation"])
def test_free_text_is_asked_of_a_chat_model(task: str, tmp_path: Path) -> None:
    slots = {"prompt": "Hi"} if task == "text-generation" else {"text": "Hi", "instruction": "be kind"}
    with rude(says({"choices": [{"message": {"content": "Hello!"}, "finish_reason": "stop"}]})) as server:
        model = card("hugging-face", f"{server.url}/v1", "org/model")
        assert do(model, task, tmp_path, None, **slots) == "Hello!"
    assert server.asked[0].path == "/v1/chat/completions"
    assert server.asked[0].json()["model"] == "org/model"


def test_text_can_be_asked_of_a_model_that_does_not_chat(tmp_path: Path) -> None:
    with rude(says([{"generated_text": "once upon a time"}])) as server:
        model = card("hugging-face", server.url, api="task", max_tokens=5)
        assert do(model, "text-generation", tmp_path, None, prompt="once") == "once upon a time"
    assert server.asked[0].json()["inputs"] == "once"


@pytest.mark.parametrize(
    ("task", "slots", "answer"),
    [
        ("summarization", {"text": "long"}, []),
        ("summarization", {"text": "long"}, [{"text": "short"}]),
        ("summarization", {"text": "long"}, {"summary_text": "short"}),
        ("text-classification", {"text": "x"}, [[{"label": "a", "score": "high"}]]),
        ("text-classification", {"text": "x"}, [[{"label": None, "score": 0.5}]]),
        ("text-classification", {"text": "x"}, {"error": None}),
        ("image-classification", {"image": CAT}, [3]),
        ("object-detection", {"image": CAT}, [{"label": "a", "score": 1.0}]),
        ("object-detection", {"image": CAT}, [{"label": "a", "score": 1.0, "box": {"xmin": 0}}]),
        ("automatic-speech-recognition", {"audio": VOICE}, {"words": "hello"}),
        ("sentence-similarity", {"text": "a", "other": "b"}, ["x"]),
        ("sentence-similarity", {"text": "a", "other": "b"}, [1, 2]),
        ("feature-extraction", {"text": "a"}, ["x"]),
        ("token-classification", {"text": "a"}, [{"word": "a"}]),
        ("visual-question-answering", {"image": CAT, "question": "?"}, []),
    ],
)
def test_an_answer_of_another_kind_gives_a_sentence(
    task: str, slots: dict[str, Any], answer: Any, tmp_path: Path
) -> None:
    with rude(says(answer)) as server, pytest.raises(RemoteTaskError, match="of the kind the card says"):
        do(card("hugging-face", server.url), task, tmp_path, None, **slots)


def test_scores_that_are_no_numbers_are_refused(tmp_path: Path) -> None:
    answer = '[[{"label": "a", "score": NaN}]]'
    with rude(says(answer)) as server, pytest.raises(RemoteTaskError, match="NaN is no number"):
        do(card("hugging-face", server.url), "text-classification", tmp_path, None, text="x")


@pytest.mark.parametrize("task", ["text-to-image", "text-to-speech"])
def test_a_file_that_is_none_is_not_kept(task: str, tmp_path: Path) -> None:
    slots = {"prompt": "x"} if task == "text-to-image" else {"text": "x"}
    with rude(says(json.dumps({"url": "http://x/y"}))) as server, pytest.raises(TaskError):
        do(card("hugging-face", server.url), task, tmp_path, None, **slots)
    assert list(tmp_path.iterdir()) == []


def test_a_login_that_was_saved_on_this_machine_is_not_used(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr("huggingface_hub.constants.HF_TOKEN_PATH", str(tmp_path / "token"))
    (tmp_path / "token").write_text("hf_saved", "utf-8")
    with rude(says([{"summary_text": "short"}])) as server:
        do(card("hugging-face", server.url), "summarization", tmp_path / "out", None, text="long")
    assert "authorization" not in server.asked[0].headers


def test_a_provider_of_the_hub_wants_a_key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv("HF_TOKEN", raising=False)
    with pytest.raises(RemoteModelError, match="set HF_TOKEN in the environment"):
        do(card("hugging-face", "", "org/model"), "text-generation", tmp_path, worker_for(), prompt="Hi")


def test_a_hub_that_is_out_of_reach_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_key")
    model = card("hugging-face", "", "org/model", provider="hf-inference")
    with pytest.raises(RemoteModelError, match="check its id and the network") as caught:
        do(model, "summarization", tmp_path, worker_for(), text="long")
    assert "hf_key" not in f"{caught.value} {caught.value!r}"


@pytest.mark.parametrize("provider", ["fal-ai", "replicate", "wavespeed", "auto", "no-such"])
def test_providers_that_send_an_address_for_a_file_are_refused(provider: str, tmp_path: Path) -> None:
    model = card("hugging-face", "", "org/model", provider=provider)
    with pytest.raises(RemoteModelError, match="one of the providers"):
        do(model, "text-to-image", tmp_path, worker_for(), prompt="red")


def test_a_provider_that_the_library_does_not_know_is_told(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("HF_TOKEN", "hf_key")
    model = card("hugging-face", "", "org/model", provider="no-such")
    with pytest.raises(RemoteModelError, match="not supported"):
        do(model, "text-generation", tmp_path, worker_for(), prompt="Hi")


def test_a_task_that_no_provider_does_is_the_cards_fault(tmp_path: Path) -> None:
    with pytest.raises(RemoteModelError, match="mend its card"):
        do(card("hugging-face", "", "org/model"), "weather", tmp_path, worker_for(), place="Cork")
