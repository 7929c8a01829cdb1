"""Pictures from pictures: how far each pixel is, and larger ones."""

from __future__ import annotations

from collections.abc import Mapping
from pathlib import Path
from typing import TYPE_CHECKING

from jarvis.artifacts import Artifact
from jarvis.errors import TaskError
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.hub_onnx.pixels import Pictures, scaled_up
from jarvis.tools.handlers.hub_onnx.repository import Repository, whole
from jarvis.tools.handlers.hub_onnx.sessions import open_graph

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray
    from PIL.Image import Image

_MOST_MEGAPIXELS = 4.0
"""Of a picture to be enlarged, unless a parameter says otherwise."""


class DepthEstimator:
    """depth-estimation."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        repository = Repository(files, options)
        self._pictures = Pictures(repository)
        self._graph = open_graph(repository, "model")

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "depth": a grey image of the picture's size, the least value black, the greatest white.

        Raises:
            TaskError: no image, or one that cannot be decoded.
        """
        from PIL import Image as Images

        depths = self.depths(inputs.image())
        low, high = float(depths.min()), float(depths.max())
        shares = (depths - low) / max(high - low, 1e-12)
        return sink.image("depth", Images.fromarray((shares * 255).round().astype("uint8")))

    def depths(self, image: Image) -> NDArray[np.float32]:
        """The values of the model for each pixel, shape [height, width]."""
        import numpy as np

        made = self._graph.run(self._pictures.prepared(image).feed)
        plane = np.asarray(made[self._graph.output("predicted_depth")], np.float32)
        plane = plane.reshape(1, *plane.shape[-2:])
        return np.asarray(scaled_up(plane, (image.height, image.width), cubic=True)[0])


class Enlarger:
    """image-to-image by super-resolution. Parameter `max_megapixels` of the picture, 4 unless said."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._repository = Repository(files, options)
        self._pictures = Pictures(self._repository)
        self._graph = open_graph(self._repository, "model")
        self._most = float(options.parameters.get("max_megapixels", _MOST_MEGAPIXELS))

    def run(self, inputs: Inputs, sink: Sink) -> Artifact:
        """The artifact "upscaled": the picture as many times larger as the model makes it; other edits are not done.

        Raises:
            TaskError: no image, or one that is too large.
        """
        from PIL import Image as Images

        image = inputs.image()
        if image.width * image.height > self._most * 1e6:
            raise TaskError(f"the image has more than the {self._most:g} megapixels that are enlarged; crop it first")
        values = self.enlarged(image)
        return sink.image("upscaled", Images.fromarray((values.clip(0, 1) * 255).round().astype("uint8")))

    def enlarged(self, image: Image) -> NDArray[np.float32]:
        """The larger picture's colours, about 0 to 1, shape [height, width, 3]."""
        import numpy as np

        made = self._graph.run(self._pictures.prepared(image).feed)
        values = np.asarray(made[self._graph.output("reconstruction")], np.float32)[0].transpose(1, 2, 0)
        scale = whole(self._repository.config.get("upscale"), 1)
        # The model got the picture filled up at the right and bottom.
        return np.asarray(values[: image.height * scale, : image.width * scale])
