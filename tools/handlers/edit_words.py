"""The words by which a prompt names an edit, in English, Chinese, German, Spanish and French.

All patterns match lower case without accents; ß is "ss" and ü is "u" by then. An entry earlier in KEYWORDS takes its
words first.
"""

from __future__ import annotations

_COLOR = (
    r"(?:white|black|red|green|blue|yellow|gr[ae]y|weiss\w*|schwarz\w*|rot\w*|grun\w*|blau\w*|gelb\w*|"
    r"grau\w*|blanc\w*|negr\w*"
    r"|roj\w*|verd\w*|azul|amarill\w*|noire?|rouge|verte?|bleue?|jaune|白色?|黑色?|红色?|绿色?|蓝色?|黄色?|灰色?)"
)

COLORS = {
    "white": r"white|weiss|blanc|白",
    "black": r"black|schwarz|negr|noir|黑",
    "red": r"\bred\b|\brot|roj|rouge|红",
    "green": r"green|grun|verd|vert|绿",
    "blue": r"blue|blau|azul|bleu|蓝",
    "yellow": r"yellow|gelb|amarill|jaune|黄",
    "gray": r"gr[ae]y|grau|gris|灰",
}

_TURN = (
    r"(?:\brotat(?:e|ed|ing|ion)\b|\bturn(?=[^.]*(?:degree|°|clockwise|\bleft\b|\bright\b))|旋转|"
    r"\bdreh(?:e|en|ung)?\b|\bgira(?:r|la|lo)?\b|\brota(?:r|la|lo)?\b|\b(?:tourne|pivote)[rz]?\b)"
)
_TURNING = (
    r"(?:[ ,]*(?:it|this|the|das|die|la|le|el|lo|image|picture|photo|bild|foto|imagen|imagem|by|to|um|"
    r"nach|de|vers|on|a|hacia|en|en sens"
    r"|degrees?|°|grad|grados|degres|度|\d+(?:[.,]\d+)?|clockwise|counter-?clockwise|anti-?clockwise|"
    r"left|right|links|rechts"
    r"|uhrzeigersinn|im|gegen(?: den)?|izquierda|derecha|gauche|droite|sens|horaire|antihoraire|"
    r"contraire|sentido|horario|antihorario"
    r"|向?左|向?右|顺时针|逆时针)(?![a-z]))*"
)

