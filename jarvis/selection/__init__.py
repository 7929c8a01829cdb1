"""Model selection: which models could run a task, in which order, and why. Pure: what is here comes in as data.

    cards of a task ── limits ──> those that can run ── score ──> best first ── learning ──> near-equals, as seen here

`available` holds what comes in, `facts` what is fixed about a card, `limits` what rules one out, `score` what one is
worth, `learning` what runs on this machine taught, `reading` what a request says about models, `controller` the model
that may break ties, `outcomes` where the lessons are kept.
"""

from __future__ import annotations

from jarvis.selection.available import Availability, InputSize
from jarvis.selection.language import text_language
from jarvis.selection.learning import Lesson
from jarvis.selection.reading import read_wishes, without
from jarvis.selection.selector import Row, Selector
from jarvis.selection.topic import topic_words
from jarvis.selection.wishes import Wishes

__all__ = [
    "Availability",
    "InputSize",
    "Lesson",
    "Row",
    "Selector",
    "Wishes",
    "read_wishes",
    "text_language",
    "topic_words",
    "without",
]
