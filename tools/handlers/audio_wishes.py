"""What an instruction asks to do with a sound, found by key words in English, Chinese, German, Spanish and French."""

from __future__ import annotations

import re
from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class Edit:
    """One simple change to a sound."""

    name: str
    """louder, quieter, normalise, trim, slower, faster, higher, lower, echo, fade-in, fade-out, reverse, join."""
    factor: float | None = None
    """The change as a factor: 2 for "twice", 1.2 for "by 20 %", 0.8 for "20 % quieter"; None when none was named."""
    seconds: float | None = None
    """A length that was named: "fade out over 3 seconds"."""


# Order matters: what no model here does comes first, so that "remove the vocals" is not taken for removing noise.
_BEYOND = (
    (
        r"\bseparat|\bvocals?\b|karaoke|\bstems?\b|\binstrumental|acapella|background music|分离|人声|伴奏|\btrenn"
        r"|gesang|hintergrundmusik|\bvoces\b|música de fondo|sépar|\bvoix de\b|musique de fond",
        "separate voices and instruments",
        "speechbrain/sepformer-wsj02mix",
    ),
    (
        r"\b(?:sound like|(?:change|convert|transform|disguise) (?:the |my |his |her )?voice|voice conver)|变声|换声"
        r"|变成.*声音|stimme (?:ändern|verändern|verwandeln)|cambia\w* (?:la|mi) voz|change\w* (?:la|ma) voix",
        "change who is speaking",
        "microsoft/speecht5_vc",
    ),
    (
        r"\btranslat|翻译|übersetz|traduc|tradui",
        "translate speech into speech",
        "facebook/seamless-m4t-v2-large",
    ),
)
_NOISE = re.compile(
    r"nois|denois|clean|enhanc|clear|\bhiss|\bhum\b|static|crackl|background|improve|restor|降噪|去噪|噪|杂音|清晰|清理|增强"
    r"|rausch|störger|säuber|reinig|verbesser|klarer|ruido|limpi|mejor|bruit|nettoy|amélior",
    re.IGNORECASE,
)
_EDITS = (
    (
        "join",
        r"\bjoin|concat|\bmerge|\bappend|combine|stitch|拼接|合并|连接|verbind|zusammenf|aneinander|\bunir\b|\bjunta|fusionn",
    ),
    ("trim", r"trim|silen|\bpauses?\b|静音|空白|stille|schweigen|\bpausen\b|recort"),
    ("reverse", r"revers|backward|倒放|反转|倒播|rückwärts|umkehr|invert|al revés|envers|invers"),
    ("slower", r"slow|慢|langsam|lent"),
    ("faster", r"fast|speed|quick|加快|加速|快|schnell|rápid|aceler|rapid|vite|accélér"),
    ("higher", r"\bhigher|pitch up|raise the pitch|升调|音调.*高|höher|más agud|plus aigu"),
    ("lower", r"\bdeeper|lower the pitch|lower pitch|pitch down|降调|音调.*低|tiefer|más grave|plus grave"),
    ("echo", r"\becho|reverb|回声|混响|\bhall\b|nachhall|\beco\b|écho|réverb"),
    ("normalise", r"normali[sz]|level out|\beven out|均衡音量|标准化|归一化|normalis"),
    (
        "quieter",
        r"quiet|softer|volume down|turn (?:it|this) down"
        r"|(?:lower|reduce|decrease|turn down) (?:the |its )?(?:volume|loudness)"
        r"|减小音量|降低音量|小声|音量.*[小低]|leiser|(?:baja|reduc)\w* (?:el )?volumen|moins fort|baisse",
    ),
    ("louder", r"loud|volume|amplif|boost|\bgain\b|音量|大声|lauter|lautst|volumen|plus fort"),
    ("fade-in", r"fad(?:e|ing)[ -]?(?:it )?in\b|淡入|einblend|fundido de entrada|fondu d'entrée|fade in and"),
    ("fade-out", r"fad(?:e|ing)[ -]?(?:it )?(?:in and )?out\b|淡出|ausblend|fundido de salida|fondu de sortie"),
)  # fmt: skip
_COMPILED = tuple((name, re.compile(pattern, re.IGNORECASE)) for name, pattern in _EDITS)
_DOWN = frozenset({"quieter", "slower", "lower"})


def beyond(instruction: str) -> tuple[str, str] | None:
    """What is asked that nothing here does, and the Hub model that does; None when nothing such is asked."""
    for pattern, what, hub in _BEYOND:
        if re.search(pattern, instruction, re.IGNORECASE):
            return what, hub
    return None


def wants_noise_gone(instruction: str) -> bool:
    """Whether noise is to be removed; an empty instruction asks for nothing else."""
    return not instruction.strip() or (not beyond(instruction) and bool(_NOISE.search(instruction)))


def edits(instruction: str) -> list[Edit]:
    """The simple changes that are asked for, in the order in which they are best made; empty when none is."""
    if beyond(instruction):
        return []
    names = [name for name, pattern in _COMPILED if pattern.search(instruction)]
    if {"quieter", "normalise"} & set(names) and "louder" in names:  # "volume" stands in all three
        names.remove("louder")
    if "slower" in names and "faster" in names:  # "slow down the speed"
        names.remove("faster")
    seconds = _number(r"(\d+(?:[.,]\d+)?)\s*-?(?:s\b|sec|seconds?|秒|sekunden?|segundos?|secondes?)", instruction)
    return [Edit(name, _factor(name, instruction), seconds) for name in names]


def _factor(name: str, text: str) -> float | None:
    percent = _number(r"(\d+(?:[.,]\d+)?)\s*(?:%|percent|prozent|por ciento|pour cent)", text)
    if percent is not None:
        if re.search(r"\b(?:to|at|auf)\s+\d+(?:[.,]\d+)?\s*(?:%|percent|prozent)", text, re.IGNORECASE):
            return percent / 100
        return max(0.0, 1 - percent / 100) if name in _DOWN else 1 + percent / 100
    decibels = _number(r"(\d+(?:[.,]\d+)?)\s*(?:db\b|decibel|分贝|dezibel)", text)
    if decibels is not None:
        return float(10 ** ((-decibels if name in _DOWN else decibels) / 20))
    times = _number(r"(\d+(?:[.,]\d+)?)\s*(?:x\b|times|倍|mal\b|veces|fois)", text)
    if times is None and re.search(r"\btwice|\bdouble|两倍|doppelt|\bdoble|deux fois", text, re.IGNORECASE):
        times = 2.0
    if times is None and re.search(r"\bhalf|\bhalve|一半|\bhalb|\bmitad|moitié", text, re.IGNORECASE):
        times = 0.5
    if not times:
        return None
    return min(times, 1 / times) if name in _DOWN else times


def _number(pattern: str, text: str) -> float | None:
    found = re.search(pattern, text, re.IGNORECASE)
    return float(found[1].replace(",", ".")) if found else None