KEYWORDS: dict[str, str] = {
    "upscale": (
        r"\bup-?scal(?:e|ed|ing)\b|\benlarg(?:e|ed|ing|ement)\b|\bmagnify\b|\bbigger\b|\blarger\b|"
        r"\bsuper[- ]?resolution\b"
        r"|\b(?:higher|better|more|high|increase[d]?(?: the| its)?|raise(?: the|"
        r" its)?) (?:image )?(?:resolution|quality|definition|detail)\b"
        r"|\b(?:visually )?enhanc(?:e|ed|ing|ement)\b(?: (?:the|its|this))?(?: (?:image|picture|"
        r"photo))?(?: (?:quality|resolution))?"
        r"|\bimprov(?:e|ed|ing)\b(?: (?:the|its|this))?(?: (?:image|picture|photo))? (?:quality|resolution)(?: of)?"
        r"|\bquality (?:enhanced|improved)|\bsharper\b|\bcrisper\b|\bclearer\b|\bhd\b|\b4k\b|\b[234] ?x\b|"
        r"\bx ?[234]\b|\b(?:[234]|two|three|four) times\b"
        r"|\b(?:double[d]?|triple[d]?|quadruple[d]?|twice)\b(?: (?:the|its|as))?(?: (?:size|resolution|"
        r"large|big))?|\b(?:doppelt|dreifach|vierfach)\w*"
        r"|放大|变?清晰|更清晰|高清|超分辨率?"
        r"|(?:提[高升]|增强)(?:一下)?(?:画质|清晰度|分辨率|质量)"
        r"|(?:画质|清晰度|分辨率|质量)(?:提[高升]|增强)|不失真|[二两三四234] ?倍"
        r"|\bhochskalier\w*|\bvergrosser\w*|\bhohere[rn]? (?:auflosung|qualitat)|\bscharfer\b|"
        r"\bverbesser\w*(?: die)?(?: bild)?qualitat|\b(?:auflosung|qualitat) (?:erhohen|verbessern)"
        r"|\b(?:sube(?:le)?|aumenta(?:r|le)?|mejora(?:r|le)?)(?: la)? (?:resolucion|calidad)|\bamplia(?:r|"
        r"la|lo)?\b|\bmas (?:nitid[oa]|grande)|\bmas resolucion"
        r"|\bagrandi(?:r|s|ssez)\b|\b(?:ameliore|augmente)[rz]?(?: la)? (?:qualite|resolution)|"
        r"\bplus (?:nette?|grande?)\b|\b[234] fois\b|\b[234]-?(?:mal|fach)\b|\b[234] veces\b"
    ),
    "grayscale": (
        r"\bblack[- ]?(?:and|&|n)[- ]?white\b|\bb ?& ?w\b|\bgr[ae]y[- ]?scale\b|\bmonochrome?\b|"
        r"\bdesaturat(?:e|ed)\b|\bgr[ae]y\b(?! ?(?:border|frame))"
        r"|黑白|灰度|\bschwarz-?\s?weiss\b|\bgraustufen\b|\bblanco y negro\b|\bescala de grises\b|"
        r"\bnoir et blanc\b|\bniveaux de gris\b"
    ),
    "sepia": r"\bsepia(?:[- ]?tone)?\b|棕褐色|泛黄",
    "invert": (
        r"\binvert(?:ed|ing|iere?n?|ir)?\b(?: the)?(?: colou?rs)?|\binvierte\b|\binverse[rz]?\b|"
        r"\bnegativ[eo]?\b|\bnegatif\b|反色|反相|负片"
    ),
    "flip": (
        r"\b(?:flip(?:ped)?|mirror(?:ed)?|spiegeln?|spiegle|voltea(?:r|la|lo)?|refleja(?:r|la|lo)?|"
        r"retourne[rz]?|miroir|espejo)\b"
        r"(?:[ ,]*(?:it|the|das|la|le|el|image|picture|photo|bild|foto|imagen|horizontal\w*|vertical\w*|"
        r"vertikal|left to right|en|a)\b)*"
        r"|(?:上下|左右|水平|垂直)?(?:翻转|镜像)"
    ),
    "rotate": rf"\bupside[- ]down\b|auf den kopf|倒过来|(?:顺时针|逆时针|向左|向右)*{_TURN}{_TURNING}",
    "brighten": (
        r"\bbright(?:en|ened|ening|er)\b(?: up)?|\blighten\b|\blighter\b|变亮|调亮|提亮|亮(?:一)?[点些]|"
        r"更亮|\bheller\b|\baufhellen\b|\bhelle\b"
        r"|\baclara(?:r|la|lo)?\b|\bmas (?:clar[oa]|brillante|brillo|luz)\b|\bilumina(?:r|la|lo)?\b|"
        r"\beclairci(?:r|s)\b|\bplus (?:claire?|lumineu(?:x|se))\b"
    ),
    "darken": (
        r"\bdark(?:en|ened|ening|er)\b|\bdim(?:mer|med)?\b|变暗|调暗|暗(?:一)?[点些]|更暗|\bdunkler\b|"
        r"\babdunkeln\b|\boscurece(?:r|la|lo)?\b"
        r"|\bmas oscur[oa]\b|\bassombri(?:r|s)\b|\bplus (?:sombre|fonce)\b"
    ),
    "contrast": (
        r"\b(?:(?:increase|raise|boost|more|higher|improve|less|reduce|lower|decrease|adjust)(?: the|"
        r" its)? )?contrast\b"
        r"|(?:提高|增加|增强|降低|减少)?对比度|\b(?:mehr|weniger|hoherer)? ?kontrast\b|\b(?:mas|menos|"
        r"aumenta(?: el)?|plus de|moins de)? ?contraste\b"
    ),
    "saturate": (
        r"\bsaturat(?:e|ed|ion)\b|\bmore (?:colou?rful|vivid|vibrant)\b|\bvivid\b|\bvibrant\b|饱和度?|"
        r"更?鲜艳|\bfarbiger\b|\bkraftigere farben\b"
        r"|\bmas colorid[oa]\b|\bmas vivo\b|\bplus (?:coloree?|vive?)\b"
    ),
    "blur": (
        r"\bblur(?:red|ry|ring)?\b|\bsoften\b|模糊|虚化|\bunscharf\b|\bweichzeichnen\b|\bverwisch\w*|"
        r"\bdesenfoca(?:r|la|lo)?\b|\bdifumina(?:r|la|lo)?\b"
        r"|\bborros[oa]\b|\bflou(?:te[rz]?)?\b"
    ),
    "sharpen": (
        r"\bsharpen(?:ed|ing)?\b|锐化|\bscharfen?\b|\bnachscharfen\b|\benfoca(?:r|la|lo)?\b|"
        r"\baccentue[rz]?(?: la)? nettete\b"
    ),
    "crop to square": (
        r"\b(?:crop(?:ped)? )?(?:it |the image |the photo |"
        r"the picture )?(?:in)?(?:to )?(?:a )?square(?: crop)?\b|\bcropped?(?= (?:to )?(?:a )?square)"
        r"|(?:裁剪?|剪)?成?(?:正方形|方形)|\bquadratisch\b(?: zuschneiden)?|"
        r"\b(?:recorta\w* )?(?:en )?cuadrad[oa]\b|\b(?:recadre\w* )?(?:en )?carree?\b"
    ),
    "add border": (
        rf"\b(?:{_COLOR} )?(?:border|frame|rahmen|marco|borde|cadre|bordure)\b(?: (?:de color )?{_COLOR})?|"
        rf"{_COLOR}?的?边框"
    ),
    "resize": (
        r"\b(?:resiz(?:e|ed|ing)|scale(?:d)?|skalier\w*|redimensiona\w*|redimensionne\w*)\b(?: (?:it|down|"
        r"the image|the photo|the picture|das bild|la imagen|la foto|l image|to|by|auf|um|a|en))*"
        r"(?: ?\d+ ?(?:(?:x|\*|by|mal|por|par) ?\d+|%|percent|prozent|por ciento|pour cent|px|"
        r"pixels? ?(?:wide)?)?)?(?: pixels?| px)?"
        r"|\b\d+ ?x ?\d+\b(?: pixels?)?|\b(?:half|smaller|shrink|shrunk|reduce)\b(?: (?:the|its|"
        r"it))?(?: (?:size|image|photo|picture))*(?: (?:to|by)? ?\d+ ?(?:%|percent))?|"
        r"缩小(?:到)?(?: ?\d+ ?(?:%|像素))?(?:一半)?|一半"
        r"|\bverkleiner\w*|\bkleiner\b|\bmas peque(?:no|na)\b|\breduce(?:r|la|lo)?\b|\breduire\b|\breduis\b|"
        r"\bplus petite?\b"
    ),
}
"""What each edit is called in a prompt."""

