"""Measures what a first and a second prompt on the same image cost; the second one must take at most a tenth.

python benchmarks/sam.py [--image FILE] [--repeat N] [--folder DIR ...]

Without folders the packaged LiteMedSAM is measured. A folder is that of a pulled model: SAM, SAM 2, MobileSAM, SlimSAM.
"""

from __future__ import annotations

import argparse
import statistics
import time
from collections.abc import Callable, Mapping, Sequence
from functools import partial
from pathlib import Path
from tempfile import TemporaryDirectory

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance, file_digest
from jarvis.model_registry.packaged import locate
from jarvis.model_registry.registry import Registry
from jarvis.tools.handler import Handler, Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.masks import LiteMedSam
from jarvis.tools.handlers.sam.segment import SegmentAnything

MEDIA = Path(__file__).parents[1] / "examples" / "media"
BOXES = ("0.28,0.03,0.68,0.61", "0.56,0.22,0.77,0.83", "0.1,0.1,0.9,0.9", "0.3,0.3,0.6,0.6")
BAR = 0.1


def main() -> None:
    """Prints a line for each model."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--image", type=Path, default=MEDIA / "coffee.jpg")
    parser.add_argument("--repeat", type=int, default=5)
    parser.add_argument("--folder", type=Path, action="append", default=[])
    parser.add_argument("--threads", type=int, default=2)
    given = parser.parse_args()
    models: dict[str, Callable[[RuntimeOptions], Handler]] = {"lite-medsam": _packaged}
    for folder in given.folder:
        models[folder.name] = partial(SegmentAnything, _files(folder))
    print("model                          first     next   ratio   from disk")
    for name, load in models.items():
        first, later, disk = measured(load, given.image, given.repeat, given.threads)
        verdict = "" if later <= BAR * first else f"  above {BAR:g}"
        print(f"{name:28s} {first:6.3f} s {later:6.3f} s {later / first:6.3f} {disk:8.3f} s{verdict}")


def measured(
    load: Callable[[RuntimeOptions], Handler], image: Path, repeat: int, threads: int
) -> tuple[float, float, float]:
    """Seconds of the first prompt, of a further one, and of one in a process that has only the disk; medians."""
    firsts, nexts, disks = [], [], []
    for _ in range(repeat):
        with TemporaryDirectory() as folder:
            options = RuntimeOptions(threads, {"embeddings_folder": str(Path(folder) / "kept")})
            times = _times(load(options), image, Path(folder), BOXES)
            firsts.append(times[0])
            nexts += times[1:]
            disks.append(_times(load(options), image, Path(folder), BOXES[1:2])[0])
    return statistics.median(firsts), statistics.median(nexts), statistics.median(disks)


def _times(handler: Handler, image: Path, folder: Path, boxes: Sequence[str]) -> list[float]:
    sink = Sink(ArtifactFolder(folder), Provenance(0, "mask-generation", "benchmark"))
    picture = Artifact(image.stem, image, "image/jpeg", file_digest(image))
    times: list[float] = []
    for box in boxes:
        began = time.perf_counter()
        handler.run(Inputs("mask-generation", {"image": picture, "box": box}), sink)
        times.append(time.perf_counter() - began)
    return times


def _packaged(options: RuntimeOptions) -> Handler:
    return LiteMedSam(locate(Registry.load().get("lite-medsam")), options)


def _files(folder: Path) -> Mapping[str, Path]:
    return {str(path.relative_to(folder)): path for path in folder.rglob("*") if path.is_file()}


if __name__ == "__main__":
    main()
