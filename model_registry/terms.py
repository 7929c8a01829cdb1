"""What a licence allows, in six classes: from SPDX identifiers, and from what the hubs call licences."""

from __future__ import annotations

import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from typing import Literal, get_args

LicenseClass = Literal["permissive", "copyleft", "responsible-use", "own-terms", "non-commercial", "unknown"]
"""Freest first. `responsible-use` forbids certain uses (OpenRAIL), `own-terms` is a contract of the maker's (Llama)."""

CLASSES: tuple[LicenseClass, ...] = get_args(LicenseClass)


@dataclass(frozen=True, slots=True)
class Terms:
    """A licence, as far as one line can tell it."""

    spdx: str
    """Its SPDX identifier, or `LicenseRef-` and the hub's word for it; empty when no licence is named."""
    kind: LicenseClass
    text: str = ""
    """Where its text can be read; empty when only the repository has it."""


def license_class(spdx: str) -> LicenseClass:
    """The class of a licence: of an SPDX identifier or expression, or of a hub's tag, in any case.

    Of `A AND B` it is the stricter one's, of `A OR B` the freer one's.
    """
    return _class_of(spdx.strip().lower())


def spdx_of(tag: str) -> str:
    """What the hubs call a licence (`apache-2.0`, `Apache License 2.0`, `llama3.1`) as SPDX writes it.

    Licences that SPDX does not list become `LicenseRef-...`; "" stands for none, `other` and `unknown`.
    """
    if not _JOINED.search(tag):
        return _one(tag)
    return "".join(word.upper() if _OPERATOR.fullmatch(word) else _one(word) for word in _OPERATOR.split(tag))


def text_of(spdx: str) -> str:
    """Where the text of a licence can be read; of an expression, of all its parts; empty when that is not known."""
    found = [_KNOWN[key].text for part in _parts(spdx) if (key := _key(part)) in _KNOWN and _KNOWN[key].text]
    return " ".join(dict.fromkeys(found))


def obligations(spdx: str) -> str:
    """What a licence obliges those to who use or pass on the model, in a sentence; for orientation, not advice."""
    return _OBLIGATIONS[license_class(spdx)]


def matches(wanted: str, spdx: str) -> bool:
    """Whether a licence is `wanted`: a class (`permissive`), or an SPDX identifier or hub's tag."""
    low = wanted.strip().lower()
    return license_class(spdx) == low if low in CLASSES else bool({*names_of(wanted)} & {*names_of(spdx)})


def is_known(name: str) -> bool:
    """Whether this is a class, or a licence that SPDX, a hub or its maker's name tells apart."""
    return name.strip().lower() in CLASSES or license_class(name) != "unknown"


def names_of(spdx: str) -> list[str]:
    """The licences of an expression, each by one name whoever wrote it: `GPL-3.0-or-later` and `gpl-3.0` are one."""
    return [_key(part) for part in _parts(spdx)]


def _one(tag: str) -> str:
    key = _key(tag)
    if key in _NOTHING:
        return ""
    known = _KNOWN.get(key)
    if known is None:
        return "LicenseRef-" + re.sub(r"[^a-z0-9.+-]+", "-", key).strip("-")
    later = _LATER.search(tag.strip()) if key != "openrail++" else None
    return known.spdx + (later.group().lower() if later else "")


@cache
def _class_of(text: str) -> LicenseClass:
    """The class of a lower-case expression; AND binds before OR, brackets before both."""
    while found := _INNERMOST.search(text):
        text = f"{text[: found.start()]}{_class_of(found[1])}{text[found.end() :]}"
    for word, pick in ((" or ", min), (" and ", max)):
        if word in text:
            return CLASSES[pick(CLASSES.index(_class_of(part.strip())) for part in text.split(word))]
    if text in _ITSELF:
        return _ITSELF[text]
    known = _KNOWN.get(_key(text))
    return known.kind if known else _guessed(_key(text))


def _guessed(key: str) -> LicenseClass:
    """The class of a licence that only its name tells about."""
    for pattern, kind in _PATTERNS:
        if pattern.search(key):
            return kind
    return "unknown"


