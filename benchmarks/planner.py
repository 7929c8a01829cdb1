"""Prints what planning costs and how right the plans are, for several planners side by side.

    python benchmarks/planner.py [--data GOLD.jsonl] [--limit 60] [--threads 2]
                                 [--gguf MODEL.gguf] [--endpoint http://127.0.0.1:8080/v1 --model NAME]

The embedded planner stands beside its base as it was before training: the same file and size without the adapter, with
four examples before the request, under the same grammar. `--gguf` (run by llama.cpp in this process) and `--endpoint`
(any OpenAI-compatible server) add larger models. Each is measured in a process of its own, one after the other.
"""

from __future__ import annotations

import argparse
import asyncio
import json
import os
import platform
import resource
import statistics
import subprocess
import sys
import time
from collections.abc import AsyncIterator, Sequence
from pathlib import Path
from typing import Any

HELD_OUT = Path(__file__).parent / "plans" / "held_out.jsonl"
OURS, UNTUNED, GGUF, ENDPOINT = "embedded", "untuned", "gguf", "endpoint"
WARM_UP = "Describe photo.jpg"
EXAMPLES = (
    ("Read page.png aloud", "0 optical-character-recognition image=page.png\n1 text-to-speech text=$0\n"),
    ("Translate 'good morning' into French", "0 translation text=good morning\ttarget_language=French\n"),
    ("Turn off the kitchen light", "0 home-control action=turn_off\ttarget=kitchen light\n"),
    ("把 memo.wav 转成文字再总结", "0 automatic-speech-recognition audio=memo.wav\n1 summarization text=$0\n"),
)
"""Requests with their plans, for the model that was not trained."""


class UntunedPlanner:
    """The embedded planner's base, with examples in place of training."""

    name = "SmolLM2-135M, untuned, 4 examples, same grammar"

    def __init__(self, threads: int) -> None:
        from jarvis.llm.runtime import LanguageModel
        from jarvis.llm.tokens import BASE_FILE, BASE_PACKAGE, WireTokenizer
        from jarvis.model_registry.packaged import package_file
        from jarvis.planners.decoding import GrammarVocabulary, PromptMemory

        self.tokenizer = WireTokenizer.packaged()
        self.vocabulary = GrammarVocabulary(self.tokenizer)
        self.model = LanguageModel(package_file(BASE_PACKAGE, BASE_FILE), None, threads)
        self.prompts = PromptMemory(self.model)

    async def plan(self, request: Any) -> AsyncIterator[Any]:
        """Yields the tasks of the plan that the model goes on with; earlier turns are not shown to it."""
        from jarvis.graph import Ref, Task
        from jarvis.planners.decoding import ConstrainedDecoder
        from jarvis.planners.grammar import LineGrammar
        from jarvis.planners.local import MAX_TASKS
        from jarvis.planners.protocol import AskBack
        from jarvis.planners.wire import normalize, read_line, write_prompt

        text = normalize(request.text)
        decoder = ConstrainedDecoder(self.model, self.tokenizer, self.vocabulary, self.prompts)
        examples = [(normalize(asked), plan) for asked, plan in EXAMPLES]
        decoder.prompt(self.tokenizer.encode(write_prompt(text, examples)))
        grammar, outputs = LineGrammar(text, request.tools), {}
        for number in range(MAX_TASKS):
            head = grammar.head(number, first=number == 0)
            line = decoder.line(head, narrowing=grammar.rest(number, outputs)).text
            if not line:
                return
            if line.startswith("? "):
                raise AskBack(line[2:])
            row = read_line(line)
            task = Task.from_json(row)
            args = {
                slot: tuple(
                    v if isinstance(v, Ref) else text.restore(v) for v in (arg if isinstance(arg, tuple) else [arg])
                )
                for slot, arg in task.args.items()
            }
            outputs[number] = request.tools[task.tool].output
            yield Task(
                request.first_id + number,
                task.tool,
                {slot: values[0] if len(values) == 1 else values for slot, values in args.items()},
            )


class Watched:
    """A planner, with the moment at which it handed out the first task."""

    def __init__(self, planner: Any) -> None:
        self.planner, self.name = planner, planner.name
        self.first: float | None = None

    async def plan(self, request: Any) -> AsyncIterator[Any]:
        """The planner's tasks."""
        began, self.first = time.perf_counter(), None
        async for task in self.planner.plan(request):
            if self.first is None:
                self.first = time.perf_counter() - began
            yield task


