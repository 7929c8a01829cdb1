"""`jarvis run`: what stands where, and with which exit code."""

from __future__ import annotations

import os
import signal
import threading
from pathlib import Path

import pytest

from jarvis.approval import Approval
from jarvis.artifacts import Artifact
from jarvis.errors import PlannerError
from jarvis.graph import Task
from jarvis.messages import JsonValue, Result
from tests.jarvis.cli.fakes import ScriptedJarvis, Step, services
from tests.jarvis.cli.runs import CommandLine, broken, spoken


def test_the_answer_and_its_files_go_to_standard_output_and_one_line_per_event_to_standard_error(
    jarvis_command: CommandLine, speech: Artifact
) -> None:
    jarvis = ScriptedJarvis(spoken(speech), "A cat on a chair.")

    done = jarvis_command("run", "describe cat.jpg and read it aloud", jarvis=jarvis)

    assert done.code == 0
    assert done.out == f"A cat on a chair.\n\nspeech\t{speech.path}\taudio/wav\n"
    assert [line.split("] ", 1)[1] for line in done.err.splitlines()[:-1]] == [
        "planning with scripted planner",
        'task 0 image-to-text image="cat.jpg": model-a (best of 2: quality .80, 0.3 s)',
        "task 1 text-to-speech text=$0: model-a (best of 2: quality .80, 0.3 s)",
        "task 0 started on model-a",
        "task 0 done in 0.30 s: a cat on a chair",
        "task 1 started on model-a",
        "task 1 done in 1.2 s: speech.wav",
    ]
    assert jarvis.heard == [("describe cat.jpg and read it aloud", (), Path("jarvis-out"))]
    assert (jarvis.opened, jarvis.closed) == (1, 1)


def test_json_is_one_object_on_standard_output(jarvis_command: CommandLine, speech: Artifact) -> None:
    done = jarvis_command("run", "read it", "--json", jarvis=ScriptedJarvis(spoken(speech), "Gelesen: «Katze»"))

    assert done.code == 0
    assert done.out.count("\n") == 1
    assert done.json["text"] == "Gelesen: «Katze»"
    assert done.json["artifacts"]["speech"]["path"] == str(speech.path)
    assert [task["task"] for task in done.json["plan"]] == ["image-to-text", "text-to-speech"]


def test_numbers_that_json_does_not_have_become_null(jarvis_command: CommandLine) -> None:
    scored: JsonValue = {"label": "a", "score": float("nan")}
    step = Step(Task(0, "text-classification", {"text": "x"}), Result(0, [scored]))

    done = jarvis_command("run", "classify x", "--json", jarvis=ScriptedJarvis([step]))

    assert done.json["results"][0]["value"] == [{"label": "a", "score": None}]


def test_a_failed_task_gives_code_1_and_the_answer_is_shown_all_the_same(jarvis_command: CommandLine) -> None:
    done = jarvis_command("run", "describe it", jarvis=ScriptedJarvis(broken(), "Could not describe cat.jpg."))

    assert done.code == 1
    assert done.out == "Could not describe cat.jpg.\n"
    assert "task 0 failed: no model for image-to-text is registered" in done.err
    assert "task 1 skipped: skipped, because task 0 failed" in done.err


@pytest.mark.parametrize("options", [(), ("--json",)])
def test_a_question_back_is_an_answer(jarvis_command: CommandLine, options: tuple[str, ...]) -> None:
    done = jarvis_command("run", "set a timer", *options, jarvis=ScriptedJarvis(ask="For how long?"))

    assert done.code == 0
    assert (done.json["ask"] if options else done.out) == ("For how long?" if options else "For how long?\n")


def test_an_error_is_one_sentence_with_its_own_code(jarvis_command: CommandLine) -> None:
    jarvis = ScriptedJarvis(error=PlannerError("the planner is not reachable; start it"))

    done = jarvis_command("run", "hello", jarvis=jarvis)

    assert (done.code, done.out) == (1, "")
    assert done.err.splitlines()[-1] == "jarvis: the planner is not reachable; start it"