def _parts(spdx: str) -> list[str]:
    return [part.strip(" ()") for part in _JOINED.split(spdx) if not _JOINED.fullmatch(part) and part.strip(" ()")]


@cache
def _key(name: str) -> str:
    """`Apache License 2.0`, `LicenseRef-llama2` and `GPL-3.0-only WITH X` to the key of the table."""
    low = re.sub(r"\s+with\s+.*$", "", name.strip(" ()").lower()).removeprefix("licenseref-")
    low = re.sub(r"[\s_/]+", "-", low)
    low = _LATER.sub("", low) if low != "openrail++" else low
    return _ALIASES.get(low, low)


_JOINED = re.compile(r"(?i)(\s+(?:and|or)\s+)")
_OPERATOR = re.compile(r"(?i)(\s+(?:and|or)\s+|[()])")
_INNERMOST = re.compile(r"\(([^()]*)\)")
_LATER = re.compile(r"(?i)-(only|or-later)$|\+$")

_SPDX_TEXT = "https://spdx.org/licenses/{}.html"
_PERMISSIVE = """
    Apache-2.0 MIT MIT-0 MIT-CMU BSD-2-Clause BSD-3-Clause BSD-3-Clause-Clear ISC Zlib Unlicense CC0-1.0 CC-BY-1.0
    CC-BY-2.0 CC-BY-2.5 CC-BY-3.0 CC-BY-4.0 AFL-3.0 Artistic-2.0 BSL-1.0 CDLA-Permissive-1.0 CDLA-Permissive-2.0 ECL-2.0
    etalab-2.0
    MS-PL NCSA ODC-By-1.0 OFL-1.1 PDDL-1.0 PostgreSQL WTFPL 0BSD HPND Python-2.0 PSF-2.0 UPL-1.0 BlueOak-1.0.0 LPPL-1.3c
    MulanPSL-2.0
""".split()
_COPYLEFT = """
    GPL-2.0 GPL-3.0 LGPL-2.1 LGPL-3.0 AGPL-3.0 MPL-2.0 EPL-1.0 EPL-2.0 EUPL-1.1 EUPL-1.2 OSL-3.0 ODbL-1.0
    CDLA-Sharing-1.0 CC-BY-SA-2.0 CC-BY-SA-3.0 CC-BY-SA-4.0 GFDL-1.3
""".split()
_NON_COMMERCIAL = """
    CC-BY-NC-2.0 CC-BY-NC-3.0 CC-BY-NC-4.0 CC-BY-NC-ND-3.0 CC-BY-NC-ND-4.0 CC-BY-NC-SA-2.0 CC-BY-NC-SA-3.0
    CC-BY-NC-SA-4.0
""".split()
_OWN = "CC-BY-ND-4.0 C-UDA-1.0".split()

_FROM_HUBS: tuple[tuple[str, LicenseClass, str], ...] = (
    # What the hubs list and SPDX does not.
    ("bsd", "permissive", ""),
    ("openmdw-1.0", "permissive", "https://openmdw.ai/license/1-0/"),
    ("lgpl-lr", "copyleft", ""),
    ("gpl", "copyleft", "https://www.gnu.org/licenses/gpl-3.0.html"),
    ("lgpl", "copyleft", "https://www.gnu.org/licenses/lgpl-3.0.html"),
    ("agpl", "copyleft", "https://www.gnu.org/licenses/agpl-3.0.html"),
    ("openrail", "responsible-use", "https://www.licenses.ai/"),
    ("openrail++", "responsible-use", "https://www.licenses.ai/"),
    ("bigscience-openrail-m", "responsible-use", "https://bigscience.huggingface.co/blog/bigscience-openrail-m"),
    ("creativeml-openrail-m", "responsible-use", "https://huggingface.co/spaces/CompVis/stable-diffusion-license"),
    ("bigscience-bloom-rail-1.0", "responsible-use", "https://huggingface.co/spaces/bigscience/license"),
    ("bigcode-openrail-m", "responsible-use", "https://huggingface.co/spaces/bigcode/bigcode-model-license-agreement"),
    ("llama2", "own-terms", "https://www.llama.com/llama2/license/"),
    ("llama3", "own-terms", "https://www.llama.com/llama3/license/"),
    ("llama3.1", "own-terms", "https://www.llama.com/llama3_1/license/"),
    ("llama3.2", "own-terms", "https://www.llama.com/llama3_2/license/"),
    ("llama3.3", "own-terms", "https://www.llama.com/llama3_3/license/"),
    ("llama4", "own-terms", "https://www.llama.com/llama4/license/"),
    ("gemma", "own-terms", "https://ai.google.dev/gemma/terms"),
    ("grok2-community", "own-terms", ""),
    ("apple-ascl", "own-terms", "https://developer.apple.com/support/downloads/terms/apple-sample-code/Apple-Sample-Code-License.pdf"),
    ("prior-labs-license", "own-terms", ""),
    ("apple-amlr", "non-commercial", ""),
    ("intel-research", "non-commercial", ""),
    ("h-research", "non-commercial", ""),
    ("deepfloyd-if-license", "non-commercial", "https://huggingface.co/spaces/DeepFloyd/deepfloyd-if-license"),
    ("fair-noncommercial-research-license", "non-commercial", "https://huggingface.co/facebook/fair-noncommercial-research-license"),
)  # fmt: skip

