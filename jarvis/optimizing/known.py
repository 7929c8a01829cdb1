"""The registry of this machine, with the figures that were measured on it."""

from __future__ import annotations

import logging

from jarvis.errors import StorageError
from jarvis.model_registry.here import registry_here
from jarvis.model_registry.registry import Registry
from jarvis.optimizing.measurements import Measurements, measured_here
from jarvis.optimizing.variants import measurements_of
from jarvis.settings import Settings

_log = logging.getLogger(__name__)


def known_models(settings: Settings) -> Registry:
    """Models that ship, were pulled, made or added; what `jarvis models bench` found stands in for their figures.

    Raises:
        ModelError: a catalog file that ships is not what it should be.
    """
    registry = registry_here(settings)
    file = measurements_of(settings.data_dir)
    if not file.is_file():
        return registry
    try:
        return measured_here(registry, Measurements(file).for_device())
    except StorageError as error:  # The figures that came with the cards are good enough to go on.
        _log.warning("%s", error)
        return registry
