"""Plans over UltraTool's 260 tools, with an adapter of its own that has learned their names by heart.

UltraTool: https://arxiv.org/abs/2401.17167. Its plans are chains, so a plan is a list of names, and each tool's result
goes to the next.
"""

from __future__ import annotations

import json
from pathlib import Path

from jarvis.llm.runtime import LanguageModel
from jarvis.llm.tokens import BASE_FILE, BASE_PACKAGE, WireTokenizer
from jarvis.llm.weights import adapter_metadata
from jarvis.model_registry.packaged import package_file
from jarvis.planners.decoding import ConstrainedDecoder, GrammarVocabulary
from jarvis.planners.wire import END, normalize, write_turn

WEIGHTS = Path(__file__).with_name("weights") / "ultratool-lora-int8.safetensors"
_MAX_TASKS = 8


class UltraToolPlanner:
    """Plans requests of UltraTool; for measuring, since nothing in Jarvis can run its tools."""

    def __init__(self, adapter: Path = WEIGHTS, threads: int = 2) -> None:
        """Loads the model.

        Raises:
            FileNotFoundError: the base model's package is not here; `jarvis setup` fetches it.
        """
        self.names: list[str] = json.loads(adapter_metadata(adapter)["tools"])
        """Every tool that can be planned."""
        self._model = LanguageModel(package_file(BASE_PACKAGE, BASE_FILE), adapter, threads)
        self._tokenizer = WireTokenizer.packaged()
        self._vocabulary = GrammarVocabulary(self._tokenizer)
        self._choice = " | ".join(json.dumps(f"{name} ") for name in self.names)

    def plan(self, text: str) -> list[str]:
        """The names of the tools, in the order in which they are called; at least one."""
        decoder = ConstrainedDecoder(self._model, self._tokenizer, self._vocabulary)
        decoder.prompt(self._tokenizer.encode(write_turn(normalize(text))))
        names: list[str] = []
        while len(names) < _MAX_TASKS:
            end = f" | {END}" if names else ""
            line = decoder.line(f'start: "{len(names)} " name "\\n"{end}\nname: {self._choice}\n').text
            if line in ("", END):
                break
            names.append(line.split(" ")[1])
        return names
