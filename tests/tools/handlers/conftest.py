"""Models of the catalog, loaded once a session as their cards say, and something to run them with."""

from __future__ import annotations

from collections.abc import Callable, Iterator
from functools import cache
from importlib import import_module, resources
from pathlib import Path
from typing import Any

import pytest
from pydantic import TypeAdapter

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance, file_digest
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import package_file
from jarvis.tools.handler import Handler, Inputs, RuntimeOptions, Sink

MEDIA = Path(__file__).parents[3] / "examples" / "media"

SpeechRun = Callable[..., Any]
"""`speech_run(card_id, **slots)` runs the first task of a card of `speech.json`; a Path in a slot is a sound."""


@pytest.fixture(scope="session")
def speech_model(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Callable[[str], Handler]]:
    """Loads a model of `speech.json`; files that are joined from parts lie in a folder of this session."""
    text = (resources.files("jarvis.model_registry") / "catalog" / "speech.json").read_text(encoding="utf-8")
    cards = {card.id: card for card in TypeAdapter(list[ModelCard]).validate_json(text)}
    folder = tmp_path_factory.mktemp("cache")

    @cache
    def load(card_id: str) -> Handler:
        card = cards[card_id]
        module, name = card.handler.split(":")
        paths = {file.role: package_file(file.package, file.path) for file in card.packaged}
        with pytest.MonkeyPatch.context() as patch:
            patch.setenv("JARVIS_CACHE_DIR", str(folder))
            handler: Handler = getattr(import_module(f"jarvis.tools.handlers.{module}"), name)(
                paths, RuntimeOptions(parameters=card.parameters)
            )
        return handler

    yield load
    load.cache_clear()


@pytest.fixture
def speech_run(speech_model: Callable[[str], Handler], tmp_path: Path) -> SpeechRun:
    """Runs a model of `speech.json` on slots given by name."""

    def run(card_id: str, **slots: Value | Path) -> Value:
        values = {slot: sound(value) if isinstance(value, Path) else value for slot, value in slots.items()}
        sink = Sink(ArtifactFolder(tmp_path / "out"), Provenance(1, "test", card_id))
        return speech_model(card_id).run(Inputs("test", values), sink)

    return run


@pytest.fixture(scope="session")
def speech_sounds() -> Callable[..., list[Artifact]]:
    """Several sounds for one slot."""
    return lambda *paths: [sound(path) for path in paths]


def sound(path: Path) -> Artifact:
    """A sound that the user gave."""
    return Artifact(path.stem, path, "audio/wav", file_digest(path))


@pytest.fixture(scope="session")
def voice() -> Path:
    """One spoken English sentence: "Turn on the kitchen lights, and tell me what the weather is like tomorrow."."""
    return MEDIA / "voice.wav"


@pytest.fixture(scope="session")
def noisy() -> Path:
    """The same sentence in noise at 5 dB, half a second of noise alone before and after."""
    return MEDIA / "noisy.wav"


@pytest.fixture
def silence(tmp_path: Path) -> Path:
    """Four seconds of digital silence, 16 kHz."""
    return _noise(tmp_path / "silence.wav", 0.0)


@pytest.fixture
def hiss(tmp_path: Path) -> Path:
    """Four seconds of faint white noise, 16 kHz."""
    return _noise(tmp_path / "hiss.wav", 0.01)


def _noise(path: Path, level: float) -> Path:
    import numpy as np

    from jarvis.tools.media import write_wav

    samples = np.random.default_rng(1).normal(0, 1, 64_000).astype(np.float32) * np.float32(level)
    with path.open("wb") as file:
        write_wav(file, samples, 16_000)
    return path
