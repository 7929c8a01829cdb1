"""German."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from jarvis.responding.phrases.base import Named
from jarvis.responding.phrases.european import European

_TEXTS = {
    "of": " von {src}",
    "within": " in {src}",
    "out_of": " aus {src}",
    "stop": ".",
    "between": " ",
    # texts
    "text.optical-character-recognition": "Text{within}{note}: {text}",
    "text.automatic-speech-recognition": "Transkript{of}{note}: {text}",
    "text.image-to-text": "Beschreibung{of}{note}: {text}",
    "text.video-to-text": "Beschreibung{of}{note}: {text}",
    "text.translation": "Auf {language}{note}: {text}",
    "text.summarization": "Zusammenfassung{of}{note}: {text}",
    "text.answer": "Antwort{out_of}{note}: {text}",
    "text.answer.asked": "Antwort auf {question}{out_of}{note}: {text}",
    "text.text2text-generation": "Umgeschriebener Text{note}: {text}",
    "text.text2text-generation.asked": "Text nach der Anweisung {question}{note}: {text}",
    "text.web-search": "Im Netz gefunden{note}: {text}",
    "text.web-search.asked": "Im Netz gefunden zu {question}{note}: {text}",
    "text.weather": "Wetter{note}: {text}",
    "text.weather.place": "Wetter in {place}{note}: {text}",
    "text.*": "{subject}{note}: {text}",
    "empty": "{subject}: kein Inhalt.",
    "empty.optical-character-recognition": "Kein Text{within} gefunden.",
    "empty.automatic-speech-recognition": "Keine Worte{within} erkannt.",
    # things in pictures
    "found.one": "Gefunden{within}: {things}{scores}{note}.",
    "found.many": "{count} Dinge{within} gefunden: {things}{note}.",
    "found.none": "Nichts{within} gefunden{note}.",
    "found.none.named": "Nichts wie {labels}{within} gefunden{note}.",
    "more": "{count} weitere",
    "range": "{high} bis {low}",
    "pose.one": "Gefunden{within}: {people} mit {points}{note}.",
    "pose.many": "Gefunden{within}: {people} mit {counts} sichtbaren Körperpunkten{note}.",
    "pose.none": "Niemand{within} gefunden{note}.",
    "keypoint": "1 sichtbaren Körperpunkt",
    "keypoints": "{count} sichtbaren Körperpunkten",
    # labels
    "shows": "{start} zeigt wahrscheinlich: {best}{rest}{note}.",
    "shows.unsure": "Unsicher, was {src} zeigt; am ehesten: {best}{rest}{note}.",
    "label": "{start}: wahrscheinlich {best}{rest}{note}.",
    "label.unsure": "{start}: unsicher, am ehesten {best}{rest}{note}.",
    "label.alone": "Wahrscheinlich {best}{rest}{note}.",
    "label.alone.unsure": "Unsicher, am ehesten {best}{rest}{note}.",
    "rest": ", dann {labels}",
    "fits": "Von den genannten Labels passt {best} am besten zu {obj}{rest}{note}.",
    "fits.unsure": "Keines der genannten Labels passt klar zu {obj}, am ehesten {best}{rest}{note}.",
    "labels": "{start}: {labels}{note}.",
    "label.none": "Kein Label{of} gefunden{note}.",
    "sentiment": "Stimmung{of}: {best}{note}.",
    "language": "Sprache{of}: {best}{note}.",
    "language.unsure": "Sprache{of} unklar, am ehesten {best}{note}.",
    "entities": "In {obj}: {groups}{note}.",
    "entities.alone": "Gefunden: {groups}{note}.",
    "entities.none": "Keine Namen{within} gefunden{note}.",
    "group": "{kind}: {items}",
    "groups": "; ",
    "similar.same": "Die beiden Texte bedeuten fast dasselbe (Ähnlichkeit {score}){note}.",
    "similar.close": "Die beiden Texte sind sich inhaltlich ähnlich (Ähnlichkeit {score}){note}.",
    "similar.some": "Die beiden Texte haben etwas miteinander zu tun (Ähnlichkeit {score}){note}.",
    "similar.none": "Die beiden Texte haben wenig miteinander zu tun (Ähnlichkeit {score}){note}.",
    "rows": "Zeilen{of}: {rows}{note}.",
    # sound
    "voice": "Sprache{within} {spans}{note}.",
    "voice.many": "Sprache{within} an {count} Stellen, zusammen {total}, {spans}{note}.",
    "voice.none": "Keine Sprache{within} gefunden{note}.",
    "span": "von {start} bis {end}",
    "seconds": "{number} s",
    "minutes": "{minutes} min",
    "minutes.seconds": "{minutes} min {seconds} s",
    "hours": "{hours} h",
    "hours.minutes": "{hours} h {minutes} min",
    # files
    "made": "{subject}{note} wurde in {path} gespeichert.",
    "made.sound": "{subject}{note} wurde in {path} gespeichert ({length}).",
    "beginning": "{text}… (der Rest steht in {path})",
    # home
    "home.simulated": "Im simulierten Zuhause: {statement}.",
    "home.real": "{statement}.",
    "home.now": "{device} ist jetzt {state}",
    "home.is": "{device} ist {state}",
    "home.unconfirmed": "{device} sollte {wanted} werden, aber nichts bestätigt es: der Zustand ist {state}",
    "home.pending": "{device} ist {state} und noch nicht {wanted}",
    "home.problem": "{device} hat es nicht getan ({problem})",
    "home.unread": "{device} meldet nichts ({problem})",
    "home.set": "eingestellt auf {value}",
    "home.present": "jetzt {value}",
    "home.volume": "Lautstärke {value}",
    "home.plays": "in Wiedergabe von {value}",
    "home.pauses": "angehalten bei {value}",
    "home.position": "{value} offen",
    "timer.label": " {label}",
    "timer.start": "Timer{label} wurde gestellt{details}.",
    "timer.cancel": "Timer{label} wurde gelöscht.",
    "timer.status": "Timer{label}{details}.",
    "timer.none": "Es läuft kein Timer.",
    "list.add": "{item} steht jetzt auf der Liste „{list}“.",
    "list.remove": "{item} wurde von der Liste „{list}“ gestrichen.",
    "list.read": "Auf der Liste „{list}“: {items}.",
    "list.empty": "Die Liste „{list}“ ist leer.",
    "list.now": "Darauf jetzt: {items}.",
    "list.unconfirmed": "Auf der Liste „{list}“ ist das noch nicht zu sehen und damit nicht bestätigt.",
    # anything
    "value": "{subject}: {value}",
    "value.none": "{subject}: kein Wert.",
    "yes": "ja",
    "no": "nein",
    "nothing": "nichts",
    # what did not work
    "failed": "Mit {object} hat es nicht geklappt: {message}",
    "failed.home-control": "Mit {object} hat es nicht geklappt: {message}",
    "failed.timer": "Mit {object} hat es nicht geklappt: {message}",
    "failed.list-item": "Mit {object} hat es nicht geklappt: {message}",
    "failed.standing-plan": "Mit {object} hat es nicht geklappt: {message}",
    "skipped": "Ausgelassen, weil es mit {cause} nicht geklappt hat: {things}.",
    "skipped.unknown": "Ausgelassen, weil etwas Nötiges fehlt: {things}.",
    "not_run": "Nicht ausgeführt: {things}.",
    "nothing_planned": "In dieser Anfrage war nichts, was eine Aufgabe hier tun könnte.",
    # notes on how a result was made
    "note.extractive": "Sätze aus dem Text",
    "note.passage": "die inhaltlich nächste Stelle",
    "note.embeddings": "nach inhaltlicher Nähe",
    "note.composed": "aus mehreren Modellen zusammengesetzt",
    "note.rules": "nach festen Regeln",
    "note.simulated": "simuliert",
    # what the user speaks of
    "your.text": "Ihr Text",
    "your.text.object": "Ihrem Text",
    "your.image": "Ihr Bild",
    "your.image.object": "Ihrem Bild",
    "your.audio": "Ihre Aufnahme",
    "your.audio.object": "Ihrer Aufnahme",
    "your.video": "Ihr Video",
    "your.video.object": "Ihrem Video",
    "your.table": "Ihre Tabelle",
    "your.table.object": "Ihrer Tabelle",
    "earlier": "das frühere Ergebnis",
    "earlier.object": "dem früheren Ergebnis",
}

# Gender (m, f, n, or p for plural), then the noun.
_NOUNS = {
    "text-classification": "n|Label{of}",
    "zero-shot-classification": "n|Label{of}",
    "token-classification": "p|Namen{within}",
    "question-answering": "f|Antwort{out_of}",
    "summarization": "f|Zusammenfassung{of}",
    "translation": "f|Übersetzung{of}",
    "text-generation": "m|erzeugte Text",
    "text2text-generation": "f|Neufassung{of}",
    "conversational": "f|Erwiderung",
    "sentence-similarity": "f|Ähnlichkeit der beiden Texte",
    "language-identification": "f|Sprache{of}",
    "table-question-answering": "f|Antwort{out_of}",
    "tabular-classification": "p|Klassen der Zeilen{within}",
    "image-classification": "n|Label{of}",
    "zero-shot-image-classification": "n|Label{of}",
    "object-detection": "f|Suche nach Objekten{within}",
    "zero-shot-object-detection": "f|Suche nach Objekten{within}",
    "face-detection": "f|Suche nach Gesichtern{within}",
    "keypoint-detection": "f|Suche nach Körperpunkten{within}",
    "image-segmentation": "f|Segmentierung{of}",
    "mask-generation": "f|Maske{of}",
    "background-removal": "m|Freisteller{of}",
    "depth-estimation": "f|Tiefenkarte{of}",
    "image-to-text": "f|Beschreibung{of}",
    "optical-character-recognition": "m|Text{within}",
    "visual-question-answering": "f|Antwort{out_of}",
    "document-question-answering": "f|Antwort{out_of}",
    "image-to-image": "f|Bearbeitung{of}",
    "text-to-image": "f|Erzeugung eines Bildes",
    "canny-control": "n|Kantenbild{of}",
    "openpose-control": "n|Posenbild{of}",
    "depth-control": "f|Tiefenkarte{of}",
    "controlled-text-to-image": "f|Erzeugung eines Bildes",
    "automatic-speech-recognition": "n|Transkript{of}",
    "text-to-speech": "f|Sprachausgabe",
    "text-to-audio": "f|Klangerzeugung",
    "audio-classification": "n|Label{of}",
    "audio-to-audio": "f|Bearbeitung{of}",
    "voice-activity-detection": "f|Suche nach Sprache{within}",
    "text-to-video": "f|Videoerzeugung",
    "image-to-video": "f|Videoerzeugung",
    "video-classification": "n|Label{of}",
    "video-to-text": "f|Beschreibung{of}",
    "video-to-audio": "f|Tonspur{of}",
    "video-to-image": "n|Standbild{out_of}",
    "video-editing": "f|Bearbeitung{of}",
    "web-search": "f|Suche im Netz",
    "download": "m|Download von {url}",
    "weather": "n|Wetter",
    "home-control": "m|Befehl an {target}",
    "home-state": "m|Zustand von {target}",
    "camera-snapshot": "n|Bild von {target}",
    "timer": "m|Timer",
    "list-item": "f|Liste „{list}“",
    "standing-plan": "m|Dauerauftrag",
    "*": "n|Ergebnis von {tool}",
}

_LANGUAGES = {
    "en": "Englisch", "zh": "Chinesisch", "de": "Deutsch", "es": "Spanisch", "fr": "Französisch",
    "it": "Italienisch", "pt": "Portugiesisch", "nl": "Niederländisch", "ru": "Russisch", "ja": "Japanisch",
    "ko": "Koreanisch", "ar": "Arabisch", "hi": "Hindi", "tr": "Türkisch", "pl": "Polnisch", "sv": "Schwedisch",
    "da": "Dänisch", "no": "Norwegisch", "fi": "Finnisch", "el": "Griechisch", "cs": "Tschechisch",
    "uk": "Ukrainisch", "he": "Hebräisch", "vi": "Vietnamesisch", "th": "Thailändisch", "id": "Indonesisch",
    "la": "Latein", "hu": "Ungarisch", "ro": "Rumänisch",
}  # fmt: skip

_WORDS = {
    "positive": "positiv", "negative": "negativ", "neutral": "neutral", "mixed": "gemischt",
    "pos": "positiv", "neg": "negativ", "neu": "neutral",
    "joy": "Freude", "sadness": "Trauer", "anger": "Ärger", "fear": "Angst", "surprise": "Überraschung",
    "love": "Liebe", "disgust": "Ekel", "spam": "Spam", "speech": "Sprache", "music": "Musik", "silence": "Stille",
    "on": "an", "off": "aus", "open": "offen", "closed": "geschlossen", "locked": "abgeschlossen",
    "unlocked": "aufgeschlossen", "playing": "in Wiedergabe", "paused": "angehalten", "stopped": "gestoppt",
    "idle": "untätig", "running": "in Betrieb", "started": "gestartet", "active": "aktiv",
    "unavailable": "nicht erreichbar", "unknown": "unbekannt",
    "opening": "im Öffnen", "closing": "im Schließen", "locking": "im Abschließen", "unlocking": "im Aufschließen",
    "jammed": "verklemmt", "docked": "in der Station", "cleaning": "beim Saugen", "returning": "auf dem Rückweg",
    "finished": "fertig", "disarmed": "unscharf", "arming": "wird scharf", "armed away": "scharf (abwesend)",
    "armed home": "scharf (zu Hause)", "armed night": "scharf (Nacht)", "pressed": "gedrückt", "inactive": "inaktiv",
    "motion": "Bewegung", "no motion": "keine Bewegung", "standing still": "im Stillstand", "run": "ausgeführt",
}  # fmt: skip

_KINDS = {
    "person": "Personen", "per": "Personen", "org": "Organisationen", "norp": "Gruppen", "fac": "Bauwerke",
    "gpe": "Orte", "loc": "Orte", "product": "Produkte", "event": "Ereignisse", "work_of_art": "Werke",
    "law": "Gesetze", "date": "Daten", "time": "Zeiten", "money": "Geldbeträge", "percent": "Prozentwerte",
    "quantity": "Mengen", "ordinal": "Ordnungszahlen", "cardinal": "Zahlen", "misc": "andere Namen",
    "language": "Sprachen", "email": "E-Mail-Adressen", "url": "Adressen", "phone": "Telefonnummern",
    "keyword": "Schlüsselwörter", "key_phrase": "Schlüsselbegriffe",
    "noun": "Substantive", "propn": "Eigennamen", "verb": "Verben", "adj": "Adjektive",
    "adv": "Adverbien", "pron": "Pronomen", "num": "Zahlwörter",
}  # fmt: skip

_NOMINATIVE = {"m": "der", "f": "die", "n": "das", "p": "die"}
_DATIVE = {"m": "dem", "f": "der", "n": "dem", "p": "den"}


class German(European):
    """German; every preposition in its templates takes the dative."""

    code: ClassVar[str] = "de"
    texts: ClassVar[Mapping[str, str]] = _TEXTS
    nouns: ClassVar[Mapping[str, str]] = _NOUNS
    languages: ClassVar[Mapping[str, str]] = _LANGUAGES
    words: ClassVar[Mapping[str, str]] = _WORDS
    kinds: ClassVar[Mapping[str, str]] = _KINDS
    quotes: ClassVar[tuple[str, str]] = ("„", "“")
    conjunction: ClassVar[str] = " und "
    articles: ClassVar[Mapping[str, str]] = {"m": "ein", "f": "eine", "n": "ein"}

    def noun(self, tool: str, values: Mapping[str, str]) -> Named:
        """The noun with its article, in the nominative and the dative."""
        gender, _, template = self.nouns.get(tool, self.nouns["*"]).partition("|")
        name = self.fill(template, {"tool": tool} | dict(values))
        dative = name.replace("erzeugte ", "erzeugten ", 1)
        return Named(f"{_NOMINATIVE[gender]} {name}", f"{_DATIVE[gender]} {dative}")
