"""`jarvis models why`: each model with its score or what rules it out, for people, for programs, and as JSON."""

from __future__ import annotations

import io
import json
import re
from collections.abc import Sequence
from contextlib import closing
from dataclasses import replace
from pathlib import Path
from typing import Any

import pytest
from PIL import Image

from jarvis.cli.screen import Screen
from jarvis.cli.services import Services
from jarvis.cli.why import Question, why
from jarvis.errors import InputError, UsageError
from jarvis.model_registry.card import ModelCard
from jarvis.model_registry.database.cards import CardDatabase, card_file
from jarvis.model_registry.registry import Registry
from jarvis.selection.outcomes import Outcomes
from jarvis.settings import Settings
from tests.jarvis.cli.fakes import Terminal
from tests.jarvis.selection.cards import card, hub_card, variant

_COLOUR = re.compile(r"\x1b\[[0-9;]*m")
CARDS = (
    card("good", quality=0.8, seconds=1.0, languages=("en",), quality_source="8 of 10 right"),
    card("quick", quality=0.6, seconds=0.1, languages=("*",), license="CC-BY-NC-4.0"),
    card("large-picture", "image-to-image", parameters={"max_megapixels": 0.01}),
)


class Asked:
    """Runs `why` with streams of its own."""

    def __init__(self, folder: Path) -> None:
        self.settings = Settings(data_dir=folder)

    def __call__(self, question: Question, *, cards: Sequence[ModelCard] = CARDS, terminal: bool = False) -> list[str]:
        registry, settings = Registry(cards), self.settings
        out = Terminal() if terminal else io.StringIO()
        screen = Screen(io.StringIO(), out, io.StringIO(), term="xterm")
        services = replace(Services(), registry=lambda: registry, settings=lambda: settings)
        assert why(question, screen, services) == 0
        return _COLOUR.sub("", out.getvalue()).splitlines()

    def json(self, question: Question, cards: Sequence[ModelCard] = CARDS) -> Any:
        (line,) = self(replace(question, as_json=True), cards=cards)
        return json.loads(line)


@pytest.fixture
def asked(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Asked:
    monkeypatch.setenv("COLUMNS", "80")
    return Asked(tmp_path)


def test_piped_it_is_one_line_a_model(asked: Asked) -> None:
    assert asked(Question("summarization", language="French")) == [
        "1\tquick\t0.586\tquality +.60, wait -.01\tquality .60, 0.1 s",
        "-\tgood\t\tlanguage\tEnglish only, and the text is French",
    ]


def test_on_a_terminal_it_is_a_table_of_eighty_columns(asked: Asked) -> None:
    cards = [*CARDS, hub_card("owner-with-a-long-name/model-with-a-name-that-is-longer-than-any-column", pulled=False)]
    lines = asked(Question("summarization", "nothing non-commercial"), cards=cards, terminal=True)

    assert max(map(len, lines)) <= 80
    assert lines[0] == "summarization, for text in English: Shorten a text to its main points."
    assert lines[1] == "asked for: no licenses non-commercial"
    assert "good" in lines[5]
    assert "quality .80, 1.0 s" in lines[5]
    assert "8 of 10 right" in lines[7]
    assert any("quick" in line and "out" in line for line in lines)


def test_as_json_it_has_every_part_of_the_score(asked: Asked) -> None:
    told = asked.json(Question("summarization", "use quick to summarize this"))

    (first,) = told["candidates"]
    assert (first["id"], first["seconds"], first["quality_source"]) == ("quick", 0.1, "a test")
    assert first["score"] == pytest.approx(sum(first["parts"].values()), abs=1e-3)
    assert told["wishes"] == {"only": ["quick"]}
    assert told["ruled_out"] == [{"id": "good", "limit": "name", "reason": "the request names quick"}]


def test_the_size_of_a_file_counts(asked: Asked, tmp_path: Path) -> None:
    picture = tmp_path / "picture.png"
    Image.new("RGB", (200, 100)).save(picture)

    (row,) = asked.json(Question("image-to-image", file=picture))["ruled_out"]
    assert row["reason"] == "takes 0.01 megapixels, and the picture has 0.0"
    assert asked.json(Question("image-to-image"))["candidates"][0]["id"] == "large-picture"


def test_models_of_the_hubs_are_told_with_how_to_get_them(asked: Asked) -> None:
    offered = hub_card("o/offered", "translation", pulled=False, license="MIT", variants=(variant(50),))
    with CardDatabase(card_file(asked.settings.data_dir)) as database:
        database.put([offered])

    told = asked.json(Question("translation"))

    assert told["candidates"] == []
    assert told["ruled_out"][0]["limit"] == "pull"
    assert told["ruled_out"][0]["reason"].startswith("not here yet; `jarvis models pull o/offered` gets it: quality")
    assert told["advice"] == "nothing here can do it; `jarvis models pull o/offered` brings a model that can"


def test_what_was_learned_here_is_part_of_it(asked: Asked) -> None:
    with closing(Outcomes(asked.settings.data_dir)) as outcomes:
        for _ in range(6):
            outcomes.record("summarization", "good", False, 1.0)

    first, second = asked.json(Question("summarization"))["candidates"]
    assert (first["id"], second["id"]) == ("quick", "good")
    assert second["parts"]["learned"] < -0.3
    assert "failed 6 of the last 6 times here" in second["reason"]


def test_looking_makes_no_file(asked: Asked, tmp_path: Path) -> None:
    asked(Question("summarization"))

    assert list(tmp_path.iterdir()) == []


def test_a_task_without_models_is_told_with_the_way_out(asked: Asked) -> None:
    assert asked(Question("text-to-video")) == [
        "no model for text-to-video is registered, and none is known to the catalog; add a tool of your own for it"
    ]


@pytest.mark.parametrize(
    ("question", "error", "message"),
    [
        (Question("summarisation"), UsageError, "there is no task 'summarisation'; did you mean summarization?"),
        (Question("summarization", language="Klingon"), UsageError, "the language 'Klingon' is not known"),
        (Question("summarization", file=Path("no-such-file.txt")), InputError, "no-such-file.txt"),
    ],
)
def test_a_wrong_question_is_one_sentence(
    question: Question, error: type[Exception], message: str, asked: Asked
) -> None:
    with pytest.raises(error, match=re.escape(message)):
        asked(question)


def test_a_card_full_of_control_characters_cannot_steer_the_terminal(asked: Asked) -> None:
    evil = card(
        "evil", "summarization", quality_source="\x1b[2J\x1b]0;owned\x07fine", handler="", architecture="\x1b[31m"
    )
    text = "\n".join(asked(Question("summarization"), cards=[evil], terminal=True))

    assert "\x1b" not in text
    assert "owned" not in text
