"""Words of homes in five languages: names of things and rooms, each with the one word that stands for all of them."""

from __future__ import annotations

import re

IDLE = frozenset(
    "the a an my our in of at on to by over from for near this that please all every everything whole level state "
    "is are me and y und et au aux sur al por d alle alles tous toutes todos todas "
    "der die das den dem im in am vom le la les l du de des dans el los las en del".split()
)
"""Words that say nothing about which thing is meant."""

EVERYTHING = re.compile(r"\b(all|every|everything|alle|alles|tous|toutes|todos|todas)\b|所有|全部")
PLURAL = re.compile(
    r"\b(lights|lamps|blinds|curtains|shutters|doors|windows|speakers|cameras|lichter|lampen|leuchten|rollos|rollläden"
    r"|lumières|lampes|volets|luces|lámparas|persianas)\b"
)
HERE = re.compile(
    r"\b(here|in here|this room|hier|diesem raum|diesem zimmer|ici|cette pièce|aquí|este cuarto|esta habitación)\b"
    r"|这里|这儿|这个房间|这间"
)
"""Where the one who speaks stands."""

# Words for the same thing, by the word that the rules use.
SAME = {
    "light": "lamp lamps lights lighting bulb leuchte leuchten lichter lumière lumières lampe lampes lampen luz luces "
    "lámpara lámparas",
    "tv": "television telly tele fernseher télé télévision televisor televisión",
    "speaker": "speakers lautsprecher enceinte altavoz soundbar",
    "blinds": "blind shutter shutters shades curtain curtains rollo rollos volet volets persiana persianas jalousie "
    "jalousien vorhang vorhänge rideau rideaux cortina cortinas",
    "camera": "cam cams cameras kamera caméra cámara",
    "thermostat": "heating ac aircon heizung chauffage calefacción",
    "heater": "radiator heizkörper radiateur radiador",
    "vacuum": "hoover vaccuum aspirateur aspiradora staubsauger saugroboter",
    "door": "doors tür porte puerta",
    "window": "windows fenster fenêtre ventana",
    "lock": "schloss türschloss serrure cerradura",
    "garden": "yard backyard patio outside outdoor outdoors terrace terrasse jardin jardín terraza",
    "hall": "hallway corridor flur entrée pasillo entrada",
    "nursery": "crib baby kinderzimmer",
    "office": "study den büro bureau despacho oficina",
    "bathroom": "bath badezimmer bad baño",
    "dining room": "comedor esszimmer",
    "kitchen": "küche cuisine cocina",
    "bedroom": "schlafzimmer chambre dormitorio",
    "garage": "driveway garaje cochera",
    "living room": "lounge salon wohnzimmer sala salón",
    "temperature": "temp temperatur température temperatura",
    "humidity": "humidty luftfeuchtigkeit humidité humedad",
    "fan": "ventilator ventilateur ventilador",
    "dishwasher": "geschirrspüler spülmaschine lavavajillas",
    "washing machine": "washer waschmaschine lavadora",
    "upstairs": "obergeschoss oben étage arriba",
    "downstairs": "erdgeschoss unten abajo",
    "basement": "cellar keller cave sótano",
    "attic": "loft dachboden grenier ático",
}
WORDS = {word: canonical for canonical, words in SAME.items() for word in words.split()}

ROOMS = (
    *"kitchen bedroom hall nursery office bathroom garage garden attic basement upstairs downstairs".split(),
    "living room",
    "dining room",
)
"""Who names one of them means nothing that stands in another."""

# Parts of words, for Chinese, which writes without spaces, for German compounds, and for names of several words.
PARTS = {
    "客厅": "living room", "厨房": "kitchen", "卧室": "bedroom", "浴室": "bathroom", "卫生间": "bathroom",
    "书房": "office", "儿童房": "nursery", "婴儿房": "nursery", "走廊": "hall", "门厅": "hall", "玄关": "hall",
    "车库门": "garage door", "车库": "garage", "花园": "garden", "院子": "garden", "后院": "garden",
    "大门": "front door", "前门": "front door", "后门": "back door", "门铃": "doorbell", "门口": "doorbell",
    "摄像头": "camera", "灯": "light", "电视": "tv", "音箱": "speaker", "音响": "speaker", "窗帘": "blinds",
    "百叶窗": "blinds", "空调": "thermostat", "暖气": "heater", "热水器": "water heater", "风扇": "fan",
    "扫地机器人": "vacuum", "洗碗机": "dishwasher", "洗衣机": "washing machine", "烘干机": "dryer", "窗户": "window",
    "温度": "temperature", "湿度": "humidity", "楼上": "upstairs", "楼下": "downstairs", "的": " ",
    "所有": " ", "全部": " ",
    "küchen": "kitchen", "wohnzimmer": "living room", "schlafzimmer": "bedroom", "garten": "garden", "flur": "hall",
    "badezimmer": "bathroom", "licht": "light", "lampen": "light", "lampe": "light", "kamera": "camera",
    "rollläden": "blinds", "haustür": "front door",
    "ground floor": "downstairs", "first floor": "upstairs", "upper floor": "upstairs",
    "rez-de-chaussée": "downstairs", "planta baja": "downstairs", "planta alta": "upstairs",
    "salle de bain": "bathroom", "salle à manger": "dining room",
    "porte d'entrée": "front door", "porte d’entrée": "front door", "puerta principal": "front door",
    "puerta de entrada": "front door", "puerta trasera": "back door", "porte arrière": "back door",
    "hintertür": "back door", "aire acondicionado": "thermostat",
}  # fmt: skip

WHICH = {
    "en": ("Which one do you mean: {names}?", " or "),
    "de": ("Welches meinst du: {names}?", " oder "),
    "fr": ("Lequel veux-tu dire : {names} ?", " ou "),
    "es": ("¿Cuál quieres decir: {names}?", " o "),
    "zh": ("您指的是哪一个：{names}？", "还是"),
}
"""The question back, and what stands before the last name."""
