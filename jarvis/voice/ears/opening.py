"""The ears as the settings want them: models by the ids of their cards, those without state loaded once."""

from __future__ import annotations

import asyncio
from pathlib import Path

from jarvis.errors import ModelError, UsageError
from jarvis.execution.local import load_handler
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.here import registry_here
from jarvis.model_registry.packaged import missing, way_out
from jarvis.settings import Settings
from jarvis.tools.handler import RuntimeOptions
from jarvis.tools.handlers.asr_moonshine import MoonshineModel
from jarvis.tools.handlers.smart_turn import SmartTurn
from jarvis.tools.handlers.wake_word import MicroWakeWord
from jarvis.voice.ears.ears import Ears
from jarvis.voice.ears.echo import Echo
from jarvis.voice.ears.gate import PACES, Gate
from jarvis.voice.ears.meter import Silero
from jarvis.voice.ears.turns import TurnDetector
from jarvis.voice.ears.wake import Judge, WakeRule, WakeWord
from jarvis.voice.shelf import held
from jarvis.voice.sound.audio import Sink, Source

_NONE = "none"


async def open_ears(settings: Settings, source: Source, sink: Sink, *, judge: Judge | None = None) -> Ears:
    """Ears over a source and a sink. Loading takes half a second, or less when these models are loaded already.

    `judge` takes the second look at the wake word instead of the model that `voice_wake_check` names.

    Raises:
        UsageError: a setting names no such model.
        ModelError: a model is not installed; the message says what to run.
    """
    wake = await asyncio.to_thread(open_wake_word, settings, judge)
    turns = await asyncio.to_thread(open_turns, settings)
    return Ears(source, sink, turns, wake, echo=Echo())


def open_wake_word(settings: Settings, judge: Judge | None = None) -> WakeWord:
    """The wake word that `voice_wake` names: the id of a card, or the .json of a microWakeWord model of one's own.

    Each call gives one that listens to a stream of its own; it takes some milliseconds.

    Raises:
        UsageError: the setting names no wake word.
        ModelError: it is not installed, or is damaged.
    """
    paces: tuple[float, ...] = PACES
    likely: float | str | None = None
    if settings.voice_wake.endswith(".json"):
        files = _own_files(Path(settings.voice_wake))
        copies = [MicroWakeWord(files, RuntimeOptions(threads=1)) for _ in paces]
    else:
        card = _card(settings, settings.voice_wake, "voice_wake")
        likely = card.parameters.get("likelihood")
        paces = tuple(float(pace) for pace in str(card.parameters.get("paces", "1.0")).split())
        copies = [_wake_copy(card) for _ in paces]
    # Where the phrase is not known to be judged well, the gate alone decides, as its author meant it to.
    judge = (judge or _judge(settings)) if likely is not None else None
    first = copies[0]
    rule = WakeRule(alone=first.cutoff) if judge is None else WakeRule(likely=float(likely or 0.0))
    return WakeWord(Gate(copies, paces), first.phrase, judge=judge, rule=rule, languages=first.languages or ("en",))


def open_turns(settings: Settings) -> TurnDetector:
    """A detector of turns for a stream of its own, with the model that `voice_turn` names, which all share.

    Raises:
        UsageError: the setting names no such model.
        ModelError: the model is not installed.
    """
    if settings.voice_turn == _NONE:
        return TurnDetector(Silero())
    model = held(_card(settings, settings.voice_turn, "voice_turn"), settings.threads).handler
    if not isinstance(model, SmartTurn):
        raise _wrong(settings.voice_turn, "voice_turn")
    return TurnDetector(Silero(), model)


def _judge(settings: Settings) -> Judge | None:
    if settings.voice_wake_check == _NONE:
        return None
    model = held(_card(settings, settings.voice_wake_check, "voice_wake_check"), settings.threads).handler
    if not isinstance(model, MoonshineModel):
        raise _wrong(settings.voice_wake_check, "voice_wake_check")
    return model


def _wake_copy(card: ModelCard) -> MicroWakeWord:
    # Each copy remembers what it heard, so they are not shared as other models are.
    model: object = load_handler(card, RuntimeOptions(threads=1))
    if not isinstance(model, MicroWakeWord):
        raise _wrong(card.id, "voice_wake")
    return model


def _own_files(config: Path) -> dict[str, Path]:
    model = config.with_suffix(".tflite")
    for path in (config, model):
        if not path.is_file():
            raise UsageError(f"the wake word needs {path}, which is not there; put the .json and the .tflite together")
    return {"model": model, "config": config}


def _card(settings: Settings, model_id: str, setting: str) -> ModelCard:
    registry = registry_here(settings)
    if model_id not in registry:
        raise UsageError(f"no model is called {model_id!r}; JARVIS_{setting.upper()} must name one of the catalog")
    card = registry.get(model_id)
    if lacks := missing(card):
        raise ModelError(f"{card.name} is not ready ({'; '.join(lacks)}); {way_out(card)}")
    return card


def _wrong(model_id: str, setting: str) -> UsageError:
    return UsageError(f"the model {model_id} is of another kind; leave JARVIS_{setting.upper()} as it was")
