"""`jarvis plan`: one request in three forms."""

from __future__ import annotations

from jarvis.artifacts import Artifact
from tests.jarvis.cli.fakes import ScriptedJarvis
from tests.jarvis.cli.runs import CommandLine, spoken

_PLAN = [
    {"id": 0, "task": "image-to-text", "args": {"image": "cat.jpg"}},
    {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}},
]


def test_a_plan_is_one_line_a_task(jarvis_command: CommandLine, speech: Artifact) -> None:
    done = jarvis_command("plan", "describe cat.jpg aloud", jarvis=ScriptedJarvis(spoken(speech)))

    assert (done.code, done.err) == (0, "")
    assert done.out == '0 image-to-text image="cat.jpg"\n1 text-to-speech text=$0\n'


def test_a_plan_as_json_and_as_a_diagram(jarvis_command: CommandLine, speech: Artifact) -> None:
    jarvis = ScriptedJarvis(spoken(speech))

    assert jarvis_command("plan", "x", "--json", jarvis=jarvis).json == {"plan": _PLAN, "ask": None}
    assert jarvis_command("plan", "x", "--mermaid", jarvis=jarvis).out.splitlines() == [
        "flowchart LR",
        '    t0["0 image-to-text"]',
        '    t1["1 text-to-speech"]',
        "    t0 -->|text| t1",
    ]


def test_a_terminal_sees_a_table(jarvis_command: CommandLine, speech: Artifact) -> None:
    done = jarvis_command("plan", "x", jarvis=ScriptedJarvis(spoken(speech)), terminal=True)

    for words in ("inputs", "gives", "image-to-text", "cat.jpg", "← 0", "audio"):
        assert words in done.out


def test_a_question_back_is_the_plan(jarvis_command: CommandLine) -> None:
    jarvis = ScriptedJarvis(ask="Which light?")

    assert jarvis_command("plan", "turn it on", jarvis=jarvis).out == "Which light?\n"
    assert jarvis_command("plan", "turn it on", "--json", jarvis=jarvis).json == {"plan": [], "ask": "Which light?"}


def test_a_request_without_tasks_says_so_beside_standard_output(jarvis_command: CommandLine) -> None:
    done = jarvis_command("plan", "hm", jarvis=ScriptedJarvis())

    assert (done.code, done.out) == (0, "")
    assert done.err.startswith("nothing to plan")
