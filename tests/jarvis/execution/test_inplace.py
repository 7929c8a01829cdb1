"""Cards that say so run in this process, side by side, and all others go to the other worker."""

from __future__ import annotations

import asyncio
from pathlib import Path

import pytest

from jarvis.artifacts import ArtifactFolder, Provenance
from jarvis.choosing import Chooser
from jarvis.engine import Jarvis
from jarvis.errors import TaskError
from jarvis.execution.fake import FunctionWorker
from jarvis.execution.inplace import InPlaceWorker
from jarvis.execution.worker import Call
from jarvis.graph import Task
from jarvis.model_registry.registry import Registry
from jarvis.settings import Settings
from jarvis.tools.handler import Inputs, RuntimeOptions, Sink
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.fakes import ScriptedPlanner, card

REGISTRY = Registry.load()
HOME = REGISTRY.get("simulated-home")
CONTROL = builtin_tools()["home-control"]


def sink(tmp_path: Path) -> Sink:
    return Sink(ArtifactFolder(tmp_path), Provenance(0, "home-control", "simulated-home"))


def switch(target: str) -> tuple[Task, Inputs]:
    values = {"action": "turn_on", "target": target}
    return Task(0, "home-control", dict(values)), Inputs("home-control", dict(values))


def test_a_card_of_this_process_is_run_here_and_another_elsewhere(tmp_path: Path) -> None:
    worker = InPlaceWorker(RuntimeOptions(parameters={"folder": str(tmp_path)}), FunctionWorker(lambda inputs: "there"))
    task, inputs = switch("hall light")

    here = asyncio.run(worker.run(task, CONTROL, HOME, inputs, sink(tmp_path))).value
    there = asyncio.run(worker.run(task, CONTROL, card("home-control"), inputs, sink(tmp_path))).value
    several = asyncio.run(worker.run_batch(CONTROL, HOME, [Call(task, inputs, sink(tmp_path))] * 2))

    assert isinstance(here, dict)
    assert here["state"] == "on, 100 %"
    assert there == "there"
    assert [output.value for output in several] == [here, here]


def test_tasks_run_side_by_side_and_lose_nothing(tmp_path: Path) -> None:
    worker = InPlaceWorker(RuntimeOptions(parameters={"folder": str(tmp_path)}), FunctionWorker(lambda inputs: ""))
    lights = ("hall light", "office light", "garage light", "nursery light", "bathroom light")

    async def all_at_once() -> None:
        await asyncio.gather(
            *(worker.run(task, CONTROL, HOME, inputs, sink(tmp_path)) for task, inputs in map(switch, lights))
        )
        for light in lights:
            state = await worker.run(
                Task(1, "home-state", {"target": light}), builtin_tools()["home-state"], HOME,
                Inputs("home-state", {"target": light}), sink(tmp_path),
            )  # fmt: skip
            assert isinstance(state.value, dict)
            assert state.value["state"] == "on, 100 %"

    asyncio.run(all_at_once())


def test_an_error_of_the_home_comes_through(tmp_path: Path) -> None:
    worker = InPlaceWorker(RuntimeOptions(parameters={"folder": str(tmp_path)}), FunctionWorker(lambda inputs: ""))
    task, inputs = switch("sauna")
    with pytest.raises(TaskError, match="has no 'sauna'"):
        asyncio.run(worker.run(task, CONTROL, HOME, inputs, sink(tmp_path)))


def test_the_home_that_is_not_set_is_ruled_out_with_the_reason(tmp_path: Path) -> None:
    def missing(home: str) -> dict[str, str]:
        chooser = Chooser(Settings(home=home, data_dir=tmp_path, learn=False))
        found = chooser.understand("lights off", REGISTRY).available.missing
        return {name: why for name, why in found.items() if name in ("home-assistant", "simulated-home")}

    assert missing("") == {
        "home-assistant": "no Home Assistant is connected; set JARVIS_HOME to its address, as docs/home.md says"
    }
    assert missing("mine.yaml").keys() == {"home-assistant"}
    assert missing("http://hub:8123") == {"simulated-home": "JARVIS_HOME names a real home, http://hub:8123"}


def test_a_run_needs_no_other_process_for_the_home(tmp_path: Path) -> None:
    plan = [{"id": 0, "task": "home-control", "args": {"action": "turn_on", "target": "the light in here"}}]
    settings = Settings(data_dir=tmp_path, out=tmp_path, journal=False, learn=False)
    with Jarvis(settings, planner=ScriptedPlanner([plan, plan])) as jarvis:
        response = asyncio.run(jarvis.run("light on"))
        assert jarvis.loaded == frozenset()

    failure = response.results[0].failure
    assert failure is not None
    assert "name the room" in failure.message
