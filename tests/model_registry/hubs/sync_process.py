"""Syncs from a hub, as a program of its own: ENDPOINT DATABASE. Says each batch, and `whole` at the end."""

from __future__ import annotations

import sys
from pathlib import Path

from jarvis.model_registry.database import CardDatabase
from jarvis.model_registry.hubs.huggingface import HuggingFace
from jarvis.model_registry.hubs.syncing import Sync, sync


def say(text: str) -> None:
    sys.stdout.write(f"{text}\n")
    sys.stdout.flush()


if __name__ == "__main__":
    endpoint, path = sys.argv[1:]
    tasks = ["text-classification", "fill-mask"]
    with CardDatabase(Path(path)) as database:
        how = Sync(tasks, progress=lambda at: say(f"{at.task} {at.cards}"))
        sync(database, [HuggingFace(endpoint)], how)
    say("whole")
