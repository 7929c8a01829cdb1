"""French."""

from __future__ import annotations

from collections.abc import Mapping
from typing import ClassVar

from jarvis.responding.phrases.base import Named
from jarvis.responding.phrases.european import European

_PLAIN_TEXTS = {
    "of": " de {src}",
    "within": " dans {src}",
    "out_of": " d’après {src}",
    "stop": ".",
    "between": " ",
    # texts
    "text.optical-character-recognition": "Texte{within}{note} : {text}",
    "text.automatic-speech-recognition": "Transcription{of}{note} : {text}",
    "text.image-to-text": "Description{of}{note} : {text}",
    "text.video-to-text": "Description{of}{note} : {text}",
    "text.translation": "En {language}{note} : {text}",
    "text.summarization": "Résumé{of}{note} : {text}",
    "text.answer": "Réponse{out_of}{note} : {text}",
    "text.answer.asked": "Réponse à {question}{out_of}{note} : {text}",
    "text.text2text-generation": "Texte réécrit{note} : {text}",
    "text.text2text-generation.asked": "Texte selon l’instruction {question}{note} : {text}",
    "text.web-search": "Trouvé sur le web{note} : {text}",
    "text.web-search.asked": "Trouvé sur le web pour {question}{note} : {text}",
    "text.weather": "Météo{note} : {text}",
    "text.weather.place": "Météo à {place}{note} : {text}",
    "text.*": "{subject}{note} : {text}",
    "empty": "{subject} : sans contenu.",
    "empty.optical-character-recognition": "Aucun texte trouvé{within}.",
    "empty.automatic-speech-recognition": "Aucun mot reconnu{within}.",
    # things in pictures
    "found.one": "Trouvé{within} : {things}{scores}{note}.",
    "found.many": "{count} choses trouvées{within} : {things}{note}.",
    "found.none": "Rien trouvé{within}{note}.",
    "found.none.named": "Rien de semblable à {labels} trouvé{within}{note}.",
    "more": "{count} autres",
    "range": "{high} à {low}",
    "pose.one": "Trouvé{within} : {people} avec {points}{note}.",
    "pose.many": "Trouvé{within} : {people} avec {counts} points visibles{note}.",
    "pose.none": "Personne n’a été trouvé{within}{note}.",
    "keypoint": "1 point visible",
    "keypoints": "{count} points visibles",
    # labels
    "shows": "{start} montre probablement {best}{rest}{note}.",
    "shows.unsure": "Incertain de ce que montre {src} ; le plus proche est {best}{rest}{note}.",
    "label": "{start} : probablement {best}{rest}{note}.",
    "label.unsure": "{start} : incertain, le plus proche est {best}{rest}{note}.",
    "label.alone": "Probablement {best}{rest}{note}.",
    "label.alone.unsure": "Incertain ; le plus proche est {best}{rest}{note}.",
    "rest": ", puis {labels}",
    "fits": "Parmi les étiquettes données, {best} convient le mieux pour {src}{rest}{note}.",
    "fits.unsure": "Aucune étiquette donnée ne convient clairement pour {src} ; la plus proche est {best}{rest}{note}.",
    "labels": "{start} : {labels}{note}.",
    "label.none": "Aucune étiquette trouvée pour {src}{note}.",
    "sentiment": "Sentiment{of} : {best}{note}.",
    "language": "Langue{of} : {best}{note}.",
    "language.unsure": "Langue{of} incertaine ; la plus proche : {best}{note}.",
    "entities": "Dans {src} : {groups}{note}.",
    "entities.alone": "Trouvé : {groups}{note}.",
    "entities.none": "Aucun nom trouvé{within}{note}.",
    "group": "{kind} : {items}",
    "groups": " ; ",
    "similar.same": "Les deux textes disent presque la même chose (similarité {score}){note}.",
    "similar.close": "Les deux textes ont un sens proche (similarité {score}){note}.",
    "similar.some": "Les deux textes ont un certain rapport (similarité {score}){note}.",
    "similar.none": "Les deux textes ont peu de rapport (similarité {score}){note}.",
    "rows": "Lignes{of} : {rows}{note}.",
    # sound
    "voice": "Parole{within} {spans}{note}.",
    "voice.many": "Parole{within} à {count} endroits, {total} en tout, {spans}{note}.",
    "voice.none": "Aucune parole trouvée{within}{note}.",
    "span": "de {start} à {end}",
    "seconds": "{number} s",
    "minutes": "{minutes} min",
    "minutes.seconds": "{minutes} min {seconds} s",
    "hours": "{hours} h",
    "hours.minutes": "{hours} h {minutes} min",
    # files
    "made": "{subject}{note} se trouve dans {path}.",
    "made.sound": "{subject}{note} se trouve dans {path} ({length}).",
    "beginning": "{text}… (la suite est dans {path})",
    # home
    "home.simulated": "Dans la maison simulée, {statement}.",
    "home.real": "{statement}.",
    "home.now": "l’état de {device} est maintenant : {state}",
    "home.is": "l’état de {device} est : {state}",
    "home.unconfirmed": "l’ordre « {wanted} » a été envoyé à {device}, mais rien ne le confirme (état : {state})",
    "home.pending": "l’état de {device} est : {state}, pas encore : {wanted}",
    "home.problem": "{device} ne l’a pas fait ({problem})",
    "home.unread": "{device} ne dit rien ({problem})",
    "home.set": "réglé sur {value}",
    "home.present": "actuellement {value}",
    "home.volume": "volume {value}",
    "home.plays": "lecture de {value}",
    "home.pauses": "en pause à {value}",
    "home.position": "ouvert à {value}",
    "timer.label": " {label}",
    "timer.start": "Minuteur{label} réglé{details}.",
    "timer.cancel": "Minuteur{label} annulé.",
    "timer.status": "Minuteur{label}{details}.",
    "timer.none": "Aucun minuteur en cours.",
    "list.add": "{item} a été ajouté à la liste « {list} ».",
    "list.remove": "{item} a été retiré de la liste « {list} ».",
    "list.read": "Sur la liste « {list} » : {items}.",
    "list.empty": "La liste « {list} » est vide.",
    "list.now": "Elle contient maintenant : {items}.",
    "list.unconfirmed": "La liste « {list} » ne le montre pas encore : ce n’est pas confirmé.",
    # anything
    "value": "{subject} : {value}",
    "value.none": "{subject} : aucune valeur.",
    "yes": "oui",
    "no": "non",
    "nothing": "rien",
    # what did not work
    "failed": "Impossible d’obtenir {object} : {message}",
    "failed.home-control": "Impossible d’exécuter {object} : {message}",
    "failed.timer": "Impossible de régler {object} : {message}",
    "failed.list-item": "Impossible d’utiliser {object} : {message}",
    "failed.standing-plan": "Impossible de changer {object} : {message}",
    "skipped": "Sans {cause}, n’a pas pu être fait : {things}.",
    "skipped.unknown": "N’a pas pu être fait, car une étape nécessaire a échoué : {things}.",
    "not_run": "Non exécuté : {things}.",
    "nothing_planned": "Il n’y avait rien dans cette demande qu’une tâche d’ici puisse faire.",
    # notes on how a result was made
    "note.extractive": "phrases tirées du texte",
    "note.passage": "le passage le plus proche par le sens",
    "note.embeddings": "selon la proximité de sens",
    "note.composed": "composé à partir de plusieurs modèles",
    "note.rules": "selon des règles fixes",
    "note.simulated": "simulation",
    # what the user speaks of
    "your.text": "votre texte",
    "your.image": "votre image",
    "your.audio": "votre enregistrement",
    "your.video": "votre vidéo",
    "your.table": "votre tableau",
    "earlier": "le résultat précédent",
}

