"""Labelling sounds: events, music, commands, emotions, languages, whatever the model's classes are."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.repository import Repository, label
from jarvis.tools.handlers.hub_onnx.results import TOP, class_scores, ranked
from jarvis.tools.handlers.hub_onnx.sessions import open_graph
from jarvis.tools.handlers.hub_onnx.waves import Sounds, windows

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

_LONGEST = 30.0
"""Seconds that are heard at once; of longer sound the parts' scores are averaged."""


class SoundClassifier:
    """audio-classification. Parameter `top`: how many labels are told, 5 unless said."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._sounds = Sounds(self._repository)
        self._graph = open_graph(self._repository, "model")
        self._top = int(options.parameters.get("top", TOP))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """The likeliest labels as {"label", "score"}, best first.

        Raises:
            TaskError: no sound, or one that cannot be decoded.
        """
        import numpy as np

        found: list[NDArray[np.float32]] = []
        for part in windows(inputs.audio("audio", self._sounds.rate), self._sounds.rate, _LONGEST):
            sink.check()
            found.append(self.scores(part))
        scores = np.mean(found, axis=0)
        names = [label(self._repository.labels, at) for at in range(len(scores))]
        return ranked([float(score) for score in scores], names, self._top)

    def scores(self, samples: NDArray[np.float32]) -> NDArray[np.float32]:
        """The score of each class for one part of the sound, shape [classes]."""
        made = self._graph.run(self._sounds.prepared(samples))
        return class_scores(made[self._graph.output("logits")][0].astype("float32"), self._repository.config)
