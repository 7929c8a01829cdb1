"""Sentences in five languages: standing plans, repeating reminders, talk about plans, and all that is none of these."""

from __future__ import annotations

import json
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from jarvis.standing.clauses import Managing, Reminder, Wish, understood
from jarvis.standing.grammar import schedule_of
from jarvis.standing.records import Plan
from jarvis.standing.schedule import WEEKDAYS, WEEKEND, Schedule
from jarvis.standing.spoken import TONGUES
from jarvis.standing.spoken.base import Tongue
from jarvis.standing.words import when_said

DAILY = Schedule((420,))
WORK = Schedule((390,), WEEKDAYS)

TIMED = [
    ("every day at seven read me the weather", DAILY, "read me the weather"),
    ("Read me the weather every day at 7 am, please.", DAILY, "Read me the weather"),
    ("every weekday at 6:30 turn on the heating", WORK, "turn on the heating"),
    ("turn on the heating at half past six every weekday", WORK, "turn on the heating"),
    ("can you read me the news every evening at half past six?", Schedule((1110,)), "read me the news"),
    ("turn off all lights every night", Schedule((1320,)), "turn off all lights"),
    ("every monday and thursday at 8 pm and at 9:15 pm water the garden", Schedule((1200, 1275), frozenset({0, 3})),
     "water the garden"),
    ("every 30 minutes check the garage camera", Schedule(interval=30), "check the garage camera"),
    ("every hour between 9 and 17 tell me the time", Schedule(interval=60, window=(540, 1020)), "tell me the time"),
    ("on the first of every month at noon check the humidity", Schedule((720,), month_days=(1,)), "check the humidity"),
    ("every weekend at quarter to ten play some jazz", Schedule((585,), WEEKEND), "play some jazz"),
    ("at seven every morning open the blinds", DAILY, "open the blinds"),
    ("jeden Tag um sieben lies mir das Wetter vor", DAILY, "lies mir das Wetter vor"),
    ("Lies mir jeden Tag um sieben das Wetter vor", DAILY, "Lies mir das Wetter vor"),
    ("Schalte werktags um halb sieben die Heizung ein", WORK, "Schalte die Heizung ein"),
    ("Jeden Morgen um viertel nach sechs Uhr das Licht im Bad einschalten", Schedule((375,)),
     "das Licht im Bad einschalten"),
    ("Schalte jeden Samstag um zehn Uhr abends den Fernseher aus", Schedule((1320,), frozenset({5})),
     "Schalte den Fernseher aus"),
    ("chaque jour à sept heures lis-moi la météo", DAILY, "lis-moi la météo"),
    ("Lis-moi la météo tous les jours à 7h30", Schedule((450,)), "Lis-moi la météo"),
    ("allume le chauffage du lundi au vendredi à six heures et demie", WORK, "allume le chauffage"),
    ("tous les soirs à huit heures moins le quart, ferme les volets", Schedule((1185,)), "ferme les volets"),
    ("cada día a las siete léeme el tiempo", DAILY, "léeme el tiempo"),
    ("léeme el tiempo todos los días a las siete y media", Schedule((450,)), "léeme el tiempo"),
    ("enciende la calefacción de lunes a viernes a las 6:30", WORK, "enciende la calefacción"),
    ("cada noche a las diez apaga las luces", Schedule((1320,)), "apaga las luces"),
    ("每天早上七点给我读天气", DAILY, "给我读天气"),
    ("每个工作日六点半打开暖气", WORK, "打开暖气"),
    ("每周一和周四晚上八点浇花", Schedule((1200,), frozenset({0, 3})), "浇花"),
    ("每半小时检查一下车库摄像头", Schedule(interval=30), "检查一下车库摄像头"),
]  # fmt: skip


@pytest.mark.parametrize(("text", "schedule", "request_"), TIMED)
def test_a_request_is_divided_into_when_and_what(text: str, schedule: Schedule, request_: str) -> None:
    found = understood(text)
    assert isinstance(found, Wish)
    assert (found.schedule, found.request) == (schedule, request_)


