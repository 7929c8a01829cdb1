"""Task types that look things up outside this machine."""

from __future__ import annotations

from jarvis.spec import ToolSpec, spec

SPECS: tuple[ToolSpec, ...] = (
    spec(
        "web-search",
        ["query~: text"],
        "text",
        "Look something up on the web (text, images or videos as links).",
    ),
    spec(
        "download",
        ["url: name"],
        "any",
        "Fetch a file from a URL.",
    ),
    spec(
        "weather",
        ["place?: name", "when?: text"],
        "text",
        "Tell the weather.",
        context=("language",),
    ),
)
