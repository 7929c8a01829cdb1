"""Speech that nobody waits for any more is not made to its end."""

from __future__ import annotations

import threading
import time
from collections.abc import Callable
from pathlib import Path

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.tools.handler import Handler, Inputs, Sink


def test_a_voice_stops_at_the_end_of_a_sentence_and_leaves_no_file(
    speech_model: Callable[[str], Handler], tmp_path: Path
) -> None:
    sink = Sink(ArtifactFolder(tmp_path), Provenance(1, "text-to-speech", "piper-joe"))
    text = "The kettle is on the stove, and the tea is in the cupboard over there. " * 40
    voice = speech_model("piper-joe")

    def give_up() -> None:
        while not any(tmp_path.iterdir()):  # until it has begun
            time.sleep(0.01)
        sink.stop.asked = True

    other = threading.Thread(target=give_up)
    other.start()
    with pytest.raises(TaskError, match="text-to-speech was stopped, because nobody waits for it any more"):
        voice.run(Inputs("text-to-speech", {"text": text}), sink)
    other.join()

    assert list(tmp_path.iterdir()) == []
