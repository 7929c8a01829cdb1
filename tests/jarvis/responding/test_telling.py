"""Each kind of output is told in a sentence that a person would say."""

from __future__ import annotations

import wave
from pathlib import Path
from typing import Any

import pytest

from jarvis.graph import Ref
from jarvis.spec import ToolSpec, ValueType, spec
from jarvis.tools.toolset import builtin_tools
from tests.jarvis.responding.runs import answer, ask, made, said

CUPS = [
    {"label": "cup", "score": 0.91, "box": [0, 0, 9, 9]},
    {"label": "cup", "score": 0.77, "box": [0, 0, 9, 9]},
    {"label": "spoon", "score": 0.64, "box": [0, 0, 9, 9]},
]
CATS = [{"label": "tabby cat", "score": 0.62}, {"label": "tiger cat", "score": 0.2}]
NAMES = [
    {"label": "PERSON", "text": "Ada Lovelace", "start": 0, "end": 12},
    {"label": "PERSON", "text": "Charles Babbage", "start": 20, "end": 35},
    {"label": "GPE", "text": "London", "start": 40, "end": 46},
    {"label": "GPE", "text": "London", "start": 60, "end": 66},
]


def pose(visible: int, hidden: int = 0) -> dict[str, Any]:
    points = [{"label": "nose", "x": 1, "y": 1, "score": score} for score in [0.8] * visible + [0.1] * hidden]
    return {"score": 0.9, "keypoints": points}


def wanted(label: str, seen_as: str, score: float) -> dict[str, Any]:
    """A thing that was looked for by a name of the user's own."""
    return {"label": label, "score": score, "box": [0, 0, 9, 9], "seen_as": seen_as}


