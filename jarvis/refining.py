"""What is said about the mask of the turn before, "no, the other cup", "also the spoon": planned without a model."""

from __future__ import annotations

from collections.abc import AsyncIterator
from contextlib import suppress
from pathlib import Path

from jarvis.artifacts import Artifact, file_digest
from jarvis.errors import TaskError
from jarvis.graph import Arg, Ref, Task
from jarvis.planners.protocol import Planner, PlanRequest
from jarvis.session import Memory
from jarvis.tools.handlers.sam.changes import Change, Kind, named, read_change
from jarvis.tools.handlers.sam.value import MaskSet, read_masks

_MASKS = "mask-generation"
_DETECTOR = "zero-shot-object-detection"


class RefiningPlanner:
    """Plans changes of the mask of the turn before, and leaves everything else to another planner."""

    def __init__(self, planner: Planner, memory: Memory) -> None:
        self._planner = planner
        self.memory = memory
        """What happened before; of a conversation, the memory that the turn begins with."""
        self.changed = False
        """Whether the last plan changes a mask, so that the other planner was not asked."""

    @property
    def name(self) -> str:
        """That of the other planner."""
        return self._planner.name

    async def plan(self, request: PlanRequest) -> AsyncIterator[Task]:
        """The tasks of a change, or those of the other planner."""
        tasks = refined(request.text, self.memory, request.first_id) if not request.files else []
        self.changed = bool(tasks)
        for task in tasks:
            yield task
        if not tasks:
            async for task in self._planner.plan(request):
                yield task


def refined(text: str, memory: Memory, first_id: int) -> list[Task]:
    """The tasks that change the mask of the turn before as `text` says; none when it says something else.

    A thing that nobody has looked for yet is looked for first.
    """
    change = read_change(text)
    before = _last_mask(memory) if change else None
    masks = _masks_of(memory, before.id) if before else None
    if change is None or before is None or masks is None:
        return []
    image = _image(before, masks, memory)
    if not image:
        return []
    args: dict[str, Arg] = {"image": image, "mask": Ref(before.id), "change": text.strip()}
    if not _unknown(change, masks):
        return [Task(first_id, _MASKS, args)]
    look = Task(first_id, _DETECTOR, {"image": image, "labels": change.what})
    return [look, Task(first_id + 1, _MASKS, {**args, "box": Ref(first_id)})]


def _last_mask(memory: Memory) -> Task | None:
    """The task that made the mask of the turn before. A change that failed leaves the mask as it was before it."""
    for turn in reversed(memory.turns):
        masks = [task for task in turn.tasks if task.tool == _MASKS]
        good = [task for task in masks if (result := memory.results.get(task.id)) and result.ok]
        if good or not masks:
            return good[-1] if good else None
    return None


def _masks_of(memory: Memory, task_id: int) -> MaskSet | None:
    result = memory.results.get(task_id)
    value = result.value if result and result.ok else None
    if not isinstance(value, Artifact) or not value.path.is_file():
        return None
    with suppress(TaskError):  # a picture that something else has changed since: an ordinary request then
        return read_masks(value.path)
    return None


def _image(before: Task, masks: MaskSet, memory: Memory) -> Arg | None:
    """The image of the mask: an earlier task's, or the file with the digest that the mask names.

    "@image" would now stand for the mask, which is the latest picture.
    """
    given = before.args.get("image")
    if isinstance(given, Ref):
        return given
    for name, path in memory.named.items():
        if _is(path, masks.image):
            return name
    literal = before.literal("image")
    return literal if literal and _is(Path(literal), masks.image) else None


def _is(path: Path, digest: str) -> bool:
    with suppress(OSError):  # gone, or no file at all
        return path.is_file() and file_digest(path) == digest
    return False


def _unknown(change: Change, masks: MaskSet) -> bool:
    """Whether a detector has to look for the thing that the change names."""
    if not change.what or change.kind not in (Kind.OTHER, Kind.ADD, Kind.REMOVE):
        return False
    labels = [seen.label for seen in masks.seen] + [thing.prompt.label for thing in masks.instances]
    return not any(named(change.what, label) for label in labels)
