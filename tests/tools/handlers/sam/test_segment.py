"""The whole way of a task: prompts in, one picture out, which tells what it is made of."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import numpy as np
import pytest
from PIL import Image

from jarvis.artifacts import Artifact, ArtifactFolder, Provenance
from jarvis.errors import TaskError
from jarvis.tools.handler import Inputs, Sink
from jarvis.tools.handlers.sam.cutter import NetworkCutter
from jarvis.tools.handlers.sam.embeddings import Embeddings
from jarvis.tools.handlers.sam.everything import Filters, grid, stability
from jarvis.tools.handlers.sam.outlines import filled
from jarvis.tools.handlers.sam.segment import generate
from jarvis.tools.handlers.sam.value import MaskSet, read_masks
from tests.tools.handlers.sam.networks import ColourNetwork
from tests.tools.handlers.vision_bench import artifact

SEEN = [
    {"label": "cup", "score": 0.9, "box": [18, 38, 62, 92]},
    {"label": "spoon", "score": 0.8, "box": [178, 38, 222, 92]},
]


class Bench:
    def __init__(self, table: Path, folder: Path, network: ColourNetwork) -> None:
        self.table, self.folder, self.network = artifact(table), folder, network
        self.cutter = NetworkCutter(network, Embeddings(folder / "kept"), Filters(side=8))

    def run(self, **slots: Any) -> tuple[Artifact, MaskSet]:
        sink = Sink(ArtifactFolder(self.folder), Provenance(1, "mask-generation", "colours"))
        made = generate(self.cutter, Inputs("mask-generation", {"image": self.table, **slots}), sink)
        found = read_masks(made.path)
        assert found is not None
        return made, found

    def change(self, mask: Artifact, words: str, **slots: Any) -> MaskSet:
        return self.run(mask=mask, change=words, **slots)[1]


@pytest.fixture
def bench(table: Path, tmp_path: Path) -> Bench:
    return Bench(table, tmp_path / "out", ColourNetwork())


def _boxes(found: MaskSet) -> list[tuple[int, ...]]:
    return [tuple(round(part / 10) * 10 for part in thing.shape.box) for thing in found.instances]


def test_a_point_gives_three_masks_with_their_scores(bench: Bench) -> None:
    made, found = bench.run(point="40,60")

    (thing,) = found.instances
    assert [shape.score for shape in thing.shapes] == [0.95, 0.93, 0.9]
    assert thing.shapes[0].area < thing.shapes[1].area < thing.shapes[2].area
    assert _boxes(found) == [(20, 40, 60, 90)]
    with Image.open(made.path) as image:
        assert (image.mode, image.size) == ("L", (256, 128))
        assert (np.asarray(image) > 127).sum() == found.mask.sum()


def test_several_prompts_make_one_mask_each(bench: Bench) -> None:
    _, found = bench.run(box=[[15, 35, 65, 95], [175, 35, 225, 95]])

    assert _boxes(found) == [(20, 40, 60, 90), (180, 40, 220, 90)]


def test_the_image_is_looked_at_once_for_all_prompts(bench: Bench) -> None:
    for point in ("40,60", "120,60", "200,60", "5,5"):
        bench.run(point=point)

    assert bench.network.looked == 1


def test_another_process_finds_the_embedding_on_disk(bench: Bench, table: Path) -> None:
    bench.run(point="40,60")
    later = Bench(table, bench.folder, ColourNetwork())

    later.run(point="120,60")

    assert later.network.looked == 0


def test_everything_is_each_thing_once(bench: Bench) -> None:
    made, found = bench.run()

    assert found.everything
    things = [(20, 40, 60, 90), (100, 40, 140, 90), (180, 40, 220, 90)]
    assert _boxes(found) == [(0, 0, 260, 130), *things, (20, 40, 140, 90)]  # the table, each thing, both cups
    with Image.open(made.path) as image:
        assert image.mode == "P"
        assert ((np.asarray(image.convert("L")) > 127) == found.mask).all()


def test_a_network_without_boxes_finds_what_a_box_is_drawn_around(table: Path, tmp_path: Path) -> None:
    bench = Bench(table, tmp_path / "out", ColourNetwork(takes_boxes=False))

    _, found = bench.run(box=[18, 38, 62, 92])

    assert _boxes(found) == [(20, 40, 60, 90)]


def test_run_lengths_and_polygons_come_with_the_picture(bench: Bench) -> None:
    _, found = bench.run(box=SEEN)

    (row,) = found.to_coco()
    left, top, wide, high = row["bbox"]
    assert (round(left, -1), round(top, -1), round(wide, -1), round(high, -1)) == (20, 40, 40, 50)
    assert row["label"] == "cup"
    assert row["segmentation"]["size"] == [128, 256]
    drawn = filled(row["polygons"], (128, 256))
    assert (drawn & found.mask).sum() / (drawn | found.mask).sum() > 0.97


@pytest.mark.parametrize(
    ("words", "boxes"),
    [
        ("no, the spoon on the right", [(180, 40, 220, 90)]),
        ("also the spoon", [(20, 40, 60, 90), (180, 40, 220, 90)]),
        ("and the spoon as well", [(20, 40, 60, 90), (180, 40, 220, 90)]),
    ],
)
def test_another_thing_is_taken_or_added(bench: Bench, words: str, boxes: list[tuple[int, ...]]) -> None:
    mask, _ = bench.run(box=SEEN)

    assert _boxes(bench.change(mask, words)) == boxes


def test_the_other_cup_is_the_one_without_a_mask(bench: Bench) -> None:
    cups = [
        {"label": "cup", "score": 0.9, "box": [18, 38, 62, 92]},
        {"label": "cup", "score": 0.8, "box": [98, 38, 142, 92]},
    ]
    both, _ = bench.run(box=cups)
    first = bench.change(both, "without the right cup")
    assert _boxes(first) == [(20, 40, 60, 90)]

    mask, _ = bench.run(mask=both, change="without the right cup")

    assert _boxes(bench.change(mask, "no, the other cup")) == [(100, 40, 140, 90)]
    assert _boxes(bench.change(mask, "the other one")) == [(100, 40, 140, 90)]


def test_the_other_one_of_a_point_is_its_next_mask(bench: Bench) -> None:
    mask, found = bench.run(point="40,60")

    changed = bench.change(mask, "no, the other one")

    assert changed.mask.sum() == found.instances[0].shapes[1].area
    assert bench.change(mask, "bigger").mask.sum() == found.instances[0].shapes[1].area
    assert bench.network.looked == 1


def test_without_the_left_part_puts_a_point_there(bench: Bench) -> None:
    mask, found = bench.run(point="40,60")

    changed = bench.change(mask, "without the left part")

    (thing,) = changed.instances
    assert [point.inside for point in thing.prompt.points] == [True, False]
    assert changed.mask.sum() < found.mask.sum()


def test_a_bit_to_the_right_moves_the_box(bench: Bench) -> None:
    mask, _ = bench.run(box=[10, 30, 70, 100])

    changed = bench.change(mask, "a bit more to the right")

    box = changed.instances[0].prompt.box
    assert box is not None
    assert 10 < box[0] < 20
    assert box[1] == 30


def test_a_thing_can_be_taken_out_of_another_one(bench: Bench) -> None:
    mask, _ = bench.run(box=[{"label": "table", "score": 0.9, "box": [2, 2, 254, 126]}, *SEEN])
    bench.change(mask, "without the cup")

    changed = bench.change(mask, "without the cup")

    assert not changed.mask[50:80, 25:55].any()
    assert changed.mask[50:80, 185:215].all()


@pytest.mark.parametrize(
    ("slots", "says"),
    [
        ({"change": "the other cup"}, "there is no earlier mask to change"),
        ({"change": "sing a song", "mask": "mask"}, "is no change of a mask"),
        ({"change": "also the giraffe", "mask": "mask"}, "no giraffe to add was found in the image; point at it"),
    ],
)
def test_a_change_that_cannot_be_done_says_why(bench: Bench, slots: dict[str, Any], says: str) -> None:
    mask, _ = bench.run(box=SEEN)

    with pytest.raises(TaskError, match=says):
        bench.run(**{**slots, **({"mask": mask} if "mask" in slots else {})})


def test_a_mask_of_another_image_is_not_changed(bench: Bench, tmp_path: Path) -> None:
    mask, _ = bench.run(box=SEEN)
    Image.new("RGB", (64, 64)).save(tmp_path / "other.png")
    bench.table = artifact(tmp_path / "other.png")

    with pytest.raises(TaskError, match="the earlier mask is of another image"):
        bench.run(mask=mask, change="the other cup")


def test_a_mask_with_damaged_notes_is_refused(bench: Bench, tmp_path: Path) -> None:
    from PIL.PngImagePlugin import PngInfo

    notes = PngInfo()
    notes.add_itxt("jarvis-masks", '{"instances": 7}')
    Image.new("L", (8, 8)).save(tmp_path / "mask.png", pnginfo=notes)

    with pytest.raises(TaskError, match=r"what mask.png says about its masks is damaged"):
        read_masks(tmp_path / "mask.png")


def test_a_plain_picture_tells_nothing(table: Path) -> None:
    assert read_masks(table) is None


def test_the_grid_lies_in_the_middle_of_equal_parts() -> None:
    assert [(point.x, point.y) for point in grid((100, 40), 2)] == [(25, 10), (75, 10), (25, 30), (75, 30)]


def test_stability_is_the_iou_of_a_raised_and_a_lowered_threshold() -> None:
    logits = np.array([[2.0, 2.0, 0.5, -3.0]], dtype=np.float32)

    assert stability(logits[None])[0] == pytest.approx(2 / 3)
