"""The short questions that are put to the user instead of a plan, in five languages."""

from __future__ import annotations

from collections.abc import Mapping

from jarvis.spec import ToolSpec

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
_DO: Mapping[str, str] = {
    "en": "do this: “{does}”",
    "de": "„{does}“ ausführen",
    "fr": "exécuter « {does} »",
    "es": "ejecutar «{does}»",
    "zh": "执行“{does}”",
}
"""For a tool that is described in English only."""

# Only what the beginnings of the descriptions do not say as something to do.
_ENGLISH: Mapping[str, str] = {
    "mask-generation": "cut out a thing at a point or in a box",
    "canny-control": "make an edge map",
    "openpose-control": "make a pose map",
    "depth-control": "make a depth map to steer image generation",
}
_DEEDS: Mapping[str, tuple[str, str, str, str]] = {
    "text-classification": ("einen Text einordnen", "classer un texte", "clasificar un texto", "给文字分类"),
    "zero-shot-classification": (
        "einen Text nach den genannten Begriffen einordnen",
        "classer un texte selon les étiquettes données",
        "clasificar un texto según las etiquetas dadas",
        "按给定的标签给文字分类",
    ),
    "token-classification": (
        "Namen in einem Text finden",
        "trouver les noms dans un texte",
        "encontrar los nombres en un texto",
        "找出文字中的名称",
    ),
    "question-answering": (
        "eine Frage aus einem Text beantworten",
        "répondre à une question d’après un texte",
        "responder a una pregunta a partir de un texto",
        "根据一段文字回答问题",
    ),
    "summarization": ("einen Text zusammenfassen", "résumer un texte", "resumir un texto", "总结文字"),
    "translation": ("einen Text übersetzen", "traduire un texte", "traducir un texto", "翻译文字"),
    "text-generation": ("einen neuen Text schreiben", "écrire un texte", "escribir un texto", "写一段新文字"),
    "text2text-generation": ("einen Text umschreiben", "réécrire un texte", "reescribir un texto", "改写文字"),
    "conversational": ("darauf antworten", "répondre en conversation", "responder en la charla", "聊天回复"),
    "sentence-similarity": ("zwei Texte vergleichen", "comparer deux textes", "comparar dos textos", "比较两段文字"),
    "language-identification": (
        "die Sprache eines Textes bestimmen",
        "identifier la langue d’un texte",
        "identificar el idioma de un texto",
        "识别文字的语言",
    ),
    "table-question-answering": (
        "eine Frage aus einer Tabelle beantworten",
        "répondre à une question d’après un tableau",
        "responder a una pregunta a partir de una tabla",
        "根据表格回答问题",
    ),
    "tabular-classification": (
        "die Zeilen einer Tabelle einordnen",
        "classer les lignes d’un tableau",
        "clasificar las filas de una tabla",
        "给表格的行分类",
    ),
    "image-classification": ("ein Bild einordnen", "classer une image", "clasificar una imagen", "给图片分类"),
    "zero-shot-image-classification": (
        "ein Bild nach den genannten Begriffen einordnen",
        "classer une image selon les étiquettes données",
        "clasificar una imagen según las etiquetas dadas",
        "按给定的标签给图片分类",
    ),
    "object-detection": (
        "die Gegenstände auf einem Bild finden",
        "trouver les objets d’une image",
        "encontrar los objetos de una imagen",
        "找出图片中的物体",
    ),
    "zero-shot-object-detection": (
        "nur die genannten Dinge auf einem Bild finden",
        "trouver seulement les choses nommées dans une image",
        "encontrar solo las cosas nombradas en una imagen",
        "只找出图片中指定的东西",
    ),
    "face-detection": (
        "Gesichter auf einem Bild finden",
        "trouver les visages d’une image",
        "encontrar las caras de una imagen",
        "找出图片中的人脸",
    ),
    "keypoint-detection": (
        "die Körperhaltung auf einem Bild finden",
        "trouver la posture dans une image",
        "encontrar la postura en una imagen",
        "找出图片中的身体姿势",
    ),
    "image-segmentation": (
        "ein Bild in Bereiche teilen",
        "découper une image en régions",
        "dividir una imagen en regiones",
        "把图片分成区域",
    ),
    "mask-generation": (
        "ein Ding aus einem Bild ausschneiden",
        "découper un objet d’une image",
        "recortar una cosa de una imagen",
        "从图片中抠出一个东西",
    ),
    "background-removal": (
        "den Hintergrund entfernen",
        "enlever l’arrière-plan",
        "quitar el fondo",
        "去掉背景",
    ),
    "depth-estimation": (
        "die Tiefe eines Bildes schätzen",
        "estimer la profondeur d’une image",
        "estimar la profundidad de una imagen",
        "估计图片的深度",
    ),
    "image-to-text": ("ein Bild beschreiben", "décrire une image", "describir una imagen", "描述图片"),
    "optical-character-recognition": (
        "den Text auf einem Bild lesen",
        "lire le texte d’une image",
        "leer el texto de una imagen",
        "读出图片中的文字",
    ),
    "visual-question-answering": (
        "eine Frage zu einem Foto beantworten",
        "répondre à une question sur une photo",
        "responder a una pregunta sobre una foto",
        "回答关于照片的问题",
    ),
    "document-question-answering": (
        "eine Frage zu einem Dokument beantworten",
        "répondre à une question sur un document",
        "responder a una pregunta sobre un documento",
        "回答关于文档的问题",
    ),
    "image-to-image": ("ein Bild verändern", "modifier une image", "modificar una imagen", "修改图片"),
    "text-to-image": ("ein Bild erzeugen", "créer une image", "crear una imagen", "生成图片"),
    "canny-control": ("ein Kantenbild machen", "faire une carte des contours", "hacer un mapa de bordes", "生成边缘图"),
    "openpose-control": ("ein Posenbild machen", "faire une carte des poses", "hacer un mapa de poses", "生成姿势图"),
    "depth-control": (
        "eine Tiefenkarte zum Steuern machen",
        "faire une carte de profondeur pour guider une image",
        "hacer un mapa de profundidad como guía",
        "生成用于引导的深度图",
    ),
    "controlled-text-to-image": (
        "ein Bild nach einer Vorlage erzeugen",
        "créer une image d’après une carte",
        "crear una imagen según un mapa",
        "按引导图生成图片",
    ),
    "text-to-video": ("ein Video erzeugen", "créer une vidéo", "crear un vídeo", "生成视频"),
    "image-to-video": (
        "aus Bildern ein Video machen",
        "faire une vidéo à partir d’images",
        "hacer un vídeo con imágenes",
        "用图片制作视频",
    ),
    "video-classification": ("ein Video einordnen", "classer une vidéo", "clasificar un vídeo", "给视频分类"),
    "video-to-text": ("ein Video beschreiben", "décrire une vidéo", "describir un vídeo", "描述视频"),
    "video-to-audio": (
        "die Tonspur aus einem Video holen",
        "extraire le son d’une vidéo",
        "extraer el sonido de un vídeo",
        "提取视频的声音",
    ),
    "video-to-image": (
        "ein Standbild aus einem Video nehmen",
        "prendre une image d’une vidéo",
        "sacar un fotograma de un vídeo",
        "截取视频的一帧",
    ),
    "video-editing": ("ein Video bearbeiten", "monter une vidéo", "editar un vídeo", "编辑视频"),
    "automatic-speech-recognition": (
        "eine Aufnahme abschreiben",
        "transcrire un enregistrement",
        "transcribir una grabación",
        "把录音转成文字",
    ),
    "text-to-speech": ("einen Text vorlesen", "lire un texte à voix haute", "leer un texto en voz alta", "朗读文字"),
    "text-to-audio": (
        "Musik oder Geräusche erzeugen",
        "créer de la musique ou des bruitages",
        "crear música o efectos de sonido",
        "生成音乐或音效",
    ),
    "audio-classification": ("ein Geräusch einordnen", "classer un son", "clasificar un sonido", "给声音分类"),
    "audio-to-audio": ("eine Aufnahme bearbeiten", "retoucher un son", "retocar un sonido", "处理录音"),
    "voice-activity-detection": (
        "finden, wo gesprochen wird",
        "trouver où quelqu’un parle",
        "encontrar dónde habla alguien",
        "找出有人说话的地方",
    ),
    "web-search": ("im Netz suchen", "chercher sur le web", "buscar en la web", "在网上搜索"),
    "download": ("eine Datei herunterladen", "télécharger un fichier", "descargar un archivo", "下载文件"),
    "weather": ("das Wetter sagen", "donner la météo", "decir el tiempo", "查天气"),
    "home-control": (
        "ein Gerät im Haus steuern",
        "commander un appareil de la maison",
        "controlar un aparato de la casa",
        "控制家里的设备",
    ),
    "home-state": (
        "den Zustand eines Gerätes sagen",
        "donner l’état d’un appareil",
        "decir el estado de un aparato",
        "查看设备的状态",
    ),
    "camera-snapshot": (
        "ein Bild einer Kamera holen",
        "prendre l’image d’une caméra",
        "tomar la imagen de una cámara",
        "截取摄像头画面",
    ),
    "timer": ("einen Wecker stellen", "régler un minuteur", "poner un temporizador", "设置计时器"),
    "list-item": ("eine Liste ändern", "modifier une liste", "cambiar una lista", "修改清单"),
}
_OTHERS = ("de", "fr", "es", "zh")


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


def deed(tool: ToolSpec, language: str) -> str:
    """What a tool does, as something to do: "summarize a text"."""
    if tool.name in _DEEDS and language in _OTHERS:
        return _DEEDS[tool.name][_OTHERS.index(language)]
    does = _beginning(tool.does) or tool.name
    if tool.name in _DEEDS:
        return _ENGLISH.get(tool.name, does[:1].lower() + does[1:])
    return _DO.get(language, _DO["en"]).format(does=does)


def _beginning(does: str) -> str:
    for end in (":", ";", "(", ".", "\n"):
        does = does.partition(end)[0]
    return does.strip()
