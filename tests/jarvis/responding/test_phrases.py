"""Every language says the same things, and counts and joins as its grammar wants."""

from __future__ import annotations

from collections.abc import Mapping
from string import Formatter
from typing import ClassVar

import pytest

from jarvis.responding.phrases import Named, Phrases, languages, phrases_for
from jarvis.responding.phrases.english_words import counted, one, plural, with_article
from jarvis.responding.phrases.objects import object_names
from jarvis.tools import standing
from jarvis.tools.toolset import builtin_tools

OTHERS = [code for code in languages() if code != "en"]
SOURCE_FORMS = {"of", "within", "out_of", "src", "obj", "start"}


def fields(template: str) -> set[str]:
    return {name for _, name, _, _ in Formatter().parse(template) if name}


def own_fields(template: str) -> set[str]:
    """Without the forms of the source, of which each language takes the one that it needs."""
    return fields(template) - SOURCE_FORMS


@pytest.mark.parametrize("code", OTHERS)
def test_every_template_of_english_exists_with_the_same_fields(code: str) -> None:
    english, other = phrases_for("en").texts, phrases_for(code).texts
    assert {key for key in other if not key.endswith(".object")} == set(english)
    different = {key for key in english if own_fields(english[key]) != own_fields(other[key])}
    assert different <= {"text.translation"}


@pytest.mark.parametrize("code", languages())
def test_the_output_of_every_task_type_has_a_name(code: str) -> None:
    assert set(phrases_for(code).nouns) == {*builtin_tools(), standing.TOOL, "*"}


@pytest.mark.parametrize("code", OTHERS)
def test_every_coco_class_has_a_name_in_every_language(code: str) -> None:
    names = object_names(code)
    assert len(names) == 82
    assert set(names) == set(object_names("zh"))
    assert all(len(forms) == (2 if code == "zh" else 3) and all(forms) for forms in names.values())


@pytest.mark.parametrize(
    ("wanted", "got"), [("de-AT", "de"), ("zh_CN", "zh"), ("FR", "fr"), ("ja", "en"), ("", "en"), (None, "en")]
)
def test_a_language_without_phrases_is_answered_in_english(wanted: str | None, got: str) -> None:
    assert phrases_for(wanted).code == got


@pytest.mark.parametrize(
    ("noun", "one", "two"),
    [
        ("cup", "a cup", "2 cups"),
        ("orange", "an orange", "2 oranges"),
        ("person", "a person", "2 people"),
        ("knife", "a knife", "2 knives"),
        ("bus", "a bus", "2 buses"),
        ("wine glass", "a wine glass", "2 wine glasses"),
        ("mouse", "a mouse", "2 mice"),
        ("sheep", "a sheep", "2 sheep"),
        ("strawberry", "a strawberry", "2 strawberries"),
        ("toy", "a toy", "2 toys"),
        ("unicorn", "a unicorn", "2 unicorns"),
        ("umbrella", "an umbrella", "2 umbrellas"),
        ("hourglass", "an hourglass", "2 hourglasses"),
        ("scissors", "a pair of scissors", "2 pairs of scissors"),
        ("broccoli", "broccoli", "2 × broccoli"),
    ],
)
def test_english_counts_with_the_right_plural_and_article(noun: str, one: str, two: str) -> None:
    assert (counted(noun, 1), counted(noun, 2)) == (one, two)


def test_english_nouns_that_are_pairs_or_masses_take_no_article() -> None:
    assert with_article("sunglasses") == "sunglasses"
    assert plural("hot dog") == "hot dogs"


@pytest.mark.parametrize(
    ("label", "noun"),
    [
        ("a mug", "mug"),
        ("My mugs", "mug"),
        ("an orange", "orange"),
        ("all the", "the"),
        ("people", "person"),
        ("wineglasses", "wineglass"),
        ("buses", "bus"),
        ("bus", "bus"),
        ("horses", "horse"),
        ("houses", "house"),
        ("benches", "bench"),
        ("lorries", "lorry"),
        ("ties", "tie"),
        ("computer mice", "computer mouse"),
        ("furniture", "furniture"),
        ("scissors", "scissors"),
        ("a", "a"),
    ],
)
def test_one_of_what_the_user_named_in_english(label: str, noun: str) -> None:
    assert one(label) == noun


