"""The real program in a process of its own: what only shows there."""

from __future__ import annotations

import json
import os
import pty
import select
import signal
import subprocess
import sys
import time
from contextlib import AbstractContextManager, suppress
from pathlib import Path

import pytest

pytestmark = pytest.mark.timeout(300)

_ROOT = Path(__file__).resolve().parents[3]
_MEDIA = _ROOT / "examples" / "media"


def jarvis(*arguments: str, cwd: Path, stdin: str = "", **environment: str) -> subprocess.CompletedProcess[str]:
    return subprocess.run(
        [sys.executable, "-m", "jarvis", *arguments],
        cwd=cwd,
        input=stdin,
        capture_output=True,
        text=True,
        encoding="utf-8",
        timeout=250,
        env=_environment(**environment),
        check=False,
    )


def _environment(**more: str) -> dict[str, str]:
    return os.environ | {"PYTHONPATH": str(_ROOT), "JARVIS_PLANNER": "rules"} | more


def test_help_imports_nothing_heavy() -> None:
    code = (
        "import sys\nfrom jarvis.cli import main\nmain(['--help'])\n"
        "heavy = {'numpy', 'onnxruntime', 'pydantic', 'huggingface_hub', 'tokenizers', 'asyncio', 'rich', 'httpx'}\n"
        "print(sorted(heavy & sys.modules.keys()), file=sys.stderr)"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, env=_environment(), check=True)

    assert done.stderr.strip() == "[]"
    for command in ("run", "plan", "chat", "models", "setup", "doctor"):
        assert f"  {command} " in done.stdout


def test_a_picture_is_looked_at_and_the_answer_names_what_is_in_it(tmp_path: Path) -> None:
    done = jarvis("run", "detect the objects in the picture", "-f", str(_MEDIA / "cat.jpg"), "--json", cwd=tmp_path)

    assert done.returncode == 0, done.stderr
    answer = json.loads(done.stdout)
    assert [task["task"] for task in answer["plan"]] == ["object-detection"]
    assert answer["results"][0]["value"][0]["label"] == "cat"
    assert "a cat in cat.jpg" in answer["text"]
    assert "task 0 started on" in done.stderr


def test_speech_is_written_into_the_folder_that_was_named(tmp_path: Path) -> None:
    done = jarvis("run", 'say "hello world"', "--out", "made", cwd=tmp_path, JARVIS_PREFER="piper-joe")

    assert done.returncode == 0, done.stderr
    assert done.stdout.splitlines()[-1] == "speech\tmade/speech.wav\taudio/wav"
    assert (tmp_path / "made" / "speech.wav").read_bytes()[8:12] == b"WAVE"


def test_a_failed_task_is_told_on_standard_output_with_code_1(tmp_path: Path) -> None:
    done = jarvis("run", "describe missing.jpg", cwd=tmp_path)

    assert done.returncode == 1
    assert "missing.jpg does not exist" in done.stdout
    assert "Traceback" not in done.stderr


def test_the_embedded_planner_plans(tmp_path: Path) -> None:
    done = jarvis("plan", "describe cat.jpg and read it aloud", "--json", cwd=tmp_path, JARVIS_PLANNER="local")

    assert done.returncode == 0, done.stderr
    assert json.loads(done.stdout)["plan"] == [
        {"id": 0, "task": "image-to-text", "args": {"image": "cat.jpg"}},
        {"id": 1, "task": "text-to-speech", "args": {"text": "$0"}},
    ]


def test_what_a_library_prints_does_not_mix_with_the_json(tmp_path: Path) -> None:
    code = (
        "import os, sys\nfrom jarvis.cli import main\nfrom jarvis.cli.services import Services\n"
        "def opener(*_):\n    os.write(1, b'noise of a library\\n'); print('more noise'); raise ValueError('bad')\n"
        "sys.exit(main(['run', 'x', '--json'], Services(open=opener)))"
    )
    done = subprocess.run(
        [sys.executable, "-c", code], cwd=tmp_path, capture_output=True, text=True, env=_environment(), check=False
    )

    assert done.returncode == 1
    assert json.loads(done.stdout)["error"]["kind"] == "InternalError"
    assert "noise of a library" in done.stderr and "more noise" in done.stderr


def test_a_reader_that_went_away_leaves_no_traceback(tmp_path: Path) -> None:
    command = f"{sys.executable} -m jarvis models list | true; exit ${{PIPESTATUS[0]}}"
    done = subprocess.run(
        ["bash", "-c", command], cwd=tmp_path, capture_output=True, text=True, env=_environment(), check=False
    )

    assert done.returncode in (0, 1)
    assert done.stderr == ""


def test_a_file_name_that_is_not_unicode_does_not_break_anything(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable.encode(), b"-m", b"jarvis", b"run", b"look", b"-f", b"caf\xe9.png", b"--json"],
        cwd=tmp_path,
        capture_output=True,
        env=_environment(),
        check=False,
    )

    assert done.returncode == 2
    assert json.loads(done.stdout)["error"]["message"].endswith("give the file with -f")


