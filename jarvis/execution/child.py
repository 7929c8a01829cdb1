"""What runs in a model's process: it loads models, does one task after the other, and ends with its parent.

It imports the models' handlers and what they need, and nothing else of Jarvis: files were found and checked before.
"""

from __future__ import annotations

import os
import signal
import socket
import sys
from contextlib import suppress
from importlib import import_module
from pathlib import Path
from threading import Thread
from typing import Any

from jarvis.artifacts import Provenance
from jarvis.errors import ModelError, TaskError
from jarvis.execution.channel import STOP, Frame, frame, receive, send
from jarvis.execution.crossing import error_to_json
from jarvis.execution.staging import StagedFolder, sweep
from jarvis.tools.handler import BatchHandler, Handler, Inputs, RuntimeOptions, Sink, Stop

_PR_SET_PDEATHSIG = 1
"""From linux/prctl.h: the signal that a process gets when its parent's thread dies."""
_MORE_LIKELY = "500"
"""Added to how likely the system ends this process when memory runs out: a model, and not the program of the user."""


def serve(descriptor: int, parent: int) -> None:
    """Answers what arrives on a socket, until its other end is gone."""
    os.set_inheritable(descriptor, False)  # Programs that a model starts must not keep the line open.
    line = socket.socket(fileno=descriptor)
    _end_with(parent, line)
    with suppress(OSError):  # Only Linux has it, and some containers do not let it be set.
        Path("/proc/self/oom_score_adj").write_text(_MORE_LIKELY, encoding="ascii")
    models = Models()
    signal.signal(STOP, models.stop)
    try:
        for message in receive(line):
            send(line, models.answer(message))
    except ConnectionError:
        os._exit(0)
    except BaseException as error:  # noqa: BLE001 - told on standard error, where the parent reads it
        sys.excepthook(type(error), error, error.__traceback__)
        os._exit(1)
    # At once: libraries that are torn down in the wrong order crash, and nobody waits for them.
    os._exit(0)


class Models:
    """The models of this process."""

    def __init__(self) -> None:
        self._handlers: dict[str, Handler] = {}
        self._swept: set[Path] = set()
        self._stop = Stop()

    def answer(self, message: dict[str, Any]) -> Frame:
        """Does what a message asks for: `value` or `error`, and `mb`, the memory that this process then takes."""
        try:
            if message["do"] == "load":
                self._load(message)
            value = self._run(message) if message["do"] == "run" else None
            try:
                return frame({"value": value, "mb": resident_mb()})
            except (TypeError, ValueError, RecursionError) as error:
                raise TaskError(f"{message['model']} gave what is no value ({error}); report it") from error
        except (Exception, SystemExit) as error:  # noqa: BLE001 - carried over to the one who asked
            return frame({"error": error_to_json(_told(error)), "mb": resident_mb()})

    def _load(self, message: dict[str, Any]) -> None:
        files = {role: Path(path) for role, path in message["files"].items()}
        options = RuntimeOptions(message["threads"], message["parameters"])
        try:
            found = getattr(import_module(message["module"]), message["class"], None)
            if found is None:
                handler = f"{message['module'].rpartition('.')[2]}:{message['class']}"
                raise ModelError(f"the card of {message['name']} names the handler {handler!r}, which does not exist")
            self._handlers[message["model"]] = found(files, options)
        except ImportError as error:
            raise ModelError(f"{message['name']} cannot be loaded ({error}); {message['way_out']}") from error

    def _run(self, message: dict[str, Any]) -> list[Any]:
        self._stop = Stop()
        folders = [self._folder(call) for call in message["calls"]]
        calls = [
            (Inputs(call["task"], call["values"]), Sink(folder, _provenance(call["made"]), call["key"], self._stop))
            for call, folder in zip(message["calls"], folders, strict=True)
        ]
        handler = self._handlers[message["model"]]
        try:
            if len(calls) > 1 and isinstance(handler, BatchHandler):
                return list(handler.run_batch(calls))
            return [handler.run(*call) for call in calls]
        finally:
            for folder in folders:
                folder.clear()

    def _folder(self, call: dict[str, Any]) -> StagedFolder:
        folder = StagedFolder(Path(call["root"]), Path(call["aside"]))
        if folder.root not in self._swept:
            self._swept.add(folder.root)
            sweep(folder.root)
        return folder

    def stop(self, *_: object) -> None:
        """Tells the handler that nobody waits for it any more; the parent ends this process soon if it goes on."""
        self._stop.asked = True


def resident_mb() -> float:
    """Memory that this process takes, in MB of 2**20 bytes; where the system does not say, the most that it took."""
    try:
        with open("/proc/self/statm", encoding="ascii") as file:
            return int(file.read().split()[1]) * os.sysconf("SC_PAGE_SIZE") / 2**20
    except OSError:
        import resource

        most = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss
        return most / 2**20 if sys.platform == "darwin" else most / 2**10


def _provenance(made: dict[str, Any]) -> Provenance:
    return Provenance(made["task_id"], made["tool"], made["model"], tuple(made["inputs"]))


def _told(error: BaseException) -> BaseException:
    if isinstance(error, SystemExit):
        told = TaskError(f"it tried to end the program ({error}); call it with arguments that it takes")
        told.__cause__ = error
        return told
    return error


def _end_with(parent: int, line: socket.socket) -> None:
    """Has this process end when its parent does, however that ends, and also while a model computes."""
    if sys.platform == "linux":
        import ctypes

        ctypes.CDLL(None).prctl(_PR_SET_PDEATHSIG, signal.SIGKILL)
        if os.getppid() != parent:  # It ended before the line above.
            os._exit(0)
    else:
        Thread(target=_wait_for_end, args=(line,), daemon=True).start()


def _wait_for_end(line: socket.socket) -> None:
    import select

    poll = select.poll()
    poll.register(line, 0)  # Nothing but that the other end is gone.
    poll.poll()
    os._exit(0)