TABLE: list[tuple[str, dict[str, Any], Any, str]] = [
    ("object-detection", {"image": "photo.jpg"}, CUPS,
     "Found 3 things in photo.jpg: 2 cups (0.91, 0.77) and a spoon (0.64)."),
    ("object-detection", {"image": "a/b/photo.jpg"}, CUPS[:2], "Found 2 cups in photo.jpg (0.91, 0.77)."),
    ("object-detection", {"image": "photo.jpg"}, CUPS[2:], "Found a spoon in photo.jpg (0.64)."),
    ("object-detection", {"image": ("a.jpg", "b.jpg")}, CUPS[2:], "Found a spoon in a.jpg and b.jpg (0.64)."),
    ("object-detection", {"image": "photo.jpg"}, [], "Nothing was found in photo.jpg."),
    ("object-detection", {"image": "p.jpg"}, [{"label": "bird", "score": 0.9 - i / 10} for i in range(6)],
     "Found 6 birds in p.jpg (0.90 to 0.40)."),
    ("object-detection", {"image": "p.jpg"}, [{"label": name} for name in "abcdefghij"],
     "Found 10 things in p.jpg: an a, a b, a c, a d, an e, a f, a g, a h and 2 more."),
    ("zero-shot-object-detection", {"image": "photo.jpg", "labels": ("red car", "dog")}, [],
     "Nothing like “red car” and “dog” was found in photo.jpg."),
    ("zero-shot-object-detection", {"image": "c.jpg", "labels": "cups"}, [wanted("cups", "cup", 0.9)],
     "Found a cup in c.jpg (0.90)."),
    ("zero-shot-object-detection", {"image": "c.jpg", "labels": "cups"}, [wanted("cups", "cup", 0.9)] * 2,
     "Found 2 cups in c.jpg (0.90, 0.90)."),
    ("zero-shot-object-detection", {"image": "c.jpg", "labels": ("a mug", "my pets")},
     [wanted("a mug", "cup", 0.9), wanted("my pets", "cat", 0.8), wanted("my pets", "dog", 0.7)],
     "Found 3 things in c.jpg: a mug (0.90) and 2 pets (0.80, 0.70)."),
    ("face-detection", {"image": "photo.jpg"}, [{"label": "face", "score": 0.9}], "Found a face in photo.jpg (0.90)."),
    ("keypoint-detection", {"image": "run.jpg"}, [pose(14, 3)],
     "Found a person in run.jpg with 14 visible keypoints."),
    ("keypoint-detection", {"image": "run.jpg"}, [pose(14), pose(1)],
     "Found 2 people in run.jpg, with 14 and 1 visible keypoints."),
    ("keypoint-detection", {"image": "run.jpg"}, [pose(1)], "Found a person in run.jpg with 1 visible keypoint."),
    ("keypoint-detection", {"image": "run.jpg"}, [], "Nobody was found in run.jpg."),
    ("image-classification", {"image": "cat.jpg"}, CATS,
     "cat.jpg most likely shows a tabby cat (62 %), then a tiger cat (20 %)."),
    ("image-classification", {"image": "cat.jpg"}, [{"label": "Egyptian cat", "score": 0.95}, *CATS],
     "cat.jpg most likely shows an Egyptian cat (95 %)."),
    ("image-classification", {"image": "cat.jpg"}, [{"label": "n02123045 tabby, tabby cat", "score": 0.32}],
     "Unsure what cat.jpg shows; the best guess is a tabby (32 %)."),
    ("image-classification", {"image": ("a.jpg", "b.jpg")}, [*CATS, {"label": "beagle", "score": 0.3}],
     "a.jpg most likely shows a tabby cat (62 %), then a tiger cat (20 %). "
     "Unsure what b.jpg shows; the best guess is a beagle (30 %)."),
    ("image-classification", {"image": ("a.jpg", "b.jpg", "c.jpg")}, [*CATS, {"label": "beagle", "score": 0.3}],
     "a.jpg, b.jpg and c.jpg: a tabby cat (62 %), a tiger cat (20 %) and a beagle (30 %)."),
    ("image-classification", {"image": "cat.jpg"}, [], "No label was found for cat.jpg."),
    ("audio-classification", {"audio": "bark.wav"}, [{"label": "Dog bark", "score": 0.8}],
     "bark.wav: most likely Dog bark (80 %)."),
    ("text-classification", {"text": "I love it"}, [{"label": "POSITIVE", "score": 0.998}],
     "The sentiment of “I love it” is positive (>99 %)."),
    ("text-classification", {"text": "a long review. " * 9}, [{"label": "joy", "score": 0.8}],
     "Your text: most likely joy (80 %)."),
    ("zero-shot-classification", {"text": "news.txt", "labels": ("sports", "art")},
     [{"label": "sports", "score": 0.81}, {"label": "art", "score": 0.19}],
     "Of the labels given, “sports” (81 %) fits news.txt best, then “art” (19 %)."),
    ("zero-shot-classification", {"text": "news.txt", "labels": ("a", "b", "c")}, [{"label": "a", "score": 0.35}],
     "None of the labels given clearly fits news.txt; the closest is “a” (35 %)."),
    ("sentence-similarity", {"text": "a", "other": "b"}, {"score": 0.93},
     "The two texts mean nearly the same (similarity 0.93)."),
    ("sentence-similarity", {"text": "a", "other": "b"}, {"score": 0.7},
     "The two texts are close in meaning (similarity 0.70)."),
    ("sentence-similarity", {"text": "a", "other": "b"}, {"score": 0.5},
     "The two texts are somewhat related (similarity 0.50)."),
    ("sentence-similarity", {"text": "a", "other": "b"}, {"score": -0.1},
     "The two texts have little to do with each other (similarity -0.10)."),
    ("language-identification", {"text": "Bonjour"}, [{"label": "fr", "name": "French", "score": 0.98}],
     "The language of “Bonjour” is French (98 %)."),
    ("language-identification", {"text": "Bonjour"}, [{"label": "qya", "name": "Quenya", "score": 0.3}],
     "The language of “Bonjour” is unclear; the best guess is Quenya (30 %)."),
    ("token-classification", {"text": "news.txt"}, NAMES,
     "In news.txt: people: Ada Lovelace and Charles Babbage; places: London."),
    ("token-classification", {"text": "news.txt"}, [], "No names were found in news.txt."),
    ("tabular-classification", {"table": "iris.csv"}, [{"label": "setosa", "score": 0.98}, {"label": "virginica"}],
     "Rows of iris.csv: 1: setosa (98 %) and 2: virginica."),
    ("voice-activity-detection", {"audio": "voice.wav"}, [{"start": 0.4, "end": 3.2}, {"start": 5, "end": 6.06}],
     "Speech in voice.wav from 0.4 s to 3.2 s and from 5.0 s to 6.1 s."),
    ("voice-activity-detection", {"audio": "voice.wav"}, [{"start": 20 * i, "end": 20 * i + 2} for i in range(9)],
     "Speech in voice.wav in 9 places, 18.0 s in all, from 0.0 s to 2 min 42 s."),
    ("voice-activity-detection", {"audio": "voice.wav"}, [], "No speech was found in voice.wav."),
    ("optical-character-recognition", {"image": "page.png"}, "Hello\nworld\n", "Text in page.png: Hello\nworld"),
    ("optical-character-recognition", {"image": "page.png"}, "", "No text was found in page.png."),
    ("automatic-speech-recognition", {"audio": "C:\\rec\\v.wav"}, "Hi.", "Transcript of v.wav: Hi."),
    ("automatic-speech-recognition", {"audio": "v.wav"}, " ", "No words were recognized in v.wav."),
    ("image-to-text", {"image": "@image"}, "a cat", "Description of your picture: a cat"),
    ("translation", {"text": "hi", "target_language": "German"}, "hallo", "Translation into German: hallo"),
    ("translation", {"text": "hi", "target_language": "German"}, "", "The translation is empty."),
    ("summarization", {"text": "notes.txt"}, "Short.", "Summary of notes.txt: Short."),
    ("question-answering", {"question": "Who?", "context": "book.txt"}, "Ada", "Answer from book.txt: Ada"),
    ("visual-question-answering", {"question": "Who?", "image": "p.jpg"}, "Ada", "Answer from p.jpg: Ada"),
    ("table-question-answering", {"question": "How much?", "table": "t.csv"}, "12", "Answer from t.csv: 12"),
    ("text2text-generation", {"text": "me go", "instruction": "correct it"}, "I go.", "Text after “correct it”: I go."),
    ("web-search", {"query": "llamas"}, "a link", "Found on the web for “llamas”: a link"),
    ("weather", {"place": "Paris"}, "Sunny, 21 °C", "Weather in Paris: Sunny, 21 °C"),
    ("weather", {}, "Sunny, 21 °C", "Weather: Sunny, 21 °C"),
    ("conversational", {"text": "hi"}, "Hello {there}!", "Hello {there}!"),
    ("text-generation", {"prompt": "a poem"}, "Roses are red", "Roses are red"),
    ("text-generation", {"prompt": "a poem"}, "", "The generated text is empty."),
    ("canny-control", {"image": "photo.jpg"}, made("edges", "/out/edges.png"),
     "The edge map of photo.jpg was written to /out/edges.png."),
    ("mask-generation", {"image": "photo.jpg"}, [made("mask", "/out/mask.png"), made("mask", "/out/mask-2.png")],
     "The mask of photo.jpg was written to /out/mask.png and /out/mask-2.png."),
    ("text-to-image", {"prompt": "a red fox"}, made("image", "/out/image.png"),
     "The new image was written to /out/image.png."),
    ("home-control", {"action": "turn_off", "target": "kitchen light"},
     {"device": "kitchen light", "state": "off", "simulated": True},
     "In the simulated home, kitchen light is now off."),
    ("home-control", {"action": "turn_off", "target": "lamps"},
     [{"device": "left lamp", "state": "off"}, {"device": "right lamp", "state": "off"}],
     "Left lamp is now off and right lamp is now off."),
    ("home-state", {"target": "thermostat"}, {"device": "thermostat", "state": 21.5, "unit": "°C"},
     "Thermostat is 21.5 °C."),
    ("timer", {"action": "start", "label": "pasta"}, {"label": "pasta", "seconds": 600},
     "Timer “pasta” was set (10 min)."),
    ("timer", {"action": "start", "at": "7:30"}, {"at": "7:30"}, "Timer was set (7:30)."),
    ("timer", {"action": "cancel", "label": "pasta"}, {}, "Timer “pasta” was cancelled."),
    ("timer", {"action": "status"},
     {"timers": [{"label": "tea", "remaining": 61.25}, {"label": "rice", "seconds": 5400}]},
     "Timer “tea” (61.2 s). Timer “rice” (1 h 30 min)."),
    ("timer", {"action": "status"}, {"timers": []}, "No timer is running."),
    ("list-item", {"action": "add", "list": "shopping", "item": "milk"}, {"items": ["eggs", "milk"]},
     "“milk” was put on the shopping list. It now has eggs and milk."),
    ("list-item", {"action": "remove", "list": "shopping", "item": "milk"}, {"items": []},
     "“milk” was taken off the shopping list."),
    ("list-item", {"action": "read", "list": "shopping"}, {"items": ["eggs"]}, "On the shopping list: eggs."),
    ("list-item", {"action": "read", "list": "shopping"}, {"items": []}, "The shopping list is empty."),
    ("download", {"url": "https://x.org/a.bin"}, made("a", "/out/a.bin", "application/octet-stream"),
     "The download of https://x.org/a.bin was written to /out/a.bin."),
]  # fmt: skip