@pytest.mark.parametrize("encoding", ["ascii", "latin-1"])
def test_a_terminal_without_unicode_gets_question_marks_not_errors(tmp_path: Path, encoding: str) -> None:
    code = (
        "import sys\nfrom jarvis.cli import main\nfrom jarvis.cli.services import Services\n"
        "from jarvis.errors import PlannerError\n"
        "def opener(*_):\n    raise PlannerError('no \\u732b here')\n"
        "sys.exit(main(['run', 'x'], Services(open=opener)))"
    )
    environment = _environment(PYTHONIOENCODING=encoding)
    done = subprocess.run([sys.executable, "-c", code], cwd=tmp_path, capture_output=True, env=environment, check=False)

    assert (done.returncode, done.stderr.strip()) == (1, b"jarvis: no ? here")


class ChatAtTerminal(AbstractContextManager["ChatAtTerminal"]):
    """`jarvis chat` at a terminal that a test holds."""

    _PROMPT = ">\x1b[0m "

    def __init__(self, folder: Path) -> None:
        self._terminal, theirs = pty.openpty()
        self._seen = ""
        home = {"HOME": str(folder), "XDG_STATE_HOME": str(folder / "state"), "TERM": "xterm-256color"}
        command = [sys.executable, "-m", "jarvis", "chat"]
        self._process = subprocess.Popen(
            command, stdin=theirs, stdout=theirs, stderr=theirs, cwd=folder, env=_environment(**home)
        )
        os.close(theirs)

    def __exit__(self, *error: object) -> None:
        self._process.kill()
        self._process.wait()
        os.close(self._terminal)

    def type(self, text: str) -> None:
        """Types when the prompt is there; before that the terminal is not readline's."""
        assert self.sees(self._PROMPT), self._seen
        os.write(self._terminal, text.encode())

    def sees(self, text: str, seconds: float = 60) -> bool:
        """Whether `text` appears; what stands before it is forgotten."""
        limit = time.monotonic() + seconds
        while text not in self._seen and time.monotonic() < limit:
            if select.select([self._terminal], [], [], 0.2)[0]:
                self._seen += os.read(self._terminal, 65536).decode()
        _, found, rest = self._seen.partition(text)
        self._seen = rest if found else self._seen
        return bool(found)

    def interrupt(self, text: str) -> None:
        """Ctrl-C until `text` appears; again when it was lost, just before readline waits for a key."""
        assert self.sees(self._PROMPT), self._seen
        for _ in range(20):
            self._process.send_signal(signal.SIGINT)
            if self.sees(text, 3):
                return
        raise AssertionError(self._seen)

    def interrupted_for_good(self) -> int:
        """Ctrl-C until the program has ended; its exit code."""
        for _ in range(20):
            self._process.send_signal(signal.SIGINT)
            with suppress(subprocess.TimeoutExpired):
                return self._process.wait(3)
        raise AssertionError("still there")

    def ended(self) -> int:
        """The exit code."""
        return self._process.wait(60)


def test_chat_at_a_terminal_keeps_its_history_to_its_owner_and_leaves_on_ctrl_d(tmp_path: Path) -> None:
    with ChatAtTerminal(tmp_path) as chat:
        chat.type("/plan\n")
        assert chat.sees("no plan yet")
        chat.interrupt("Ctrl-C again")
        chat.type("/help\n")
        assert chat.sees("Drop a file here")
        chat.type("\x04")
        assert chat.ended() == 0

    history = tmp_path / "state" / "jarvis" / "history"
    assert history.read_text().split() == ["/plan", "/help"]
    assert history.stat().st_mode & 0o077 == 0


def test_chat_leaves_on_the_second_ctrl_c(tmp_path: Path) -> None:
    with ChatAtTerminal(tmp_path) as chat:
        chat.interrupt("Ctrl-C again")
        assert chat.interrupted_for_good() == 0


def test_an_interrupted_process_leaves_soon_with_code_1(tmp_path: Path) -> None:
    code = (
        "import asyncio, sys, time\nfrom contextlib import asynccontextmanager\n"
        "from jarvis.cli import main\nfrom jarvis.cli.services import Services\n"
        "class Busy:\n    tools = {}\n"
        "    async def stream(self, *_):\n"
        "        print('busy', file=sys.stderr, flush=True)\n"
        "        await asyncio.to_thread(time.sleep, 60)\n"
        "        yield\n"
        "@asynccontextmanager\nasync def opener(*_):\n    yield Busy()\n"
        "sys.argv = ['jarvis', 'run', 'x', '--json']\nsys.exit(main(None, Services(open=opener)))"
    )
    began = time.monotonic()
    with subprocess.Popen(
        [sys.executable, "-c", code],
        cwd=tmp_path,
        stdout=subprocess.PIPE,
        stderr=subprocess.PIPE,
        text=True,
        env=_environment(),
    ) as busy:
        assert busy.stderr is not None and busy.stdout is not None
        assert busy.stderr.readline() == "busy\n"
        busy.send_signal(signal.SIGINT)
        assert busy.wait(30) == 1
        assert busy.stderr.read() == "interrupted; nothing was finished\n"
        error = {"kind": "Interrupted", "message": "interrupted; nothing was finished"}
        assert json.loads(busy.stdout.read()) == {"error": error}
    assert time.monotonic() - began < 30
