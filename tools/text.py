"""Task types over texts."""

from __future__ import annotations

from jarvis.spec import ToolSpec, spec

SPECS: tuple[ToolSpec, ...] = (
    spec(
        "text-classification",
        ["text: text"],
        "data",
        "Label a text: sentiment, emotion, topic, spam.",
    ),
    spec(
        "zero-shot-classification",
        ["text: text", "labels: labels"],
        "data",
        "Score a text against labels that the user names.",
    ),
    spec(
        "token-classification",
        ["text: text"],
        "data",
        "Find named entities, parts of speech or key phrases in a text.",
    ),
    spec(
        "question-answering",
        ["question~: text", "context~: text"],
        "text",
        "Answer a question from a given text.",
    ),
    spec(
        "summarization",
        ["text: text"],
        "text",
        "Shorten a text to its main points.",
    ),
    spec(
        "translation",
        ["text: text", "target_language: name", "source_language?: name"],
        "text",
        "Translate a text.",
    ),
    spec(
        "text-generation",
        ["prompt~: text", "context?~: any"],
        "text",
        "Write new text: a story, a mail, an answer from general knowledge, an expansion; context is what to "
        "write from.",
    ),
    spec(
        "text2text-generation",
        ["text: text", "instruction~: text"],
        "text",
        "Rewrite a text: paraphrase, simplify, correct grammar, change tone, extract keywords as text.",
    ),
    spec(
        "conversational",
        ["text: text"],
        "text",
        "Reply in small talk or an ongoing chat.",
    ),
    spec(
        "sentence-similarity",
        ["text: text", "other: text"],
        "data",
        "Score how close two texts are in meaning.",
    ),
    spec(
        "language-identification",
        ["text: text"],
        "data",
        "Tell which language a text is in.",
    ),
)