@pytest.mark.parametrize(("tool", "args", "value", "sentence"), TABLE)
def test_a_result_is_told_in_english(tool: str, args: dict[str, Any], value: Any, sentence: str) -> None:
    assert said(tool, value, **args) == sentence


IN_OTHER_LANGUAGES: list[tuple[str, dict[str, Any], Any, dict[str, str]]] = [
    ("object-detection", {"image": "photo.jpg"}, CUPS, {
        "zh": "在 photo.jpg 中找到 3 个物体：2 个杯子（0.91、0.77）和一把勺子（0.64）。",
        "de": "3 Dinge in photo.jpg gefunden: 2 Tassen (0,91; 0,77) und ein Löffel (0,64).",
        "es": "3 cosas encontradas en photo.jpg: 2 tazas (0,91; 0,77) y una cuchara (0,64).",
        "fr": "3 choses trouvées dans photo.jpg\u00a0: 2 tasses (0,91\u00a0; 0,77) et une cuillère (0,64).",
    }),
    ("zero-shot-object-detection", {"image": "a.jpg", "labels": "cups"}, [wanted("cups", "cup", 0.9)], {
        "zh": "在 a.jpg 中找到一个杯子（0.90）。",
        "de": "Gefunden in a.jpg: eine Tasse (0,90).",
        "es": "Encontrado en a.jpg: una taza (0,90).",
        "fr": "Trouvé dans a.jpg\u00a0: une tasse (0,90).",
    }),
    ("object-detection", {"image": "photo.jpg"}, [], {
        "zh": "在 photo.jpg 中没有找到任何物体。",
        "de": "Nichts in photo.jpg gefunden.",
        "es": "No se encontró nada en photo.jpg.",
        "fr": "Rien trouvé dans photo.jpg.",
    }),
    ("image-classification", {"image": "cat.jpg"}, CATS, {
        "zh": "cat.jpg 里最可能是“tabby cat”（62%），其次是“tiger cat”（20%）。",
        "de": "cat.jpg zeigt wahrscheinlich: „tabby cat“ (62 %), dann „tiger cat“ (20 %).",
        "es": "Lo más probable en cat.jpg: «tabby cat» (62 %), después «tiger cat» (20 %).",
        "fr": "cat.jpg montre probablement «\u00a0tabby cat\u00a0» (62 %), puis «\u00a0tiger cat\u00a0» (20 %).",
    }),
    ("image-classification", {"image": "a.jpg"}, [{"label": "dog", "score": 0.3}], {
        "zh": "不确定 a.jpg 里是什么，最接近的是一只狗（30%）。",
        "de": "Unsicher, was a.jpg zeigt; am ehesten: ein Hund (30 %).",
        "es": "No está claro qué muestra a.jpg; lo más cercano: un perro (30 %).",
        "fr": "Incertain de ce que montre a.jpg\u00a0; le plus proche est un chien (30 %).",
    }),
    ("text-classification", {"text": "très bien"}, [{"label": "positive", "score": 0.9}], {
        "zh": "“très bien”的情感倾向：正面（90%）。",
        "de": "Stimmung von „très bien“: positiv (90 %).",
        "es": "Sentimiento de «très bien»: positivo (90 %).",
        "fr": "Sentiment de «\u00a0très bien\u00a0»\u00a0: positif (90 %).",
    }),
    ("zero-shot-classification", {"text": "@text", "labels": "art"}, [{"label": "art", "score": 0.95}], {
        "zh": "在给出的标签中，最符合您的文字的是“art”（95%）。",
        "de": "Von den genannten Labels passt „art“ (95 %) am besten zu Ihrem Text.",
        "es": "De las etiquetas dadas, la más adecuada para su texto es «art» (95 %).",
        "fr": "Parmi les étiquettes données, «\u00a0art\u00a0» (95 %) convient le mieux pour votre texte.",
    }),
    ("sentence-similarity", {"text": "a", "other": "b"}, {"score": 0.7}, {
        "zh": "两段文字的意思相近（相似度 0.70）。",
        "de": "Die beiden Texte sind sich inhaltlich ähnlich (Ähnlichkeit 0,70).",
        "es": "Los dos textos tienen un significado cercano (similitud 0,70).",
        "fr": "Les deux textes ont un sens proche (similarité 0,70).",
    }),
    ("language-identification", {"text": "@text"}, [{"label": "fr", "name": "French", "score": 0.98}], {
        "zh": "您的文字的语言是法语（98%）。",
        "de": "Sprache von Ihrem Text: Französisch (98 %).",
        "es": "Idioma de su texto: francés (98 %).",
        "fr": "Langue de votre texte\u00a0: français (98 %).",
    }),
    ("token-classification", {"text": "news.txt"}, NAMES, {
        "zh": "news.txt 中有：人物：Ada Lovelace 和 Charles Babbage；地点：London。",
        "de": "In news.txt: Personen: Ada Lovelace und Charles Babbage; Orte: London.",
        "es": "En news.txt: personas: Ada Lovelace y Charles Babbage; lugares: London.",
        "fr": "Dans news.txt\u00a0: personnes\u00a0: Ada Lovelace et Charles Babbage\u00a0; lieux\u00a0: London.",
    }),
    ("keypoint-detection", {"image": "run.jpg"}, [pose(14)], {
        "zh": "在 run.jpg 中找到一个人，有 14 个可见关键点。",
        "de": "Gefunden in run.jpg: eine Person mit 14 sichtbaren Körperpunkten.",
        "es": "Encontrado en run.jpg: una persona con 14 puntos visibles.",
        "fr": "Trouvé dans run.jpg\u00a0: une personne avec 14 points visibles.",
    }),
    ("voice-activity-detection", {"audio": "v.wav"}, [{"start": 0.4, "end": 3.2}], {
        "zh": "在 v.wav 中有语音的时段：0.4 秒到 3.2 秒。",
        "de": "Sprache in v.wav von 0,4 s bis 3,2 s.",
        "es": "Voz en v.wav de 0,4 s a 3,2 s.",
        "fr": "Parole dans v.wav de 0,4 s à 3,2 s.",
    }),
    ("optical-character-recognition", {"image": "page.png"}, "Hello", {
        "zh": "page.png 的文字：Hello",
        "de": "Text in page.png: Hello",
        "es": "Texto en page.png: Hello",
        "fr": "Texte dans page.png\u00a0: Hello",
    }),
    ("translation", {"text": "hi", "target_language": "German"}, "hallo", {
        "zh": "德语译文：hallo",
        "de": "Auf Deutsch: hallo",
        "es": "En alemán: hallo",
        "fr": "En allemand\u00a0: hallo",
    }),
    ("canny-control", {"image": "photo.jpg"}, made("edges", "/out/edges.png"), {
        "zh": "photo.jpg 的边缘图已写入 /out/edges.png。",
        "de": "Das Kantenbild von photo.jpg wurde in /out/edges.png gespeichert.",
        "es": "El mapa de bordes de photo.jpg está en /out/edges.png.",
        "fr": "La carte des contours de photo.jpg se trouve dans /out/edges.png.",
    }),
    ("home-control", {"action": "turn_off", "target": "kitchen light"},
     {"device": "kitchen light", "state": "off", "simulated": True}, {
        "zh": "在模拟的家中，kitchen light 现在已关闭。",
        "de": "Im simulierten Zuhause: kitchen light ist jetzt aus.",
        "es": "En la casa simulada, el estado de kitchen light es ahora: apagado.",
        "fr": "Dans la maison simulée, l’état de kitchen light est maintenant\u00a0: éteint.",
    }),
    ("home-state", {"target": "恒温器"}, {"device": "恒温器", "state": 21.5, "unit": "°C"}, {
        "zh": "恒温器为 21.5 °C。",
        "de": "恒温器 ist 21,5 °C.",
        "es": "El estado de 恒温器 es: 21,5 °C.",
        "fr": "L’état de 恒温器 est\u00a0: 21,5 °C.",
    }),
    ("timer", {"action": "start", "label": "pasta"}, {"seconds": 600}, {
        "zh": "计时器“pasta”已设定（10 分钟）。",
        "de": "Timer „pasta“ wurde gestellt (10 min).",
        "es": "Temporizador «pasta» puesto (10 min).",
        "fr": "Minuteur «\u00a0pasta\u00a0» réglé (10 min).",
    }),
    ("list-item", {"action": "add", "list": "购物", "item": "牛奶"}, {"items": ["鸡蛋", "牛奶"]}, {
        "zh": "“牛奶”已加入购物清单。现在有：鸡蛋和牛奶。",
        "de": "„牛奶“ steht jetzt auf der Liste „购物“. Darauf jetzt: 鸡蛋 und 牛奶.",
        "es": "«牛奶» se añadió a la lista «购物». Ahora contiene: 鸡蛋 y 牛奶.",
        "fr": "«\u00a0牛奶\u00a0» a été ajouté à la liste «\u00a0购物\u00a0». "
              "Elle contient maintenant\u00a0: 鸡蛋 et 牛奶.",
    }),
]  # fmt: skip


