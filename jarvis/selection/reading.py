"""Reads from a request what it says about the models: "use whisper base", "with a model under 200 MB", "offline only".

Precise rather than complete, because a wrong reading changes what is done: a wish has to speak of a model, or fill a
clause of its own. Quotations, file names and what stands after a colon or a line end are material, and never read.
"""

from __future__ import annotations

import re
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, replace

from jarvis.model_registry.registry import Registry
from jarvis.selection.aliases import Aliases, aliases_of
from jarvis.selection.wishes import Aim, Wishes

Span = tuple[int, int]
"""Where a wish stands in the request: from its first character to behind its last."""

_LONGEST = 2_000
"""Characters at the beginning of a request that are read; whoever writes more has pasted material."""
_MASKED = "\ue000"
_MATERIAL = re.compile(
    r"“[^”]*”|„[^“”]*[“”]|«[^»]*»|「[^」]*」|『[^』]*』|\"[^\"]*\"|(?<!\w)'[^']*'(?!\w)|`[^`]*`|"
    r"https?://\S+|[\w./\\-]+\.[a-zA-Z]\w{1,4}\b"
)
_OPENING = re.compile(
    r"(?:^|[,;.!?(\[（，。；、！？—–]|\s-|\b(?:and|then|but|please|und|dann|aber|bitte|et|puis|mais|y|luego|pero|"
    r"por favor|s'il (?:te|vous) plaît)|[请并且但])\s*$",
    re.IGNORECASE,
)
_CLOSING = re.compile(
    r"\s*(?:$|[,;.!?)\]），。；、！？—–]|-\s|[\u4e00-\u9fff]|(?:to|for|and|then|please|um|für|und|dann|bitte|zum|pour|et|"
    r"puis|para|y|luego)\b|(?:zusammen|vor|ab)\s*(?:$|[,;.!?]|und\b|dann\b))",
    re.IGNORECASE,
)
_LINK = re.compile(
    r"\s*[,，;:]?\s*(?:\b(?:to|and|then|um|und|dann|pour|et|puis|para|y|luego)\b|[来去])?\s*", re.IGNORECASE
)
_DESCRIBES = re.compile(
    r"\b(?:about|of an?|showing|depicting|poem|story|song|joke|essay|picture of|image of|photo of|drawing|paint|draw|"
    r"über|gedicht|geschichte|bild (?:von|eine[rs])|zeichne|male|sur|poème|histoire|dessine|image d|sobre|poema|"
    r"historia|dibuja|imagen de)\b|关于|画|写一",
    re.IGNORECASE,
)
"""Before "with a fast model", such words make it part of what is to be written or drawn."""

_FAST = r"fast(?:est)?|quick(?:est)?|schnell(?:e[nsm]?|ste[nsm]?)|(?:plus )?rapides?|(?:más )?rápidos?"
_BEST = r"best|most accurate|beste[nsm]?|genaueste[nsm]?|meilleurs?|plus précis|mejor(?:es)?|más precisos?"
_SMALL = r"small(?:est)?|tiny|light(?:weight)?|kleine[nsm]?|kleinste[nsm]?|(?:plus )?petits?|(?:más )?pequeños?"
_AIMS: dict[Aim, re.Pattern[str]] = {
    "fast": re.compile(_FAST, re.IGNORECASE),
    "best": re.compile(_BEST, re.IGNORECASE),
    "small": re.compile(_SMALL, re.IGNORECASE),
}
_ADJECTIVE = rf"(?P<aim>{_FAST}|{_BEST}|{_SMALL})"
_ARTICLE = r"(?:(?:only|nur|seulement|solo)\s+)?(?:(?:an?|the|your|eine?[nms]?|de[nmr]|das|une?|le|la|un|el)\s+)?"
_NOUN = r"(?:models?|modell[es]?n?|modèles?|modelos?)(?:\s+(?:possible|available|there is|you have))?"
_STRONG = r"(?:use|take|pick|choose|nimm|benutze|verwende|nutze|utilise[zr]?|prends|usa|utiliza)"
_WEAK = r"(?:using|with|via|mit(?: Hilfe von)?|avec|en utilisant|con|usando)"
_UNDER = (
    r"(?:under|below|smaller than|less than|of at most|up to|unter|kleiner als|bis(?: zu)?|höchstens|de moins de|"
    r"moins de|de menos de|menos de|de hasta|hasta)"
)
_AMOUNT = r"(?P<amount>\d+(?:[.,]\d+)?)\s*(?P<unit>[MG])i?[Bo]\b"
_NON_COMMERCIAL = (
    r"(?:non-?commercial|not for commercial use|nicht-?kommerzielle?[nrs]?|non commerciale?s?|no comercial(?:es)?)"
)


@dataclass(frozen=True, slots=True)
class _Pattern:
    """Words that say a wish."""

    words: re.Pattern[str]
    clause: bool
    """Whether they must begin a clause; else they must not belong to a description."""
    named: bool = False
    """Whether the name of a model follows, which no description has by chance."""


