"""One graph of a model, and its narrower forms: tried, and widened again where that hurts."""

from __future__ import annotations

from collections.abc import Callable, Collection, Iterator, Sequence
from dataclasses import dataclass, field
from pathlib import Path

from jarvis.model_registry.optimize.graphs import contents
from jarvis.model_registry.optimize.narrowing import Feed, Narrow, makers
from jarvis.optimizing.examples import first
from jarvis.optimizing.trial import graph_error, graph_ratio, session

_GROUPS = 12
"""A graph is parted into so many stretches, each of which can be left as it was."""
_FEW = 3
"""Feeds that graphs are compared on; whole models are compared on the inputs."""
QUICKER = 1.05
SMALLER = 0.75
SLOWEST = 0.9
"""A form is worth it when it is QUICKER times as quick, or SMALLER in bytes or less and not below SLOWEST."""


@dataclass(frozen=True, slots=True)
class Form:
    """A narrower form of one graph that keeps what the model gives."""

    graph: Path
    kind: str
    what: str
    """How it was made, in words."""
    ratio: float
    """How many times as quick as the graph it was made of, alone."""
    kept: int
    """How many stretches of it were left as they were."""

    @property
    def bytes(self) -> int:
        """Of its file."""
        return self.graph.stat().st_size


@dataclass(eq=False, slots=True)
class Part:
    """One graph of a model, ready for work: with its constants folded."""

    index: int
    name: str
    graph: Path
    feeds: Sequence[Feed]
    share: float
    """Of the time that the whole model takes."""
    threads: int
    tried: list[str] = field(default_factory=list[str])
    """What was tried and why it was not taken, in words."""

    @property
    def bytes(self) -> int:
        """Of its file."""
        return self.graph.stat().st_size

    def forms(self, kinds: Collection[str], keeps: Callable[[Path], float], least: float, late: Late) -> Iterator[Form]:
        """Forms of these kinds with which the model agrees at least so far with itself.

        `keeps` tells how far it does with a graph in place of this one; `late` whether the time is up.
        """
        for kind in kinds:
            for number, (what, make) in enumerate(makers(kind, self.graph, first(self.feeds, _FEW * 2))):
                if late():
                    self.tried.append(f"{what}: not tried, the time was up")
                    continue
                try:
                    form = self._form(f"{kind}-{number}", kind, what, make, keeps, least, late)
                # The quantizers raise anything on operators that they do not know; this form is then not to be had.
                except Exception as error:  # noqa: BLE001
                    self.tried.append(f"{what}: cannot be made ({' '.join(str(error).split())[:120]})")
                    continue
                if form is not None:
                    yield form

    def _form(
        self, tag: str, kind: str, what: str, make: Narrow, keeps: Callable[[Path], float], least: float, late: Late
    ) -> Form | None:
        whole = make(self._path(tag, 0))
        ratio = self._ratio(whole)
        if not worth(ratio, whole.stat().st_size / self.bytes):
            self.tried.append(f"{what}: {ratio:.2f} times as quick")
            return None
        found = keeps(whole)
        if found >= least:
            return Form(whole, kind, what, ratio, 0)
        self.tried.append(f"{what}: {ratio:.2f} times as quick, but agrees only to {found:.3f}")
        return self._widened(tag, kind, what, make, keeps, least, late)

    def _widened(
        self, tag: str, kind: str, what: str, make: Narrow, keeps: Callable[[Path], float], least: float, late: Late
    ) -> Form | None:
        """With the stretches left as they were that do the most harm, as few as will do."""
        ranked = self._by_harm(tag, make, late)
        for count in _counts(len(ranked)):
            if late():
                self.tried.append(f"{what}: the time was up while looking for what to leave as it was")
                return None
            left = [name for group in ranked[:count] for name in group]
            graph = make(self._path(tag, count), left)
            ratio, found = self._ratio(graph), 0.0
            if not worth(ratio, graph.stat().st_size / self.bytes):
                self.tried.append(f"{what}, {count} of {len(ranked)} stretches left: {ratio:.2f} times as quick")
                return None
            found = keeps(graph)
            if found >= least:
                return Form(graph, kind, f"{what}, {count} of {len(ranked)} stretches left as they were", ratio, count)
            self.tried.append(f"{what}, {count} of {len(ranked)} stretches left: agrees only to {found:.3f}")
        return None

    def _by_harm(self, tag: str, make: Narrow, late: Late) -> list[list[str]]:
        """The stretches of the graph, those first that alone change its outputs the most."""
        groups = self._groups()
        feeds = first(self.feeds, _FEW)
        original = session(self.graph, self.threads)
        expected = [original.run(None, dict(feed)) for feed in feeds]
        harm: list[float] = []
        for group in groups:
            if late():
                break
            others = [name for other in groups if other is not group for name in other]
            narrow = session(make(self._path(tag, -1), others), self.threads)
            harm.append(graph_error(expected, narrow, feeds))
        order = sorted(range(len(harm)), key=lambda index: -harm[index])
        return [groups[index] for index in order]

    def _groups(self) -> list[list[str]]:
        """The nodes in stretches that hold about as many weighted ones each."""
        import onnx

        weighted = set(contents(self.graph).weighted)
        size = max(1, -(-len(weighted) // _GROUPS))
        groups: list[list[str]] = [[]]
        inside = 0
        for node in onnx.load(str(self.graph), load_external_data=False).graph.node:
            if node.name in weighted and inside == size:
                groups.append([])
                inside = 0
            inside += node.name in weighted
            groups[-1].append(node.name)
        return groups

    def _ratio(self, graph: Path) -> float:
        feeds = first(self.feeds, _FEW)
        return graph_ratio(session(self.graph, self.threads), session(graph, self.threads), feeds, threads=self.threads)

    def _path(self, tag: str, count: int) -> Path:
        return self.graph.with_name(f"{self.graph.stem}.{tag}.{'one' if count < 0 else count}.onnx")


Late = Callable[[], bool]


def worth(ratio: float, size: float) -> bool:
    """Whether a form is quicker, or smaller and hardly slower."""
    return ratio >= QUICKER or (size <= SMALLER and ratio >= SLOWEST)


def ranked(forms: Sequence[Form]) -> list[Form]:
    """The quickest first; of forms about as quick, the smallest."""
    left, order = list(forms), list[Form]()
    while left:
        quickest = max(form.ratio for form in left)
        order.append(min((form for form in left if form.ratio >= quickest / 1.03), key=lambda form: form.bytes))
        left.remove(order[-1])
    return order


def _counts(groups: int) -> list[int]:
    """How many stretches to leave as they were, in the order of trying; never all of them."""
    return [count for count in (1, 2, 3, 4, 6, 8, 10) if count < groups]
