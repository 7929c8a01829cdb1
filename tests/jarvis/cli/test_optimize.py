"""`jarvis models optimize`: what is told of a variant that holds, and of one that does not."""

from __future__ import annotations

import io
import json
from dataclasses import replace
from pathlib import Path

import pytest

from jarvis.cli.optimize import OptimizeOptions, optimize, remove
from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.errors import ModelError, UsageError
from jarvis.model_registry.here import made_models
from jarvis.model_registry.registry import Registry
from jarvis.settings import Settings
from tests.jarvis.optimizing.nets import net_card, write_net

pytestmark = [pytest.mark.timeout(400), pytest.mark.xdist_group("fitting")]


@pytest.fixture
def here(tmp_path: Path) -> Services:
    """A registry with one small model."""
    registry = Registry([net_card(write_net(tmp_path / "net.onnx", width=1024))])
    return replace(
        Services(), registry=lambda: registry, settings=lambda: Settings(data_dir=tmp_path / "data", threads=1)
    )


def run(options: OptimizeOptions, services: Services) -> tuple[int, str, str]:
    out, err = io.StringIO(), io.StringIO()
    code = optimize(options, Screen(io.StringIO(), out, err), services)
    return code, out.getvalue(), err.getvalue()


def test_an_accepted_variant_is_registered_and_can_be_removed(here: Services, tmp_path: Path) -> None:
    code, out, _ = run(OptimizeOptions("test-net", "int8", tolerance=0.2, as_json=True), here)
    said = json.loads(out)

    shelf = made_models(Settings(data_dir=tmp_path / "data"))
    assert (code == 0) == said["accepted"]
    assert said["accepted"], said
    (card,) = shelf.cards()
    assert (card.id, card.base_model) == ("test-net:int8", "test-net")
    assert said["variant"]["id"] == card.id
    assert card.parameters["threads"] == 1
    screen = Screen(io.StringIO(), io.StringIO(), io.StringIO())
    assert remove("test-net:int8", screen, here) == 0
    assert shelf.cards() == []


def test_a_refused_variant_leaves_nothing_behind(here: Services, tmp_path: Path) -> None:
    code, out, err = run(OptimizeOptions("test-net", "int8", minutes=0), here)

    assert code == 1
    assert out.startswith("test-net stays as it is: nothing was found in 0 minutes")
    assert "not taken: net: dynamic 8-bit weights: not tried, the time was up" in err
    assert not (tmp_path / "data").exists()


def test_a_model_that_does_not_exist_is_an_error(here: Services) -> None:
    with pytest.raises(ModelError, match="no model is called 'gpt'"):
        run(OptimizeOptions("gpt"), here)


def test_a_tolerance_that_makes_no_sense_is_told(here: Services) -> None:
    with pytest.raises(UsageError, match="--tolerance is 1;"):
        run(OptimizeOptions("test-net", tolerance=1), here)
