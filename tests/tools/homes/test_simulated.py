"""The simulated home tells what changes, also what another program does, and one home is shared by a process."""

from __future__ import annotations

import asyncio
import subprocess
import sys
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.errors import UsageError
from jarvis.settings import Settings
from jarvis.tools.homes import Change, HomeError, Thing, is_address, open_home
from jarvis.tools.homes.simulated import SimulatedHome


def test_changes_are_told_also_those_of_another_program(tmp_path: Path) -> None:
    home = SimulatedHome(tmp_path)
    things = {thing.name: thing for thing in home.things()}
    program = """
import sys
from pathlib import Path
from jarvis.tools.homes.simulated import SimulatedHome
home = SimulatedHome(Path(sys.argv[1]))
home.act({t.name: t for t in home.things()}["washing machine"], "start")
"""

    async def live() -> list[Change]:
        found: list[Change] = []

        async def collect() -> None:
            async for change in home.watch():
                found.append(change)
                if len(found) == 2:
                    return

        collecting = asyncio.create_task(collect())
        await asyncio.sleep(0.5)
        await asyncio.to_thread(home.act, things["hall light"], "turn_on")
        await asyncio.sleep(0.6)
        await asyncio.to_thread(subprocess.run, [sys.executable, "-c", program, str(tmp_path)], check=True)
        await asyncio.wait_for(collecting, 30)
        return found

    changes = asyncio.run(live())
    assert [(change.thing.name, change.before, change.after) for change in changes] == [
        ("hall light", "off", "on, 100 %"),
        ("washing machine", "finished", "running"),
    ]
    assert all(change.row["simulated"] for change in changes)


def test_one_home_is_shared_by_a_process_and_every_setting_has_its_own(tmp_path: Path) -> None:
    settings = Settings(data_dir=tmp_path)

    assert open_home(settings) is open_home(replace(settings, threads=1))
    assert open_home(settings) is not open_home(replace(settings, data_dir=tmp_path / "other"))
    assert open_home(settings).simulated


def test_a_thing_of_another_home_is_not_there(tmp_path: Path) -> None:
    with pytest.raises(HomeError, match="the simulated home has no 'moon' any more"):
        SimulatedHome(tmp_path).state(Thing("moon", "light"))


def test_an_address_opens_a_real_home_and_asks_nothing_yet(tmp_path: Path) -> None:
    home = open_home(Settings(home="http://192.168.1.5:8123", data_dir=tmp_path))
    assert (home.name, home.simulated) == ("Home Assistant", False)
    assert is_address("HTTP://x")
    assert not is_address("http.yaml")


def test_a_setting_that_names_no_file_is_the_users_to_mend(tmp_path: Path) -> None:
    with pytest.raises(UsageError, match="check JARVIS_HOME"):
        open_home(Settings(home=str(tmp_path / "none.yaml"), data_dir=tmp_path))
