"""German: when, on which condition, and what is told."""

from __future__ import annotations

from jarvis.standing.spoken.base import Tongue

_ONES = (
    "eins zwei drei vier fünf sechs sieben acht neun zehn elf zwölf dreizehn vierzehn fünfzehn sechzehn siebzehn "
    "achtzehn neunzehn zwanzig einundzwanzig zweiundzwanzig dreiundzwanzig vierundzwanzig fünfundzwanzig"
)
_NUMBERS = {word: n for n, word in enumerate(_ONES.split(), 1)} | {
    "ein": 1, "eine": 1, "einem": 1, "einer": 1, "dreißig": 30, "vierzig": 40, "fünfundvierzig": 45, "fünfzig": 50,
    "fünfundfünfzig": 55, "fünfunddreißig": 35, "sechzig": 60,
}  # fmt: skip
_PART = (
    r"(?: (?P<part>morgens|früh|am morgen|in der früh|vormittags|am vormittag|nachmittags|am nachmittag|abends|am abend|"
    r"nachts|in der nacht))?"
)
_AT = r"(?:um|gegen|ab) "
_BECOMES = r"{HOLD}{WINDOW} {BECOMES}"
_PLANS = (
    r"(?:daueraufträge?n?|routinen?|automatisierung(?:en)?|automation(?:en)?|dauerpl[aä]ne?n?|stehenden? pl[aä]ne?)"
)

