"""How likely a plan is exactly right: what its writing showed, and a calibration that makes a probability of that.

python -m jarvis.planners.confidence --data GOLD.jsonl [--out planners/confidence.json]   fits it to the present weights
"""

from __future__ import annotations

import json
import math
import re
from collections.abc import Callable, Iterable, Mapping
from dataclasses import asdict, dataclass, field
from functools import cache
from pathlib import Path
from typing import Any, Self

from jarvis.graph import Ref, Task
from jarvis.languages import language_of
from jarvis.planners.decoding import Choice, Line

CALIBRATION = Path(__file__).with_name("confidence.json")
CLOSE = 0.15
"""Two tools are about equally likely when the better one leads by no more than this."""

_WORD = re.compile(r"[\u3040-\u30ff\u3400-\u9fff\uac00-\ud7af]|\d+|[^\W\d_]{4,}")


@dataclass(frozen=True, slots=True)
class PlanEvidence:
    """What the writing of one plan showed."""

    log_probability: float = 0.0
    """Sum over all choices, of the probability among what the grammar allowed."""
    lowest: float = 0.0
    """The least likely choice."""
    choices: int = 0
    lead: float = 1.0
    """By how much the least sure name of a tool led before the next best."""
    tasks: int = 0
    listed: float = 0.0
    """Share of the tasks that use a tool which the model read in its prompt instead of having learned it."""
    uncovered: float = 0.0
    """Share of the longer words of the request that no value of the plan holds."""
    language: str = "en"
    asks: bool = False
    """Whether it asks back instead of planning."""
    follows: bool = False
    """Whether earlier turns stand before the request."""


@dataclass(slots=True)
class PlanRecord:
    """What is noted while one plan is written."""

    wants_other: bool = False
    """Whether to find out which tool came close when the first one is not sure."""
    lines: list[Line] = field(default_factory=list[Line])
    names: list[Choice] = field(default_factory=list[Choice])
    """The choices within the names of tools."""
    tasks: list[Task] = field(default_factory=list[Task])
    listed: frozenset[str] = frozenset()
    asks: bool = False
    other: str = ""
    """The tool that the first task nearly had; empty when its name was sure."""

    def add(self, line: Line, decode: Callable[[list[int]], str]) -> None:
        """Takes note of a line."""
        self.lines.append(line)
        for choice in line.choices:
            if decode(list(line.tokens[: choice.place])).count(" ") > 1:  # "0 text-to-speech ": the name is over
                break
            self.names.append(choice)

    def close(self, decode: Callable[[list[int]], str]) -> str:
        """How the last line would have begun with a tool that was about equally likely; empty when none was."""
        tokens = self.lines[-1].tokens
        near = [choice for choice in self.names if choice.probability - choice.second <= CLOSE]
        return decode([*tokens[: near[0].place], near[0].runner_up]) if near else ""

    def evidence(self, text: str, *, follows: bool = False) -> PlanEvidence:
        """What it shows about the plan for a request."""
        logs = [math.log(max(choice.probability, 1e-9)) for line in self.lines for choice in line.choices]
        listed = sum(task.tool in self.listed for task in self.tasks)
        return PlanEvidence(
            log_probability=sum(logs),
            lowest=min(logs, default=0.0),
            choices=len(logs),
            lead=min((choice.probability - choice.second for choice in self.names), default=1.0),
            tasks=len(self.tasks),
            listed=listed / len(self.tasks) if self.tasks else 0.0,
            uncovered=uncovered(text, self.tasks),
            language=language_of(text),
            asks=self.asks,
            follows=follows,
        )


def uncovered(text: str, tasks: Iterable[Task]) -> float:
    """The share of the longer words of a request that no value of the plan holds.

    >>> uncovered("Translate bread", [Task(0, "translation", {"text": "bread"})])
    0.5
    """
    values = [value for task in tasks for _, value in task.values() if not isinstance(value, Ref)]
    held = {word for value in values for word in _WORD.findall(value.casefold())}
    words = _WORD.findall(text.casefold())
    return sum(word not in held for word in words) / len(words) if words else 0.0


SIGNS: Mapping[str, int] = {
    "log_probability": 1,
    "mean": 1,
    "lowest": 1,
    "lead": 1,
    "tasks": 0,
    "listed": 0,
    "uncovered": -1,
    "asks": 0,
    "follows": 0,
    "chinese": 0,
    "european": 0,
}
"""The features, and which way each may move the probability: up (1), down (-1), or either (0)."""


def features(evidence: PlanEvidence) -> list[float]:
    """The evidence as numbers, in the order of SIGNS."""
    return [
        evidence.log_probability,
        evidence.log_probability / max(evidence.choices, 1),
        evidence.lowest,
        evidence.lead,
        float(evidence.tasks),
        evidence.listed,
        evidence.uncovered,
        float(evidence.asks),
        float(evidence.follows),
        float(evidence.language == "zh"),
        float(evidence.language in ("de", "es", "fr")),
    ]


@dataclass(frozen=True, slots=True)
class Calibration:
    """A logistic regression over the features of a plan."""

    weights: str
    """SHA-256 of the planner's weights that it was fitted for."""
    threshold: float
    """Below it a plan is more use as a question or as a draft; chosen on the curve of the rows it was fitted to."""
    intercept: float
    coefficients: Mapping[str, float]
    """By feature; a feature that is not named counts nothing."""
    measured: Mapping[str, Any] = field(default_factory=dict[str, Any])
    """How it was fitted, and how well it does on rows that it has not seen."""

    def probability(self, evidence: PlanEvidence) -> float:
        """How likely the plan is exactly right, in [0, 1]."""
        pairs = zip(SIGNS, features(evidence), strict=True)
        score = self.intercept + sum(self.coefficients.get(name, 0.0) * value for name, value in pairs)
        return 1 / (1 + math.exp(-score)) if score >= 0 else math.exp(score) / (1 + math.exp(score))

    @classmethod
    def read(cls, path: Path = CALIBRATION) -> Self:
        """The calibration in a file."""
        return cls(**json.loads(path.read_text(encoding="utf-8")))

    def write(self, path: Path) -> None:
        """The way back."""
        path.write_text(json.dumps(asdict(self), indent=2) + "\n", encoding="utf-8")


@cache
def shipped() -> Calibration:
    """The calibration that comes with the planner's weights."""
    return Calibration.read()


if __name__ == "__main__":
    from jarvis.planners.training.calibrate import main

    main()
