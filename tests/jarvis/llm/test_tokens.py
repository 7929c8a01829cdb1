"""The embedded model's tokenizer."""

from __future__ import annotations

from jarvis.llm.tokens import WireTokenizer


def test_spellings_are_the_bytes_of_a_text() -> None:
    tokenizer = WireTokenizer.packaged()
    spellings = tokenizer.spellings()
    for text in ("0 text-to-speech text=$0\n", "把 menu.jpg 翻译成英文", "naïve\tCafé 🎧"):
        assert b"".join(spellings[token] for token in tokenizer.encode(text)) == text.encode()


def test_control_tokens_are_spelled_by_name() -> None:
    tokenizer = WireTokenizer.packaged()
    (end,) = tokenizer.encode("<|im_end|>")
    assert end in tokenizer.control()
    assert tokenizer.spellings()[end] == b"<|im_end|>"
    assert tokenizer.decode(tokenizer.encode("a<|im_end|>b")) == "ab"


def test_digits_stand_alone() -> None:
    assert len(WireTokenizer.packaged().encode("2024")) == 4
