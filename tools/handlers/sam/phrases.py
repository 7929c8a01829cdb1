"""The words of changes of a mask in English, German, French and Spanish; sentences come in lower case."""

from __future__ import annotations

import re

PLACES = {
    **dict.fromkeys(
        ("left", "leftmost", "links", "linke", "linken", "linker", "gauche", "izquierda", "izquierdo"), "left"
    ),
    **dict.fromkeys(
        ("right", "rightmost", "rechts", "rechte", "rechten", "rechter", "droite", "derecha", "derecho"), "right"
    ),
    **dict.fromkeys(("top", "upper", "up", "upwards", "above", "oben", "obere", "oberen", "haut", "arriba"), "top"),
    **dict.fromkeys(
        ("bottom", "lower", "down", "downwards", "below", "unten", "untere", "unteren", "bas", "abajo"), "bottom"
    ),
    **dict.fromkeys(("middle", "center", "centre", "mitte", "mittlere", "milieu", "centro"), "middle"),
}
"""By word, the side of the image or the thing."""

NUMBERS = {
    **dict.fromkeys(("first", "erste", "ersten", "premier", "première", "primero", "primera"), 1),
    **dict.fromkeys(("second", "2nd", "zweite", "zweiten", "deuxième", "segundo", "segunda"), 2),
    **dict.fromkeys(("third", "3rd", "dritte", "dritten", "troisième", "tercero", "tercera"), 3),
    **dict.fromkeys(("fourth", "4th", "vierte", "vierten", "quatrième", "cuarto", "cuarta"), 4),
}

SOFT = frozenset(
    "the a an that this one ones thing part side on at in of to too as well other another next "
    "der die das den dem ein eine einen dieser diese auch teil seite andere anderen anderes nächste "
    "le la les l un une ce cette autre côté partie de du à el los las una otro otra lado parte del al".split()
)
"""Words that name nothing."""

_ARTICLE = r"(?:the|a|an|that|this|der|die|das|den|dem|ein|eine|einen|le|la|les|un|une|el|los|las|una)"
_NO = (
    r"(?:no|nope|not that one|wrong|nein|falsch|non|incorrecto)?\s*"
    r"(?:i mean|i meant|ich meine|je veux dire|quiero decir)?\s*"
)
_BIT = (
    r"(?:a (?:little )?bit|a little|slightly|some|ein bisschen|ein wenig|etwas|un peu|un poco|"
    r"move it|shift it|move)?\s*"
)
_SIDE = (
    r"(?P<where>left|right|up|upwards|down|downwards|links|rechts|oben|unten|gauche|droite|haut|bas|"
    r"izquierda|derecha|arriba|abajo)"
)

_OTHER_WAYS = (
    rf"(?:{_ARTICLE}\s+)?(?:other|another|next|andere|anderen|anderes|nächste|autre|otro|otra)(?:\s+[\w'-]+){{0,2}}",
    rf"(?:{_ARTICLE}\s+)(?:{'|'.join((*PLACES, *NUMBERS))})(?:\s+(?:one|thing|[\w'-]+))?",
    rf"(?:{_ARTICLE}\s+)(?:one|thing)\s+(?:on|at|to)\s+the\s+(?:{'|'.join(PLACES)})",
    rf"(?:{_ARTICLE}\s+)[\w'-]+\s+(?:on|at|to)\s+the\s+(?:{'|'.join(PLACES)})",
)
OTHER = re.compile(rf"{_NO}(?P<thing>{'|'.join(_OTHER_WAYS)})(?: please| bitte)?")
ADD = re.compile(
    rf"(?:and also|and|also|plus|add|include|und auch|und|auch|et aussi|et|aussi|y también|y|también)\s+"
    rf"(?P<thing>{_ARTICLE}\s+[\w' -]{{1,40}}?)(?: too| as well| dazu)?(?: please| bitte)?"
)
REMOVE = re.compile(
    rf"(?:but )?(?:without|not|remove|minus|exclude|leave out|ohne|nicht|sans|pas|enlève|sin|quita)\s+"
    rf"(?P<thing>{_ARTICLE}\s+[\w' -]{{1,40}}?)(?: please| bitte)?"
)
MOVE = re.compile(
    rf"{_NO}{_BIT}(?:more |further |mehr |weiter |plus |más )?"
    rf"(?:to the |towards the |nach |à |vers la |vers le |a la |hacia la |hacia )?{_SIDE}(?: please| bitte)?"
)
BIGGER = re.compile(
    rf"{_NO}{_BIT}(?:the )?"
    r"(?:whole thing|bigger|larger|more of it|all of it|größer|mehr davon|alles|plus grand|más grande)"
    r"(?: one| please| bitte)?"
)
SMALLER = re.compile(
    rf"{_NO}{_BIT}(?:the |just |only )*"
    r"(?:smaller|less of it|tighter|a part of it|part of it|kleiner|weniger davon|plus petit|más pequeño)"
    r"(?: one| please| bitte)?"
)
