"""The words of a request that ask for the result of a task, in five languages."""

from __future__ import annotations

import re
from collections.abc import Mapping

_DETECTION = (
    "detect find locate count how\\smany identif",
    "erkenn finde zähl wie\\sviele",
    "detecta encuentr cuent cuánt",
    "détect trouve compte combien",
    "检测 找 数一数 数数 多少 几个 识别.{0,6}物",
)
_CAPTION = (
    "describ caption description what\\sis\\sin what's\\sin",
    "beschreib bildunterschrift",
    "descri leyenda",
    "décri légende",
    "描述 说明 看图",
)
_ANSWER = (r"answer \?", "beantwort antwort", "respond respuesta", "répon", "回答 ？")
_CLASS = ("classif what\\skind label", "klassifi", "clasific", "classe classif", "分类 是什么")

_CUES: Mapping[str, tuple[str, ...]] = {
    "automatic-speech-recognition": (
        r"transcri write\sdown what.{0,30}(?:said|says)",
        "transkri verschrift abschrift was.{0,30}gesagt",
        "transcrib",
        "transcri",
        "转写 转录 听写 转成文字 识别.{0,4}语音 语音识别",
    ),
    "optical-character-recognition": (
        r"\bocr\b extract.{0,12}text read\sthe\s(?:text|words|sign|note|letter) transcri text\s(?:in|on)\s",
        r"text\s(?:aus|auf|in)\s lies\sden\stext",
        r"extrae.{0,12}texto lee\sel\stexto",
        r"extrai.{0,12}texte lis\sle\stexte",
        "文字 提取.{0,6}文 识别.{0,6}文",
    ),
    "translation": ("translat", "übersetz", "traduc", "tradui traduc", "翻译 译成 译为"),
    "summarization": (r"summar sum\sup main\spoints", "zusammen", "resum", "résum", "总结 摘要 概括"),
    "image-to-text": _CAPTION,
    "video-to-text": _CAPTION,
    "object-detection": _DETECTION,
    "zero-shot-object-detection": _DETECTION,
    "image-classification": _CLASS,
    "text-classification": (*_CLASS, "sentiment emotion mood stimmung sentimiento émotion 情感 情绪"),
    "token-classification": ("entit names keyword", "namen", "nombres", "noms", "实体 人名 地名 关键词"),
    "question-answering": _ANSWER,
    "visual-question-answering": _ANSWER,
    "document-question-answering": _ANSWER,
    "text-generation": ("write compose story poem", "schreib", "escrib", "écri rédige", "写一 编一"),
    "text2text-generation": (
        "rewrite paraphras simplif correct rephrase",
        "umschreib korrigi vereinfach",
        "reescrib corrig",
        "réécri corrig",
        "改写 润色 纠正",
    ),
    "language-identification": (
        r"which\slanguage what\slanguage",
        r"welche[rn]?\ssprache",
        r"qué\sidioma",
        r"quelle\slangue",
        "什么语言 哪种语言",
    ),
    "text-to-speech": (
        r"read.{0,40}(?:aloud|out) speak speech",
        r"vorles lies.{0,40}\svor\b",
        r"voz\salta",
        r"voix\shaute",
        "朗读 读出",
    ),
}
"""Task -> for each language, patterns with spaces between them."""


def asks_for(text: str, tool: str) -> bool:
    """Whether a request has a word for the result of a task."""
    patterns = " ".join(_CUES.get(tool, ())).split()
    return any(re.search(pattern, text, re.IGNORECASE) for pattern in patterns)
