"""Task types beside the plan vocabulary: no planner that ships writes them; Python users and plug-ins may.

tools = builtin_tools().with_specs(extra.SPECS)
"""

from __future__ import annotations

from jarvis.spec import ToolSpec, spec

SPECS: tuple[ToolSpec, ...] = (
    spec(
        "unsafe-image-check",
        ["image: image"],
        "data",
        "Tell whether an image is unsafe for work.",
    ),
)
