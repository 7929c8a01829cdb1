"""What a plan will probably take: the longest chain, the work on the cores there are, memory and money."""

from __future__ import annotations

from jarvis.execution.durations import Durations
from jarvis.execution.estimate import Estimate, estimate
from jarvis.graph import Ref, Task, TaskGraph
from jarvis.messages import Assignment, Candidate
from jarvis.model_registry.card import Measured, ModelCard, WeightFile
from jarvis.model_registry.registry import Registry
from jarvis.spec import spec
from tests.jarvis.execution.cards import registry_of

TOOLS = {"write": spec("write", ["prompt~: text", "other?: text"], "text", "Text from text.")}
PLAIN = next(iter(registry_of(["m"], TOOLS)))
FILE = WeightFile(role="model", package="p", version="1", path="p/m", sha256="aa", bytes=2**22)


def card(name: str, seconds: float, load: float, memory_mb: int, price: float = 0.0) -> ModelCard:
    measured = Measured(seconds=seconds, load_seconds=load, memory_mb=memory_mb, on="nothing")
    remote = {"endpoint": "http://there", "price": price} if price else {}
    return PLAIN.model_copy(update={"id": name, "measured": measured, "files": (FILE,), "parameters": remote})


REGISTRY = Registry([card("a", 2, 1, 100), card("b", 5, 0.5, 300), card("far", 4, 0, 0, price=0.02)])
GRAPH = TaskGraph(
    [
        Task(0, "write", {"prompt": "x"}),
        Task(1, "write", {"prompt": Ref(0)}),
        Task(2, "write", {"prompt": "y"}),
        Task(3, "write", {"prompt": Ref(1), "other": Ref(2)}),
    ],
    TOOLS,
)


def expect(*models: str, cores: int = 2, loaded: tuple[str, ...] = (), durations: Durations | None = None) -> Estimate:
    assignments = {n: Assignment(n, (Candidate(m, ""),) if m else ()) for n, m in enumerate(models)}
    return estimate(GRAPH, assignments, REGISTRY, durations, loaded=loaded, cores=cores)


def test_a_model_is_loaded_once_and_the_longest_chain_counts() -> None:
    found = expect("a", "a", "far", "a", cores=8)

    assert [(task.model, task.load_seconds) for task in found.tasks] == [("a", 1), ("a", 0), ("far", 0), ("a", 0)]
    assert (found.critical_path, found.critical_seconds, found.seconds) == ((0, 1, 3), 7, 7)
    assert (found.memory_mb, found.price) == (100, 0.02)


def test_more_work_than_the_cores_do_beside_the_longest_chain_takes_longer() -> None:
    found = expect("a", "a", "b", "a", cores=2)

    assert (found.critical_path, found.critical_seconds) == ((2, 3), 7.5)
    assert found.seconds == 1 + 2 + 2 + 5.5 + 2
    assert found.memory_mb == 400


def test_what_is_in_memory_needs_no_loading_and_what_was_measured_here_counts() -> None:
    found = expect("a", "a", "b", "a", loaded=("a", "b"), durations=Durations({"b": 0.5}))

    assert [task.total for task in found.tasks] == [2, 2, 0.5, 2]


def test_a_task_without_a_model_takes_nothing_and_says_so() -> None:
    found = expect("a", "a", "", "unknown")

    assert [task.model for task in found.tasks] == ["a", "a", "", ""]
    assert found.to_json()["tasks"][2] == {
        "task_id": 2,
        "tool": "write",
        "model": None,
        "seconds": 0.0,
        "load_seconds": 0.0,
        "memory_mb": 0,
        "price": 0.0,
    }


def test_an_empty_plan_takes_nothing() -> None:
    found = estimate(TaskGraph([], TOOLS), {}, REGISTRY)

    assert (found.tasks, found.critical_path, found.seconds, found.memory_mb, found.price) == ((), (), 0, 0, 0)
