"""Long texts pasted into a request: the planner reads what is asked, and `@text` stands for what was pasted."""

from __future__ import annotations

import re

LONGEST_INLINE = 800
"""Characters of a request that is planned as it stands."""
_SHORTEST_PASSAGE = 400
_QUOTED = re.compile(r"[\"“«「](.{400,})[\"”»」]", re.DOTALL)
_LEAD = re.compile(r"^.{3,300}?(?:[:：\n]|[.!?。！？]\s)", re.DOTALL)


def split_pasted(text: str) -> tuple[str, str]:
    """What is asked, and the passage that it is asked about; the passage is empty when the request is short.

    The passage is what stands between quotation marks, else all that follows the first colon, line or sentence.
    """
    if len(text) <= LONGEST_INLINE:
        return text, ""
    if quoted := _QUOTED.search(text):
        return f"{text[: quoted.start()]}{text[quoted.end() :]}".strip(), quoted[1].strip()
    lead = _LEAD.match(text)
    if lead and len(text) - lead.end() >= _SHORTEST_PASSAGE:
        return lead[0].strip(), text[lead.end() :].strip()
    return text, ""