GERMAN = Tongue(
    code="de",
    hints=r"jede|tag bis|mittwoch bis|täglich|stündlich|alle|werktags|wochen|tags\b|mittwochs|montag|wenn|sobald|falls|nächste mal|aufträg|auftrag|routine|"
    r"automati|plän|plan|immer",
    numbers=_NUMBERS,
    fractions={"halb": -30, "viertel": 15, "dreiviertel": -15},
    before=frozenset({"vor"}),
    parts={
        "morgens": "morning", "früh": "morning", "am morgen": "morning", "in der früh": "morning", "morgen": "morning",
        "vormittags": "morning", "am vormittag": "morning", "vormittag": "morning", "nachmittags": "afternoon",
        "am nachmittag": "afternoon", "nachmittag": "afternoon", "abends": "evening", "am abend": "evening",
        "abend": "evening", "nachts": "night", "in der nacht": "night", "nacht": "night", "mittags": "noon",
        "mittag": "noon", "am mittag": "noon", "mitternacht": "midnight", "um mitternacht": "midnight",
    },
    clocks=(
        r"(?P<noon>um mitternacht|am mittag|mittags|mitternacht)",
        rf"{_AT}(?P<m>halb|dreiviertel) (?P<h>{{N}}){_PART}",
        rf"{_AT}(?P<m>viertel|{{N}})(?: minuten)? (?P<dir>nach|vor) (?P<h>{{N}})(?: uhr)?{_PART}",
        rf"(?:{_AT})?(?P<h>\d{{1,2}})[:.](?P<m>\d\d)(?: uhr)?{_PART}",
        rf"(?:{_AT})?(?P<h>{{N}}) uhr(?: (?P<m>{{N}}))?{_PART}",
        rf"{_AT}(?P<h>{{N}}){_PART}",
        rf"(?P<h>{{N}}){_PART[:-1]}",
    ),
    days=("montags?", "dienstags?", "mittwochs?", "donnerstags?", "freitags?", "samstags?|sonnabends?", "sonntags?"),
    units={"minute": 1, "minuten": 1, "stunde": 60, "stunden": 60, "halbe stunde": 30, "viertelstunde": 15,
           "stündlich": 60},
    ordinals={"ersten": 1, "zweiten": 2, "dritten": 3, "fünften": 5, "zehnten": 10, "fünfzehnten": 15, "letzten": -1,
              "letzten tag": -1, "ersten tag": 1},
    comes_again=(
        ("range", r"(?:jeden tag )?(?:von )?(?P<first>{D}) bis (?P<last>{D})"),
        ("month", r"(?:jeden monat )?am (?P<nth>ersten tag|letzten tag|ersten|letzten|\d{1,2}\.) (?:jedes|eines jeden) monats"),
        ("month", r"jeden monat am (?P<nth>ersten|letzten|\d{1,2}\.)"),
        ("other", r"(?:jeden (?P<n>zweiten|dritten) tag|alle (?P<n2>{N}) tage)"),
        ("weekday", r"(?:an )?(?:jedem|jeden) (?:werktag|wochentag|arbeitstag)|werktags|wochentags|unter der woche|an (?:allen )?werktagen"),
        ("weekend", r"(?:an )?(?:jedem|jedes) wochenende|am wochenende immer|an wochenenden"),
        ("names", r"(?:an )?(?:jeden|jedem|immer) (?P<names>(?:am )?{D}(?:(?:,| und|, und) (?:jeden |am )?{D})*)(?: (?P<part>morgen|vormittag|nachmittag|abend))?"),
        ("names", r"(?P<names>\w+tags(?:(?:,| und|, und) \w+tags)*|mittwochs)"),
        ("interval", r"(?:jede|alle) (?P<unit>halbe stunde|viertelstunde|stunde|minute)|(?P<hourly>stündlich)"),
        ("interval", r"alle (?P<n>{N}) (?P<unit>minuten|stunden)"),
        ("part", r"jeden (?P<part>morgen|vormittag|mittag|nachmittag|abend)|jede (?P<part2>nacht)"),
        ("day", r"jeden tag|täglich|an jedem tag|tag für tag"),
    ),
    joins=r"(?:,? und |,? |, )",
    also=r",? und (?:dann |danach )?|, ",
    spaced=True,
    hold=r"(?: (?:länger als |mehr als |mindestens |seit )?(?P<hold>{N}) (?P<unit>minuten?|stunden?|sekunden?)(?: lang)?)",
    ifs=r"falls",
    static=r".* ist|offen|auf",
    always=r"immer wenn|jedes mal,? wenn|jedesmal,? wenn",
    next_time=r"das nächste mal,? wenn",
    when=(rf"(?P<how>immer wenn|jedes mal,? wenn|jedesmal,? wenn|das nächste mal,? wenn|sobald|wenn|falls) (?P<thing>.{{2,60}}?){_BECOMES}",),
    becomes={
        "done": r"(?:fertig|durch|zu ende|abgelaufen) (?:ist|wird)|fertig (?:gewaschen|gespült|geworden) (?:hat|ist)",
        "open": r"aufgeht|aufgemacht wird|geöffnet (?:wird|ist)|sich öffnet|(?:offen|auf) (?:ist|steht)",
        "closed": r"zugeht|zugemacht wird|geschlossen (?:wird|ist)|sich schließt|zu ist",
        "on": r"angeht|an(?:geschaltet|gemacht) wird|eingeschaltet wird|an ist",
        "off": r"ausgeht|aus(?:geschaltet|gemacht) wird|aus ist",
        "running": r"startet|anläuft|anfängt|losgeht|läuft",
        "locked": r"(?:abgeschlossen|verriegelt) (?:wird|ist)",
        "unlocked": r"(?:aufgeschlossen|entriegelt) (?:wird|ist)",
        "motion": r"(?:eine )?(?:bewegung|jemanden) (?:erkennt|meldet|sieht|bemerkt)",
        "rings": r"klingelt|läutet",
        "above": r"(?:auf )?(?:über|mehr als|wärmer als) (?P<value>-?\d+(?:,\d+)?|{N})(?: ?(?:grad|prozent|%|°c?|watt))? (?:steigt|ist|geht|liegt|klettert|hat|wird)",
        "below": r"(?:auf )?(?:unter|weniger als|kälter als) (?P<value>-?\d+(?:,\d+)?|{N})(?: ?(?:grad|prozent|%|°c?|watt))? (?:fällt|sinkt|ist|geht|liegt|hat|wird)",
    },
    between=(
        r"(?: zwischen (?P<after>{T}) und (?P<before>{T})| von (?P<after2>{T}) bis (?P<before2>{T}))",
        r"(?: nach (?P<after>{T})| vor (?P<before>{T}))",
        r"(?: (?P<part>nachts|in der nacht|morgens|am morgen|abends|am abend|nachmittags|am nachmittag))",
    ),
    no_thing=r"(?:es|du|ich|wir|er|sie|das$|dies$|jemand|niemand|man|was|wer|mein chef|ihr)\b",
    tells=r"(?:(?:sag|sage|gib|melde|sagt)(?: (?:mir|uns|allen))?(?: (?:es|das|bescheid))*(?: (?:im|in der|in den|am|auf der) (?P<room>[\wäöüß' -]{2,40}?))?"
    r"(?: (?:an|bescheid|durch))?|(?:benachrichtige|informiere|warne|warn) (?:mich|uns)(?: (?:im|in der|am) (?P<room2>[\wäöüß' -]{2,40}?))?|"
    r"(?:kündige|künde|kündig) (?:es|das)(?: (?:im|in der|am) (?P<room3>[\wäöüß' -]{2,40}?))? an)",
    reminds=r"(?:wecke? (?:mich|uns)(?: auf)?|stelle? (?:mir |uns )?(?:einen|den|meinen) (?:wecker|alarm)(?: auf)?|"
    r"erinnere? (?:mich|uns)(?:,? (?:daran,? |an )?(?P<label>.+))?)",
    weather=r"(?:lies|lese|sage?|nenne?|gib|erzähle?)(?: mir| uns)? (?:das wetter|den wetterbericht|die wettervorhersage)(?: vor| an| durch)?|das wetter (?:vorlesen|ansagen)",
    polite=r"(?:(?:bitte|jarvis|hey jarvis|ab (?:jetzt|heute|sofort)|dann|und|so),? )*(?:(?:kannst|könntest|würdest|wirst) du (?:bitte )?)?(?:bitte )?",
    plain=r"(?!.*(?:schalten|machen|lesen|öffnen|schließen|stellen|ansagen|spielen|starten|gießen|fahren|sagen|prüfen|saugen)$)(?:ich|wir|er|sie|es|du|man|der|die|das|den|ein|eine|mein|meine|unser|was|wie|wer|warum|wo|wann|welche[rs]?|ist|"
    r"sind|war|hat|habe|haben|gibt|geht|gehe|stehe|steht|scheint|in|auf|viele|alle|jeder|zu|von|mit)\b",
    doing=r"(?:schalte?|mache?|stelle?|setze?|dimme?|öffne|schließe?|sperre?|verriegle|starte?|stoppe?|spiele?|lies|lese|sage?|"
    r"kündige?|gib|zeige?|prüfe?|gieße?|bewässere|sauge?|aktiviere?|melde?|schicke?|nimm|wecke?|erinnere?|heize?|"
    r"fahre?|lasse?|benachrichtige|informiere|warne?|fasse|hole?|füge?|setz|erzähle?|nenne?|schau|mir|uns|das|die|den)\b",
    about=r"\b(?:wann|wenn|ob|über|wer|dass|warum|wie|wo|weil|während|namens|genannt|heißt|sagt)\b|[:\"„]",
    manages=(
        ("list", rf"(?:(?:liste?|zeige?|nenne?|lies|sage?)(?: mir)?|was sind|welche)(?: alle)?(?: meine| die| mir)? ?{_PLANS}(?: (?:habe ich|gibt es|sind aktiv|laufen|auf|an|vor|hast du))?"),
        ("remove", rf"(?:lösche?|entferne?|streiche?|beende?|vergiss|storniere?) (?:alle )?(?:den |die |das |meine[nm]? )?(?P<what>.*?)[ -]?{_PLANS}(?: (?:über|für|mit|zum|zur|namens|von) (?P<what2>.+))?"),
        ("remove", r"(?:hör|höre) auf,? (?P<what>.*(?:jede[nms]?|täglich|immer|stündlich|\w+tags) .*)"),
        ("remove", r"(?P<what>.*) nicht mehr (?P<what2>(?:jede[nms]?|täglich|immer|stündlich|\w+tags) .*)"),
        ("remove", r"(?P<what>.*(?:jede[nms]?|täglich|stündlich|\w+tags) .*) nicht mehr(?: (?:vor|an|aus|ein))?"),
        ("pause", rf"(?:pausiere|unterbrich|deaktiviere|setze?) (?:den |die |das |meine[nm]? )?(?P<what>.*?)[ -]?{_PLANS}(?: aus)?(?: (?:für|mit|zum|zur) (?P<what2>.+))?"),
        ("resume", rf"(?:aktiviere|setze?) (?:den |die |das |meine[nm]? )?(?P<what>.*?)[ -]?{_PLANS}(?: (?:fort|wieder))?(?: (?:für|mit|zum|zur) (?P<what2>.+))?"),
        ("change", rf"(?:ändere?|verschiebe?|verlege?|stelle?) (?:den |die |das |meine[nm]? )?(?P<what>.*?)[ -]?{_PLANS} (?:auf|zu) (?P<when>.+)"),
    ),
    yes=r"(?:ja|jawohl|jo|klar|gerne?|okay|ok|mach das|mach es|mach(?:e)? es so|behalte (?:es|ihn)|genau|richtig|in ordnung|passt|natürlich|bitte|unbedingt)",
    no=r"(?:nein|nee|nö|lieber nicht|nicht|vergiss es|abbrechen|lass (?:es|das)|stopp|stop|doch nicht)",
    texts={
        "every day": "jeden Tag", "every weekday": "von Montag bis Freitag", "every weekend": "jeden Samstag und Sonntag",
        "every names": "jeden {days}", "and": " und ", "comma": ", ", "other day": "alle {n} Tage",
        "month": "am {nth}. jedes Monats", "month.last": "am letzten Tag jedes Monats",
        "interval": "alle {n} min", "interval.hours": "alle {n} h", "interval.hour": "jede Stunde",
        "at": " um {times}", "window": " von {first} bis {last}", "after": " nach {first}", "before": " vor {last}",
        "day.0": "Montag", "day.1": "Dienstag", "day.2": "Mittwoch", "day.3": "Donnerstag", "day.4": "Freitag",
        "day.5": "Samstag", "day.6": "Sonntag",
        "when": "jedes Mal, wenn {thing} {said}", "when.once": "das nächste Mal, wenn {thing} {said}", "hold": " ({length} lang)",
        "then": ", dann ", "tell": "Bescheid sagen", "tell.room": "ansagen ({room})",
        "several": "Bitte nur einen Dauerauftrag auf einmal.", "ask": "{when}: {plan}. Soll ich das behalten?",
        "ask.allow": "{when}: {plan}. Nicht rückgängig zu machen ist: {deeds}; es geschähe jedes Mal ohne Nachfrage. Soll ich das behalten?",
        "timer.due": "Der Timer „{label}“ ist abgelaufen.", "timer.due.plain": "Der Timer ist abgelaufen.",
        "timer.late": "Der Timer „{label}“ ist vor {ago} abgelaufen.", "timer.late.plain": "Der Timer ist vor {ago} abgelaufen.",
        "alarm.due": "Es ist {time}.", "alarm.late": "Der Wecker war auf {time} gestellt, das war vor {ago}.",
        "reminder.due": "Erinnerung: {label}.", "reminder.late": "Erinnerung: {label}. Sie war für {time}, vor {ago}.",
        "became": "Es ist so weit: {thing} {said}.", "missed": "„{plan}“ fiel um {time} aus, weil ich nicht lief.",
        "missed.many": "„{plan}“ fiel {count}-mal aus, zuletzt um {time}, weil ich nicht lief.",
        "late": "{ago} zu spät: {answer}",
        "failed": "„{plan}“ ist gescheitert: {problem}", "paused": "„{plan}“ ist dreimal nacheinander gescheitert und ruht jetzt: {problem}",
        "days": "{n} Tagen", "hours": "{n} Stunden", "minutes": "{n} Minuten", "seconds": "{n} Sekunden",
        "days.left": "{n} Tage", "day.ago": "einem Tag", "hour.ago": "einer Stunde", "minute.ago": "einer Minute", "second.ago": "einer Sekunde", "day": "1 Tag", "hour": "1 Stunde", "minute": "1 Minute", "second": "1 Sekunde",
        "added": "Gemerkt: {when}: {plan}.", "added.idle": " Zurzeit läuft nichts, was es täte: `jarvis keep` startet es.",
        "declined": "Es wurde nichts behalten.", "removed": "Gelöscht: {when}: {plan}.", "paused.told": "Ruht jetzt: {when}: {plan}.",
        "resumed": "Geht weiter: {when}: {plan}.", "changed": "Geändert: {when}: {plan}.", "none": "Es gibt keine Daueraufträge.",
        "list": "{count} Daueraufträge. {plans}", "list.one": "Ein Dauerauftrag. {plans}", "listed": "{when}: {plan}{state}.",
        "state.paused": " (ruht)", "next": " (nächstes Mal {next})",
        "set.timer": "Der Timer{label} ist gestellt ({left}).", "set.alarm": "Der Wecker ist gestellt ({at}).",
        "set.reminder": "Die Erinnerung{label} ist gesetzt ({at}).", "set.idle": " Zurzeit läuft nichts, was klingeln würde: `jarvis keep` startet es.",
        "left.timer": "Timer{label}: noch {left}.", "left.alarm": "Wecker: {at}.", "left.reminder": "Erinnerung{label}: {at}.",
        "ended": "Abgebrochen:{label} {at}.", "timer.none": "Es läuft kein Timer.",
        "quote": " „{label}“",
    },
    deeds={
        "weather": "das Wetter", "text-to-speech": "vorlesen", "home-state": "Zustand von {target}",
        "camera-snapshot": "Bild von {target}", "list-item": "{action} {item} ({list})", "timer": "Timer",
        "turn_on": "{target} einschalten", "turn_off": "{target} ausschalten", "open": "{target} öffnen",
        "close": "{target} schließen", "lock": "{target} abschließen", "unlock": "{target} aufschließen",
        "play": "{value} abspielen ({target})", "pause": "{target} anhalten", "start": "{target} starten",
        "stop": "{target} stoppen", "activate": "{target} aktivieren", "set_brightness": "{target} auf {value} stellen",
        "set_temperature": "{target} auf {value} stellen", "set_color": "{target} auf {value} stellen",
        "set_volume": "{target} auf {value} stellen",
    },
)  # fmt: skip