@pytest.mark.parametrize(
    ("tool", "args", "value", "language", "sentence"),
    [(*row[:3], language, sentence) for row in IN_OTHER_LANGUAGES for language, sentence in row[3].items()],
)
def test_a_result_is_told_in_the_language_of_the_answer(
    tool: str, args: dict[str, Any], value: Any, language: str, sentence: str
) -> None:
    assert said(tool, value, language, **args) == sentence


def write_wav(path: Path, seconds: float) -> Path:
    with wave.open(str(path), "wb") as file:
        file.setnchannels(1)
        file.setsampwidth(2)
        file.setframerate(16_000)
        file.writeframes(bytes(2 * int(16_000 * seconds)))
    return path


def test_speech_is_told_with_its_length(tmp_path: Path) -> None:
    path = write_wav(tmp_path / "speech.wav", 3.2)
    speech = made("speech", str(path), "audio/wav")
    assert said("text-to-speech", speech, text="hi") == f"The speech was written to {path} (3.2 s)."
    assert said("text-to-speech", speech, "zh", text="hi") == f"语音已写入 {path}（3.2 秒）。"


@pytest.mark.parametrize("content", [None, b"", b"RIFF....WAVEnonsense"])
def test_sound_of_unknown_length_is_told_without_it(tmp_path: Path, content: bytes | None) -> None:
    path = tmp_path / "speech.wav"
    if content is not None:
        path.write_bytes(content)
    sentence = said("text-to-speech", made("speech", str(path), "audio/wav"), text="hi")
    assert sentence == f"The speech was written to {path}."


