"""Handlers for tests of model processes: they crash, hang, leak, and tell what they see. `do` says what to do."""

from __future__ import annotations

import ctypes
import os
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping, Sequence
from importlib import import_module
from pathlib import Path
from typing import Any, BinaryIO

from jarvis.errors import InputError, TaskError
from jarvis.messages import Value
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink


class StrangeError(Exception):
    """A class that the parent does not know."""


class Trouble:
    """Does what it is told. Loading it writes a line into the file `loads`, when the card names one."""

    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        self.options = options
        self.kept: list[bytearray] = []
        if "loads" in options.parameters:
            with Path(options.parameters["loads"]).open("a") as file:
                file.write(f"{os.getpid()}\n")
        if "waits_for" in options.parameters:
            wait_for(Path(options.parameters["waits_for"]), lines=2)
        if "megabytes" in options.parameters:
            self.kept.append(filled(int(options.parameters["megabytes"])))

    def run(self, inputs: Inputs, sink: Sink) -> Value:
        return _DOES[inputs.text("do")](self, inputs, sink)


class Together(Trouble):
    """Does several in one go."""

    def run_batch(self, several: Sequence[tuple[Inputs, Sink]]) -> list[Value]:
        return [f"{self.run(inputs, sink)} of {len(several)}" for inputs, sink in several]


class Unloadable:
    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        os.kill(os.getpid(), signal.SIGKILL)


class Lacking:
    def __init__(self, files: Mapping[str, Path], options: RuntimeOptions) -> None:
        import_module("no_such_library")


def filled(megabytes: int) -> bytearray:
    """Memory that is really taken."""
    return bytearray(os.urandom(2**20)) * megabytes


def wait_for(file: Path, lines: int = 1) -> None:
    until = time.monotonic() + 100
    while not file.exists() or len(file.read_text().splitlines()) < lines:
        assert time.monotonic() < until, f"{file} did not come"
        time.sleep(0.005)


def _echo(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    return inputs.values["value"]


def _describe(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    array: Any = inputs.values["value"]
    told: Any = [type(array).__name__, str(array.dtype), list(array.shape), float(array.sum()), array.flags.writeable]
    value: Value = told
    return value


def _numbers(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    import numpy as np

    numbers: Any = {"many": np.arange(200_000, dtype=np.float32), "one": np.float32(0.5), "none": np.empty((0, 3))}
    value: Value = numbers
    return value


def _where(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    return {"pid": os.getpid(), "threads": self.options.threads, "omp": os.environ["OMP_NUM_THREADS"], "key": sink.key}


def _meet(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    """Tells that it began, and ends when the other file is there."""
    Path(inputs.text("began")).write_text("x\n")
    wait_for(Path(inputs.text("until")))
    return "met"


def _spin(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    """Hangs and computes."""
    Path(inputs.text("began")).write_text(f"{os.getpid()}\n")
    while True:
        pass


def _listen(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    """Hangs until it hears that nobody waits for it."""
    Path(inputs.text("began")).write_text("x\n")
    while True:
        sink.check()
        time.sleep(0.001)


def _with_child(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    """Hangs, and has started a program that goes on."""
    other = subprocess.Popen([sys.executable, "-c", "import time; time.sleep(1000)"])
    Path(inputs.text("began")).write_text(f"{other.pid}\n")
    other.wait()
    return None


def _segfault(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    return ctypes.string_at(0).decode()


def _exit(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    os.write(2, b"no use going on\n")
    os._exit(3)


def _sys_exit(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    sys.exit("usage: ...")


def _leak(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    self.kept.append(filled(int(inputs.text("megabytes"))))
    return os.getpid()


def _no_memory(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    raise MemoryError


def _write(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    return [sink.write("note", "text/plain", lambda file: file.write(b"one")), _note(sink, b"two")]


def _note(sink: Sink, content: bytes) -> Any:
    return sink.write("note", "text/plain", lambda file: file.write(content))


def _write_and_die(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    def fill(file: BinaryIO) -> None:
        file.write(b"half")
        file.flush()
        os.kill(os.getpid(), signal.SIGKILL)

    return sink.write("note", "text/plain", fill)


def _print(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    sys.stdout.write("printed\n")
    os.write(1, b"written\n" * 100_000)
    os.write(2, b"complained\n")
    return "quiet"


def _nonsense(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    os.write(int(sys.argv[1]), b"\xff" * 64)
    return "more"


def _object(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
    value: Any = {"a": object()}
    result: Value = value
    return result


def _raise(error: Exception) -> Callable[[Trouble, Inputs, Sink], Value]:
    def run(self: Trouble, inputs: Inputs, sink: Sink) -> Value:
        raise error

    return run


_DOES: dict[str, Callable[[Trouble, Inputs, Sink], Value]] = {
    "echo": _echo,
    "describe": _describe,
    "numbers": _numbers,
    "where": _where,
    "meet": _meet,
    "spin": _spin,
    "listen": _listen,
    "with-child": _with_child,
    "segfault": _segfault,
    "exit": _exit,
    "sys-exit": _sys_exit,
    "leak": _leak,
    "no-memory": _no_memory,
    "write": _write,
    "write-and-die": _write_and_die,
    "print": _print,
    "nonsense": _nonsense,
    "object": _object,
    "input-error": _raise(InputError("it is empty; give another", path="a.jpg")),
    "task-error": _raise(TaskError("no face to be seen; try another photo")),
    "value-error": _raise(ValueError("seven")),
    "key-error": _raise(KeyError("seven")),
    "strange-error": _raise(StrangeError("odd")),
}
