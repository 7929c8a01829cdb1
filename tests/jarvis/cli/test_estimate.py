"""`jarvis plan --estimate`: what a plan will probably take, before anything of it runs."""

from __future__ import annotations

import io
import json
from dataclasses import replace

import pytest

from jarvis.artifacts import Artifact
from jarvis.cli.plan import Form, plan_one
from jarvis.cli.screen import Screen
from jarvis.errors import UsageError
from jarvis.model_registry.card import Measured, ModelCard
from jarvis.model_registry.registry import Registry
from tests.jarvis.cli.fakes import ScriptedJarvis, services
from tests.jarvis.cli.runs import spoken


def card(name: str, task: str, seconds: float, price: float = 0.0) -> ModelCard:
    return ModelCard(
        id=name,
        name=name,
        tasks=(task,),
        handler="none:None",
        license="MIT",
        extra="core",
        quality=0.5,
        quality_source="none",
        measured=Measured(seconds=seconds, memory_mb=120, load_seconds=0.5, on="nothing"),
        parameters={"price": price, "network": True} if price else {},
    )


def planned(jarvis: ScriptedJarvis, form: Form = "lines") -> str:
    out = io.StringIO()
    screen = Screen(io.StringIO(), out, io.StringIO())
    registry = Registry([card("seer", "image-to-text", 1.5), card("voice", "text-to-speech", 2, price=0.01)])
    here = replace(services(jarvis), registry=lambda: registry)
    assert plan_one("describe cat.jpg aloud", form, screen, here, with_estimate=True) == 0
    return out.getvalue()


def test_a_plan_comes_with_seconds_memory_and_cost(speech: Artifact) -> None:
    assert planned(ScriptedJarvis(spoken(speech))).splitlines()[2:] == [
        "",
        "  0* image-to-text   seer   1.5 s + 0.50 s to load, 120 MB",
        "  1* text-to-speech  voice  2.0 s + 0.50 s to load, 0 MB, costs 0.01",
        "at least 4.5 s; the longest chain (*) is 0 -> 1 with 4.5 s",
        "120 MB for all models; costs 0.01",
    ]


def test_the_estimate_is_part_of_the_json(speech: Artifact) -> None:
    found = json.loads(planned(ScriptedJarvis(spoken(speech)), "json"))

    assert [row["model"] for row in found["estimate"]["tasks"]] == ["seer", "voice"]
    assert (found["estimate"]["critical_path"], found["estimate"]["seconds"]) == ([0, 1], 4.5)


def test_a_question_back_and_an_empty_plan_have_no_estimate() -> None:
    assert planned(ScriptedJarvis(ask="Which cat?")) == "Which cat?\n"
    assert planned(ScriptedJarvis()) == ""


def test_a_diagram_with_an_estimate_is_refused(speech: Artifact) -> None:
    with pytest.raises(UsageError, match="a diagram holds no estimate"):
        planned(ScriptedJarvis(spoken(speech)), "mermaid")
