"""Notes on results that come from an approximation, so that an answer never promises more than was done."""

from __future__ import annotations

import re

_EXTRACTIVE = re.compile(r"extract|embedding|choos|chosen|pick", re.IGNORECASE)
_MARKS: tuple[tuple[str, re.Pattern[str]], ...] = (
    ("simulated", re.compile(r"simulat", re.IGNORECASE)),
    ("embeddings", re.compile(r"embedding", re.IGNORECASE)),
    ("composed", re.compile(r"\bcompos", re.IGNORECASE)),
    ("rules", re.compile(r"\brule|heuristic|lexicon|template|word list", re.IGNORECASE)),
)
_PASSAGES = frozenset({"question-answering", "document-question-answering", "table-question-answering"})
_SAY_SO_THEMSELVES = frozenset({"home-control", "home-state", "sentence-similarity"})
"""Home data names its simulation; a similarity is a matter of embeddings anyway."""


def note_key(tool: str, model_name: str) -> str | None:
    """Which note a result needs, by the name of its model; None when the name claims no approximation."""
    if tool in _SAY_SO_THEMSELVES:
        return None
    if tool == "summarization" and _EXTRACTIVE.search(model_name):
        return "note.extractive"
    if tool in _PASSAGES and _EXTRACTIVE.search(model_name):
        return "note.passage"
    return next((f"note.{key}" for key, mark in _MARKS if mark.search(model_name)), None)