def _pattern(words: str, *, clause: bool, named: bool = False) -> _Pattern:
    return _Pattern(re.compile(words, re.IGNORECASE), clause, named)


_AIM_PATTERNS = (
    _pattern(rf"\b{_STRONG}\s+{_ARTICLE}{_ADJECTIVE}\s+(?:possible\s+|available\s+)?{_NOUN}\b", clause=True),
    _pattern(rf"\b{_STRONG}\s+{_ARTICLE}{_NOUN}\s+(?:le\s+)?{_ADJECTIVE}(?!\w)", clause=True),
    _pattern(rf"\b{_WEAK}\s+{_ARTICLE}{_ADJECTIVE}\s+(?:possible\s+|available\s+)?{_NOUN}\b", clause=False),
    _pattern(rf"\b{_WEAK}\s+{_ARTICLE}{_NOUN}\s+(?:le\s+)?{_ADJECTIVE}(?!\w)", clause=False),
    _pattern(rf"{_ADJECTIVE}\s+{_NOUN}(?:\s+(?:only|please|bitte))?", clause=True),
    _pattern(rf"(?<=[(\[])(?P<aim>{_FAST})(?:\s+please)?(?=[)\]])", clause=True),
    _pattern(r"请?(?:使用|用)(?:一个)?(?P<aim>最?快速?|最好|最准确|最准|最?小)的?模型", clause=False),
)
_HAN_AIMS: dict[str, Aim] = {"快": "fast", "好": "best", "准": "best", "小": "small"}
_SIZE_PATTERNS = (
    _pattern(rf"\b{_STRONG}\s+{_ARTICLE}{_NOUN}\s+{_UNDER}\s+{_AMOUNT}", clause=True),
    _pattern(rf"\b{_WEAK}\s+{_ARTICLE}{_NOUN}\s+{_UNDER}\s+{_AMOUNT}", clause=False),
    _pattern(rf"(?:only\s+|no\s+)?{_NOUN}\s+{_UNDER}\s+{_AMOUNT}(?:\s+only)?", clause=True),
    _pattern(r"请?(?:使用|用)?(?:小于|不超过)\s*" + _AMOUNT.replace(r"\b", "") + r"的模型", clause=False),
)
_OFFLINE = _pattern(
    r"(?:offline only|only offline|stay offline|keep (?:it|everything) offline|work offline|"
    r"(?:nur|bleib|bitte) offline|offline bleiben|hors ligne (?:uniquement|seulement)|"
    r"(?:uniquement|seulement|reste) hors ligne|(?:solo|sólo|únicamente) sin conexi[oó]n|"
    r"sin conexi[oó]n (?:solo|solamente)|without (?:the )?(?:internet|network)|"
    r"仅离线|只用离线模型|不要?联网|保持离线)(?:\s+(?:please|bitte))?",
    clause=True,
)
_FREE = _pattern(
    rf"(?:nothing (?:that is )?{_NON_COMMERCIAL}|no {_NON_COMMERCIAL} (?:models?|licen[cs]es?|weights)|"
    rf"nichts? {_NON_COMMERCIAL}|keine {_NON_COMMERCIAL} (?:modelle|lizenzen)|rien de {_NON_COMMERCIAL}|"
    rf"pas de (?:modèle|licence)s? {_NON_COMMERCIAL}|nada {_NON_COMMERCIAL}|"
    r"不要?(?:使?用)?非商业(?:性)?(?:的)?(?:模型|许可)?)",
    clause=True,
)
_PERMISSIVE = _pattern(
    r"(?:(?:use )?only permissive(?:ly licensed)? (?:models|licen[cs]es)|permissive (?:models|licen[cs]es) only|"
    r"nur (?:permissive|freie) (?:modelle|lizenzen)|(?:uniquement|seulement) des licences permissives|"
    r"solo licencias permisivas|只用宽松许可的模型)",
    clause=True,
)
_NAMING = _pattern(rf"(?:\b(?:{_STRONG}|try|probier)\s+|请?(?:使用|用)\s*)", clause=True, named=True)
_NAMING_WEAK = _pattern(rf"\b{_WEAK}\s+", clause=False, named=True)
_PREFERRING = _pattern(
    r"\b(?:prefer(?:ably)?(?: with| using)?|bevorzuge|am liebsten(?: mit)?|préfère|de préférence(?: avec)?|prefiere|"
    r"preferiblemente(?: con)?)\s+|(?:优先使?用)\s*",
    clause=False,
    named=True,
)
_BANNING = _pattern(
    r"(?:\b(?:do not|don't|never) use\s+|\b(?:benutze|verwende|nimm) nicht\s+|\bn'utilise pas\s+|\bno uses\s+|"
    r"不要?使?用\s*)",
    clause=False,
    named=True,
)
_BANNING_WEAK = _pattern(
    r"\b(?:without|not with|not|ohne|nicht mit|sans|pas avec|sin|no con)\s+", clause=False, named=True
)