CONDITIONS = [
    ("when the washing machine is done, announce it in the kitchen", "the washing machine", "done", "", "kitchen",
     False),
    ("if the front door opens after ten at night tell me", "the front door", "open", "", "", False),
    ("tell me when the washing machine is done", "the washing machine", "done", "", "", True),
    ("turn on the fan whenever the temperature in the office rises above 25 degrees",
     "the temperature in the office", "above", "turn on the fan", "", False),
    ("when the window is open for ten minutes tell me and turn off the heating", "the window", "open",
     "turn off the heating", "", False),
    ("Wenn die Waschmaschine fertig ist, sag es in der Küche an", "die Waschmaschine", "done", "", "Küche", False),
    ("Wenn die Haustür nach zehn Uhr abends aufgeht, sag mir Bescheid", "die Haustür", "open", "", "", False),
    ("Wenn das Fenster im Bad länger als zehn Minuten offen ist, schalte die Heizung aus", "das Fenster im Bad", "open",
     "schalte die Heizung aus", "", False),
    ("quand la machine à laver est terminée, annonce-le dans la cuisine", "la machine à laver", "done", "", "cuisine",
     False),
    ("si la porte d'entrée s'ouvre après dix heures du soir, préviens-moi", "la porte d'entrée", "open", "", "", False),
    ("cuando la lavadora termine, anúncialo en la cocina", "la lavadora", "done", "", "cocina", False),
    ("avísame cuando termine la lavadora", "la lavadora", "done", "", "", True),
    ("洗衣机洗完的时候在厨房播报一下", "洗衣机", "done", "", "厨房", False),
    ("如果晚上十点以后前门打开了，告诉我", "前门", "open", "", "", False),
    ("当办公室温度超过25度时打开风扇", "办公室温度", "above", "打开风扇", "", False),
]  # fmt: skip


@pytest.mark.parametrize(("text", "thing", "becomes", "request_", "room", "once"), CONDITIONS)
def test_a_condition_is_divided_into_what_becomes_of_which_thing_and_what_to_do(
    text: str, thing: str, becomes: str, request_: str, room: str, once: bool
) -> None:
    found = understood(text)
    assert isinstance(found, Wish)
    assert found.condition
    assert (found.condition.thing, found.condition.becomes) == (thing, becomes)
    assert (found.request, found.room, found.once) == (request_, room, once)
    assert found.tell is (found.request in ("", "turn off the heating"))


def test_a_condition_says_at_which_hours_above_what_and_for_how_long() -> None:
    night = understood("if the front door opens after ten at night tell me")
    warm = understood("wenn die Temperatur im Büro über 25 Grad steigt, schalte den Ventilator ein")
    long = understood("when the window is open for ten minutes tell me")
    assert isinstance(night, Wish) and night.condition and night.condition.window == (22 * 60, 6 * 60)
    assert isinstance(warm, Wish) and warm.condition and warm.condition.value == 25
    assert isinstance(long, Wish) and long.condition and long.condition.hold == 600


@pytest.mark.parametrize(
    ("text", "at", "label"),
    [
        ("remind me every day at 9 to take my pills", "every day at 9", "take my pills"),
        ("wake me every weekday at 7", "every weekday at 7", ""),
        ("set an alarm for 7 every day", "for 7 every day", ""),
        ("Erinnere mich jeden Tag um neun an meine Tabletten", "jeden Tag um neun", "meine Tabletten"),
        ("Weck mich jeden Werktag um sechs Uhr dreißig", "jeden Werktag um sechs Uhr dreißig", ""),
        ("rappelle-moi chaque jour à neuf heures de prendre mes médicaments", "chaque jour à neuf heures",
         "prendre mes médicaments"),
        ("recuérdame cada día a las nueve que tome mis pastillas", "cada día a las nueve", "tome mis pastillas"),
        ("每天九点提醒我吃药", "每天九点", "吃药"),
        ("每天早上六点叫我起床", "每天早上六点", ""),
    ],
)  # fmt: skip
def test_a_reminder_that_comes_again_is_one(text: str, at: str, label: str) -> None:
    found = understood(text)
    assert isinstance(found, Reminder)
    assert (found.at, found.label) == (at, label)
    assert schedule_of(found.at)


