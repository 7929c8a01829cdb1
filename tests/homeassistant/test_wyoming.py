"""The other way round: a real Home Assistant hears, speaks and wakes with our Wyoming server, through its own parts."""

from __future__ import annotations

import io
import json
import time
from collections.abc import Iterator
from dataclasses import dataclass, field
from difflib import SequenceMatcher
from typing import Any

import httpx
import numpy as np
import pytest
from websockets.sync.client import ClientConnection, connect

from jarvis.voice.recognition.hearing import open_recogniser
from tests.homeassistant.program import RealAssistant
from tests.jarvis.server.wyoming.conftest import settings_in
from tests.jarvis.server.wyoming.serving import Served
from tests.sounds import Samples, pcm, say, together

SECONDS = 120.0


@dataclass(frozen=True)
class Assist:
    """A Home Assistant whose pipeline `pipeline` is ours from the wake word to the voice."""

    assistant: RealAssistant
    served: Served
    pipeline: str


@dataclass
class Heard:
    """What a pipeline did."""

    events: dict[str, Any] = field(default_factory=dict)
    """The data of each kind of event, the last of its kind."""
    order: list[str] = field(default_factory=list)


@pytest.fixture(scope="module")
def assist(real_assistant: RealAssistant, tmp_path_factory: pytest.TempPathFactory) -> Iterator[Assist]:
    with Served(settings_in(tmp_path_factory.mktemp("wyoming"))) as served:
        entry = real_assistant.set_up("wyoming", host="127.0.0.1", port=served.port)
        assert entry["title"] == "jarvis"
        made = real_assistant.ask(
            "assist_pipeline/pipeline/create",
            name="Jarvis",
            language="en",
            conversation_engine="homeassistant",
            conversation_language="en",
            stt_engine="stt.jarvis",
            stt_language="en",
            tts_engine="tts.jarvis",
            tts_language="en",
            tts_voice="piper-joe",
            wake_word_entity="wake_word.jarvis",
            wake_word_id="hey_jarvis",
        )
        yield Assist(real_assistant, served, made["id"])


def run_pipeline(assist: Assist, start: str, samples: Samples, end: str, order: Samples | None = None) -> Heard:
    """Streams sound into a run of the pipeline, as a browser or a phone does, in real time, until it has ended.

    The `order` is given when the wake word was detected: a person hears a chime then.
    """
    with connect(assist.assistant.websocket_url, max_size=None, proxy=None) as line:
        json.loads(line.recv())
        line.send(json.dumps({"type": "auth", "access_token": assist.assistant.token}))
        assert json.loads(line.recv())["type"] == "auth_ok"
        wanted = {"start_stage": start, "end_stage": end, "pipeline": assist.pipeline}
        limits = {"sample_rate": 16_000, **({"timeout": 30} if start == "wake_word" else {})}
        line.send(json.dumps({"id": 1, "type": "assist_pipeline/run", **wanted, "input": limits}))
        return _stream(line, pcm(samples), b"" if order is None else pcm(order))


def _stream(line: ClientConnection, sound: bytes, order: bytes = b"") -> Heard:
    heard, handler = Heard(), None
    began, at = time.monotonic(), 0
    while time.monotonic() < began + SECONDS:
        try:
            message = json.loads(line.recv(timeout=0.01))
        except TimeoutError:
            message = {}
        if message.get("type") == "result":
            assert message["success"], message
        event = message.get("event") or {}
        if event:
            heard.order.append(event["type"])
            heard.events[event["type"]] = event.get("data") or {}
        if event.get("type") == "run-start":
            handler = event["data"]["runner_data"]["stt_binary_handler_id"]
            began = time.monotonic()
        if event.get("type") == "wake_word-end":
            sound, at, began = order, 0, time.monotonic()
        if event.get("type") == "run-end":
            return heard
        while handler is not None and at / 32_000 < time.monotonic() - began:
            # After the recording the microphone hears silence.
            line.send(bytes([handler]) + (sound[at : at + 2048] or bytes(2048)))
            at += 2048
    raise AssertionError(heard.order)


def test_its_dialog_finds_hearing_voice_and_wake_word(assist: Assist) -> None:
    entities = {state["entity_id"] for state in assist.assistant.ask("get_states")}
    assert {"stt.jarvis", "tts.jarvis", "wake_word.jarvis"} <= entities
    words = assist.assistant.ask("wake_word/info", entity_id="wake_word.jarvis")["wake_words"]
    assert {"id": "hey_jarvis", "name": "Hey Jarvis", "phrase": "Hey Jarvis"} in words
    voices = assist.assistant.ask("tts/engine/voices", engine_id="tts.jarvis", language="en")["voices"]
    assert "piper-joe" in {voice["voice_id"] for voice in voices}
    engines = assist.assistant.ask("stt/engine/list", language="de")["providers"]
    assert {"engine_id": "stt.jarvis", "supported_languages": ["de"]} in engines


