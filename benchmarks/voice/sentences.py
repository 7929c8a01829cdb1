"""What people say to a hub: 100 sentences with the plans that are right for them (sentences.jsonl), said by any voice.

The plans were written for this benchmark after the guide of the plan vocabulary. A hub speaks its answers anyway, so
"read it to me" may be planned with or without text-to-speech. None of the sentences stands in what the planner was
trained on. 37 of them begin with the wake phrase, in one breath. `right` compares a plan with them as a person would:
"20 minutes" is "twenty minutes", and "the lamp" is "lamp".

python -m benchmarks.voice.sentences [--limit N]    # how good the plans are of the words as written
"""

from __future__ import annotations

import argparse
import asyncio
import json
import re
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from jarvis.planners.evaluation.metrics import score
from tests.sounds import Samples, say, scaled

VOICES = ("joe", "jm_kumo", "jf_alpha", "joe@1.2")
"""Two men, a woman and a boy, all of them clearly different."""
_PHRASE = re.compile(r"^hey jarvis\W+", re.IGNORECASE)
_SMALL = "zero one two three four five six seven eight nine ten eleven twelve thirteen fourteen fifteen sixteen"
_NUMBERS = {word: number for number, word in enumerate(f"{_SMALL} seventeen eighteen nineteen".split())}
_TENS = {
    word: 10 * number for number, word in enumerate("twenty thirty forty fifty sixty seventy eighty ninety".split(), 2)
}
_LEFT_OUT = frozenset("a an the my our some please to jarvis hey o'clock".split())

Plan = Sequence[Mapping[str, Any]]


@dataclass(frozen=True, slots=True)
class Sentence:
    """Something that is said, and what is to be done."""

    id: str
    said: str
    """Its words; with the wake phrase where `wakes`."""
    plans: tuple[Plan, ...]
    """Equally right, the preferred one first."""

    @property
    def wakes(self) -> bool:
        """Whether it begins with the wake phrase."""
        return bool(_PHRASE.match(self.said))

    @property
    def request(self) -> str:
        """Its words without the wake phrase."""
        words = _PHRASE.sub("", self.said)
        return words[0].upper() + words[1:]

    def sound(self, voice: str, speed: float = 1.0) -> Samples:
        """The sentence, at the level of a near microphone."""
        return scaled(say(self.said, voice, speed))


def sentences(limit: int | None = None) -> list[Sentence]:
    """All of them, or `limit` that are spread over all kinds."""
    lines = Path(__file__).with_suffix(".jsonl").read_text(encoding="utf-8").splitlines()
    rows = [json.loads(line) for line in lines]
    made = [Sentence(row["id"], row["request"], tuple(row["plans"])) for row in rows]
    return made if limit is None else [made[index * len(made) // limit] for index in range(min(limit, len(made)))]


def right(plan: Plan, sentence: Sentence) -> bool:
    """Whether a plan is one of those that are right, numbers and articles written in any way."""
    return score(_plainly(plan), [_plainly(gold) for gold in sentence.plans]).exact == 1.0


def _plainly(plan: Iterable[Mapping[str, Any]]) -> list[dict[str, Any]]:
    def value(given: Any) -> Any:
        if isinstance(given, list):
            return [value(item) for item in given]
        return given if str(given).startswith(("$", "@")) else plain(str(given))

    return [{**task, "args": {slot: value(given) for slot, given in task["args"].items()}} for task in plan]


def plain(text: str) -> str:
    """In small letters, without signs, articles and politeness; numbers as digits: "20 percent"."""
    text = text.casefold().replace("%", " percent ").replace("°c", "° ").replace("°", " degrees ").replace(":", " ")
    words = [word for word in re.findall(r"[\w']+", text.replace("-", " ")) if word not in _LEFT_OUT]
    said: list[str] = []
    at = 0
    while at < len(words):
        number, used = _number(words[at:])
        said.append(str(number) if used else words[at])
        at += max(1, used)
    return " ".join(said)


def _number(words: Sequence[str]) -> tuple[int, int]:
    """The number that words begin with, and how many of them it takes: "twenty one" is 21; none is (0, 0)."""
    if words[0] in _TENS:
        unit = _NUMBERS.get(words[1], 0) if len(words) > 1 else 0
        return (_TENS[words[0]] + unit, 2) if 0 < unit < 10 else (_TENS[words[0]], 1)
    if words[0] not in _NUMBERS:
        return 0, 0
    if words[1:2] == ["hundred"]:
        rest, used = _number(words[2:]) if len(words) > 2 else (0, 0)
        return 100 * _NUMBERS[words[0]] + rest, 2 + used
    return _NUMBERS[words[0]], 1


async def _planned(chosen: Sequence[Sentence]) -> list[tuple[Sentence, Plan]]:
    from jarvis import Jarvis
    from jarvis.planners.protocol import AskBack
    from jarvis.settings import Settings

    made: list[tuple[Sentence, Plan]] = []
    async with Jarvis.open(Settings(journal=False)) as jarvis:
        for sentence in chosen:
            try:
                graph = await jarvis.plan(sentence.request)
                made.append((sentence, graph.to_json()))
            except AskBack:
                made.append((sentence, []))
    return made


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--limit", type=int)
    chosen = sentences(parser.parse_args().limit)
    made = asyncio.run(_planned(chosen))
    for sentence, plan in made:
        if not right(plan, sentence):
            print(
                f"{sentence.id} {sentence.request}\n  planned: {_short(plan)}\n  right:   {_short(sentence.plans[0])}"
            )
    good = sum(right(plan, sentence) for sentence, plan in made)
    print(f"{good} of {len(made)} plans are right")


def _short(plan: Plan) -> str:
    return ", ".join(f"{task['task']} {json.dumps(task['args'], ensure_ascii=False)}" for task in plan) or "nothing"


if __name__ == "__main__":
    main()
