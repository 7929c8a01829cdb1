"""A typed function becomes a tool, and an installed package brings tools of its own."""

from __future__ import annotations

import json
import logging
import os
import subprocess
import sys
from enum import Enum
from pathlib import Path
from typing import Any, Literal

import pytest

from jarvis.errors import TaskError, UsageError
from jarvis.functions import declared_tools, function_tool
from jarvis.spec import Effect, Slot, ToolSpec, ValueType
from tests.jarvis.fakes import fake_jarvis


class Door(Enum):
    FRONT = "front"
    BACK = "back"


def water_plants(litres: float, where: Literal["garden", "balcony"], photo: Path | None = None) -> str:
    """Waters the plants.

    And more.
    """
    return f"{litres * 2} {where} {photo}"


def test_slots_types_and_choices_come_from_the_signature() -> None:
    assert function_tool(water_plants, "effect").spec == ToolSpec(
        "water-plants",
        (
            Slot("litres", ValueType.NUMBER),
            Slot("where", ValueType.NAME, choices=("garden", "balcony")),
            Slot("photo", ValueType.ANY, required=False),
        ),
        ValueType.TEXT,
        "Waters the plants.",
        Effect.EFFECT,
    )


def test_values_of_a_plan_are_turned_into_the_declared_types() -> None:
    tool = function_tool(water_plants)
    assert tool.bound(litres="1.5", where="garden", photo="a.jpg") == "3.0 garden a.jpg"


def test_a_value_of_the_wrong_kind_is_refused_by_name() -> None:
    with pytest.raises(TaskError, match="cannot take 'much' for 'litres'"):
        function_tool(water_plants).bound(litres="much", where="garden")


def test_an_enum_gives_choices_and_members() -> None:
    def unlock(door: Door) -> str:
        return door.name

    tool = function_tool(unlock, "irreversible")
    assert tool.spec.slots == (Slot("door", ValueType.NAME, choices=("front", "back")),)
    assert tool.bound(door="back") == "BACK"


def test_a_function_stays_callable() -> None:
    assert function_tool(water_plants)(1, "balcony") == "2 balcony None"


def untyped(a) -> None:  # type: ignore[no-untyped-def]
    pass


def odd(a: complex) -> None:
    pass


@pytest.mark.parametrize(
    ("function", "message"), [(untyped, "give the parameter 'a' a type"), (odd, "no plan can carry")]
)
def test_a_signature_that_no_plan_can_fill_is_refused(function: Any, message: str) -> None:
    with pytest.raises(UsageError, match=message):
        function_tool(function)


GARDEN = """
from jarvis.functions import function_tool


def measure_soil(bed: str, depth: float = 5.0) -> str:
    \"\"\"Measure how wet the soil of a bed is.\"\"\"
    return f"{bed}: moist at {depth:g} cm"


def register_tools(register):
    register(function_tool(measure_soil))
"""
HALF_REGISTERED = GARDEN.replace("measure_soil", "measure_rain") + "    raise RuntimeError('no rain gauge')\n"
WRONGLY_REGISTERED = "def register_tools(register):\n    register(print)\n"


@pytest.fixture
def site(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """An empty folder where Python looks for installed packages."""
    folder = tmp_path / "site"
    folder.mkdir()
    monkeypatch.syspath_prepend(folder)
    return folder


def install(site: Path, name: str, code: str, monkeypatch: pytest.MonkeyPatch) -> None:
    """What pip leaves behind of a package with one module and an entry point."""
    monkeypatch.delitem(sys.modules, name, raising=False)
    (site / f"{name}.py").write_text(code, encoding="utf-8")
    info = site / f"{name}-1.0.dist-info"
    info.mkdir()
    (info / "METADATA").write_text(f"Metadata-Version: 2.4\nName: {name}\nVersion: 1.0\n", encoding="utf-8")
    (info / "entry_points.txt").write_text(f"[jarvis.tools]\n{name}-tools = {name}:register_tools\n", encoding="utf-8")


def test_a_tool_of_an_installed_package_is_planned_and_run(
    site: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    install(site, "plugged_garden", GARDEN, monkeypatch)
    task = {"id": 0, "task": "measure-soil", "args": {"bed": "roses", "depth": "12"}}
    jarvis, planner = fake_jarvis([[task], [task]], tmp_path)

    graph = jarvis.plan_sync("measure the soil of the roses at 12 cm")
    answer = jarvis.run_sync("measure the soil of the roses at 12 cm")

    offered = planner.asked[0].tools["measure-soil"]
    assert (offered.does, [slot.name for slot in offered.slots]) == (
        "Measure how wet the soil of a bed is.",
        ["bed", "depth"],
    )
    assert graph.to_json() == [task]
    assert (answer.results[0].value, answer.results[0].model) == ("roses: moist at 12 cm", "function:measure-soil")
    assert "roses: moist at 12 cm" in answer.text


@pytest.mark.parametrize(
    ("code", "error"),
    [
        ("import a_library_that_nobody_has", "ModuleNotFoundError: No module named 'a_library_that_nobody_has'"),
        ("import os", "AttributeError: module 'plugged_broken' has no attribute 'register_tools'"),
        ("register_tools = (", "SyntaxError: "),
        (HALF_REGISTERED, "RuntimeError: no rain gauge"),
        (WRONGLY_REGISTERED, "UsageError: register takes what `jarvis.functions.function_tool` makes, not <built-in"),
    ],
)
def test_a_broken_plug_in_is_told_by_name_and_the_others_work(
    code: str, error: str, site: Path, monkeypatch: pytest.MonkeyPatch, caplog: pytest.LogCaptureFixture
) -> None:
    install(site, "plugged_broken", code, monkeypatch)
    install(site, "plugged_garden", GARDEN, monkeypatch)

    with caplog.at_level(logging.WARNING):
        tools = declared_tools()

    assert "measure-soil" in tools
    assert "measure-rain" not in tools
    (message,) = caplog.messages
    assert message.startswith(f"the plug-in 'plugged_broken-tools' cannot be used ({error}")
    assert message.endswith("); update or uninstall plugged_broken")


def test_a_broken_plug_in_does_not_stop_the_program(site: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    install(site, "plugged_broken", "import a_library_that_nobody_has", monkeypatch)
    path = os.pathsep.join([str(Path(__file__).parents[2]), str(site)])
    done = subprocess.run(
        [sys.executable, "-m", "jarvis", "plan", "--json", 'say "hello"'],
        capture_output=True,
        text=True,
        timeout=100,
        env=os.environ | {"PYTHONPATH": path, "JARVIS_PLANNER": "rules"},
        check=False,
    )

    assert done.returncode == 0
    assert "text-to-speech" in json.dumps(json.loads(done.stdout))
    assert "the plug-in 'plugged_broken-tools' cannot be used" in done.stderr
    assert "Traceback" not in done.stderr