def read_wishes(request: str, registry: Registry) -> tuple[Wishes, tuple[Span, ...]]:
    """What a request asks of the models, and where it says so; names are those of the registry.

    The spans hold only words about models, so that `without(request, spans)` asks for the same tasks.
    """
    text = _readable(request)
    found = [*_aims(text), *_sizes(text), *_clauses(text), *_names(text, aliases_of(registry))]
    found.sort(key=lambda row: row[0])
    wishes, spans = Wishes(), list[Span]()
    for span, wish in found:
        if spans and span[0] < spans[-1][1]:
            continue
        spans.append(_with_links(text, span, spans[-1][1] if spans else 0))
        wishes = _joined(wishes, wish)
    return wishes, tuple(spans)


def without(request: str, spans: Iterable[Span]) -> str:
    """A request without the words of its wishes, for a planner."""
    rest, begin = list[str](), 0
    for start, end in spans:
        rest.append(request[begin:start])
        begin = end
    told = re.sub(r"[(\[（]\s*[)\]）]", "", "".join([*rest, request[begin:]]))
    return re.sub(r"\s+([,;.!?])", r"\1", re.sub(r"[ \t]{2,}", " ", told)).strip(" ,;:，；：")


def _joined(first: Wishes, second: Wishes) -> Wishes:
    """Two wishes of one request: two models that are named are both meant."""
    joined = second.over(first)
    return replace(joined, only=first.only | second.only)


def _readable(request: str) -> str:
    """The request with everything that is material blotted out, character for character."""
    text = request[:_LONGEST]
    end = re.search(r"\n|:\s|：", text)
    if end and end.start() > 12:  # "fast: ..." is too short to introduce material; "Translate this: ..." is not
        text = text[: end.start()]
    return _MATERIAL.sub(lambda found: _MASKED * len(found[0]), text)


def _aims(text: str) -> Iterator[tuple[Span, Wishes]]:
    for span, found in _matches(text, _AIM_PATTERNS):
        aim = _aim(found["aim"])
        if aim:
            yield span, Wishes(aim=aim)


def _aim(word: str) -> Aim:
    for aim, words in _AIMS.items():
        if words.fullmatch(word):
            return aim
    for character, aim in _HAN_AIMS.items():
        if character in word:
            return aim
    return ""


def _sizes(text: str) -> Iterator[tuple[Span, Wishes]]:
    for span, found in _matches(text, _SIZE_PATTERNS):
        amount = float(found["amount"].replace(",", "."))
        yield span, Wishes(max_mb=amount * (1000 if found["unit"].upper() == "G" else 1))


def _clauses(text: str) -> Iterator[tuple[Span, Wishes]]:
    for span, _ in _matches(text, (_OFFLINE,)):
        yield span, Wishes(offline=True)
    for span, _ in _matches(text, (_FREE,)):
        yield span, Wishes(no_licenses=("non-commercial",))
    for span, _ in _matches(text, (_PERMISSIVE,)):
        yield span, Wishes(licenses=("permissive",))


def _names(text: str, aliases: Aliases) -> Iterator[tuple[Span, Wishes]]:
    for span, ids in _named(text, aliases, (_BANNING, _BANNING_WEAK)):
        yield span, Wishes(forbid=ids)
    for span, ids in _named(text, aliases, (_PREFERRING,)):
        yield span, Wishes(prefer=ids)
    for span, ids in _named(text, aliases, (_NAMING, _NAMING_WEAK)):
        yield span, Wishes(only=ids)


def _named(text: str, aliases: Aliases, cues: Iterable[_Pattern]) -> Iterator[tuple[Span, frozenset[str]]]:
    for pattern in cues:
        for cue in pattern.words.finditer(text):
            named = aliases.at(text, cue.end(), strict=pattern in (_BANNING_WEAK, _NAMING_WEAK))
            if named and _stands(text, (cue.start(), named.end), pattern):
                yield (cue.start(), named.end), named.ids


def _matches(text: str, patterns: Iterable[_Pattern]) -> Iterator[tuple[Span, re.Match[str]]]:
    for pattern in patterns:
        for found in pattern.words.finditer(text):
            if _stands(text, found.span(), pattern):
                yield found.span(), found


def _stands(text: str, span: Span, pattern: _Pattern) -> bool:
    """Whether words stand where a wish may stand."""
    before, after = text[: span[0]], text[span[1] :]
    if not _CLOSING.match(after):
        return False
    return bool(_OPENING.search(before)) if pattern.clause else pattern.named or not _DESCRIBES.search(before)


def _with_links(text: str, span: Span, floor: int) -> Span:
    """With the words that tie the wish to its sentence: "use whisper base **to**", "**, **with the best model".

    `floor` is where the wish before it ends.
    """
    start, end = span
    before = text[floor:start].rstrip()
    if not before or before[-1] in ".!?;([（。！？；":
        link = _LINK.match(text, end)
        return start, link.end() if link else end
    tail = re.search(r"(?:[,，]|\b(?:and|but|und|aber|et|mais|y|pero)|但)?\s*$", text[floor:start], re.IGNORECASE)
    return floor + tail.start() if tail else start, end