def test_an_error_with_json_is_one_json_object(jarvis_command: CommandLine) -> None:
    jarvis = ScriptedJarvis(error=PlannerError("the planner is not reachable; start it"))

    done = jarvis_command("run", "hello", "--json", jarvis=jarvis)

    expected = {"error": {"kind": "PlannerError", "message": "the planner is not reachable; start it"}}
    assert (done.code, done.json) == (1, expected)


def test_a_bug_is_told_without_a_traceback(jarvis_command: CommandLine, monkeypatch: pytest.MonkeyPatch) -> None:
    jarvis = ScriptedJarvis(error=ZeroDivisionError("division by zero"))

    done = jarvis_command("run", "hello", jarvis=jarvis)

    assert done.code == 1
    assert done.err.splitlines()[-1] == (
        "jarvis: internal error: ZeroDivisionError: division by zero; please report it; "
        "set JARVIS_DEBUG=1 for the traceback"
    )
    assert "Traceback" not in done.err
    monkeypatch.setenv("JARVIS_DEBUG", "1")
    assert "Traceback" in jarvis_command("run", "hello", jarvis=jarvis).err


@pytest.mark.parametrize(
    ("arguments", "said"),
    [
        (("run", ""), "the request is empty"),
        (("run", "  \n "), "the request is empty"),
        (("run", "x" * 200_001), "longer than 200 kB; put long text into a file"),
        (("run", "ä" * 100_001), "longer than 200 kB"),
        (("run", "hello", "-f", "no-such-file.png"), "no-such-file.png does not exist"),
        (("run", "hello", "-f", "."), "is a directory"),
        (("run", "hello", "--bogus"), "No such option: --bogus"),
        (("run", "hello", "world"), "unexpected extra argument"),
        (("fly",), "No such command 'fly'"),
        (("models", "list", "--task", "text-to-speach"), "did you mean text-to-speech?"),
        (("plan", "--batch", "in.jsonl"), "a batch needs both files"),
    ],
)
def test_wrong_usage_gives_code_2_and_says_what_to_do(
    jarvis_command: CommandLine, arguments: tuple[str, ...], said: str
) -> None:
    done = jarvis_command(*arguments)

    assert (done.code, done.out) == (2, "")
    assert said in done.err
    assert len(done.err.splitlines()) == 1


def test_wrong_usage_with_json_is_json_too(jarvis_command: CommandLine) -> None:
    done = jarvis_command("run", "", "--json")

    assert (done.code, done.json["error"]["kind"]) == (2, "UsageError")


@pytest.mark.parametrize("arguments", [("run",), ("run", "-")])
def test_the_request_can_come_through_a_pipe(jarvis_command: CommandLine, arguments: tuple[str, ...]) -> None:
    jarvis = ScriptedJarvis()

    done = jarvis_command(*arguments, jarvis=jarvis, stdin="\ufeffhello\nworld\n")

    assert done.code == 0
    assert jarvis.heard[0][0] == "hello\nworld\n"


def test_bytes_that_are_not_utf8_do_not_stop_a_request(jarvis_command: CommandLine) -> None:
    jarvis = ScriptedJarvis()

    assert jarvis_command("run", jarvis=jarvis, stdin=b"caf\xe9").code == 0
    assert jarvis.heard[0][0] == "caf\ufffd"


def test_without_a_request_a_person_is_told_how_to_give_one(jarvis_command: CommandLine) -> None:
    done = jarvis_command("run", keyboard=True)

    assert done.code == 2
    assert done.err.startswith("jarvis: say what you want: jarvis run")


def test_files_and_the_output_folder_reach_jarvis(jarvis_command: CommandLine, tmp_path: Path) -> None:
    first, second = tmp_path / "a.txt", tmp_path / "b.txt"
    first.write_text("a")
    second.write_text("b")
    jarvis = ScriptedJarvis()

    jarvis_command("run", "join", "-f", str(first), "--file", str(second), "--out", str(tmp_path / "o"), jarvis=jarvis)

    assert jarvis.heard == [("join", (first, second), tmp_path / "o")]


