"""The grammars themselves: every sentence that they can make is read back, and names of every script are."""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import cache
from pathlib import Path
from tempfile import mkdtemp

import pytest
from hypothesis import HealthCheck, assume, example, given, reject, settings
from hypothesis import strategies as st

from jarvis.planners.household.compiled import OWN, table_of
from jarvis.planners.household.names import domains
from jarvis.planners.household.planner import Household
from jarvis.planners.household.spoken import without_article
from jarvis.planners.household.tasks import Asked
from jarvis.settings import Settings
from jarvis.tools.homes.opening import open_home
from jarvis.tools.homes.protocol import Thing
from tests.planners.household.rendering import CannotFillError, Rendered, Renderer

CALM = settings(
    deadline=None, max_examples=100, suppress_health_check=[HealthCheck.too_slow, HealthCheck.filter_too_much]
)
NUMBERS = {"en": "twenty", "de": "zwanzig", "fr": "vingt", "es": "veinte", "zh": "二十"}
PERCENT = {
    "en": "twenty percent",
    "de": "zwanzig Prozent",
    "fr": "vingt pour cent",
    "es": "veinte por ciento",
    "zh": "20%",
}
DEGREES = {"en": "20.5 degrees", "de": "20,5 Grad", "fr": "20 degrés", "es": "20 grados", "zh": "20度"}
LENGTH = {"en": "half an hour", "de": "zehn Minuten", "fr": "dix minutes", "es": "diez minutos", "zh": "十五分钟"}
MOMENT = {"en": "7:15", "de": "sieben Uhr", "fr": "sept heures", "es": "7:15", "zh": "早上七点"}
LIST = {
    "en": "shopping list",
    "de": "Einkaufsliste",
    "fr": "liste de courses",
    "es": "lista de la compra",
    "zh": "购物清单",
}
FREE = {
    "en": {"label": "pasta", "item": "oat milk", "place": "Lisbon", "value": "jazz"},
    "de": {"label": "Pizza", "item": "Hafermilch", "place": "Köln", "value": "Jazz"},
    "fr": {"label": "pâtes", "item": "beurre", "place": "Nîmes", "value": "Stromae"},
    "es": {"label": "arroz", "item": "leche", "place": "Cádiz", "value": "flamenco"},
    "zh": {"label": "关火", "item": "牛奶", "place": "杭州", "value": "爵士"},
}
SAID = {"percent": PERCENT, "degrees": DEGREES, "duration": LENGTH, "moment": MOMENT, "list": LIST}
COLOR = {"en": "blue", "de": "blau", "fr": "bleu", "es": "azul", "zh": "蓝色"}
SETTING = {
    "brightness": "set_brightness",
    "color": "set_color",
    "temperature": "set_temperature",
    "volume": "set_volume",
}


@cache
def folder() -> Path:
    return Path(mkdtemp(prefix="grammars-"))


@cache
def renderer(language: str) -> Renderer:
    return Renderer(table_of(language, folder()))


@cache
def things() -> tuple[Thing, ...]:
    return tuple(open_home(Settings()).things())


@cache
def household() -> Household:
    return Household(things, folder=folder())


def expected(made: Rendered, tool: str) -> list[Asked]:
    """What a rendered sentence asks for, made from its slots alone."""
    slots = dict(made.slots)
    if here := slots.pop("here", ""):
        slots["target"] = f"{slots['target']} {here}"
    changes = [(SETTING[name], slots.pop(name)) for name in list(slots) if name in SETTING]
    slots.pop("state", None)
    order = ("action", "target", "value", "duration", "at", "label", "list", "item", "place", "when")
    rows = [{**slots, "action": action, "value": value} for action, value in changes] or [slots]
    return [Asked(tool, {name: row[name] for name in order if name in row}) for row in rows]


def able(thing: Thing, made_for: Sequence[str], action: str) -> bool:
    kinds = not made_for or bool(set(domains(thing)) & set(made_for))
    return kinds and (not action or action in thing.actions)


