"""Everything that connections share, opened once for the process."""

from __future__ import annotations

import asyncio
import logging
from collections.abc import AsyncIterator
from concurrent.futures import ThreadPoolExecutor
from contextlib import asynccontextmanager
from pathlib import Path

import jarvis as package
from jarvis.engine import Jarvis
from jarvis.errors import JarvisError
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.packaged import missing
from jarvis.optimizing.known import known_models
from jarvis.planners.protocol import AskBack
from jarvis.server.wyoming.connection import Service
from jarvis.server.wyoming.conversations import Conversations
from jarvis.server.wyoming.info import info_of
from jarvis.server.wyoming.speech import Speech
from jarvis.server.wyoming.wake import wake_models
from jarvis.settings import Settings
from jarvis.voice.mouth.speaking import open_voice

THREADS = 32
"""Threads that may wait for a model; at most as many work as there are models."""
OFFERED = ("automatic-speech-recognition", "text-to-speech")

_ANY = "Describe photo.jpg in one sentence, translate that into French and read it aloud."
"""A request that no table of sentences knows, so that the planner's model is loaded."""

_log = logging.getLogger(__name__)


@asynccontextmanager
async def opened(jarvis: Jarvis, out: Path) -> AsyncIterator[Service]:
    """The models of `jarvis.settings`, loading in the background, and the conversations."""
    threads = ThreadPoolExecutor(THREADS, "jarvis-wyoming")
    asyncio.get_running_loop().set_default_executor(threads)
    settings = jarvis.settings
    cards = await asyncio.to_thread(_cards, settings)
    first = (settings.voice_recogniser, settings.voice_speaker)
    speech = Speech(settings)
    wakers = await asyncio.to_thread(wake_models, settings)
    info = info_of(cards, wakers, package.__version__, first)
    service = Service(settings, info, speech, wakers, Conversations(jarvis, out))
    warming = asyncio.create_task(_warm(service, jarvis))
    try:
        yield service
    finally:
        warming.cancel()
        await service.conversations.close()


def _cards(settings: Settings) -> list[ModelCard]:
    """Models of speech that lack nothing here."""
    registry = known_models(settings)
    return [card for card in registry if set(card.tasks) & set(OFFERED) and not missing(card)]


async def _warm(service: Service, jarvis: Jarvis) -> None:
    """Loads what the first client would else wait for."""
    for load in (service.speech.recogniser, lambda: asyncio.to_thread(open_voice, service.settings)):
        try:
            await load()
        except JarvisError as error:
            _log.warning("%s", error)
    try:
        await jarvis.plan(_ANY)
    except (AskBack, JarvisError) as error:
        _log.debug("the planner is not warm: %s", error)
    _log.info("ready: models of speech and the planner are loaded")