def test_control_sequences_in_an_answer_do_not_reach_the_terminal(jarvis_command: CommandLine) -> None:
    done = jarvis_command("run", "read", jarvis=ScriptedJarvis(text="red \x1b[31malert\x1b]0;title\x07\a\r!\x9b2J"))

    assert done.out == "red alert!2J\n"


def _unlocking() -> ScriptedJarvis:
    from jarvis.spec import Effect
    from jarvis.tools.toolset import builtin_tools

    tool = next(t for t in builtin_tools().values() if t.irreversible_actions)
    action = tool.irreversible_actions[0]
    slots = {s.name: "front door" for s in tool.slots if s.required and not s.choices} | {"action": action}
    assert tool.effect_of(action) is Effect.IRREVERSIBLE
    return ScriptedJarvis([Step(Task(0, tool.name, slots), Result(0, "done"))])


def _given(reply: bool | Task | Approval) -> bool:
    return reply.given if isinstance(reply, Approval) else reply is True


@pytest.mark.parametrize(
    ("typed", "approved"),
    [("y\n", True), ("yes\n", True), ("always\n", True), ("n\n", False), ("\n", False), ("", False)],
)
def test_what_cannot_be_taken_back_is_asked_at_a_terminal(
    jarvis_command: CommandLine, typed: str, approved: bool
) -> None:
    jarvis = _unlocking()

    done = jarvis_command("run", "unlock the door", jarvis=jarvis, stdin=typed, keyboard=True)

    assert _given(jarvis.approved) is approved
    assert "cannot be taken back" in done.err and "[y/N/always/edit]" in done.err


def test_what_cannot_be_taken_back_is_refused_without_a_terminal(jarvis_command: CommandLine) -> None:
    jarvis = _unlocking()

    done = jarvis_command("run", "unlock the door", jarvis=jarvis, stdin="y\n")

    assert _given(jarvis.approved) is False
    assert "run again with --yes to allow it" in done.err


def test_yes_approves(jarvis_command: CommandLine) -> None:
    jarvis = _unlocking()

    done = jarvis_command("run", "unlock the door", "--yes", jarvis=jarvis)

    assert _given(jarvis.approved) is True
    assert "cannot be taken back" not in done.err


@pytest.mark.parametrize("terminal", [False, True])
def test_ctrl_c_keeps_what_was_finished_and_gives_code_1(
    jarvis_command: CommandLine, speech: Artifact, terminal: bool
) -> None:
    jarvis = ScriptedJarvis(spoken(speech), hangs=True)
    timer = threading.Timer(0.5, os.kill, (os.getpid(), signal.SIGINT))
    timer.start()

    done = jarvis_command("run", "read it", "--out", "made", jarvis=jarvis, terminal=terminal)

    assert done.code == 1
    assert done.err.splitlines()[-1] == "interrupted; what was finished lies in made"
    assert jarvis.closed == 1


def test_after_ctrl_c_the_process_is_told_to_leave_soon(jarvis_command: CommandLine) -> None:
    from dataclasses import replace

    codes: list[int] = []
    jarvis = ScriptedJarvis(hangs=True)
    threading.Timer(0.3, os.kill, (os.getpid(), signal.SIGINT)).start()

    done = jarvis_command("run", "x", "--json", jarvis=replace(services(jarvis), hurry=codes.append))

    assert codes == [1]
    assert (done.code, done.json["error"]["kind"]) == (1, "Interrupted")


def test_a_terminal_sees_the_graph_the_answer_and_the_files(jarvis_command: CommandLine, speech: Artifact) -> None:
    jarvis = ScriptedJarvis(spoken(speech), "A cat on a chair.")

    done = jarvis_command("run", "describe it", jarvis=jarvis, terminal=True)

    assert done.code == 0
    shown = done.out[done.out.rindex("Done") :]
    assert "✓\x1b" in shown
    for words in ("2 tasks, 2 done", "image-to-text", "model-a", "Answer", "A cat on a chair.", "speech", "12 bytes"):
        assert words in shown
    assert done.err == ""
