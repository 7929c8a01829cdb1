"""Colours as people name them in five languages, as light: red, green and blue from 0 to 255, or kelvin for whites."""

from __future__ import annotations

import re
from collections.abc import Mapping

RGB = tuple[int, int, int]

COLORS: Mapping[str, RGB] = {
    "red": (255, 0, 0), "orange": (255, 128, 0), "yellow": (255, 255, 0), "lime": (128, 255, 0), "green": (0, 255, 0),
    "turquoise": (64, 224, 208), "cyan": (0, 255, 255), "blue": (0, 0, 255), "navy": (0, 0, 128),
    "indigo": (75, 0, 130), "violet": (143, 0, 255), "purple": (128, 0, 128), "magenta": (255, 0, 255),
    "pink": (255, 105, 180), "brown": (150, 75, 0), "gold": (255, 190, 0), "salmon": (250, 128, 114),
}  # fmt: skip
WHITES: Mapping[str, int] = {
    "candle": 2000, "warm": 2700, "soft": 3000, "neutral": 4000, "cool": 5500, "cold": 6000, "daylight": 6500,
    "white": 4000,
}  # fmt: skip
_NAMES = {
    "red": "rot rote rotes roter rouge rojo roja 红 红色",
    "orange": "orangefarben naranja 橙 橙色",
    "yellow": "gelb gelbes jaune amarillo amarilla 黄 黄色",
    "lime": "limette lima",
    "green": "grün grünes grüne vert verte verde 绿 绿色",
    "turquoise": "türkis turquesa 青绿 青绿色",
    "cyan": "zyan cian 青 青色",
    "blue": "blau blaues blaue bleu bleue azul 蓝 蓝色",
    "violet": "violett violeta",
    "purple": "lila violette morado púrpura 紫 紫色",
    "magenta": "洋红",
    "pink": "rosa rose 粉 粉色 粉红 粉红色",
    "brown": "braun marron marrón 棕色",
    "gold": "golden doré dorado 金色",
    "warm": "warmweiß warmes warme chaud cálido cálida 暖 暖白 暖色 暖白色",
    "neutral": "neutralweiß neutre neutro 中性",
    "cool": "kühl kühles frais fresco",
    "cold": "kaltweiß kalt kaltes froid frío fría 冷 冷白 冷色 冷白色",
    "daylight": "tageslicht 日光",
    "white": "weiß weißes blanc blanche blanco blanca 白 白色",
    "candle": "candlelight kerze kerzenlicht bougie vela 烛光",
}
_KNOWN = {word.casefold(): name for name, words in _NAMES.items() for word in [name, *words.split()]}


def color(said: str) -> RGB | int | None:
    """(red, green, blue), kelvin for a white, None for no colour: "warm white" is 2700, "#ff8000" is orange."""
    plain = said.casefold().strip()
    if found := re.search(r"#([0-9a-f]{6})\b", plain):
        return int(found[1][:2], 16), int(found[1][2:4], 16), int(found[1][4:], 16)
    if found := re.search(r"(\d{4,5})\s*k", plain):
        return max(1000, min(10_000, int(found[1])))
    names = [_KNOWN[word] for word in re.findall(r"[^\W_]+", plain) if word in _KNOWN]
    for name in names:
        if name in COLORS:
            return COLORS[name]
    # "warm white" is warm, and plain white is neither.
    return next((WHITES[name] for name in names if name != "white"), WHITES["white"] if names else None)


def name_of(rgb: RGB) -> str:
    """The colour that is nearest to this one; the brightness does not count."""
    top = max(*rgb, 1)
    full = [round(255 * part / top) for part in rgb]
    if max(full) - min(full) < 40:
        return "white"
    return min(COLORS, key=lambda name: sum((a - b) ** 2 for a, b in zip(full, _full(COLORS[name]), strict=True)))


def far(one: RGB, other: RGB) -> int:
    """How far two colours are apart, from 0 to 255; the brightness does not count."""
    return max(abs(a - b) for a, b in zip(_full(one), _full(other), strict=True))


def _full(rgb: RGB) -> list[int]:
    top = max(*rgb, 1)
    return [round(255 * part / top) for part in rgb]
