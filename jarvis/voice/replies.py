"""What is understood without a plan, in five languages: "stop", "louder", "say that again", "never mind", "yes"."""

from __future__ import annotations

import re
from collections.abc import Mapping
from enum import StrEnum
from functools import cache


class Instant(StrEnum):
    """What is done at once."""

    STOP = "stop"
    CANCEL = "cancel"
    LOUDER = "louder"
    QUIETER = "quieter"
    REPEAT = "repeat"
    GOODBYE = "goodbye"


_INSTANT: Mapping[Instant, str] = {
    Instant.STOP: (
        "stop | stop it | stop that | stop talking | stop speaking | be quiet | quiet | silence | shut up | enough | "
        "that's enough | that is enough | hush | "
        "stopp | halt | hör auf | hör auf zu reden | ruhe | sei still | sei ruhig | genug | es reicht | "
        "arrête | arrêtez | arrête toi | arrête de parler | tais toi | ça suffit | "
        "para | basta | cállate | silencio | alto | deja de hablar | ya basta | "
        "停 | 停止 | 停下 | 停一下 | 别说了 | 不要说了 | 安静 | 闭嘴 | 够了"
    ),
    Instant.CANCEL: (
        "cancel | cancel that | cancel it | never mind | nevermind | forget it | forget that | forget about it | "
        "don't | do not do that | don't do that | "
        "abbrechen | abbruch | brich ab | vergiss es | vergiss das | egal | schon gut | lass es | lass gut sein | "
        "annule | annulez | annuler | laisse tomber | oublie | oublie ça | peu importe | tant pis | "
        "cancela | cancelar | cancélalo | olvídalo | no importa | déjalo | da igual | "
        "取消 | 算了 | 没事了 | 不用了 | 当我没说"
    ),
    Instant.LOUDER: (
        "louder | speak louder | talk louder | speak up | volume up | turn the volume up | turn up the volume | "
        "turn it up | a bit louder | a little louder | much louder | "
        "lauter | etwas lauter | ein bisschen lauter | sprich lauter | rede lauter | mach lauter | "
        "plus fort | un peu plus fort | parle plus fort | monte le volume | monte le son | "
        "más alto | un poco más alto | más fuerte | habla más alto | habla más fuerte | sube el volumen | "
        "大声点 | 大声一点 | 再大声点 | 声音大点 | 声音大一点 | 大点声 | 音量调大 | 调大音量"
    ),
    Instant.QUIETER: (
        "quieter | speak quieter | softer | speak softer | lower | not so loud | volume down | turn the volume down | "
        "turn down the volume | turn it down | a bit quieter | a little quieter | too loud | "
        "leiser | etwas leiser | ein bisschen leiser | sprich leiser | mach leiser | nicht so laut | zu laut | "
        "moins fort | un peu moins fort | parle moins fort | plus bas | baisse le volume | baisse le son | "
        "más bajo | un poco más bajo | habla más bajo | baja el volumen | no tan alto | "
        "小声点 | 小声一点 | 声音小点 | 声音小一点 | 小点声 | 音量调小 | 调小音量 | 太大声了"
    ),
    Instant.REPEAT: (
        "repeat | repeat that | repeat it | say that again | say it again | again | once more | one more time | "
        "what did you say | what was that | pardon | pardon me | come again | sorry what | "
        "wiederhole | wiederhole das | wiederholen | noch einmal | nochmal | noch mal | sag das noch mal | "
        "sag das nochmal | sag das noch einmal | wie bitte | was hast du gesagt | "
        "répète | répétez | répète ça | redis le | encore une fois | qu'est ce que tu as dit | comment | "
        "repite | repítelo | repite eso | otra vez | una vez más | dilo otra vez | qué has dicho | qué dijiste | "
        "再说一遍 | 再说一次 | 重复 | 重复一遍 | 再来一遍 | 你说什么 | 你刚才说什么 | 没听清"
    ),
    Instant.GOODBYE: (
        "goodbye | good bye | bye | bye bye | that's all | that is all | that's it | thanks | thank you | "
        "thanks that's all | no thanks | no thank you | nothing | nothing else | thank you goodbye | "
        "tschüss | auf wiedersehen | danke | danke schön | vielen dank | das war's | das wars | das war alles | "
        "nein danke | "
        "au revoir | merci | c'est tout | merci c'est tout | non merci | rien | "
        "adiós | hasta luego | gracias | eso es todo | nada más | no gracias | "
        "再见 | 拜拜 | 谢谢 | 就这样 | 没了 | 不用谢谢"
    ),
}
_YES = (
    "yes | yeah | yep | yup | yes please | sure | of course | okay | ok | go ahead | do it | do that | please do | "
    "yes do it | yes go ahead | correct | right | that's right | confirm | confirmed | i confirm | absolutely | "
    "alright | "
    "yes unlock it | yes open it | yes i am sure | i am sure | i'm sure | "
    "ja | ja bitte | jawohl | klar | na klar | gerne | mach das | mach es | tu es | ja mach das | ja mach es | genau | "
    "richtig | bestätigt | in ordnung | einverstanden | "
    "oui | ouais | oui s'il te plaît | bien sûr | d'accord | vas y | fais le | oui vas y | exact | c'est ça | "
    "confirme | "
    "sí | si | sí por favor | claro | claro que sí | por supuesto | adelante | hazlo | sí hazlo | de acuerdo | vale | "
    "correcto | confirmo | "
    "是 | 是的 | 对 | 对的 | 好 | 好的 | 可以 | 行 | 没问题 | 确认 | 确定 | 嗯 | 要 | 当然 | 好吧 | 同意"
)
_NO = (
    "no | nope | nah | no way | no don't | don't | do not | don't do it | don't do that | no thanks | no thank you | "
    "better not | not now | stop | cancel | never mind | leave it | wrong | "
    "nein | nee | nein danke | nicht | lieber nicht | lass es | auf keinen fall | abbrechen | stopp | halt | falsch | "
    "non | non merci | surtout pas | ne fais pas ça | pas maintenant | annule | laisse tomber | "
    "no gracias | mejor no | no lo hagas | ahora no | cancela | déjalo | "
    "不 | 不要 | 不是 | 不行 | 不用 | 不可以 | 别 | 算了 | 取消 | 不对 | 否"
)
_POLITE = re.compile(
    r"\b(?:please|hey|jarvis|now|bitte|jetzt|mal|s'il (?:te|vous) (?:plaît|plait)|por favor|ahora|"
    r"maintenant)\b|请|吧\s*$"
)
_SIGNS = re.compile(r"[^\w'\s]|_")