@pytest.mark.parametrize("label", sorted(object_names("de")))
def test_the_plural_of_every_coco_class_is_known_as_the_class(label: str) -> None:
    for code in languages():
        names = [plural(label), f"my {plural(label)}", *object_names(code).get(label, ())[:-1]]
        assert {phrases_for(code).own_name(name, label) for name in names} == {label}


def test_a_name_of_the_users_own_is_kept() -> None:
    assert phrases_for("en").own_name("my mugs", "cup") == "mug"
    assert phrases_for("de").own_name("Becher", "cup") == "Becher"


@pytest.mark.parametrize(
    ("code", "one", "two", "unknown"),
    [
        ("en", "a dog", "2 dogs", "a gizmo"),
        ("zh", "一只狗", "2 只狗", "“gizmo”"),
        ("de", "ein Hund", "2 Hunde", "„gizmo“"),
        ("es", "un perro", "2 perros", "«gizmo»"),
        ("fr", "un chien", "2 chiens", "«\u00a0gizmo\u00a0»"),
    ],
)
def test_objects_are_counted_in_each_language(code: str, one: str, two: str, unknown: str) -> None:
    phrases = phrases_for(code)
    assert [phrases.counted("dog", 1), phrases.counted("dog", 2), phrases.counted("gizmo", 1)] == [one, two, unknown]


@pytest.mark.parametrize(
    ("code", "items", "joined"),
    [
        ("en", ["a", "b", "c"], "a, b and c"),
        ("zh", ["猫", "狗", "cup"], "猫、狗和 cup"),
        ("de", ["a", "b"], "a und b"),
        ("es", ["agujas", "hilo"], "agujas e hilo"),
        ("es", ["agua", "hielo"], "agua y hielo"),
        ("fr", ["a"], "a"),
        ("en", [], ""),
    ],
)
def test_lists_end_in_the_word_for_and(code: str, items: list[str], joined: str) -> None:
    assert phrases_for(code).join(items) == joined


@pytest.mark.parametrize(
    ("code", "name", "of"),
    [
        ("en", "the page", " of the page"),
        ("de", "dem Text", " von dem Text"),
        ("es", "el texto", " del texto"),
        ("es", "la página", " de la página"),
        ("fr", "le texte", " du texte"),
        ("fr", "les objets", " des objets"),
        ("fr", "l’image", " de l’image"),
        ("zh", "page.png", "page.png 的"),
    ],
)
def test_prepositions_melt_with_articles(code: str, name: str, of: str) -> None:
    assert phrases_for(code).of(Named(name, name)) == of


def test_a_file_name_never_melts_with_a_preposition() -> None:
    assert phrases_for("es").of(Named.same("el mar.jpg")) == " de el mar.jpg"
    assert phrases_for("fr").of(Named.same("le chat.jpg")) == " de le chat.jpg"


@pytest.mark.parametrize(
    ("share", "shown"), [(0.62, "62 %"), (0.999, ">99 %"), (1.0, ">99 %"), (0.0, "<1 %"), (0.006, "1 %")]
)
def test_a_probability_is_never_told_as_certain(share: float, shown: str) -> None:
    assert phrases_for("en").percent(share) == shown


def test_a_score_that_is_no_probability_is_told_as_a_number() -> None:
    assert phrases_for("de").certainty(12.345) == " (12,35)"
    assert phrases_for("en").certainty(None) == ""


@pytest.mark.parametrize(
    ("code", "name", "said"),
    [("en", "French", "French"), ("zh", "french", "法语"), ("de", "fr", "Französisch"), ("es", "Klingon", "Klingon")],
)
def test_languages_are_called_as_the_answer_calls_them(code: str, name: str, said: str) -> None:
    assert phrases_for(code).language(name) == said


@pytest.mark.parametrize(
    ("message", "ended"),
    [
        ("run it again", "run it again."),
        ("is it on?", "is it on?"),
        ("say “yes.”", "say “yes.”"),
        ("再试一次", "再试一次。"),
    ],
)
def test_a_message_ends_once(message: str, ended: str) -> None:
    assert phrases_for("zh").ended(message) == ended


def test_values_are_put_in_as_they_are_even_with_braces() -> None:
    class Small(Phrases):
        texts: ClassVar[Mapping[str, str]] = {"text": "Text: {text}"}

    assert Small().say("text", text="{of} {0} {") == "Text: {of} {0} {"
