"""The planner on this machine: SmolLM2-135M with the adapter that ships, decoding under the grammar of plans."""

from __future__ import annotations

import asyncio
import math
import threading
from collections.abc import AsyncIterator, Iterator, Mapping
from pathlib import Path

from jarvis.artifacts import file_digest
from jarvis.errors import PlannerError
from jarvis.graph import Arg, Ref, Task
from jarvis.languages import language_of
from jarvis.llm.runtime import LanguageModel
from jarvis.llm.tokens import BASE_FILE, BASE_PACKAGE, WireTokenizer
from jarvis.model_registry.packaged import package_file
from jarvis.planners import questions
from jarvis.planners.confidence import PlanEvidence, PlanRecord, shipped
from jarvis.planners.decoding import ConstrainedDecoder, GrammarVocabulary, Line, PromptMemory
from jarvis.planners.drafting import DraftTable, PlanDrafter
from jarvis.planners.grammar import LineGrammar
from jarvis.planners.leaning import NameLeaning
from jarvis.planners.protocol import AskBack, PlanRequest
from jarvis.planners.retrieval import ToolIndexes
from jarvis.planners.wire import ASK, END, WireText, normalize, read_line, write_plan, write_prompt, write_tools
from jarvis.spec import ToolSpec, ValueType
from jarvis.tools.toolset import builtin_tools

WEIGHTS = Path(__file__).with_name("weights") / "planner-lora-int8.safetensors"
MAX_TASKS = 16
MAX_LISTED = 6
"""Tools that are put before a request for the model to read: of fewer it chooses better, and more are rarely meant."""
_KEPT = 4
"""Tools of the last turns that are listed besides."""
PATIENCE = 10.0
_HISTORY_CHARS = 1200


