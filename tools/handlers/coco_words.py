"""What people call the 80 kinds of things that the detector knows: plurals, synonyms, groups, and other languages.

A word stands for a kind only when every such thing may be called by it. "Woman" is no word for "person": a detection of
a person doesn't show that it is a woman.
"""

from __future__ import annotations

import re
from functools import cache

from jarvis.tools.handlers.detection import COCO

_SYNONYMS = {
    "person": "human,human being,people,somebody,someone,individual",
    "bicycle": "bike,pushbike,cycle",
    "motorcycle": "motorbike",
    "car": "automobile",
    "airplane": "aeroplane,plane,aircraft,jet",
    "truck": "lorry",
    "traffic light": "stoplight,traffic signal",
    "fire hydrant": "hydrant",
    "cow": "cattle",
    "backpack": "rucksack",
    "handbag": "purse",
    "tie": "necktie",
    "sports ball": "ball",
    "cup": "mug,coffee cup,teacup",
    "wine glass": "wineglass",
    "couch": "sofa,settee",
    "potted plant": "plant,houseplant,flowerpot",
    "dining table": "table",
    "tv": "television,tv set,telly,monitor,screen",
    "laptop": "notebook computer,laptop computer",
    "mouse": "computer mouse",
    "remote": "remote control",
    "cell phone": "phone,mobile phone,mobile,smartphone,cellphone,telephone",
    "refrigerator": "fridge",
    "hair drier": "hair dryer,hairdryer",
    "teddy bear": "teddy",
    "donut": "doughnut",
    "toilet": "loo",
}

_GROUPS = {
    "animal": "bird,cat,dog,horse,sheep,cow,elephant,bear,zebra,giraffe",
    "pet": "cat,dog",
    "vehicle": "bicycle,car,motorcycle,airplane,bus,train,truck,boat",
    "fruit": "banana,apple,orange",
    "vegetable": "broccoli,carrot",
    "food": "banana,apple,sandwich,orange,broccoli,carrot,hot dog,pizza,donut,cake",
    "bag": "backpack,handbag,suitcase",
    "furniture": "chair,couch,bed,dining table,bench",
    "cutlery": "fork,knife,spoon",
    "seat": "chair,couch,bench",
}

# Chinese; German; Spanish; French
_OTHER_LANGUAGES = {
    "person": "人,人物,人们;person,personen,mensch,menschen,leute;persona,personas,gente;personne,personnes,gens",
    "bicycle": "自行车,单车;fahrrad,fahrrader;bicicleta,bicicletas;velo,velos,bicyclette",
    "car": "汽车,车,车子,轿车;auto,autos,wagen;coche,coches,carro;voiture,voitures",
    "motorcycle": "摩托车;motorrad,motorrader;moto,motocicleta,motos;moto,motos",
    "airplane": "飞机;flugzeug,flugzeuge;avion,aviones;avion,avions",
    "bus": "公交车,公共汽车,巴士;bus,busse;autobus,autobuses;bus,autobus",
    "train": "火车,列车;zug,zuge;tren,trenes;train,trains",
    "truck": "卡车,货车;lastwagen,lkw;camion,camiones;camion,camions",
    "boat": "船,小船;boot,boote,schiff;barco,barcos;bateau,bateaux",
    "bird": "鸟,小鸟;vogel,vogel;pajaro,pajaros;oiseau,oiseaux",
    "cat": "猫,猫咪;katze,katzen;gato,gatos;chat,chats",
    "dog": "狗,小狗;hund,hunde;perro,perros;chien,chiens",
    "horse": "马;pferd,pferde;caballo,caballos;cheval,chevaux",
    "bottle": "瓶子;flasche,flaschen;botella,botellas;bouteille,bouteilles",
    "cup": "杯子,杯;tasse,tassen,becher;taza,tazas;tasse,tasses",
    "spoon": "勺子;loffel;cuchara,cucharas;cuillere,cuilleres",
    "chair": "椅子;stuhl,stuhle;silla,sillas;chaise,chaises",
    "dining table": "桌子,餐桌;tisch,tische;mesa,mesas;table,tables",
    "book": "书;buch,bucher;libro,libros;livre,livres",
    "cell phone": "手机;handy,handys,telefon;movil,telefono,celular;telephone,portable",
    "laptop": "笔记本电脑;laptop,laptops;portatil;ordinateur portable",
}

_IRREGULAR = {
    "people": "person",
    "persons": "person",
    "knives": "knife",
    "mice": "mouse",
    "buses": "bus",
    "sheep": "sheep",
}
_IRREGULAR_PLURALS = {"person": "people", "knife": "knives", "mouse": "mice", "sheep": "sheep", "scissors": "scissors"}
_SIBILANTS = ("s", "x", "ch", "sh")


def coco_labels(word: str) -> frozenset[str]:
    """The labels of COCO that a word or phrase stands for; empty when the detector knows no such thing."""
    plain = re.sub(r"^(?:the|an?|any|some|all|every|my|your|our) ", "", _plain(word))
    return next((found for form in _singulars(plain) if (found := _names().get(form))), frozenset())


def plural(label: str) -> str:
    """The plural of an English label: cups, knives, people, wine glasses."""
    head, _, last = label.rpartition(" ")
    if last in _IRREGULAR_PLURALS:
        last = _IRREGULAR_PLURALS[last]
    elif last.endswith(_SIBILANTS):
        last += "es"
    elif last.endswith("y") and last[-2:-1] not in "aeiou":
        last = f"{last[:-1]}ies"
    else:
        last += "s"
    return f"{head} {last}".strip()


def counted(count: int, label: str) -> str:
    """The label with its number: "a cup", "an apple", "2 cups", "scissors"."""
    if count > 1:
        return f"{count} {plural(label)}"
    if label == "scissors":
        return label
    return f"an {label}" if label[0] in "aeiou" else f"a {label}"


def _plain(word: str) -> str:
    import unicodedata

    letters = unicodedata.normalize("NFKD", word.casefold().strip(" .?!,;:\"'“”。？！"))
    return "".join(letter for letter in letters if not unicodedata.combining(letter))


def _singulars(word: str) -> list[str]:
    head, _, last = word.rpartition(" ")
    forms = [last, _IRREGULAR.get(last, last)]
    if last.endswith("ies"):
        forms.append(f"{last[:-3]}y")
    if last.endswith("es"):
        forms.append(last[:-2])
    if last.endswith("s"):
        forms.append(last[:-1])
    return [f"{head} {form}".strip() for form in dict.fromkeys(forms)]


@cache
def _names() -> dict[str, frozenset[str]]:
    names = {name: frozenset(kinds.split(",")) for name, kinds in _GROUPS.items()}
    for label, others in _OTHER_LANGUAGES.items():
        names |= {word: frozenset({label}) for word in re.split("[,;]", others)}
    for label, others in _SYNONYMS.items():
        names |= {word: frozenset({label}) for word in others.split(",")}
    return names | {label: frozenset({label}) for label in COCO.values()}
