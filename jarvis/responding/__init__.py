"""Answering: results in words, in the language of the request, each statement with the task that it comes from."""

from __future__ import annotations

from jarvis.languages import language_of
from jarvis.responding.phrases import languages
from jarvis.responding.responder import Answer, Responder

__all__ = ["Answer", "Responder", "language_of", "languages"]
