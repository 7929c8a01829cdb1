"""Fitting a model to this device: which of its graphs gain from narrower numbers, measured on inputs of its own."""

from __future__ import annotations

import time
from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Literal

from jarvis.errors import ModelError, TaskError
from jarvis.messages import Value
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.optimize.graphs import check_installed, contents, prepare, seeded
from jarvis.optimizing.advice import instead
from jarvis.optimizing.examples import Examples, first
from jarvis.optimizing.parts import QUICKER, SLOWEST, SMALLER, Form, Part, ranked, worth
from jarvis.optimizing.roles import role_of
from jarvis.optimizing.trial import Agreed, Race, agreed, race, values_of
from jarvis.optimizing.watching import Opened, Watch
from jarvis.tools.handler import Handler, Inputs
from jarvis.tools.handlers.weights import GRAPHS

To = Literal["int8", "int8-static", "fp16", "int4", "auto"]

_LEAST_SHARE = 0.03
"""Graphs that take less of the time are left as they are."""
_CHECKED = 4
"""Inputs on which each form is checked while searching."""
_STEADY = 0.9999
"""A model that agrees less with itself gives something else each time."""


@dataclass(frozen=True, slots=True)
class Wish:
    """What is asked for."""

    to: To = "auto"
    tolerance: float = 0.01
    """By how much the agreement with the original may fall short of 1."""
    threads: int = 1
    seconds: float = 300.0
    """After so long nothing new is tried."""
    rounds: int = 5

    @property
    def kinds(self) -> tuple[str, ...]:
        """The kinds of numbers to try; `auto` is for speed, which half the width does not give on a CPU."""
        return ("int8", "int8-static") if self.to == "auto" else (self.to,)


@dataclass(frozen=True, slots=True)
class Fitted:
    """What came of it."""

    model_id: str
    accepted: bool
    reason: str
    """One sentence with the numbers."""
    kind: str = ""
    agreement: Agreed | None = None
    """On inputs that neither the ranges nor the search saw."""
    race: Race | None = None
    bytes_before: int = 0
    bytes_after: int = 0
    forms: tuple[str, ...] = ()
    """What was done to each graph, in words."""
    tried: tuple[str, ...] = ()
    """What was tried and not taken, in words."""
    graphs: Mapping[str, Path] = field(default_factory=dict[str, Path])
    """The new files by role, as the variant's card will name them; they lie in the folder that was given."""
    seconds: float = 0.0
    """That it took."""


