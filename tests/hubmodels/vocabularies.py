"""Small vocabularies of each kind, trained on a page of text: what the tokenizers of the models are made of."""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from functools import cache
from itertools import pairwise
from math import log
from typing import Any, TypeVar

CORPUS = """\
The quick brown fox jumps over the lazy dog, and the dog sleeps in the warm sun near the old river.
Alice works at a small company in Paris, where she writes programs that read letters and answer questions.
What does the cat eat in the morning? The cat eats fish, drinks a little milk, and goes back to the kitchen.
A movie can be good or bad, long or short; this one was wonderful, and nobody in the room wanted to leave.
Two cups of coffee stand on the table beside a spoon, a photo of a dog, a remote control and a green plant.
Please translate this sentence into German, French or Spanish, and summarize the text in three short lines.
The weather will be sunny tomorrow, with clouds in the evening and light rain during the night, said Bob.
Once upon a time there was a king who had three daughters; the youngest was kind, brave and very clever.
Science, sport, politics, travel, cooking: which of these labels fits the story that you have just read?
In 1969 people first walked on the moon; about 600 million watched it, and 12 people have walked there since.
Der kleine Hund schläft unter dem Tisch. Le petit chien dort sous la table. El perro pequeño duerme.
How many people are in the picture, where is the car, and what color is the house behind the tree?
"""
"""What the vocabularies are trained on, and where tests take their sentences from."""

LETTERS = sorted(
    set(CORPUS + "abcdefghijklmnopqrstuvwxyzABCDEFGHIJKLMNOPQRSTUVWXYZ0123456789.,;:!?'\"()-_/<>[]#@&%+=*$")
)


def wordpiece(size: int = 300) -> dict[str, int]:
    """Pieces of words in small letters, as BERT's; [PAD] is 0, [UNK] 1, [CLS] 2, [SEP] 3, [MASK] 4."""
    letters = [letter for letter in LETTERS if not letter.isspace() and not letter.isupper()]
    common = [word for word, _ in _common(re.findall(r"\w+", CORPUS.lower())) if len(word) > 1]
    ends = [f"##{end}" for end in ("ing", "ed", "er", "es", "en", "ly", "est", "ion", "th", "at")]
    pieces = ["[PAD]", "[UNK]", "[CLS]", "[SEP]", "[MASK]", *letters, *(f"##{one}" for one in letters), *ends, *common]
    return {piece: at for at, piece in enumerate(pieces[:size])}


def byte_pairs(specials: tuple[str, ...], size: int = 400) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Pairs of bytes and their merges, as GPT-2's; `specials` come first."""
    words = [list(word) for word in _byte_words(CORPUS)]
    start = [*specials, *_byte_letters()]
    return _joined(start, merges(words, size - len(start)))


def word_end_pairs(count: int = 250) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Pairs of bytes in small letters whose last one ends with `</w>`, as CLIP's; the two specials come last."""
    letters = _byte_letters()
    words = [[*word[:-1], f"{word[-1]}</w>"] for word in _byte_words(CORPUS.lower().replace("\n", " "), space=False)]
    vocabulary, found = _joined([*letters, *(f"{letter}</w>" for letter in letters)], merges(words, count))
    vocabulary |= {special: len(vocabulary) + at for at, special in enumerate(("<|startoftext|>", "<|endoftext|>"))}
    return vocabulary, found


def space_pairs(specials: tuple[str, ...], count: int = 120) -> tuple[dict[str, int], list[tuple[str, str]]]:
    """Pairs of letters with `▁` for spaces and bytes to fall back on, as Llama's; `specials` come first."""
    letters = ["▁", *(letter for letter in LETTERS if not letter.isspace())]
    words = [list(f"▁{word}") for word in CORPUS.split()]
    return _joined([*specials, *(f"<0x{byte:02X}>" for byte in range(256)), *letters], merges(words, count))


def unigram(specials: tuple[str, ...], size: int = 300) -> list[tuple[str, float]]:
    """Pieces with their log-probabilities, as SentencePiece's; `specials` come first, with 0."""
    words = [f"▁{word}" for word in CORPUS.split()]
    parts = (word[at : at + long] for word in words for at in range(len(word)) for long in range(2, len(word) - at + 1))
    weighed = sorted(((count * len(part), part) for part, count in _common(parts) if count > 1), reverse=True)
    letters = ["▁", *(letter for letter in LETTERS if not letter.isspace())]
    counts = dict.fromkeys(letters, 1) | {part: weight for weight, part in weighed[: size - len(letters)]}
    total = sum(counts.values())
    return [*((special, 0.0) for special in specials), *((part, log(count / total)) for part, count in counts.items())]


def merges(words: list[list[str]], count: int) -> list[tuple[str, str]]:
    """The pairs that byte-pair encoding joins, the most common first; of equals, the first of the alphabet."""
    found: list[tuple[str, str]] = []
    for _ in range(count):
        pairs = _common(pair for word in words for pair in pairwise(word))
        if not pairs:
            break
        best = pairs[0][0]
        found.append(best)
        words = [_merged(word, best) for word in words]
    return found


def _merged(word: list[str], pair: tuple[str, str]) -> list[str]:
    joined: list[str] = []
    for part in word:
        # Every part is looked at once: what was just joined is not joined again.
        if joined and (joined[-1], part) == pair:
            joined[-1] = "".join(pair)
        else:
            joined.append(part)
    return joined


_T = TypeVar("_T", str, tuple[str, str])


def _common(things: Iterable[_T]) -> list[tuple[_T, int]]:
    return sorted(Counter(things).items(), key=lambda pair: (-pair[1], pair[0]))


def _joined(start: list[str], pairs: list[tuple[str, str]]) -> tuple[dict[str, int], list[tuple[str, str]]]:
    words = dict.fromkeys([*start, *("".join(pair) for pair in pairs)])
    return {word: at for at, word in enumerate(words)}, pairs


def _byte_letters() -> list[str]:
    from tokenizers import pre_tokenizers

    return sorted(pre_tokenizers.ByteLevel.alphabet())


def _byte_words(text: str, space: bool = True) -> list[str]:
    from tokenizers import pre_tokenizers

    words = [str(word) for word, _ in pre_tokenizers.ByteLevel(add_prefix_space=False).pre_tokenize_str(text)]
    return words if space else [bare for word in words if (bare := word.replace("Ġ", ""))]


@cache
def sentence_piece(size: int = 220) -> bytes:
    """A SentencePiece model file, for tokenizers that read nothing else; <unk> is 0, <s> 1, </s> 2."""
    from io import BytesIO

    import sentencepiece

    written = BytesIO()
    sentencepiece.SentencePieceTrainer.train(
        sentence_iterator=iter(CORPUS.splitlines()),
        model_writer=written,
        vocab_size=size,
        model_type="unigram",
        hard_vocab_limit=False,
        num_threads=1,
        minloglevel=2,
    )
    return written.getvalue()


def scored_pieces(model: bytes) -> list[tuple[str, float]]:
    """The pieces of a SentencePiece model with their log-probabilities."""
    import sentencepiece

    reader: Any = sentencepiece.SentencePieceProcessor(model_proto=model)
    return [(reader.id_to_piece(number), reader.get_score(number)) for number in range(reader.get_piece_size())]
