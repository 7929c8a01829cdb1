"""Where a person can answer, the command line asks; elsewhere it gives the plan and how likely it is right."""

from __future__ import annotations

import json
from pathlib import Path

from jarvis.cli.services import Approve, Services
from jarvis.engine import Jarvis
from jarvis.graph import Task
from jarvis.planners.chat import ChatPlanner, EndpointChat
from jarvis.planners.escalation import EscalatingPlanner
from jarvis.settings import Settings
from tests.jarvis.cli.runs import CommandLine
from tests.planners.endpoints import endpoint
from tests.planners.handwritten import HandWritten

QUESTION = "Should I say a text aloud, or make music or sound effects from words?"


def in_doubt(larger: ChatPlanner | None = None) -> Services:
    """A Jarvis whose planner is torn between two tools."""

    def opened(settings: Settings, approve: Approve) -> Jarvis:
        small = HandWritten([Task(0, "text-to-speech", {"text": "bread"})], other="text-to-audio")
        return Jarvis(settings, planner=EscalatingPlanner(small, larger, threshold=1.0, ask=settings.ask))

    return Services(open=opened)


def test_at_a_terminal_a_plan_with_two_readings_is_asked_about(jarvis_command: CommandLine) -> None:
    done = jarvis_command("plan", "make bread heard", jarvis=in_doubt(), keyboard=True)
    assert (done.code, done.out) == (0, f"{QUESTION}\n")


def test_without_a_person_the_plan_comes_with_its_probability(jarvis_command: CommandLine) -> None:
    done = jarvis_command("plan", "--json", "make bread heard", jarvis=in_doubt())
    assert [task["task"] for task in done.json["plan"]] == ["text-to-speech"]
    assert done.json["ask"] is None
    decided = done.json["decided_by"]
    assert (decided["planner"], decided["outcome"]) == ("hand-written", "kept")
    assert 0 <= decided["probability"] <= 1


def test_a_batch_asks_nothing_and_tells_a_failure_of_the_larger_planner_once(
    jarvis_command: CommandLine, tmp_path: Path
) -> None:
    with endpoint() as server:
        larger = ChatPlanner(EndpointChat(server.url, "big"))
    source, target = tmp_path / "in.jsonl", tmp_path / "out.jsonl"
    source.write_text("".join(f'{{"id": {i}, "request": "make bread heard"}}\n' for i in range(2)), "utf-8")
    done = jarvis_command("plan", "--batch", str(source), "--out", str(target), jarvis=in_doubt(larger), keyboard=True)
    rows = [json.loads(line) for line in target.read_text("utf-8").splitlines()]
    assert [len(row["plan"]) for row in rows] == [1, 1]
    assert [row["decided_by"]["outcome"] for row in rows] == ["fell back", "fell back"]
    assert "cannot be reached" in rows[0]["decided_by"]["problem"]
    assert done.code == 0
    assert done.err.count("cannot be reached") == 1