SLIGHTLY = (
    r"\b(?:slightly|a bit|a little(?: bit)?|somewhat|etwas|ein wenig|ein bisschen|un poco|ligeramente|"
    r"un peu|legerement)\b|稍微|一点点?"
)
MUCH = r"\b(?:much|very|a lot|strongly|heavily|far|viel|sehr|stark|mucho|muy|beaucoup|tres|fortement)\b|很多|非常|大幅"

FILLER_CHINESE = (
    r"请|帮我?|麻烦|把|将|这[张幅个]|那[张幅个]|图[片像]?|照片|相片|画面|一下|一些|一个|一点|些|变得?|变成|成|弄|调|改|转换?|处理|加上?|添加|做"
    r"|再|并且?|然后|和|它|它们|我的?|给|让|使|的|得|更|到|为|了|吧|裁剪?"
)

FILLER = frozenset(
    """
    a an and the this that it its them these those my our your me us for of in into to with by on up then also
    so just be as at is are
    please can could you would i want like make made making turn turned convert converted change changed
    transform transformed apply applied
    get give put do edit edited add added adding effect filter version image images picture pictures photo
    photos photograph pic file
    whole entire all colors colours color colour more look looks looking bit size crop cropped better res one
    result attached jpg png
    bitte mach mache machen das die den der dem ein eine einen einem es und bild foto fotos mir mal zu zum im
    ins um mehr wandle um fuge hinzu
    por favor haz hazla hazlo pasa pasar la el los las una un y foto fotos imagen imagenes le lo con de del en
    al mas pon ponla ponlo convierte
    convierta esta este mi quiero recorta anade agrega color
    s il te vous plait rends rend mets mettre fais faire l image photo ma mon cette ce et du des en plus sur
    passe passez ajoute ajouter un une
    increase increased raise boost brightness helligkeit brillo luminosite clear
    """.split()
)
"""Words that say nothing about which edit is meant."""
