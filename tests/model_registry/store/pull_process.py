"""Pulls one model, as a program of its own: ENDPOINT CDN ROOT MODEL. Prints `whole` at the end."""

from __future__ import annotations

import sys
from pathlib import Path

from jarvis.model_registry.hubs.asking import Patience
from jarvis.model_registry.hubs.huggingface import HuggingFace
from jarvis.model_registry.hubs.names import wanted
from jarvis.model_registry.store import ModelStore, Pull, Step, pull


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    endpoint, cdn, root, model = sys.argv[1:]
    hub = HuggingFace(endpoint, also=[cdn], patience=Patience(first=0.05, silence=300))

    def tell(step: Step) -> None:
        say(f"{'step' if step.file else 'waiting'} {step.done}")

    with hub.asker:
        pull(ModelStore(Path(root)), hub, wanted(model), Pull(progress=tell))
    say("whole")
