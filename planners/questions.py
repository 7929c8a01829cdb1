"""The short questions that are put to the user instead of a plan, in five languages."""

from __future__ import annotations

from collections.abc import Mapping

from jarvis.spec import ToolSpec
from jarvis.tools.deeds import deed

_WHICH: Mapping[str, Mapping[str, str]] = {
    "en": {
        "image": "Which picture do you mean? Name the file or attach it.",
        "audio": "Which recording do you mean? Name the file or attach it.",
        "video": "Which video do you mean? Name the file or attach it.",
        "text": "Which text do you mean? Paste it, or name the file.",
        "table": "Which table do you mean? Name the file or attach it.",
    },
    "de": {
        "image": "Welches Bild ist gemeint? Nenne die Datei oder hänge sie an.",
        "audio": "Welche Aufnahme ist gemeint? Nenne die Datei oder hänge sie an.",
        "video": "Welches Video ist gemeint? Nenne die Datei oder hänge sie an.",
        "text": "Welcher Text ist gemeint? Füge ihn ein oder nenne die Datei.",
        "table": "Welche Tabelle ist gemeint? Nenne die Datei oder hänge sie an.",
    },
    "fr": {
        "image": "De quelle image s’agit-il ? Nommez le fichier ou joignez-le.",
        "audio": "De quel enregistrement s’agit-il ? Nommez le fichier ou joignez-le.",
        "video": "De quelle vidéo s’agit-il ? Nommez le fichier ou joignez-le.",
        "text": "De quel texte s’agit-il ? Collez-le ou nommez le fichier.",
        "table": "De quel tableau s’agit-il ? Nommez le fichier ou joignez-le.",
    },
    "es": {
        "image": "¿Qué imagen es? Nombra el archivo o adjúntalo.",
        "audio": "¿Qué grabación es? Nombra el archivo o adjúntalo.",
        "video": "¿Qué vídeo es? Nombra el archivo o adjúntalo.",
        "text": "¿Qué texto es? Pégalo o nombra el archivo.",
        "table": "¿Qué tabla es? Nombra el archivo o adjúntalo.",
    },
    "zh": {
        "image": "是哪张图片？请说出文件名或附上文件。",
        "audio": "是哪段录音？请说出文件名或附上文件。",
        "video": "是哪个视频？请说出文件名或附上文件。",
        "text": "是哪段文字？请粘贴文字或说出文件名。",
        "table": "是哪个表格？请说出文件名或附上文件。",
    },
}
_EITHER: Mapping[str, str] = {
    "en": "Should I {one}, or {other}?",
    "de": "Soll ich {one} oder {other}?",
    "fr": "Faut-il {one} ou {other} ?",
    "es": "¿Debo {one} o {other}?",
    "zh": "是要{one}，还是要{other}？",
}


def which(placeholder: str, language: str) -> str:
    """Asks for what "@image", "@text" and so on stand for; in English where the language is not one of the five."""
    words = _WHICH.get(language, _WHICH["en"])
    return words.get(placeholder.removeprefix("@"), words["text"])


_UNCLEAR = {
    "de": "Das verstehe ich nicht genau genug. Was soll ich tun, und womit?",
    "fr": "Je ne comprends pas assez bien. Que dois-je faire, et avec quoi ?",
    "es": "No lo entiendo del todo. ¿Qué debo hacer, y con qué?",
    "zh": "我没有完全明白。要我做什么，用哪个东西？",
}


def own(question: str, language: str) -> str:
    """The question that the model wrote, where it writes the language well; it is no writer of any but English."""
    return _UNCLEAR.get(language, question)


def either(one: ToolSpec, other: ToolSpec, language: str) -> str:
    """Asks which of two tools is meant."""
    code = language if language in _EITHER else "en"
    return _EITHER[code].format(one=deed(one, code), other=deed(other, code))