def test_a_long_text_is_told_whole_when_no_file_holds_it() -> None:
    text = "word " * 400
    assert said("summarization", text, text="notes.txt") == f"Summary of notes.txt: {text.strip()}"


def test_of_a_long_text_in_a_file_the_beginning_is_told(tmp_path: Path) -> None:
    path = tmp_path / "transcript.txt"
    path.write_text("word " * 400, encoding="utf-8")
    sentence = said("automatic-speech-recognition", made("transcript", str(path), "text/plain"), audio="v.wav")
    beginning = ("word " * 120).strip()
    assert sentence == f"Transcript of v.wav: {beginning}… (the rest is in {path})"


def test_a_short_text_in_a_file_is_told_whole(tmp_path: Path) -> None:
    path = tmp_path / "transcript.txt"
    path.write_text("just this", encoding="utf-8")
    artifact = made("transcript", str(path), "text/plain")
    assert said("automatic-speech-recognition", artifact, audio="v.wav") == "Transcript of v.wav: just this"


def test_a_text_file_that_is_gone_is_told_by_its_path() -> None:
    artifact = made("transcript", "/gone/transcript.txt", "text/plain")
    told = "The transcript of v.wav was written to /gone/transcript.txt."
    assert said("automatic-speech-recognition", artifact, audio="v.wav") == told