def instant(text: str) -> Instant | None:
    """What is to be done at once; None for everything that has to be planned."""
    return _table().get(plain(text)) or _table().get(plain(text, polite=False))


def yes_or_no(text: str) -> bool | None:
    """The answer to a question of yes or no; None when it is neither.

    Where both stand in one reply ("yes, no, don't") it is no; a longer sentence counts only when it begins with the
    word and goes on with nothing else than what was asked about.
    """
    yes, no = _sides()
    said = plain(text)
    if said in no or said in yes:
        return said in yes and said not in no
    parts = {part for clause in re.split(r"[,.;!?，。！？、]", text) if (part := plain(clause))}
    if parts & no:
        return False
    return True if parts and parts <= yes else None


def plain(text: str, *, polite: bool = True) -> str:
    """Small letters, without signs; with `polite` also without words like "please" and "Jarvis"."""
    words = _SIGNS.sub(" ", text.casefold().replace("’", "'").replace("-", " "))
    if polite:
        words = _POLITE.sub(" ", words)
    return " ".join(words.split())


@cache
def _table() -> Mapping[str, Instant]:
    return {plain(words, polite=False): what for what, all_words in _INSTANT.items() for words in all_words.split("|")}


@cache
def _sides() -> tuple[frozenset[str], frozenset[str]]:
    yes, no = (frozenset(plain(words, polite=False) for words in said.split("|")) for said in (_YES, _NO))
    return yes | frozenset(plain(words) for words in _YES.split("|")), no
