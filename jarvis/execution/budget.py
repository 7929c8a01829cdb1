"""The budget of a run: seconds, memory and money, looked at before a task starts."""

from __future__ import annotations

from dataclasses import dataclass

from jarvis.errors import TaskError
from jarvis.execution.need import memory_of
from jarvis.model_registry.card import ModelCard


class BudgetError(TaskError):
    """A task would take more than the run may still spend."""


@dataclass(frozen=True, slots=True)
class Budget:
    """What a run may take; None means no limit."""

    seconds: float | None = None
    """From the start of the run to its end."""
    memory_mb: int | None = None
    """What the models that it uses may take together."""
    money: float | None = None
    """What its calls may cost together, in the currency of the cards (`parameters["price"]` for one call)."""


def price_of(card: ModelCard) -> float:
    """What one call of a model costs."""
    return float(card.parameters.get("price", 0.0))


class Spending:
    """What one run has spent so far. Money counts from the start of a call: a failed one may be charged as well."""

    def __init__(self, budget: Budget, began: float) -> None:
        self.budget = budget
        self.began = began
        self.money = 0.0
        self.memory: dict[str, int] = {}

    def left(self, now: float) -> float | None:
        """Seconds that the run may still take; None without a limit."""
        return None if self.budget.seconds is None else self.budget.seconds - (now - self.began)

    def spend(self, card: ModelCard, calls: int, seconds: float, now: float) -> None:
        """Takes what some calls of a model need; `seconds` is how long they are expected to take together.

        Raises:
            BudgetError: it is more than what is left.
        """
        self._check_seconds(card, seconds, now)
        memory = self._check_memory(card)
        price = price_of(card) * calls
        limit = self.budget.money
        if limit is not None and price and self.money + price > limit + 1e-9:
            message = f"{card.name} costs {price:g} and {max(limit - self.money, 0):g} of {limit:g} are left"
            raise BudgetError(f"{message}; raise the budget or prefer a model that runs here")
        self.money += price
        self.memory[card.id] = memory

    def _check_seconds(self, card: ModelCard, seconds: float, now: float) -> None:
        left = self.left(now)
        if left is not None and seconds > left:
            message = f"{card.name} takes about {seconds:.1f} s and {max(left, 0):.1f} of {self.budget.seconds:g} s"
            raise BudgetError(f"{message} are left; give the run more time or ask for less")

    def _check_memory(self, card: ModelCard) -> int:
        memory, limit = memory_of(card), self.budget.memory_mb
        taken = sum(mb for model, mb in self.memory.items() if model != card.id)
        if limit is not None and memory and taken + memory > limit:
            message = f"{card.name} takes {memory} MB, and this run uses {taken} of {limit} MB already"
            raise BudgetError(f"{message}; raise the budget or prefer a smaller model")
        return memory
