"""The mask of a thing that a detector saw, then one more thing, and the result as COCO's run lengths and polygons.

Run it with `python examples/segment_anything.py`.
"""

from __future__ import annotations

from pathlib import Path
from tempfile import mkdtemp

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance, file_digest
from jarvis.messages import JsonValue
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.handlers.masks import GrabCut
from jarvis.tools.handlers.sam.value import read_masks

COFFEE = Path(__file__).parent / "media" / "coffee.jpg"
SEEN: list[JsonValue] = [
    {"label": "cup", "score": 0.96, "box": [173, 12, 409, 245]},
    {"label": "spoon", "score": 0.61, "box": [340, 90, 464, 333]},
]

image = Artifact("coffee", COFFEE, "image/jpeg", file_digest(COFFEE))
sink = Sink(ArtifactFolder(Path(mkdtemp())), Provenance(0, "mask-generation", "grabcut"))
cutter = GrabCut({}, RuntimeOptions())


def show(mask: Artifact) -> None:
    found = read_masks(mask.path)
    assert found is not None
    for row in found.to_coco():
        outline = len(row["polygons"][0]) // 2
        print(f"{row['label']}: {row['area']} pixels, {outline} corners, {row['segmentation']['counts'][:20]}...")


print("the cup:")
mask = cutter.run(Inputs("mask-generation", {"image": image, "box": SEEN}), sink)
assert isinstance(mask, Artifact)
show(mask)

print("also the spoon:")
both = cutter.run(Inputs("mask-generation", {"image": image, "mask": mask, "change": "also the spoon"}), sink)
assert isinstance(both, Artifact)
show(both)