@pytest.mark.parametrize(
    ("value", "told"),
    [
        (12.5, "The result of unit-price: 12.5"),
        (3, "The result of unit-price: 3"),
        (True, "The result of unit-price: yes"),
        (None, "The result of unit-price: no value."),
        ("12 euros", "The result of unit-price: 12 euros"),
        ([], "The result of unit-price: none"),
        (["a", 2, None], "The result of unit-price: a, 2 and none"),
        ({"unit_price": 12.5, "sizes": [1, 2]}, "The result of unit-price: unit price: 12.5, sizes: (1 and 2)"),
        ({}, "The result of unit-price: none"),
    ],
)
def test_any_value_of_a_users_own_function_is_told(value: Any, told: str) -> None:
    own: dict[str, ToolSpec] = {"unit-price": spec("unit-price", ["total: number"], "any", "Price of one.")}
    assert answer([ask("unit-price", total="25")], [value], tools=own).claims[0].text == told


@pytest.mark.parametrize(
    ("tool", "args", "value", "told"),
    [
        ("object-detection", {"image": "a.jpg"}, {"boxes": 3}, "The objects in a.jpg: boxes: 3"),
        ("object-detection", {"image": "a.jpg"}, "three cups", "The objects in a.jpg: three cups"),
        ("keypoint-detection", {"image": "a.jpg"}, 4, "The body keypoints in a.jpg: 4"),
        ("voice-activity-detection", {"audio": "a.wav"}, [{"start": 1}], "The times of speech in a.wav: (start: 1)"),
        ("sentence-similarity", {"text": "a", "other": "b"}, None, "The similarity of the two texts: no value."),
        ("token-classification", {"text": "a.txt"}, [{"label": "X"}], "The names in a.txt: (label: X)"),
        ("home-control", {"action": "lock", "target": "door"}, {"ok": True}, "The command to door: ok: yes"),
        ("timer", {"action": "start"}, "done", "The timer: done"),
        ("list-item", {"action": "read", "list": "to-do"}, {"size": 2}, "The to-do list: size: 2"),
        ("image-to-text", {"image": "a.jpg"}, 5, "The description of a.jpg: 5"),
    ],
)
def test_a_value_of_an_unexpected_shape_is_told_as_it_is(
    tool: str, args: dict[str, Any], value: Any, told: str
) -> None:
    assert said(tool, value, **args) == told