class LocalPlanner:
    """Plans with the embedded model. Loading takes seconds and happens at the first plan, or in `load`."""

    def __init__(
        self,
        adapter: Path = WEIGHTS,
        threads: int = 2,
        *,
        vectors: Path | None = None,
        patience: float = PATIENCE,
    ) -> None:
        """`vectors`: the folder in which vectors of added tools are kept; by default in the cache folder.

        When there are many new tools, `patience` seconds are given to embed them before they are picked by words alone.
        """
        self._adapter, self._threads, self._patience = adapter, threads, patience
        self._digest = ""
        self._lock = threading.Lock()
        self._model: LanguageModel | None = None
        self._vocabulary: GrammarVocabulary | None = None
        self._prompts: PromptMemory | None = None
        self._indexes = ToolIndexes(vectors)
        self.confidence = 1.0
        """Probability of the last plan among all that the grammar allowed, per choice (geometric mean)."""
        self.evidence: PlanEvidence | None = None
        """What the writing of the last plan showed."""

    @property
    def name(self) -> str:
        """What it is, for people."""
        return "fine-tuned SmolLM2-135M"

    @property
    def weights_hash(self) -> str:
        """The first 12 hex digits of the SHA-256 of the adapter file: it tells one training from another."""
        if not self._digest:
            self._digest = file_digest(self._adapter)[:12]
        return self._digest

    @property
    def probability(self) -> float:
        """How likely the last plan is exactly right, in [0, 1], as calibrated; 1 before the first plan."""
        return shipped().probability(self.evidence) if self.evidence else 1.0

    def load(self) -> None:
        """Loads the model if it is not loaded yet; safe to call from any thread."""
        with self._lock:
            if self._model is None:
                base = package_file(BASE_PACKAGE, BASE_FILE)
                self._vocabulary = GrammarVocabulary(WireTokenizer.packaged())
                model = LanguageModel(base, self._adapter, self._threads)
                self._prompts = PromptMemory(model)
                self._model = model

    async def plan(self, request: PlanRequest, record: PlanRecord | None = None) -> AsyncIterator[Task]:
        """Yields tasks as their lines close; the model works in a thread of its own. `record` notes how sure it is.

        Raises:
            AskBack: the request lacks what it needs.
            PlannerError: the weights are missing, or no line could be completed.
        """
        lines = self.tasks(request, record)
        while (task := await asyncio.to_thread(next, lines, None)) is not None:
            yield task

    def tasks(self, request: PlanRequest, record: PlanRecord | None = None) -> Iterator[Task]:
        """The same, for callers without an event loop."""
        try:
            self.load()
        except FileNotFoundError as error:
            raise PlannerError(f"the planner's model is missing ({error}); run `jarvis setup`") from error
        record = record or PlanRecord()
        with self._lock:
            try:
                yield from self._write(request, record)
            finally:
                self.evidence = record.evidence(request.text, follows=bool(request.history))

    def _write(self, request: PlanRequest, record: PlanRecord) -> Iterator[Task]:
        page = self._page(request)
        if not page.text.text:
            return
        record.listed = frozenset(page.fits)
        outputs = dict(page.history.outputs)
        seen: set[str] = set()
        for count in range(MAX_TASKS):
            number = page.history.next_id + count
            before = page.decoder.fork() if record.wants_other and not count else None
            line = page.line(number, outputs)
            record.add(line, page.tokenizer.decode)
            if before is not None and (close := record.close(page.tokenizer.decode)):
                other = page.other_line(before, number, outputs, line.text)
                record.other = other.split(" ")[1] if other.startswith(close) else ""
            self.confidence = math.exp(sum(s.log_probability for s in record.lines) / len(record.lines))
            body = line.text.partition(" ")[2]
            if line.text in ("", END) or body in seen:
                return
            if line.text.startswith(f"{ASK} "):
                record.asks = True
                raise AskBack(questions.own(line.text.removeprefix(f"{ASK} "), language_of(request.text)))
            seen.add(body)
            page.leaning.used(body.partition(" ")[0])
            task = _lists(_task(line.text, page.text, page.history, request.first_id), request.tools)
            outputs[number] = request.tools[task.tool].output
            record.tasks.append(task)
            yield task

    def _page(self, request: PlanRequest) -> _Page:
        assert self._model is not None
        assert self._vocabulary is not None
        assert self._prompts is not None
        text, history, tokenizer = normalize(request.text), _History(request), WireTokenizer.packaged()
        drafter = PlanDrafter(tokenizer, text, history.next_id, DraftTable.shipped())
        decoder = ConstrainedDecoder(self._model, tokenizer, self._vocabulary, self._prompts, drafter)
        fits = self._listed(request)
        for part in (write_tools([request.tools[name] for name in fits]), write_prompt(text, history.turns)):
            decoder.prompt(tokenizer.encode(part))
        learned = [tool.name for tool in request.tools.values() if builtin_tools().get(tool.name) == tool]
        known = {name: request.tools[name] for name in (*learned, *fits)}
        return _Page(text, history, tokenizer, decoder, known, fits)

    def _listed(self, request: PlanRequest) -> dict[str, float]:
        """The tools that the model must read, because it has not learned them, with how well each fits the request.

        Those that may be meant, and some that were used last: of a shorter list the model chooses better.
        """
        added = [tool for tool in request.tools.values() if builtin_tools().get(tool.name) != tool]
        if not added:
            return {}
        index = self._indexes.of(added)
        index.wait(self._patience)
        said = " ".join([*(turn.text for turn in request.history[-1:]), request.text])
        fits = dict(zip((tool.name for tool in added), map(float, index.scores(request.text)), strict=True))
        used = {task.tool for turn in request.history[-2:] for task in turn.tasks}
        kept = [tool for tool in fits if tool in used][:_KEPT]
        return {name: fits[name] for name in (*kept, *index.shortlist(said, MAX_LISTED))}


