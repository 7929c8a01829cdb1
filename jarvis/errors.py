"""Everything that can go wrong, in one tree.

    JarvisError                      exit code 1
    ├── UsageError                   exit code 2: the request or its files need a change by the user
    │   └── InputError               a file that is missing, empty, broken, too large, or of the wrong kind
    ├── PlanError                    a task graph that breaks a rule
    ├── PlannerError                 no plan could be made
    ├── DeviceError                  no microphone or loudspeaker, or it went away (jarvis.voice)
    ├── WireError                    a peer sent what is not Wyoming (jarvis.server.wyoming)
    ├── TransportError               an address that may not or cannot be asked (jarvis.transport)
    ├── ModelError
    │   ├── NoModelError             no model for a task here
    │   ├── BreakerOpenError         it failed too often just now (jarvis.execution.breaker)
    │   └── ModelFileError           a model's files are missing or not the expected ones
    ├── TaskError                    a task failed while running
    │   ├── AmbiguousError           a name that fits several things: it asks back, and is no defect
    │   ├── BudgetError              it would take more than the run may spend (jarvis.execution.budget)
    │   └── TaskTimeoutError         it took longer than its limit
    └── StorageError                 a folder that cannot be written, a disk that is full
        └── JournalError             the journal of runs is damaged, of another version, or cannot be written

Every message is one sentence that says what went wrong and names the way out.
"""

from __future__ import annotations

from collections.abc import Iterable


class JarvisError(Exception):
    """The root; callers catch this."""

    exit_code = 1


class UsageError(JarvisError):
    """The request needs a change by the user."""

    exit_code = 2


class InputError(UsageError):
    """A file of the request cannot be used."""

    def __init__(self, message: str, *, path: str) -> None:
        super().__init__(message)
        self.path = path


class PlanError(JarvisError):
    """A task graph breaks a rule; the fields let a planner repair it."""

    def __init__(self, message: str, *, task_id: int | None = None, slot: str | None = None) -> None:
        super().__init__(message)
        self.task_id = task_id
        self.slot = slot


class PlannerError(JarvisError):
    """A planner is missing, unreachable, or gave no plan."""


class ModelError(JarvisError):
    """A model cannot be used."""


class NoModelError(ModelError):
    """No registered model runs a task on this machine."""

    def __init__(self, message: str, *, task: str) -> None:
        super().__init__(message)
        self.task = task


class ModelFileError(ModelError):
    """A model's files are missing, or their hash is not the one of its card."""

    def __init__(self, message: str, *, model_id: str) -> None:
        super().__init__(message)
        self.model_id = model_id


class TaskError(JarvisError):
    """A task failed while running."""


class AmbiguousError(TaskError):
    """A name fits several things equally well: the person is asked which one is meant. Nothing has been done."""

    def __init__(self, question: str, choices: Iterable[str] = ()) -> None:
        """`question` is for the person, in the language of the request; `choices` are names that answer it."""
        super().__init__(question)
        self.question = question
        self.choices = tuple(choices)


class TaskTimeoutError(TaskError):
    """A task took longer than its limit."""


class StorageError(JarvisError):
    """A file could not be written."""


class JournalError(StorageError):
    """The journal of runs cannot be used."""
