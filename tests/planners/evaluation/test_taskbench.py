"""TaskBench's metrics: a data set of each form, small enough to count every figure by hand.

The same code reproduces the official evaluator's output on real predictions for all three data sets.
"""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

from jarvis.errors import InputError
from jarvis.planners.evaluation.taskbench import DataSet, read_data_set, report


def plan(steps: str, *nodes: tuple[str, list[Any]], **more: Any) -> dict[str, Any]:
    tasks = [{"task": name, "arguments": arguments} for name, arguments in nodes]
    return {"task_steps": steps.splitlines(), "task_nodes": tasks, "task_links": [], **more}


TOOLS: tuple[str, ...] = ("Blur Image", "Read Text", "Speak Text", "Find Music")
OUTPUTS: dict[str, str] = dict(zip(TOOLS, ("image", "text", "audio", "audio"), strict=True))
GOLD = {
    "s1": plan("Read the text", ("Read Text", ["page.png"])) | {"type": "single"},
    "c1": plan("Read the text\nSpeak the text", ("Read Text", ["page.png"]), ("Speak Text", ["<node-0>"]))
    | {"type": "chain"},
    "c2": plan(
        "Blur the image\nRead the text\nSpeak the text",
        ("Blur Image", ["a.jpg"]),
        ("Read Text", ["<node-0>"]),
        ("Speak Text", ["<node-1>"]),
    )
    | {"type": "chain"},
    "d1": plan("Find music\nBlur the image", ("Find Music", ["calm"]), ("Blur Image", ["a.jpg"])) | {"type": "dag"},
}
PREDICTED = {
    "s1": {"result": GOLD["s1"]},
    "c1": {
        "result": plan("Read the text\nSpeak the text", ("Read Text", ["page.png"]), ("Imaginary", ["<node-0>"])),
    },
    "c2": {
        # Node 9 does not exist: the argument before it counts once more, which changes nothing in a set.
        "result": plan(
            "Blur the image\nRead the text", ("Blur Image", ["a.jpg"]), ("Read_Text", ["<node-0>", "<node-9>"])
        ),
    },
}


def test_official_figures() -> None:
    found = report(DataSet(TOOLS, GOLD, OUTPUTS), PREDICTED)["official"]["overall_overall"]

    per_tool = found.pop("node_per_type")
    assert found == pytest.approx(
        {
            "all_samples": 3,
            "step_supports": 3,
            "node_supports": 3,
            "link_supports": 3,
            "argument_supports": 3,
            "step_rouge1": (1 + 1 + 12 / 15) / 3,
            "step_rouge2": (1 + 1 + 10 / 13) / 3,
            "step_rougeL": (1 + 1 + 12 / 15) / 3,
            "step_rougeLsum": (1 + 1 + 12 / 15) / 3,
            # 4 names of 4 known ones predicted, of 6 in the gold; the imaginary one is no error
            "node_micro_precision_no_matching": 1.0,
            "node_micro_recall_no_matching": 4 / 6,
            "node_micro_f1_no_matching": 0.8,
            # Blur Image and Read Text always right, Speak Text never found, Find Music nowhere
            "node_macro_precision_no_matching": 0.5,
            "node_macro_recall_no_matching": 0.5,
            "node_macro_f1_no_matching": 0.5,
            # 4 common, 5 predicted, 6 gold
            "argument_task_argname_binary_f1_no_matching": 8 / 11,
            "argument_task_argname_value_binary_f1_no_matching": 8 / 11,
            "edit_distance": 1 - (1 + 2 / 4 + 4 / 5) / 3,
            # 1 common, 2 predicted, 3 gold; a target keeps its spelling, so that "Read_Text" is another one
            "link_binary_f1": 0.0,
        }
    )
    assert per_tool["Speak Text"] == {"precision": 0.0, "recall": 0.0, "f1": 0.0, "support": 2}