@pytest.mark.parametrize(
    ("text", "action", "what", "when"),
    [
        ("stop reading me the weather every morning", "remove", "reading me the weather every morning", ""),
        ("don't read me the weather every morning anymore", "remove", "read me the weather every morning", ""),
        ("delete the routine about the heating", "remove", "the heating", ""),
        ("what routines do I have?", "list", "", ""),
        ("list my standing plans", "list", "", ""),
        ("pause the heating routine", "pause", "heating", ""),
        ("change the weather routine to eight", "change", "weather", "eight"),
        ("Hör auf, mir jeden Morgen das Wetter vorzulesen", "remove", "mir jeden Morgen das Wetter vorzulesen", ""),
        ("Welche Routinen habe ich?", "list", "", ""),
        ("arrête de me lire la météo chaque matin", "remove", "me lire la météo chaque matin", ""),
        ("quelles sont mes routines ?", "list", "", ""),
        ("deja de leerme el tiempo cada mañana", "remove", "leerme el tiempo cada mañana", ""),
        ("¿qué rutinas tengo?", "list", "", ""),
        ("不要再每天早上给我读天气", "remove", "每天早上给我读天气", ""),
        ("我有哪些定时计划", "list", "", ""),
    ],
)
def test_talk_about_plans_is_told_from_plans(text: str, action: str, what: str, when: str) -> None:
    found = understood(text)
    assert isinstance(found, Managing)
    assert (found.action, found.what, found.when) == (action, what, when)


ALONE = """
describe photo.jpg
turn on the light at seven
turn on the light at seven tomorrow
set a timer for ten minutes
remind me at nine to take my pills
wake me at seven
what happens every day at seven?
how often do people sleep every day
write a story about a man who every day at seven reads the weather
translate 'every day at seven' into French
translate: I get up every day at seven
I get up every day at seven
every morning the sun rises
every second of the day counts
tell me a story about what I do every day
tell me if the front door is open
if the front door is open tell me
what is the weather like when it rains
when is the next train
remind me when I am home to call mum
say "every day at seven read me the weather"
stop the vacuum
turn off the light when you are done
Ich stehe jeden Tag um sieben auf
Was passiert jeden Tag um sieben?
Schalte um sieben das Licht ein
Übersetze „jeden Tag um sieben“ ins Englische
Erzähl mir eine Geschichte über einen Mann, der jeden Tag um sieben aufsteht
Stelle einen Timer auf zehn Minuten
je me lève chaque jour à sept heures
que se passe-t-il chaque jour à sept heures ?
allume la lumière à sept heures
traduis « chaque jour à sept heures » en anglais
me levanto cada día a las siete
enciende la luz a las siete
¿qué pasa cada día a las siete?
我每天早上七点起床
七点打开灯
每天早上七点会发生什么？
把“每天早上七点”翻译成英文
"""


@pytest.mark.parametrize("text", ALONE.strip().splitlines())
def test_what_is_for_once_asked_or_only_mentioned_is_left_alone(text: str) -> None:
    assert understood(text) is None


def test_of_the_requests_that_the_planner_learned_from_only_reminders_that_come_again_are_taken() -> None:
    folder = Path(__file__).parents[3] / "planners" / "training" / "written" / "plans"
    rows = [
        json.loads(line) for file in sorted(folder.glob("*.jsonl")) for line in file.read_text("utf-8").splitlines()
    ]
    texts = [row["request"] for row in rows if isinstance(row.get("request"), str)]

    taken = [text for text in texts if understood(text)]

    assert len(texts) > 2000
    assert all(isinstance(understood(text), Reminder) for text in taken), taken
    assert len(taken) < 5


def test_a_long_text_is_looked_at_no_further() -> None:
    assert understood("every day at seven read me the weather " * 20) is None


CASES = [(tongue, day, time) for tongue in TONGUES.values() for day in range(7) for time in (0, 390, 1439)]


@pytest.mark.parametrize(
    ("tongue", "day", "minute"), CASES, ids=lambda case: case.code if isinstance(case, Tongue) else ""
)
def test_what_is_told_is_understood_again(tongue: Tongue, day: int, minute: int) -> None:
    for days in (frozenset({day}), frozenset(range(7)), WEEKDAYS, frozenset({day, (day + 2) % 7})):
        schedule = Schedule((minute,), days)
        told = when_said(Plan("p", "", "x", schedule, language=tongue.code))
        assert schedule_of(told) == schedule, told


@settings(max_examples=300, deadline=None)
@given(st.text(max_size=120))
def test_no_text_breaks_it(text: str) -> None:
    understood(text)
    schedule_of(text)


@settings(max_examples=300, deadline=None)
@given(st.lists(st.sampled_from(sorted({word for text, *_ in TIMED + CONDITIONS for word in text.split()}))))
def test_no_words_in_any_order_break_it_and_what_is_taken_is_whole(words: list[str]) -> None:
    found = understood(" ".join(words))
    if isinstance(found, Wish):
        assert found.schedule or found.condition
        assert found.request or found.tell