_NOUNS = {
    "text-classification": "l’étiquette{of}",
    "zero-shot-classification": "l’étiquette{of}",
    "token-classification": "les noms{within}",
    "question-answering": "la réponse{out_of}",
    "summarization": "le résumé{of}",
    "translation": "la traduction{of}",
    "text-generation": "le texte généré",
    "text2text-generation": "le texte réécrit",
    "conversational": "la réplique",
    "sentence-similarity": "la similarité des deux textes",
    "language-identification": "la langue{of}",
    "table-question-answering": "la réponse{out_of}",
    "tabular-classification": "les classes des lignes{within}",
    "image-classification": "l’étiquette{of}",
    "zero-shot-image-classification": "l’étiquette{of}",
    "object-detection": "les objets{within}",
    "zero-shot-object-detection": "les objets{within}",
    "face-detection": "les visages{within}",
    "keypoint-detection": "les points du corps{within}",
    "image-segmentation": "la segmentation{of}",
    "mask-generation": "le masque{of}",
    "background-removal": "le détourage{of}",
    "depth-estimation": "la carte de profondeur{of}",
    "image-to-text": "la description{of}",
    "optical-character-recognition": "le texte{within}",
    "visual-question-answering": "la réponse{out_of}",
    "document-question-answering": "la réponse{out_of}",
    "image-to-image": "la version modifiée{of}",
    "text-to-image": "la nouvelle image",
    "canny-control": "la carte des contours{of}",
    "openpose-control": "la carte des poses{of}",
    "depth-control": "la carte de profondeur{of}",
    "controlled-text-to-image": "la nouvelle image",
    "automatic-speech-recognition": "la transcription{of}",
    "text-to-speech": "la lecture à voix haute",
    "text-to-audio": "le nouveau son",
    "audio-classification": "l’étiquette{of}",
    "audio-to-audio": "la version modifiée{of}",
    "voice-activity-detection": "les moments de parole{within}",
    "text-to-video": "la nouvelle vidéo",
    "image-to-video": "la nouvelle vidéo",
    "video-classification": "l’étiquette{of}",
    "video-to-text": "la description{of}",
    "video-to-audio": "la bande-son{of}",
    "video-to-image": "l’image fixe{of}",
    "video-editing": "la version montée{of}",
    "web-search": "la recherche sur le web",
    "download": "le téléchargement de {url}",
    "weather": "la météo",
    "home-control": "la commande pour {target}",
    "home-state": "l’état de {target}",
    "camera-snapshot": "l’image de {target}",
    "timer": "le minuteur",
    "list-item": "la liste « {list} »",
    "standing-plan": "la routine",
    "*": "le résultat de {tool}",
}

