"""Makes a spoken sentence plain: without the address, without politeness, without punctuation; its words stay."""

from __future__ import annotations

import re
import unicodedata

_ADDRESS = r"(?:hey|hi|hello|ok|okay|hallo|salut|hola|oye|dis|嘿|你好|嗨)?[\s,]*(?:jarvis|贾维斯)"
_POLITE = (
    r"please|pls|plz|thanks|thank you|thx|(?:could|can|would|will) you(?: please| kindly)?|for me|"
    r"bitte(?: mal)?|mal bitte|danke|kannst du(?: bitte)?(?: mal)?|könntest du(?: bitte)?(?: mal)?|"
    r"s'il te pla[iî]t|s'il vous pla[iî]t|stp|svp|merci|(?:tu peux|peux-tu|est-ce que tu peux|pourrais-tu)|"
    r"por favor|porfa|gracias|(?:me )?puedes|(?:me )?podrías|"
    r"请|麻烦你?|谢谢|帮我|帮忙|给我|吧|呀|啊|哦|呢|一下"
)
_FILLER = r"uh+|um+|er+m?|äh+m?|euh|eh+|oh|okay|ok|well|so|right|also|nun|alors|bueno|pues"
_START = re.compile(
    rf"^(?:(?:{_ADDRESS}|{_POLITE}|{_FILLER})(?!\w)|{_ADDRESS}|(?:请|麻烦你?|帮我|帮忙|给我|另外))[\s,，:!]*", re.I
)
_NOW = r"right now|at the moment|now|jetzt|maintenant|ahora"
_END = re.compile(rf"[\s,，]*(?:(?<!\w)(?:{_ADDRESS}|{_POLITE}|{_NOW})|(?:谢谢|一下|吧|呀|啊|哦|呢))$", re.I)
_MARKS = re.compile(r"[!?¡¿。！？；;…\"“”„«»「」]+")
_COMMA = re.compile(r"\s*[,，、:：](?!\d)\s*")
_FILE = re.compile(r"https?://|\w\.[a-z][a-z0-9]{1,4}\b|[/\\]\w|@\w", re.IGNORECASE)
_QUOTE = re.compile(r"[\"“”„«»「」]|(?<!\w)'|'(?!\w)")

_REFERS = re.compile(
    r"(?<!\w)(?:it|it's|its|that|this one|that one|those|these|them|they|there|one|ones|same|again|else|instead|not|"
    r"don't|dont|except|but|first|second|third|last|previous|if|when|unless|until|because|after|before|"
    r"es|sie|dies(?:e[sr]?|en)|jene[sr]?|dort|dahin|damit|davon|dazu|nicht|kein(?:e[nrs]?)?|außer|aber|wenn|falls|bis|"
    r"weil|nachdem|bevor|"
    r"ça|cela|celui|celle|ceux|ici même|là|dedans|pas|sauf|mais|si|quand|jusqu'à|parce|"
    r"eso|esa|ese|esto|aquello|allí|ahí|no|excepto|menos que|pero|cuando|hasta que|porque)(?!\w)|"
    r"它|那个|这个|那边|别|不要|除了|但是|如果|要是|的话|因为|直到",
    re.IGNORECASE,
)
"""Words that point at something else, take something back or set a condition."""
_POINTS = re.compile(
    r"(?<!\w)(?:them|those|that one|this one|the one|the ones|the other|the same|"
    r"(?:turn|switch|light|close|open|lock|set|make|put|dim|stop|pause|start|cancel) it"
    r"(?! (?:warmer|cooler|colder|hotter|a bit|a little))|it (?:up|on|off|down|out))(?!\w)",
    re.IGNORECASE,
)
_AND = re.compile(
    r"(?<!\w)(?:and|plus|or|und|oder|sowie|et|ou|y|e|o|&|then|dann|puis|luego)(?!\w)|[,，、和跟并或&]|还有|以及",
    re.IGNORECASE,
)
_ARTICLE = re.compile(r"^(?:the|my|our|der|die|das|den|dem|le|la|les|l'|el|los|las)(?:\s+|(?<='))", re.IGNORECASE)
BREAK = re.compile(
    r"\s*(?:[,，;；.。]\s*)?(?:(?<!\w)(?:and then|and also|and|then|und dann|und danach|und|dann|et puis|et ensuite|et|"
    r"puis|y luego|y después|y|luego)(?!\w)|然后|接着|顺便|另外|再|并且|并)\s*|\s*[,，;；.。](?!\d)\s*",
    re.IGNORECASE,
)
"""Where one command may end and the next one begin."""


def plain(text: str) -> str:
    """The words of a request: "turn on the light" for "Hey Jarvis, could you please turn on the light?"."""
    said = unicodedata.normalize("NFC", text).replace("’", "'").replace("´", "'")
    said = " ".join(_MARKS.sub(" ", said).split())
    while (shorter := _END.sub("", _START.sub("", said.strip(" .,，:")).strip(" .,，:"))) != said:
        said = shorter
    return said


def parts_of(said: str) -> list[tuple[str, str]]:
    """Every way to cut a sentence in two where one command may end, from its beginning on."""
    return [
        (said[: found.start()], said[found.end() :])
        for found in BREAK.finditer(said)
        if said[: found.start()].strip() and said[found.end() :].strip()
    ]


def smooth(said: str) -> str:
    """Without commas and colons, which speech does not have."""
    return " ".join(_COMMA.sub(" ", said).split())


def without_article(said: str) -> str:
    """A name without its article: "fan" for "the fan"."""
    return _ARTICLE.sub("", said)


def names_file(text: str) -> bool:
    """Whether it names a file, an address or a placeholder, or quotes something."""
    return bool(_FILE.search(text) or _QUOTE.search(text))


def refers(said: str) -> bool:
    """Whether a part of a sentence stands after a colon, or something was told before and is only pointed at."""
    return ": " in said or bool(_POINTS.search(said))


def is_free(text: str) -> bool:
    """Whether words that a template takes as they are stand for themselves: one thing, named, without a condition."""
    return bool(text) and not _REFERS.search(text) and not _AND.search(text) and len(text) <= 60


def lists_several(text: str) -> bool:
    """Whether it names several things."""
    return bool(_AND.search(text))
