"""Languages as clients name them (`en`, `en-US`, `zh_Hans_CN`), and those that Whisper writes."""

from __future__ import annotations

import re

MANY = tuple(
    "af am ar as az ba be bg bn bo br bs ca cs cy da de el en es et eu fa fi fo fr gl gu ha he hi hr ht hu hy id is it "
    "ja ka kk km kn ko la lb ln lo lt lv mg mi mk ml mn mr ms mt my ne nl nn no oc pa pl ps pt ro ru sa sd si sk sl sn "
    "so sq sr su sv sw ta te tg th tk tl tr tt uk ur uz vi yi yo zh".split()
)
"""What `*` stands for on the card of a recogniser: the languages of multilingual Whisper."""


def plain_language(name: str) -> str:
    """The ISO 639-1 code of a language tag; "" for none, and for what is no language tag."""
    code = re.split(r"[-_]", name.strip().lower())[0]
    return {"nb": "no", "iw": "he", "cmn": "zh"}.get(code, code) if re.fullmatch(r"[a-z]{2,3}", code) else ""