@pytest.mark.parametrize(
    ("tool", "args", "value", "model", "told"),
    [
        ("summarization", {"text": "n.txt"}, "A.", "Extractive summary (TextRank)",
         "Summary of n.txt (sentences taken from the text): A."),
        ("summarization", {"text": "n.txt"}, "A.", "Distilled BART", "Summary of n.txt: A."),
        ("question-answering", {"question": "Who?", "context": "n.txt"}, "Ada.", "Answers by embeddings",
         "Answer from n.txt (the passage closest in meaning): Ada."),
        ("zero-shot-classification", {"text": "n.txt", "labels": "a"}, [{"label": "a", "score": 0.9}],
         "Labels by embeddings", "Of the labels given, “a” (90 %) fits n.txt best (judged by closeness in meaning)."),
        ("image-to-text", {"image": "a.jpg"}, "a cat", "Caption composed of detection and classes",
         "Description of a.jpg (put together from several models): a cat"),
        ("text-classification", {"text": "fine"}, [{"label": "positive", "score": 0.7}], "VADER lexicon",
         "The sentiment of “fine” is positive (70 %) (by fixed rules)."),
        ("camera-snapshot", {"target": "porch camera"}, made("snapshot", "/out/s.png"), "Simulated camera",
         "The picture of porch camera (simulated) was written to /out/s.png."),
        ("conversational", {"text": "hi"}, "Hello.", "Replies by rules", "The reply (by fixed rules): Hello."),
    ],
)  # fmt: skip
def test_an_approximation_is_called_one(tool: str, args: dict[str, Any], value: Any, model: str, told: str) -> None:
    assert answer([ask(tool, **args)], [value], model_name=model).claims[0].text == told