class _Page:
    """What a plan is written on: the decoder with the prompt before it, and what may be written."""

    def __init__(
        self,
        text: WireText,
        history: _History,
        tokenizer: WireTokenizer,
        decoder: ConstrainedDecoder,
        known: Mapping[str, ToolSpec],
        fits: Mapping[str, float],
    ) -> None:
        self.text, self.history, self.tokenizer, self.decoder, self.fits = text, history, tokenizer, decoder, fits
        self.leaning = NameLeaning(fits, known)
        self._known = known
        self._earlier = [turn for turn, _ in history.turns]
        self._grammar = LineGrammar(text, known, self._earlier)

    def line(self, number: int, outputs: Mapping[int, ValueType]) -> Line:
        """The next line of the plan."""
        head = self._grammar.head(number, first=number == self.history.next_id)
        return self.decoder.line(head, narrowing=self._grammar.rest(number, outputs), leaning=self.leaning)

    def other_line(self, before: ConstrainedDecoder, number: int, outputs: Mapping[int, ValueType], line: str) -> str:
        """What the line would be with any other tool than it has."""
        others = {name: tool for name, tool in self._known.items() if not line.startswith(f"{number} {name} ")}
        grammar = LineGrammar(self.text, others, self._earlier)
        return before.line(grammar.head(number, first=False), narrowing=grammar.rest(number, outputs)).text


class _History:
    """Earlier turns in wire form, numbered from 0, as many as fit; and the way back to the real ids."""

    def __init__(self, request: PlanRequest) -> None:
        kept = list(request.history)
        while len(kept) > 1 and sum(len(turn.text) + 40 * len(turn.tasks) for turn in kept) > _HISTORY_CHARS:
            kept.pop(0)
        tasks = [task for turn in kept for task in turn.tasks]
        self._wire = {task.id: number for number, task in enumerate(tasks)}
        self.real = {number: task.id for number, task in enumerate(tasks)}
        self.next_id = len(tasks)
        self.outputs: dict[int, ValueType] = {self._wire[t.id]: request.tools[t.tool].output for t in tasks}
        self.turns = [self._turn(turn.text, turn.tasks, request.tools, turn.question) for turn in kept]

    def _turn(
        self, text: str, tasks: tuple[Task, ...], tools: Mapping[str, ToolSpec], question: str
    ) -> tuple[WireText, str]:
        wire = normalize(text)
        if question and not tasks:
            return wire, f"{ASK} {normalize(question).text}\n"
        rows = [Task(self._wire[t.id], t.tool, {k: self._arg(v) for k, v in t.args.items()}) for t in tasks]
        return wire, write_plan([row.to_json() for row in rows], wire, tools)  # type: ignore[misc]

    def _arg(self, arg: Arg) -> Arg:
        if isinstance(arg, tuple):
            return tuple(self._value(value) for value in arg)
        return self._value(arg)

    def _value(self, value: str | Ref) -> str | Ref:
        if isinstance(value, Ref):
            return Ref(self._wire[value.task_id]) if value.task_id in self._wire else "@text"
        return value


def _lists(task: Task, tools: Mapping[str, ToolSpec]) -> Task:
    # A list of labels is a list also when it holds one word.
    def shaped(slot: str, arg: Arg) -> Arg:
        spec = tools[task.tool].slot(slot)
        return (arg,) if spec and spec.type == ValueType.LABELS and isinstance(arg, str) and arg[:1] != "@" else arg

    return Task(task.id, task.tool, {slot: shaped(slot, arg) for slot, arg in task.args.items()})


def _task(line: str, text: WireText, history: _History, first_id: int) -> Task:
    row = Task.from_json(read_line(line))

    def real(value: str | Ref) -> str | Ref:
        if isinstance(value, Ref) and value.task_id >= row.id:
            return f"${value.task_id}"  # a price in the request, not a task
        if isinstance(value, Ref):
            new = first_id + value.task_id - history.next_id
            return Ref(history.real.get(value.task_id, new))
        return text.restore(value)

    args: dict[str, Arg] = {
        slot: tuple(real(v) for v in arg) if isinstance(arg, tuple) else real(arg) for slot, arg in row.args.items()
    }
    return Task(first_id + row.id - history.next_id, row.tool, args)