@pytest.mark.parametrize("language", OWN)
@CALM
@given(data=st.data())
def test_every_sentence_of_a_grammar_is_read_back(language: str, data: st.DataObject) -> None:
    made_by = renderer(language)
    number = data.draw(st.integers(0, len(made_by.own) - 1), "template")
    block = made_by.table["blocks"][made_by.own[number][1]]
    tool, lists = block["intent"], made_by.table["lists"]
    text = made_by.own[number][0]
    wanted = block.get("slots", {}).get("action", "") or next((SETTING[name] for name in SETTING if name in text), "")

    def fill(name: str, about: Sequence[str]) -> str | None:
        if name in SAID:
            return SAID[name][language]
        if name in FREE[language]:
            return FREE[language][name]
        if name == "color":
            return COLOR[language]
        if name == "target":
            left = {"home-state": ("scene", "camera"), "home-control": () if about else ("scene",)}.get(tool, ())
            kept = [thing for thing in things() if thing.kind not in left]
            fit = [thing.name for thing in kept if able(thing, about, wanted if tool == "home-control" else "")]
            return data.draw(st.sampled_from(fit), "target") if fit else None
        return str(data.draw(st.sampled_from(lists[name]["values"]), name))

    try:
        made = made_by.render(number, lambda count: data.draw(st.integers(0, count - 1)), fill)
    except CannotFillError:
        reject()
    found = household().read(made.text, language)
    assert [asked.key for asked in found] == [asked.key for asked in expected(made, tool)], made.text


WORDS = st.one_of(
    st.text("abcdefghiklmnoprstuvwz", min_size=4, max_size=9),
    st.text("äöüßabdegklmnorstuw", min_size=5, max_size=9),
    st.text("éèêçàôîabdglmnoprst", min_size=5, max_size=9),
    st.text("ñáéíóúabcdlmnoprst", min_size=5, max_size=9),
    st.text("абвгдежзиклмнопрст", min_size=5, max_size=9),
)
NAMES = st.one_of(
    st.lists(WORDS, min_size=1, max_size=3).map(" ".join),
    st.builds("{}'s {}".format, WORDS, WORDS),
    st.builds("{}’s {}".format, WORDS, WORDS),
    st.builds("l'{}".format, WORDS),
    st.builds("{}-{}".format, WORDS, WORDS),
)
HAN = st.text("春夏秋冬东南西北山水木石竹梅", min_size=2, max_size=5)
SWITCHES = frozenset({"turn_on", "turn_off"})


def same(one: str, other: str) -> bool:
    """Whether two names are the same but for their article, the form of their letters and apostrophes."""
    plain = [unicodedata.normalize("NFC", text).replace("’", "'").casefold() for text in (one, other)]
    return without_article(plain[0]) == without_article(plain[1])


@CALM
@given(name=NAMES, other=NAMES, form=st.sampled_from(["NFC", "NFD"]), upper=st.booleans())
@example(name="Jürgens Lampe", other="Büro", form="NFD", upper=True)
@example(name="l'entrée", other="O'Brien's lamp", form="NFC", upper=False)
def test_names_with_umlauts_accents_and_apostrophes_are_read_as_they_are_said(
    name: str, other: str, form: str, upper: bool
) -> None:
    assume(not same(name, other) and "ß" not in name)
    present = [Thing(name, "switch", actions=SWITCHES), Thing(other, "switch", actions=SWITCHES)]
    asked = Household(lambda: present, folder=folder())
    said = unicodedata.normalize(form, name.upper() if upper else name)  # type: ignore[arg-type]
    for sentence in (f"turn on the {said}", f"schalte {said} ein", f"allume {said}", f"enciende {said}"):
        language = {"t": "en", "s": "de", "a": "fr", "e": "es"}[sentence[0]]
        (found,) = asked.read(sentence, language)
        assert found.args["action"] == "turn_on"
        assert same(found.args["target"], name), sentence


@CALM
@given(name=HAN, other=HAN)
def test_chinese_names_are_read_as_they_are_said(name: str, other: str) -> None:
    assume(name not in other and other not in name)
    present = [Thing(name, "switch", actions=SWITCHES), Thing(other, "switch", actions=SWITCHES)]
    asked = Household(lambda: present, folder=folder())
    for sentence in (f"打开{name}", f"把{name}打开", f"请帮我打开{name}"):
        (found,) = asked.read(sentence)
        assert found.args == {"action": "turn_on", "target": name}


@pytest.mark.parametrize("language", OWN)
def test_every_template_of_ours_can_be_read_by_hassil(language: str) -> None:
    table = table_of(language, folder())
    known = {*table["lists"], "target", "percent", "degrees", "duration", "moment", "list"}
    for text, place, _, lists in table["templates"]:
        if table["blocks"][place].get("own"):
            assert set(lists) <= known, text
