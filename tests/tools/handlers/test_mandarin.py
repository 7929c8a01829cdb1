"""Mandarin said by Kokoro, listened to by Whisper."""

from __future__ import annotations

from collections.abc import Callable
from typing import Any

import pytest
from pypinyin import lazy_pinyin

from jarvis.errors import TaskError
from jarvis.tools.handlers.mandarin import SENTENCE_CHARACTERS, mandarin_phonemes, short_sentences

pytestmark = pytest.mark.xdist_group("whisper")  # loaded once
SpeechRun = Callable[..., Any]


def test_characters_become_the_alphabet_of_the_voice() -> None:
    assert mandarin_phonemes("客厅的灯。") == "kʰɤ↘ tʰi→ŋ tɤ tə→ŋ."
    assert mandarin_phonemes("银行行长重新长大") == "i↗nxa↗ŋ xa↗ŋꭧa↓ŋ ꭧʰʊ↗ŋɕi→n ꭧa↓ŋta↘"
    assert mandarin_phonemes("四是十") == "sɨ↘ ʂɨ↘ ʂɨ↗"
    assert mandarin_phonemes("开WiFi，好") == "kʰai→ wˈifˌI , xau↓"


def test_whisper_understands_what_is_said_in_mandarin(speech_run: SpeechRun) -> None:
    said = "图片里有一只猫和两只狗"

    heard = speech_run("whisper-base", audio=speech_run("kokoro-82m-int8", text=said + "。"))

    # The tones of a voice recorded in Japanese are weak, and characters that sound alike are as good here.
    assert sum(syllable in lazy_pinyin(heard) for syllable in lazy_pinyin(said)) >= 8


def test_japanese_is_not_read_as_chinese(speech_run: SpeechRun) -> None:
    with pytest.raises(TaskError, match="this text is Japanese"):
        speech_run("kokoro-82m-int8", text="今日はいい天気ですね。")


def test_a_long_text_without_commas_is_cut_and_nothing_lost() -> None:
    pieces = short_sentences("灯" * 200 + "，好。")

    assert "".join(pieces) == "灯" * 200 + "，好。"
    assert max(map(len, pieces)) <= SENTENCE_CHARACTERS