def test_strict_figures_count_what_is_missing_and_what_does_not_exist() -> None:
    found = report(DataSet(TOOLS, GOLD, OUTPUTS), PREDICTED)["strict"]["overall_overall"]

    assert (found["all_samples"], found["unreadable"], found["unknown_tools"]) == (4, 1, 1)
    # 4 common; 4 known and 1 unknown predicted; 8 gold
    assert found["node_micro_precision_no_matching"] == pytest.approx(4 / 5)
    assert found["node_micro_recall_no_matching"] == pytest.approx(4 / 8)
    assert found["node_micro_f1_no_matching"] == pytest.approx(8 / 13)
    assert found["edit_distance"] == pytest.approx(1 - (1 + 2 / 4 + 4 / 5 + 0) / 4)
    assert found["step_rouge1"] == pytest.approx((1 + 1 + 12 / 15 + 0) / 4)
    assert found["argument_task_argname_binary_f1_no_matching"] == pytest.approx(8 / 13)


def test_groups_are_by_structure_and_one_without_predictions_has_counts_only() -> None:
    official = report(DataSet(TOOLS, GOLD, OUTPUTS), PREDICTED)["official"]

    assert official["chain_overall"]["all_samples"] == 2
    assert official["single_overall"]["node_micro_f1_no_matching"] == 1.0
    assert official["dag_overall"] == {
        "all_samples": 0,
        "step_supports": 0,
        "node_supports": 0,
        "link_supports": 0,
        "argument_supports": 0,
    }


NAMED = {
    "a": plan(
        "Call\nWrite",
        ("call", [{"name": "number", "value": "12"}]),
        ("write_mail", [{"name": "to", "value": "Bo"}]),
        task_links=[{"source": "call", "target": "write_mail"}],
    )
    | {"type": "chain"},
    "b": plan("Call", ("call", [{"name": "number", "value": "3"}])) | {"type": "single"},
}


def test_named_arguments_and_given_links() -> None:
    turned = dict(NAMED["a"], task_links=[{"source": "write_mail", "target": "call"}])
    turned["task_nodes"] = [
        NAMED["a"]["task_nodes"][0],
        {"task": "write_mail", "arguments": [{"name": "to", "value": 5}]},
    ]

    found = report(DataSet(("call", "write_mail"), NAMED, None), {"a": {"result": turned}})

    official = found["official"]["overall_overall"]
    assert official["link_binary_f1"] == 0.0
    assert official["argument_task_argname_binary_f1_no_matching"] == 1.0
    assert official["argument_task_argname_value_binary_f1_no_matching"] == 0.5
    assert official["node_micro_f1_no_matching"] == 1.0
    assert (found["samples"], found["predicted"]) == (2, 1)


def test_an_unreadable_plan_is_left_out_officially_and_counts_nothing_strictly() -> None:
    broken = {"result": plan("Call", ("call", ["12"]))}  # arguments without names

    found = report(DataSet(("call", "write_mail"), NAMED, None), {"a": {"result": NAMED["a"]}, "b": broken})

    official, strict = found["official"]["overall_overall"], found["strict"]["overall_overall"]
    assert (official["step_supports"], official["node_supports"]) == (2, 1)
    assert official["node_micro_f1_no_matching"] == 1.0
    assert strict["node_micro_recall_no_matching"] == pytest.approx(2 / 3)


@pytest.mark.parametrize("name", ["data.json", "gold_sample.jsonl"])
def test_a_folder_is_a_data_set(tmp_path: Path, name: str) -> None:
    described = [{"id": tool, "output-type": [kind] if kind != "text" else []} for tool, kind in OUTPUTS.items()]
    (tmp_path / "tool_desc.json").write_text(json.dumps({"nodes": described}))
    (tmp_path / name).write_text("\n".join(json.dumps({"id": key, **gold}) for key, gold in GOLD.items()))

    data = read_data_set(tmp_path)

    assert data.tools == TOOLS
    assert data.outputs == {**OUTPUTS, "Read Text": "none"}
    assert list(data.gold) == list(GOLD)


def test_what_a_folder_lacks_is_named(tmp_path: Path) -> None:
    with pytest.raises(InputError, match=r"tool_desc\.json cannot be read"):
        read_data_set(tmp_path)
    (tmp_path / "tool_desc.json").write_text("{}")
    with pytest.raises(InputError, match="does not describe tools"):
        read_data_set(tmp_path)
    (tmp_path / "tool_desc.json").write_text('{"nodes": [{"id": "call", "parameters": []}]}')
    with pytest.raises(InputError, match=r"put data\.json or gold_sample\.jsonl there"):
        read_data_set(tmp_path)
