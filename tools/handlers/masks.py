"""Cutting out the thing in a box or at a point, with what comes along with Jarvis: LiteMedSAM and GrabCut."""

from __future__ import annotations

from collections.abc import Mapping
from functools import cached_property
from pathlib import Path

from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.detection import SsdDetector
from jarvis.tools.handlers.sam.grabcut import GrabCutCutter
from jarvis.tools.handlers.sam.lite import LiteNetwork
from jarvis.tools.handlers.sam.prompts import inside, read_boxes
from jarvis.tools.handlers.sam.segment import generate, network_cutter

__all__ = ["GrabCut", "LiteMedSam", "PointedGrabCut", "inside", "read_boxes"]


class LiteMedSam:
    """LiteMedSAM: a small Segment Anything that takes boxes. Files: `weights` (.pth)."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._cutter = network_cutter(LiteNetwork(files, options), options)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """A mask of the image's size, white where the things in the boxes are.

        Raises:
            TaskError: no box, a point, a box outside the image, or nothing found in the boxes.
        """
        return generate(self._cutter, inputs, sink)


class GrabCut:
    """GrabCut: no network; a thing is told from what is around it by colour. No files."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._cutter = GrabCutCutter(int(options.parameters.get("side", 384)), options.threads)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """A mask of the image's size, white where the things in the boxes or at the points are.

        Raises:
            TaskError: no box and no point, one outside the image, or nothing found there.
        """
        return generate(self._cutter, inputs, sink)


class PointedGrabCut:
    """The thing at a point: the detector says how far it reaches, GrabCut cuts it out.

    Files: `graph` and `layout` of the detector, which is loaded when the first point comes.
    """

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self._files, self._options = files, options
        self._cutter = GrabCutCutter(int(options.parameters.get("side", 384)), options.threads)

    @cached_property
    def _detector(self) -> SsdDetector:
        return SsdDetector(self._files, self._options)

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        """A mask of the image's size, white where the things in the boxes or at the points are.

        Raises:
            TaskError: no box and no point, one outside the image, or nothing found there.
        """
        return generate(self._cutter, inputs, sink, lambda: self._detector.run(inputs, sink))
