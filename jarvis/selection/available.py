"""What comes in beside the request: what is here at the moment of choosing, the settings, and what was learned."""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field

from jarvis.selection.learning import Lesson
from jarvis.selection.wishes import Wishes
from jarvis.spec import Effect


@dataclass(frozen=True, slots=True)
class InputSize:
    """How large the inputs of a task are; None where it is not known."""

    characters: int | None = None
    """Of its texts together."""
    tokens: int | None = None
    """About how many pieces a model reads them as."""
    megapixels: float | None = None
    """Of its largest picture."""
    seconds: float | None = None
    """Of its longest recording or video."""


@dataclass(frozen=True, slots=True)
class Availability:
    """What is here at the moment of choosing, looked up by `jarvis.availability.look`."""

    missing: Mapping[str, str] = field(default_factory=dict[str, str])
    """By card id, what the card still needs and how to get it; a card that is not in here is ready."""
    loaded: frozenset[str] = frozenset()
    """Ids of the models in memory."""
    free_memory_mb: int | None = None
    """None when it is not known."""
    free_disk_mb: int | None = None
    """Where pulled models are kept; None when it is not known."""
    language: str = ""
    """ISO 639-1 code of the request; empty when it is not known."""
    languages: Mapping[int, str] = field(default_factory=dict[int, str])
    """By task id, the language of the task's own text where it is another one than the request's."""
    sizes: Mapping[int, InputSize] = field(default_factory=dict[int, InputSize])
    """By task id, how large the files are that go in. Texts that stand in the task need no entry."""
    topic: frozenset[str] = frozenset()
    """Words that tell what the request is about (`topic_words`); empty leaves the subject out of account."""
    offline: bool = False
    """Whether models that need the network are ruled out."""
    token: bool = False
    """Whether there is a token for the hub, so that gated models can be pulled."""
    preferred: frozenset[str] = frozenset()
    """Ids of models to put first."""
    pinned: Mapping[str, str] = field(default_factory=dict[str, str])
    """By task name, the id of the only model to use."""
    wishes: Wishes = field(default_factory=Wishes)
    """What the settings and the request ask of the models."""
    effects: frozenset[Effect] = frozenset(Effect)
    """Which effects on the world are allowed."""
    budget_seconds: float | None = None
    """What the run may take; None for no limit. Likewise the next two."""
    budget_memory_mb: int | None = None
    budget_money: float | None = None
    lessons: Mapping[tuple[str, str], Lesson] = field(default_factory=dict[tuple[str, str], Lesson])
    """By task name and model id, what runs on this machine taught (`Outcomes.snapshot`)."""
    seed: int | None = None
    """Drawn anew for each run: among near-equals the models are tried out by it. None tries nothing out."""
