"""What is here is looked up without importing, hashing or downloading."""

from __future__ import annotations

import subprocess
import sys

from jarvis.availability import free_memory_mb, look
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.registry import Registry


def card(name: str, *requires: str) -> ModelCard:
    row = {
        "name": name,
        "handler": "x:Y",
        "license": "MIT",
        "extra": "speech",
        "quality": 0.5,
        "quality_source": "none",
    }
    return ModelCard.model_validate(row | {"id": name, "tasks": ("x",), "requires": requires})


def test_a_model_that_is_not_installed_is_listed_with_the_way_out() -> None:
    available = look(Registry([card("here", "json"), card("away", "no_such_module")]), loaded={"here"}, language="fr")

    reason = "the module no_such_module is not installed; run `pip install 'jarvis[speech]'`"
    assert dict(available.missing) == {"away": reason}
    assert (available.loaded, available.language) == (frozenset({"here"}), "fr")


def test_free_memory_is_a_plausible_number_of_megabytes() -> None:
    free = free_memory_mb()

    assert free is None or 50 < free < 10_000_000


def test_looking_at_all_shipped_models_imports_no_model_library() -> None:
    program = """
import sys
from jarvis.availability import look
from jarvis.model_registry.registry import Registry
look(Registry.load())
print(sorted({"cv2", "onnxruntime", "spacy", "numpy", "diskcache", "PIL", "scipy"} & set(sys.modules)))
"""
    done = subprocess.run([sys.executable, "-c", program], capture_output=True, text=True, timeout=60, check=True)
    assert done.stdout == "[]\n"
