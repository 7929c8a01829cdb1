"""What is known of a run while it goes on: its tasks, those that run right now, and what they gave."""

from __future__ import annotations

from jarvis.graph import Task
from jarvis.messages import Answered, Event, Response, Result, TaskFinished, TaskPlanned, TaskStarted


class Course:
    """Kept up to date by `apply`."""

    def __init__(self) -> None:
        self.tasks: dict[int, Task] = {}
        self.results: dict[int, Result] = {}
        self.running: dict[int, Task] = {}
        """In the order in which they began."""
        self.response: Response | None = None

    def apply(self, event: Event) -> None:
        """Takes note of an event; unknown kinds are let pass."""
        match event:
            case TaskPlanned():
                self.tasks[event.task.id] = event.task
            case TaskStarted():
                if event.task_id in self.tasks:
                    self.running.setdefault(event.task_id, self.tasks[event.task_id])
            case TaskFinished():
                self.running.pop(event.result.task_id, None)
                self.results[event.result.task_id] = event.result
            case Answered():
                self.response = event.response
            case _:
                pass