def made(kind: str, options: argparse.Namespace) -> Any:
    """The planner of a kind, loaded."""
    if kind == UNTUNED:
        return UntunedPlanner(options.threads)
    if kind == OURS:
        from jarvis.planners.local import LocalPlanner

        planner = LocalPlanner(threads=options.threads)
        planner.load()
        return planner
    from jarvis.planners.chat import ChatPlanner, EndpointChat
    from jarvis.planners.larger import gguf_chat

    if kind == GGUF:
        return ChatPlanner(gguf_chat(options.gguf, options.threads))
    return ChatPlanner(EndpointChat(options.endpoint, options.model, os.environ.get("OPENAI_API_KEY", ""), 600.0))


def measured(kind: str, options: argparse.Namespace) -> dict[str, Any]:
    """What one planner needs and what its plans score, in this process."""
    from jarvis.planners.evaluation.gold import Case, read_cases
    from jarvis.planners.evaluation.metrics import mean, score
    from jarvis.planners.evaluation.predicting import predict
    from jarvis.tools.toolset import builtin_tools

    cases = read_cases(options.data)[: options.limit]
    tools = builtin_tools()
    began = time.perf_counter()
    planner = Watched(made(kind, options))
    asyncio.run(predict(Case("warm", "warm", WARM_UP, ()), planner, tools))
    loaded = time.perf_counter() - began
    seconds, firsts, scores, malformed = [], [], [], 0
    cpu = time.process_time()
    for case in cases:
        found = asyncio.run(predict(case, planner, tools))
        seconds.append(found.seconds or 0.0)
        firsts.append(planner.first if planner.first is not None else found.seconds)
        scores.append(score(found.plan or [], case.golds))
        malformed += bool(found.error)
    cpu = time.process_time() - cpu
    peak = resource.getrusage(resource.RUSAGE_SELF).ru_maxrss / (2**20 if sys.platform == "darwin" else 2**10)
    here = kind != ENDPOINT
    return {
        "planner": f"{planner.name}{_weights(planner.planner)}",
        "plans": len(cases),
        "load_s": round(loaded, 2),
        "median_s": round(statistics.median(seconds), 3),
        "p95_s": round(sorted(seconds)[int(len(seconds) * 0.95)], 3),
        "first_task_median_s": round(statistics.median(firsts), 3),
        "cpu_s": round(cpu / len(cases), 3) if here else None,
        "peak_mb": round(peak) if here else None,
        "malformed_percent": round(100 * malformed / len(cases), 1),
        **mean(scores),
    }


def _weights(planner: Any) -> str:
    return f" (weights {planner.weights_hash})" if hasattr(planner, "weights_hash") else ""


def table(rows: Sequence[dict[str, Any]]) -> str:
    """One line a planner."""
    names = {"plans": "plans", "load_s": "load s", "median_s": "median s", "p95_s": "p95 s"}
    names |= {"first_task_median_s": "first task s", "cpu_s": "CPU s", "peak_mb": "peak MB"}
    names |= {"malformed_percent": "malformed %", "node_f1": "node", "edge_f1": "edge", "arg_f1": "argument"}
    names |= {"exact": "exact"}
    lines = [f"| planner | {' | '.join(names.values())} |", f"| --- |{' ---: |' * len(names)}"]
    for row in rows:
        values = " | ".join("" if row[key] is None else str(row[key]) for key in names)
        lines.append(f"| {row['planner']} | {values} |")
    return "\n".join(lines)


def main() -> None:
    """Measures each planner in a process of its own and prints the table."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("--data", type=Path, default=HELD_OUT, help="gold plans; by default those never trained on")
    parser.add_argument("--limit", type=int, help="the first so many of them")
    parser.add_argument("--threads", type=int, default=2)
    parser.add_argument("--gguf", type=Path, help="a larger model in a GGUF file; needs llama.cpp's Python package")
    parser.add_argument("--endpoint", help="the base URL of an OpenAI-compatible server")
    parser.add_argument("--model", default="", help="the model's name there")
    parser.add_argument("--only", choices=[OURS, UNTUNED, GGUF, ENDPOINT], help="this one alone, as JSON")
    options = parser.parse_args()
    if options.only:
        print(json.dumps(measured(options.only, options)))
        return
    kinds = [OURS, UNTUNED, *([GGUF] if options.gguf else []), *([ENDPOINT] if options.endpoint else [])]
    print(f"{platform.processor() or platform.machine()}, {os.cpu_count()} cores, {options.threads} threads")
    print(f"load average before: {os.getloadavg()[0]:.1f}; {options.data.name}\n", flush=True)
    rows = []
    for kind in kinds:
        command = [sys.executable, __file__, *sys.argv[1:], "--only", kind]
        rows.append(json.loads(subprocess.run(command, check=True, stdout=subprocess.PIPE, text=True).stdout))
    print(table(rows))


if __name__ == "__main__":
    main()