_LANGUAGES = {
    "en": "anglais", "zh": "chinois", "de": "allemand", "es": "espagnol", "fr": "français", "it": "italien",
    "pt": "portugais", "nl": "néerlandais", "ru": "russe", "ja": "japonais", "ko": "coréen", "ar": "arabe",
    "hi": "hindi", "tr": "turc", "pl": "polonais", "sv": "suédois", "da": "danois", "no": "norvégien",
    "fi": "finnois", "el": "grec", "cs": "tchèque", "uk": "ukrainien", "he": "hébreu", "vi": "vietnamien",
    "th": "thaï", "id": "indonésien", "la": "latin", "hu": "hongrois", "ro": "roumain",
}  # fmt: skip

_WORDS = {
    "positive": "positif", "negative": "négatif", "neutral": "neutre", "mixed": "mitigé",
    "pos": "positif", "neg": "négatif", "neu": "neutre",
    "joy": "joie", "sadness": "tristesse", "anger": "colère", "fear": "peur", "surprise": "surprise",
    "love": "amour", "disgust": "dégoût", "spam": "spam", "speech": "parole", "music": "musique",
    "silence": "silence",
    "on": "allumé", "off": "éteint", "open": "ouvert", "closed": "fermé", "locked": "verrouillé",
    "unlocked": "déverrouillé", "playing": "en lecture", "paused": "en pause", "stopped": "arrêté",
    "idle": "inactif", "running": "en marche", "started": "en marche", "active": "actif",
    "unavailable": "indisponible", "unknown": "inconnu",
    "opening": "en ouverture", "closing": "en fermeture", "locking": "en verrouillage",
    "unlocking": "en déverrouillage", "jammed": "bloqué", "docked": "à sa base", "cleaning": "en nettoyage",
    "returning": "en retour à sa base", "finished": "terminé", "disarmed": "désarmé", "arming": "en armement",
    "armed away": "armé (absent)", "armed home": "armé (présent)", "armed night": "armé (nuit)", "pressed": "appuyé",
    "inactive": "inactif", "motion": "mouvement", "no motion": "aucun mouvement", "standing still": "à l’arrêt",
    "run": "exécuté",
}  # fmt: skip

_KINDS = {
    "person": "personnes", "per": "personnes", "org": "organisations", "norp": "groupes", "fac": "bâtiments",
    "gpe": "lieux", "loc": "lieux", "product": "produits", "event": "événements", "work_of_art": "œuvres",
    "law": "lois", "date": "dates", "time": "heures", "money": "montants", "percent": "pourcentages",
    "quantity": "quantités", "ordinal": "ordinaux", "cardinal": "nombres", "misc": "autres noms",
    "language": "langues", "email": "adresses électroniques", "url": "adresses", "phone": "numéros de téléphone",
    "keyword": "mots-clés", "key_phrase": "expressions clés",
    "noun": "noms communs", "propn": "noms propres", "verb": "verbes", "adj": "adjectifs",
    "adv": "adverbes", "pron": "pronoms", "num": "numéraux",
}  # fmt: skip

_NO_BREAK = "\u00a0"


def _spaced(text: str) -> str:
    """French typography: a space that does not break before `:` and `;` and inside guillemets."""
    for plain in (" :", " ;", "« ", " »"):
        text = text.replace(plain, plain.replace(" ", _NO_BREAK))
    return text


class French(European):
    """French."""

    code: ClassVar[str] = "fr"
    texts: ClassVar[Mapping[str, str]] = {key: _spaced(text) for key, text in _PLAIN_TEXTS.items()}
    nouns: ClassVar[Mapping[str, str]] = {key: _spaced(text) for key, text in _NOUNS.items()}
    languages: ClassVar[Mapping[str, str]] = _LANGUAGES
    words: ClassVar[Mapping[str, str]] = _WORDS
    kinds: ClassVar[Mapping[str, str]] = _KINDS
    quotes: ClassVar[tuple[str, str]] = (f"«{_NO_BREAK}", f"{_NO_BREAK}»")
    conjunction: ClassVar[str] = " et "
    score_comma: ClassVar[str] = f"{_NO_BREAK}; "
    articles: ClassVar[Mapping[str, str]] = {"m": "un", "f": "une", "p": "des"}

    def of(self, source: Named) -> str:
        """Like " de la page"; "de le" becomes "du", "de les" becomes "des"."""
        if source.fixed:
            return super().of(source)
        for article, contracted in (("le ", " du "), ("les ", " des ")):
            if source.object.startswith(article):
                return contracted + source.object.removeprefix(article)
        return super().of(source)
