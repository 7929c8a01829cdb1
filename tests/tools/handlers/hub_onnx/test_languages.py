from __future__ import annotations

from typing import Any

import pytest

from jarvis.errors import TaskError
from jarvis.tools.handlers.hub_onnx.languages import Direction, direction, source_language, target_language

END = 99


class Names:
    def __init__(self, *names: str) -> None:
        self.names = names

    def number(self, token: str) -> int | None:
        return self.names.index(token) if token in self.names else None


PREFIXES = {"translation_en_to_de": {"prefix": "translate English to German: "}}


@pytest.mark.parametrize(
    ("names", "config", "settings", "wanted"),
    [
        (("__en__", "__de__"), {}, {}, Direction(before=(0,), after=(END,), first=1)),
        (("eng_Latn", "deu_Latn"), {}, {}, Direction(before=(0,), after=(END,), first=1)),
        (("eng_Latn", "deu_Latn"), {}, {"legacy_behaviour": True}, Direction(after=(END, 0), first=1)),
        (("en_XX", "de_DE"), {}, {"tokenizer_class": "MBart50Tokenizer"}, Direction((""), (0,), (END,), 1)),
        (("en_XX", "de_DE"), {}, {"tokenizer_class": "MBartTokenizer"}, Direction("", (), (END, 0), 1)),
        ((">>deu<<", ">>fra<<"), {}, {}, Direction(words=">>deu<< ")),
        (("<2en>", "<2de>"), {}, {}, Direction(words="<2de> ")),
        ((), {"model_type": "t5", "task_specific_params": PREFIXES}, {}, Direction("translate English to German: ")),
        ((), {"model_type": "t5"}, {}, Direction("translate English to German: ")),
        ((), {"model_type": "marian"}, {"source_lang": "en", "target_lang": "de"}, Direction()),
        ((), {"model_type": "marian"}, {"source_lang": "eng", "target_lang": "deu"}, Direction()),
        ((), {"model_type": "marian"}, {"source_lang": "mul", "target_lang": "de"}, Direction()),
    ],
)
def test_each_family_is_told_the_languages_in_its_way(
    names: tuple[str, ...], config: dict[str, Any], settings: dict[str, Any], wanted: Direction
) -> None:
    assert direction("en", "de", Names(*names), config, settings, END) == wanted


@pytest.mark.parametrize(
    ("names", "config", "settings"),
    [
        (("__en__", "__fr__"), {}, {}),
        (("<2en>",), {}, {}),
        ((), {"model_type": "t5", "task_specific_params": {"translation_en_to_fr": {"prefix": "x"}}}, {}),
        ((), {"model_type": "marian"}, {"source_lang": "en", "target_lang": "fr"}),
        ((), {"model_type": "marian"}, {"source_lang": "fr", "target_lang": "de"}),
    ],
)
def test_languages_that_a_model_does_not_know_are_named(
    names: tuple[str, ...], config: dict[str, Any], settings: dict[str, Any]
) -> None:
    with pytest.raises(TaskError, match="does not translate from English to German"):
        direction("en", "de", Names(*names), config, settings, END)


def test_languages_are_given_by_name_or_code_or_told_from_the_text() -> None:
    assert target_language("German") == "de"
    assert target_language("fra_Latn") == "fra_Latn"
    assert source_language("", "Der Hund schläft unter dem Tisch.") == "de"
    with pytest.raises(TaskError, match="'Klingonisch' is not known"):
        target_language("Klingonisch")
