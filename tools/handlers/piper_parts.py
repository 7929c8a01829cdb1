"""A Piper voice in two parts: phonemes to frames, and frames to waves, a stretch of them at a time.

The frames of a sentence cost a tenth of its waves. A stretch of waves needs twelve frames of what is around it to be
the same, up to rounding, as when all are made at once; so the first sound of a sentence is there after about 0.06 s,
however long the sentence is. `jarvis.model_registry.optimize.piper` parted the graph.
"""

from __future__ import annotations

import hashlib
import json
import os
import tempfile
from collections.abc import Iterator
from pathlib import Path
from typing import TYPE_CHECKING, Any

from jarvis.artifacts import file_digest
from jarvis.errors import ModelFileError
from jarvis.settings import Settings
from jarvis.tools.handlers.weights import GRAPHS, cpu_session

if TYPE_CHECKING:
    import numpy as np
    from numpy.typing import NDArray

HOP = 256
"""Samples of one frame."""
_AROUND = 12
"""Frames before and after a stretch that its waves depend on."""
_STRETCHES = (40, 80, 160)
"""Frames of the first, the second and each later stretch: 0.5, 0.9 and 1.9 s of sound."""
_FRAMES, _WAVES, _WEIGHTS = "piper_frames.onnx", "piper_waves.onnx", "piper.weights"


class PiperParts:
    """The two graphs, with the weights of the voice that they were made from."""

    def __init__(self, voice: Path, threads: int, folder: Path | None = None) -> None:
        """`folder` is where the weights are laid out once (63 MB): the cache's `models` unless given.

        Raises:
            ModelFileError: `voice` is not the file that the graphs were made from, or the folder cannot be written.
        """
        parts = _laid_out(voice, folder or Settings.from_env().cache_dir / "models")
        self._frames: Any = cpu_session(parts / _FRAMES, threads)
        self._waves: Any = cpu_session(parts / _WAVES, threads)

    def stretches(self, ids: NDArray[np.int64], scales: list[float]) -> Iterator[NDArray[np.float32]]:
        """The mono samples of phonemes, shape [samples], stretch by stretch."""
        import numpy as np

        frames: NDArray[np.float32] = self._frames.run(
            None,
            {
                "input": ids[None],
                "input_lengths": np.array([len(ids)], np.int64),
                "scales": np.array(scales, np.float32),
            },
        )[0]
        start, total = 0, frames.shape[2]
        for length in _lengths(total):
            first = max(0, start - _AROUND)
            around = np.ascontiguousarray(frames[:, :, first : start + length + _AROUND])
            waves = self._waves.run(None, {self._waves.get_inputs()[0].name: around})[0].ravel()
            yield waves[(start - first) * HOP :][: length * HOP]
            start += length


def _lengths(total: int) -> Iterator[int]:
    number = 0
    while total > 0:
        length = min(total, _STRETCHES[min(number, len(_STRETCHES) - 1)])
        if total - length < _STRETCHES[0] // 2:  # a rest that is not worth a stretch of its own
            length = total
        yield length
        total -= length
        number += 1


def _laid_out(voice: Path, cache: Path) -> Path:
    """The folder with both graphs and the file of weights beside them, made if it is not there whole."""
    table: dict[str, Any] = json.loads((GRAPHS / "piper.json").read_text(encoding="utf-8"))
    if voice.stat().st_size != table["bytes"]:
        raise ModelFileError(
            f"{voice.name} is not the voice that its graphs were made from; install the version that its card names",
            model_id="piper",
        )
    graphs = hashlib.sha256(b"".join((GRAPHS / name).read_bytes() for name in (_FRAMES, _WAVES))).hexdigest()
    folder = cache / f"piper-{table['sha256'][:12]}-{graphs[:12]}"
    weights = folder / _WEIGHTS
    if weights.is_file() and file_digest(weights) == table["sha256"]:
        return folder
    try:
        folder.mkdir(parents=True, exist_ok=True)
        for name in (_FRAMES, _WAVES):
            _place(folder / name, (GRAPHS / name).read_bytes())
        _place(weights, _weights(voice.read_bytes(), table))
    except OSError as error:
        raise ModelFileError(
            f"cannot write {folder} ({error.strerror}); free some space there or set JARVIS_CACHE_DIR to another one",
            model_id="piper",
        ) from error
    return folder


def _weights(content: bytes, table: dict[str, Any]) -> bytes:
    laid_out = bytearray()
    for at, length, to in table["pieces"]:
        laid_out += bytes(to - len(laid_out)) + content[at : at + length]
    if hashlib.sha256(laid_out).hexdigest() != table["sha256"]:
        raise ModelFileError(
            "the weights of the Piper voice are not those that its graphs were made from; install its package again",
            model_id="piper",
        )
    return bytes(laid_out)


def _place(path: Path, content: bytes) -> None:
    """Writes a file that appears whole or not at all, so several processes may do it at once."""
    handle, name = tempfile.mkstemp(dir=path.parent, prefix=f".{path.name}.")
    with os.fdopen(handle, "wb") as file:
        file.write(content)
    os.replace(name, path)