def test_things_are_called_after_what_they_came_from() -> None:
    plan = [
        ask("automatic-speech-recognition", audio="voice.wav"),
        ask("translation", text=Ref(0), target_language="French"),
        ask("sentence-similarity", text=Ref(1), other=Ref(0)),
        ask("summarization", text=Ref(0)),
        ask("language-identification", text=Ref(1)),
        ask("token-classification", text=(Ref(0), "notes.txt")),
    ]
    values = ["Hi.", "Salut.", {"score": 0.9}, "Hi.", [{"label": "fr"}], []]
    texts = [claim.text for claim in answer(plan, values).claims]
    assert texts[1:] == [
        "Summary of the transcript of voice.wav: Hi.",
        "The language of the translation is French.",
        "No names were found in the transcript of voice.wav and notes.txt.",
    ]
    assert texts[0] == "The two texts mean nearly the same (similarity 0.90)."


def test_what_was_attached_is_called_by_its_name() -> None:
    plan = [ask("image-to-text", image="@image"), ask("summarization", text="my notes.txt")]
    told = answer(plan, ["a cat", "Short."], files=["/home/a/cat.jpg", "/home/a/my notes.txt"]).claims
    assert [claim.text for claim in told] == ["Description of cat.jpg: a cat", "Summary of my notes.txt: Short."]


def test_with_two_pictures_attached_neither_is_named() -> None:
    told = answer([ask("image-to-text", image="@image")], ["a cat"], files=["a.jpg", "b.jpg"])
    assert told.claims[0].text == "Description of your picture: a cat"


def test_an_output_of_an_earlier_turn_is_called_that() -> None:
    from jarvis.graph import Task, TaskGraph
    from jarvis.messages import Request, Result
    from jarvis.responding import Responder

    graph = TaskGraph([Task(7, "summarization", {"text": Ref(3)})], builtin_tools(), {3: ValueType.TEXT})
    told = Responder().answer(Request("sum it up"), graph, {7: Result(7, "Short.")}, {})
    assert told.text == "Summary of the earlier result: Short. [7]"


def test_answers_to_two_questions_repeat_the_questions() -> None:
    plan = [
        ask("document-question-answering", image="bill.png", question="What is the total?"),
        ask("document-question-answering", image="bill.png", question="Who sold it?"),
    ]
    assert [claim.text for claim in answer(plan, ["12", "Bob"]).claims] == [
        "Answer to “What is the total?” from bill.png: 12",
        "Answer to “Who sold it?” from bill.png: Bob",
    ]
