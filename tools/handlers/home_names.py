"""Finds the devices that a person means: "the lamp over there", "lights in the kitchen", "Küchenlicht", "客厅电视"."""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections.abc import Callable, Iterable, Sequence
from typing import Protocol, TypeVar

from jarvis.errors import TaskError


class Named(Protocol):
    """Something that has names and a place."""

    @property
    def name(self) -> str:
        """What it is called."""
        ...

    @property
    def room(self) -> str:
        """The room that it stands in."""
        ...

    @property
    def kind(self) -> str:
        """What it is: light, cover, media, ..."""
        ...

    @property
    def also(self) -> tuple[str, ...]:
        """Other names."""
        ...


D = TypeVar("D", bound=Named)

_IDLE = frozenset(
    "the a an my our in of at on to by over from for near this that please all every everything whole level state "
    "der die das den dem im in am vom le la les l du de des dans el los las en del".split()
)
_EVERYTHING = re.compile(r"\b(all|every|everything|alle|alles|tous|toutes|todos|todas)\b|所有|全部")
_PLURAL = re.compile(r"\b(lights|lamps|blinds|curtains|shutters|doors|windows|speakers|cameras)\b")
# Words for the same thing, by the word that the rules below use.
_SAME = {
    "light": "lamp lamps lights lighting bulb leuchte lumière lumières lampe lampes luz luces lámpara",
    "tv": "television telly tele fernseher télé télévision tele televisor televisión",
    "speaker": "speakers lautsprecher enceinte altavoz soundbar",
    "blinds": "blind shutter shutters shades curtain curtains rollo rollos volet volets persiana persianas",
    "camera": "cam cams cameras kamera caméra cámara",
    "thermostat": "heating ac aircon heizung chauffage calefacción",
    "heater": "radiator heizkörper radiateur radiador",
    "vacuum": "hoover vaccuum aspirateur aspiradora staubsauger saugroboter",
    "door": "doors tür porte puerta",
    "window": "windows fenster fenêtre ventana",
    "garden": "yard backyard patio outside outdoor outdoors terrace terrasse jardin jardín",
    "hall": "hallway corridor flur entrée pasillo entrada",
    "nursery": "crib baby kinderzimmer",
    "office": "study den büro bureau despacho oficina",
    "bathroom": "bath badezimmer bad baño",
    "kitchen": "küche cuisine cocina",
    "bedroom": "schlafzimmer chambre dormitorio",
    "garage": "driveway garaje",
    "living room": "lounge salon wohnzimmer sala",
    "temperature": "temp temperatur température temperatura",
    "humidity": "humidty luftfeuchtigkeit humidité humedad",
    "fan": "ventilator ventilateur ventilador",
    "dishwasher": "geschirrspüler spülmaschine lavavajillas",
    "washing machine": "washer waschmaschine lavadora",
}
# Parts of words, for Chinese, which writes without spaces, and for German compounds.
_PARTS = {
    "客厅": "living room", "厨房": "kitchen", "卧室": "bedroom", "浴室": "bathroom", "卫生间": "bathroom",
    "书房": "office", "儿童房": "nursery", "婴儿房": "nursery", "走廊": "hall", "门厅": "hall", "玄关": "hall",
    "车库门": "garage door", "车库": "garage", "花园": "garden", "院子": "garden", "后院": "garden",
    "大门": "front door", "前门": "front door", "后门": "back door", "门铃": "doorbell", "门口": "doorbell",
    "摄像头": "camera", "灯": "light", "电视": "tv", "音箱": "speaker", "音响": "speaker", "窗帘": "blinds",
    "百叶窗": "blinds", "空调": "thermostat", "暖气": "heater", "热水器": "water heater", "风扇": "fan",
    "扫地机器人": "vacuum", "洗碗机": "dishwasher", "洗衣机": "washing machine", "烘干机": "dryer", "窗户": "window",
    "温度": "temperature", "湿度": "humidity", "的": " ",
    "küchen": "kitchen", "wohnzimmer": "living room", "schlafzimmer": "bedroom", "garten": "garden", "flur": "hall",
    "licht": "light", "lampe": "light", "kamera": "camera", "rollläden": "blinds", "haustür": "front door",
}  # fmt: skip
_WORDS = {word: canonical for canonical, words in _SAME.items() for word in words.split()}


def find(target: str, devices: Sequence[D], able: Callable[[D], bool], where: str) -> list[D]:
    """The devices that `target` means and that are `able` to do what is wanted.

    One device, all of a plural ("lights"), or everything able in a room ("kitchen").

    Raises:
        TaskError: none, or several where one is meant; the message names those that come near.
    """
    wanted = terms(target)
    many = bool(_EVERYTHING.search(target.casefold()))
    found = [device for device in devices if wanted <= _terms_of(device)] if wanted or many else []
    if not found:
        raise TaskError(f"{where} has no {target!r}; {_near(target, wanted, devices)}")
    fit = [device for device in found if able(device)]
    exact = [device for device in found if any(terms(name) == wanted for name in (device.name, *device.also))]
    if not fit:
        names = _list(device.name for device in (exact or found)[:3])
        raise TaskError(f"{names} in {where} cannot do that; name another device or action")
    if many or _PLURAL.search(target.casefold()) or _is_room(wanted, devices):
        return [device for device in fit if device.kind != "alarm"] or fit  # "everything off" spares the alarm.
    exact = [device for device in exact if able(device)]
    if exact or len(fit) == 1:
        return (exact or fit)[:1]
    raise TaskError(f"{target!r} could be {_list(device.name for device in fit[:6])} in {where}; say which one")


def terms(text: str) -> frozenset[str]:
    """The words of a name that carry meaning, each in one form: {"kitchen", "light"} for "the lamps in my kitchen"."""
    plain = unicodedata.normalize("NFC", text).casefold()
    for part, word in _PARTS.items():
        plain = plain.replace(part, f" {word} ")
    words = re.findall(r"[^\W_]+", plain)
    return frozenset(word for raw in words if raw not in _IDLE for word in _one_form(raw).split())


def _one_form(word: str) -> str:
    if word in _WORDS:
        return _WORDS[word]
    if word in _SAME:
        return word
    singular = word[:-1] if word.endswith("s") and len(word) > 3 and not word.endswith("ss") else word
    return _WORDS.get(singular, singular)


def _terms_of(device: Named) -> frozenset[str]:
    kind = device.kind if device.kind in ("light", "camera") else ""
    return terms(" ".join((device.name, device.room, kind, *device.also)))


def _is_room(wanted: frozenset[str], devices: Iterable[Named]) -> bool:
    return any(device.room and wanted == terms(device.room) for device in devices)


def _near(target: str, wanted: frozenset[str], devices: Sequence[Named]) -> str:
    names = [device.name for device in devices]
    sharing = [device.name for device in devices if wanted & terms(device.name)]
    close = difflib.get_close_matches(target.casefold(), names, n=3, cutoff=0.6)
    near = list(dict.fromkeys([*close, *sharing]))[:4]
    return f"it has {_list(near)}" if near else f"it has {len(names)} devices, such as {_list(names[:4])}"


def _list(names: Iterable[str]) -> str:
    items = list(names)
    return items[0] if len(items) == 1 else f"{', '.join(items[:-1])} and {items[-1]}"
