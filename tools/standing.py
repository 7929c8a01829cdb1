"""The task type of standing plans: what is done again and again. Only the planner for standing plans writes it."""

from __future__ import annotations

from jarvis.spec import Effect, ToolSpec, spec

TOOL = "standing-plan"
SPECS: tuple[ToolSpec, ...] = (
    spec(
        TOOL,
        ["action: name", "when?: name", "request?: name", "plan?: name"],
        "data",
        "Keep, list, remove or change a standing plan: action is add, add_allowed (with permission for what cannot be "
        "taken back), decline, list, remove, pause, resume, change; plan is what was confirmed, as JSON.",
        effect=Effect.EFFECT,
        choices={"action": ("add", "add_allowed", "decline", "list", "remove", "pause", "resume", "change")},
        irreversible_actions=("add_allowed",),
        context=("room", "language"),
    ),
)
