"""Models of hubs on this machine: pulled whole or not at all, checked, kept within a size, removed."""

from jarvis.model_registry.store.entries import Installed
from jarvis.model_registry.store.pulling import Pull, Step, pull
from jarvis.model_registry.store.store import ModelStore, Verdict

__all__ = ["Installed", "ModelStore", "Pull", "Step", "Verdict", "pull"]
