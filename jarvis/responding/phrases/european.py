"""What German, Spanish and French share: decimal commas, counted objects with a gender."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from jarvis.responding.phrases.base import Phrases
from jarvis.responding.phrases.objects import object_names


class European(Phrases):
    """A language with a decimal comma and an indefinite article for each gender."""

    decimal: ClassVar[str] = ","
    score_comma: ClassVar[str] = "; "
    articles: ClassVar[Mapping[str, str]]
    """Gender (m, f, n, or p for a plural without singular) -> indefinite article."""

    def counted(self, label: str, count: int) -> str:
        """Like "eine Tasse", "2 Tassen"; a label without a name in the language keeps its own."""
        known = object_names(self.code).get(label.lower())
        if known is None:
            return super().counted(label, count)
        singular, plural, gender = known
        return f"{self.articles[gender]} {singular}" if count == 1 else f"{count} {plural}"

    def word(self, label: str) -> str:
        """The word for a label, without an article."""
        known = object_names(self.code).get(label.lower())
        return known[0] if known else super().word(label)