def test_its_pipeline_wakes_hears_acts_and_answers_with_our_models(assist: Assist) -> None:
    """Up to the words of the answer: to hand out its sound as MP3, as it does, Home Assistant needs ffmpeg."""
    phrase = together(1.0, say("Hey Jarvis!", "joe"))
    order = together(0.5, say("Turn on the bed light.", "joe"), 1.0)
    assist.assistant.ask("call_service", domain="light", service="turn_off", target={"entity_id": "light.bed_light"})
    heard = run_pipeline(assist, "wake_word", phrase, "intent", order)
    assert "error" not in heard.events, heard.events["error"]
    assert heard.events["wake_word-end"]["wake_word_output"]["wake_word_id"] == "hey_jarvis"
    assert heard.events["stt-end"]["stt_output"]["text"] == "Turn on the bed light."
    assert assist.assistant.state("light.bed_light")["state"] == "on"
    assert heard.events["intent-end"]["intent_output"]["response"]["response_type"] == "action_done"


def test_its_text_to_speech_says_with_our_voice_what_can_be_understood(assist: Assist) -> None:
    said = "The kitchen light is on, and the front door is locked."
    heard = _words_of(_spoken(assist.assistant, said))
    assert SequenceMatcher(None, _letters(heard), _letters(said)).ratio() > 0.9, heard


def test_its_pipeline_hears_without_the_wake_word_what_was_said_in_another_voice(assist: Assist) -> None:
    heard = run_pipeline(assist, "stt", together(0.5, say("What is the time?", "joe@0.85"), 1.5), "stt")
    assert _letters(heard.events["stt-end"]["stt_output"]["text"]) == "whatisthetime"


def test_speech_without_the_wake_word_does_not_wake_it(assist: Assist) -> None:
    with connect(assist.assistant.websocket_url, max_size=None, proxy=None) as line:
        json.loads(line.recv())
        line.send(json.dumps({"type": "auth", "access_token": assist.assistant.token}))
        json.loads(line.recv())
        wanted = {"start_stage": "wake_word", "end_stage": "stt", "pipeline": assist.pipeline}
        limits = {"sample_rate": 16_000, "timeout": 4}
        line.send(json.dumps({"id": 1, "type": "assist_pipeline/run", **wanted, "input": limits}))
        heard = _stream(line, pcm(together(0.5, say("The weather will be nice in the evening.", "joe"), 3.0)))
    assert heard.events["error"]["code"] == "wake-word-timeout"
    assert "stt-start" not in heard.order


def test_it_goes_on_when_our_server_was_away(assist: Assist) -> None:
    entry = assist.assistant.ask("config_entries/get", domain="wyoming")[0]
    reload = f"{assist.assistant.url}/api/config/config_entries/entry/{entry['entry_id']}/reload"
    headers = {"Authorization": f"Bearer {assist.assistant.token}"}
    httpx.post(reload, headers=headers, trust_env=False, timeout=60).raise_for_status()
    heard = run_pipeline(assist, "stt", together(0.5, say("What is the time?", "joe"), 1.5), "stt")
    assert _letters(heard.events["stt-end"]["stt_output"]["text"]) == "whatisthetime"


def _spoken(assistant: RealAssistant, text: str) -> bytes:
    """What its voice says, as it gives it to players: ours, asked through its own text to speech."""
    wanted = {"engine_id": "tts.jarvis", "message": text, "language": "en", "options": {"preferred_format": "wav"}}
    headers = {"Authorization": f"Bearer {assistant.token}"}
    with httpx.Client(base_url=assistant.url, headers=headers, trust_env=False, timeout=60) as browser:
        made = browser.post("/api/tts_get_url", json=wanted).raise_for_status().json()
        return browser.get(made["path"]).raise_for_status().content


def _words_of(sound: bytes) -> str:
    """What our recogniser hears in a sound file."""
    import soundfile

    from jarvis.settings import Settings
    from jarvis.voice.sound.resampling import resampled

    read, rate = soundfile.read(io.BytesIO(sound), dtype="float32")
    samples = resampled(np.asarray(read, np.float32), rate, 16_000)
    return open_recogniser(Settings()).transcribe(together(0.3, samples, 0.3), "en").text


def _letters(text: str) -> str:
    return "".join(char for char in text.casefold() if char.isalnum())