_ALIASES = {
    "apache": "apache-2.0",
    "apache2": "apache-2.0",
    "apache-2": "apache-2.0",
    "apache-license-2.0": "apache-2.0",
    "apache-license-version-2.0": "apache-2.0",
    "mit-license": "mit",
    "odc-by": "odc-by-1.0",
    "odbl": "odbl-1.0",
    "pddl": "pddl-1.0",
    "gfdl": "gfdl-1.3",
    "c-uda": "c-uda-1.0",
    "cc0": "cc0-1.0",
    "gnu-general-public-license-v3": "gpl-3.0",
    "bsd-2": "bsd-2-clause",
    "bsd-3": "bsd-3-clause",
}
_NOTHING = frozenset({"", "other", "unknown", "none", "cc", "noassertion"})
"""Words that name no licence; `cc` leaves open which of seven it is."""

_PATTERNS: tuple[tuple[re.Pattern[str], LicenseClass], ...] = (
    (re.compile(r"non-?commercial|research|academic|(^|-)nc(-|$)|(^|-)cpml(-|$)|(^|-)mnpl(-|$)"), "non-commercial"),
    (re.compile(r"(^|-)(open|i|bloom-?)?rail(-|$)|openrail"), "responsible-use"),
    (re.compile(r"^(llama|gemma|qwen|tongyi|falcon|deepseek|yi-|glm|chatglm|baichuan|internlm|hunyuan)"), "own-terms"),
    (re.compile(r"community|stabilityai|nvidia|health-ai|minimax|kimi|exaone|modified|jina|(^|-)nd(-|$)"), "own-terms"),
    (re.compile(r"^(l|a)?gpl|^cc-by-sa"), "copyleft"),
    (re.compile(r"^cc-by-\d|^cc0|^bsd-"), "permissive"),
)  # fmt: skip

_OBLIGATIONS: dict[LicenseClass, str] = {
    "permissive": "keep the copyright notice and the licence's text when passing it on (CC-BY: name the author)",
    "copyleft": "pass on the model and what is made of it under the same licence (AGPL: also to users over a network)",
    "responsible-use": "keep the licence's list of forbidden uses, and oblige those to it who get the model",
    "own-terms": "read the maker's terms: they may limit who may use it, for what, and under which name",
    "non-commercial": "no commercial use; ask the owner for another licence",
    "unknown": "no licence is named or known, so nothing is allowed by it: ask the owner",
}


def _known() -> dict[str, Terms]:
    listed: dict[LicenseClass, Sequence[str]] = {
        "permissive": _PERMISSIVE,
        "copyleft": _COPYLEFT,
        "non-commercial": _NON_COMMERCIAL,
        "own-terms": _OWN,
    }
    table = {n.lower(): Terms(n, kind, _SPDX_TEXT.format(n)) for kind, names in listed.items() for n in names}
    return table | {name: Terms(f"LicenseRef-{name}", kind, text) for name, kind, text in _FROM_HUBS}


_KNOWN = _known()
_ITSELF: dict[str, LicenseClass] = dict(zip(CLASSES, CLASSES, strict=True))