class Fitting:
    """One model on the way to a variant."""

    def __init__(
        self, card: ModelCard, examples: Examples, folder: Path, wish: Wish, tell: Callable[[str], None] | None = None
    ) -> None:
        """`folder` is for what is made on the way; `tell` hears what goes on."""
        self._card = card
        self._examples = examples
        self._folder = folder
        self._wish = wish
        self._tell = tell or _silent
        self._begun = time.monotonic()
        self._base: dict[int, Path] = {}
        """Graphs that take the place of the original's: those with random numbers, seeded."""

    def fit(self) -> Fitted:
        """Looks for a variant.

        Raises:
            ModelError: the model cannot be loaded, or has no graphs that could be changed; the message says what else
                can be done.
        """
        check_installed()
        watch = Watch(self._wish.threads, copies=self._made("copies"))
        original = watch.load(self._card)
        if not watch.opened:
            raise ModelError(instead(self._card))
        inputs = first(self._examples.calibration, 8)
        watch.recording = True
        expected = values_of(original, inputs, self._made("out"))
        watch.recording = False
        if all(isinstance(value, dict) and set(value) == {"refused"} for value in expected):
            raise TaskError(f"{self._card.name} refuses every input that it could be measured on: {expected[0]}")
        parts, narrow = self._parts(watch.opened)
        if not parts:
            return self._refused(f"nothing to narrow: {narrow}", watch.opened)
        original, expected = self._steady(original, inputs, expected)
        chosen = {part.index: forms for part in parts if (forms := self._forms(part, inputs, expected))}
        return self._judged(original, parts, chosen, watch.opened)

    def _parts(self, opened: Sequence[Opened]) -> tuple[list[Part], str]:
        """The graphs worth the work, those that take the most time first, and what the others are."""
        total = sum(one.seconds for one in opened) or 1.0
        parts: list[Part] = []
        others: list[str] = []
        for one in sorted(opened, key=lambda one: -one.seconds):
            name = one.source.stem if one.source else f"graph {one.index + 1}"
            obstacle = self._obstacle(one, one.seconds / total)
            if obstacle:
                others.append(f"{name} {obstacle}")
                continue
            assert one.graph is not None
            path = one.graph
            if contents(path).random:
                path = self._base[one.index] = seeded(path, path.with_name(f"seeded{one.index}.onnx"))
            prepared = prepare(path, path.with_name(f"part{one.index}.onnx"))
            parts.append(Part(one.index, name, prepared, one.feeds, one.seconds / total, self._wish.threads))
        return parts, "; ".join(others)

    def _obstacle(self, one: Opened, share: float) -> str:
        """Why a graph stays as it is; empty when it need not."""
        if not one.feeds or share < _LEAST_SHARE:
            return f"takes {share:.0%} of the time"
        if one.graph is None:
            return "is in ONNX Runtime's own form, which cannot be changed any more"
        if role_of(one.source, self._card) is None:
            return "is put together by its handler, so a changed one would not be found"
        width = contents(one.graph).narrow
        return f"computes with {width} weights already" if width else ""

    def _steady(
        self, original: Handler, inputs: Sequence[Inputs], expected: list[Value]
    ) -> tuple[Handler, list[Value]]:
        """The original, with the same random numbers each time, and what it gives.

        Raises:
            TaskError: it gives something else each time all the same.
        """
        if self._base:
            original = self._loaded({})
            expected = values_of(original, inputs, self._made("out"))
        again = agreed(expected, values_of(self._loaded({}), inputs, self._made("out")))
        if again.mean < _STEADY:
            raise TaskError(
                f"{self._card.name} agrees with itself only to {again.mean:.3f} from one run to the next, "
                "so nothing can be said of a variant; name a model without random numbers"
            )
        return original, expected

    def _forms(self, part: Part, inputs: Sequence[Inputs], expected: Sequence[Value]) -> list[Form]:
        """The forms of a graph that keep what the model gives, the most useful first."""
        few, wanted = inputs[:_CHECKED], expected[:_CHECKED]

        def keeps(graph: Path) -> float:
            return agreed(wanted, values_of(self._loaded({part.index: graph}), few, self._made("out"))).mean

        self._tell(f"{part.name}: {part.share:.0%} of the time, {part.bytes / 1e6:.1f} MB")
        least = 1 - self._wish.tolerance
        forms = list(part.forms(self._wish.kinds, keeps, least, self._late))
        for form in forms:
            self._tell(f"  {form.what}: {form.ratio:.2f} times as quick")
        return ranked(forms)

    def _judged(
        self, original: Handler, parts: Sequence[Part], forms: dict[int, list[Form]], opened: Sequence[Opened]
    ) -> Fitted:
        """The best forms together, on inputs that nothing was chosen by; while they fail, the next ones."""
        tried = [f"{part.name}: {line}" for part in parts for line in part.tried]
        held = self._examples.held_out
        expected = values_of(original, held, self._made("out"))
        reason = "no narrower form of its graphs is quicker or smaller and keeps what it gives"
        if any("the time was up" in line for line in tried):
            reason = f"nothing was found in {self._wish.seconds / 60:g} minutes; give it more with --minutes"
        while chosen := {index: ranking[0] for index, ranking in forms.items() if ranking}:
            variant = self._loaded({index: form.graph for index, form in chosen.items()})
            found = agreed(expected, values_of(variant, held, self._made("out")))
            told = f"agrees to {found.mean:.4f} with the original on {found.count} held-out inputs"
            if found.mean >= 1 - self._wish.tolerance:
                return self._raced(original, variant, found, parts, chosen, opened, tried)
            reason = f"{told}, less than {1 - self._wish.tolerance:g}"
            dropped = min(chosen, key=lambda index: chosen[index].ratio)
            tried.append(f"{forms[dropped].pop(0).what}: {reason}")
        return self._refused(reason, opened, tried)

    def _raced(
        self,
        original: Handler,
        variant: Handler,
        found: Agreed,
        parts: Sequence[Part],
        chosen: Mapping[int, Form],
        opened: Sequence[Opened],
        tried: Sequence[str],
    ) -> Fitted:
        held = first(self._examples.held_out, 4)
        took = race(original, variant, held, self._made("out"), rounds=self._wish.rounds, threads=self._wish.threads)
        before = sum(map(_bytes, opened))
        after = sum(chosen[one.index].bytes if one.index in chosen else _bytes(one) for one in opened)
        told = f"{took.ratio:.2f} times as quick, {after / before:.2f} of the bytes, agrees to {found.mean:.4f}"
        accepted = worth(took.ratio, after / before)
        if not accepted:
            told += (
                f"; it must be at least {QUICKER} times as quick, or at most {SMALLER} in bytes and not below {SLOWEST}"
            )
        kinds = {form.kind for form in chosen.values()}
        return Fitted(
            self._card.id,
            accepted,
            told,
            kinds.pop() if len(kinds) == 1 else "int8",
            found,
            took,
            before,
            after,
            tuple(f"{part.name}: {chosen[part.index].what}" for part in parts if part.index in chosen),
            tuple(tried),
            self._files(chosen, opened) if accepted else {},
            time.monotonic() - self._begun,
        )

    def _files(self, chosen: Mapping[int, Form], opened: Sequence[Opened]) -> dict[str, Path]:
        """Every graph of the model by its role. Graphs that stay as they are belong to it when their weights do not."""
        files: dict[str, Path] = {}
        for one in opened:
            role = role_of(one.source, self._card)
            if role is None or one.graph is None:
                continue
            if one.index in chosen:
                files[role] = chosen[one.index].graph
            elif role not in {file.role for file in self._card.files}:
                files[role] = one.graph
        return files

    def _refused(self, reason: str, opened: Sequence[Opened], tried: Sequence[str] = ()) -> Fitted:
        size = sum(map(_bytes, opened))
        spent = time.monotonic() - self._begun
        return Fitted(
            self._card.id, False, reason, bytes_before=size, bytes_after=size, tried=tuple(tried), seconds=spent
        )

    def _loaded(self, swaps: Mapping[int, Path]) -> Handler:
        return Watch(self._wish.threads, swaps=self._base | dict(swaps)).load(self._card)

    def _made(self, name: str) -> Path:
        folder = self._folder / name
        folder.mkdir(parents=True, exist_ok=True)
        return folder

    def _late(self) -> bool:
        return time.monotonic() - self._begun > self._wish.seconds


def _bytes(one: Opened) -> int:
    """Of the file that the graph came from; of one that ships without weights, with them."""
    whole = one.graph if one.source is None or one.source.parent == GRAPHS else one.source
    return whole.stat().st_size if whole else 0


def _silent(line: str) -> None:
    """Nobody wants to hear what goes on."""
